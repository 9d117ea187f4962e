import { assertEquals, assertMatch } from "@std/assert";
import { failureLines } from "../../commands/scenario/report.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

type Run = Readonly<{ code: number; stdout: string; stderr: string }>;

/** Plays these texts, each in a file of its own, by the command. */
async function scenario(texts: readonly string[], ...flags: readonly string[]): Promise<Run> {
  const folder = await Deno.makeTempDir({ prefix: "parley-" });
  try {
    const files = texts.map((_, n) => `${n}.scenario`);
    for (const [n, text] of texts.entries()) await Deno.writeTextFile(`${folder}/${n}.scenario`, text);
    return await parley(folder, [...files, ...flags]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function parley(folder: string, args: readonly string[]): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=scenario", MAIN, "scenario", ...args],
    env: { INIT_CWD: folder, XDG_CONFIG_HOME: "/nowhere", NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const TRUE = 'start alice bob\nalice: hello\nexpect "alice: hello"\n';
const FALSE = '# planted\nstart alice bob\nalice: hello\n\nexpect "alice: goodbye" on bob within 2s\n';

Deno.test("a scenario that comes true is told step by step, and ends with 0", async () => {
  const { code, stdout, stderr } = await scenario([TRUE]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^00:00\.000 {2}start alice bob$/m);
  assertMatch(stdout, /^00:00\.\d{3} {4}bob {3}│ \d\d:\d\d:\d\d alice: hello$/m);
  assertMatch(stdout, /^passed: 0\.scenario, 3 steps in 00:00\.\d{3}, seed 1\n$/m);
});

Deno.test("told to be quiet, only the verdicts are said", async () => {
  const { code, stdout } = await scenario([TRUE, TRUE], "--quiet");
  assertEquals(code, 0);
  assertMatch(stdout, /^passed: 0\.scenario, [^\n]+\npassed: 1\.scenario, [^\n]+\n$/);
});

Deno.test("a planted wrong expectation fails with file, line, screen, seed and the command that replays it", async () => {
  const { code, stdout, stderr } = await scenario([FALSE, TRUE], "--quiet", "--seed", "storm-7");
  assertEquals(code, 5);
  const [head, ...lines] = stderr.trimEnd().split("\n");
  assertEquals(head, 'parley: 0.scenario:5: expect "alice: goodbye" on bob within 2s: not shown on bob within 2 s');
  assertMatch(lines[0]!, /^ {2}at 00:02\.\d{3}, seed storm-7$/);
  assertEquals(lines[1], "  last on bob's screen:");
  assertMatch(lines.at(-3)!, /^ {4}00:00\.\d{3} {2}\d\d:\d\d:\d\d alice: hello$/);
  assertEquals(lines.at(-2), "  the network: whole");
  assertEquals(lines.at(-1), "  again: deno task scenario 0.scenario --seed storm-7");
  assertMatch(stdout, /^passed: 1\.scenario, [^\n]+\n$/, "the others are played all the same");
});

Deno.test("the command that replays a failure can be pasted, whatever the file is called", () => {
  const statement = { type: "heal", line: 1, text: "heal" } as const;
  const failure = { statement, why: "", atMs: 0, rounds: [], screens: [], faults: [], network: [] };
  const replayOf = (file: string) => failureLines(failure, { file, seed: "1", flags: [] }).at(-1);
  assertEquals(replayOf("a/b-1.scenario"), "again: deno task scenario a/b-1.scenario --seed 1");
  assertEquals(replayOf("my file"), "again: deno task scenario 'my file' --seed 1");
  assertEquals(replayOf("it's $HOME"), "again: deno task scenario 'it'\\''s $HOME' --seed 1");
});

Deno.test("the seed of the file is taken, unless another is given", async () => {
  const seeded = `seed seven\n${TRUE}`;
  assertMatch((await scenario([seeded], "--quiet")).stdout, /seed seven\n$/);
  assertMatch((await scenario([seeded], "--quiet", "--seed=eight")).stdout, /seed eight\n$/);
});

Deno.test("of files that are no scenarios all mistakes are told, and none is played", async () => {
  const { code, stdout, stderr } = await scenario([TRUE, 'start alice\nloss 140%\n\nexpct "x"\n']);
  assertEquals([code, stdout], [2, ""]);
  assertEquals(stderr.split("\n"), [
    'parley: 1.scenario:2: "140%" is more than everything: say 0% to 100%',
    'parley: 1.scenario:4: unknown statement "expct": did you mean "expect"?',
    "",
  ]);
});

const USAGE: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [[], /^parley: a scenario needs a file; see "parley scenario --help"\n$/],
  [["nothing.scenario"], /^parley: nothing\.scenario: there is no such file\n$/],
  [["."], /^parley: \.: it is not a file\n$/],
  [["--seed", "a b", "x"], /^parley: --seed "a b": expected a word[^\n]*; see "parley scenario --help"\n$/],
  [["--quite", "x"], /^parley: unknown flag --quite \(did you mean --quiet\?\)/],
];

for (const [args, says] of USAGE) {
  Deno.test(`parley scenario ${args.join(" ")} is a usage error`, async () => {
    const { code, stdout, stderr } = await parley("/", args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, says);
  });
}
