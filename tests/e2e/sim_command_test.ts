import { assert, assertEquals, assertMatch } from "@std/assert";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

type Run = Readonly<{ code: number; stdout: string; stderr: string }>;

function command(folder: string, args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=sim", `--allow-write=${folder}`, MAIN, "sim", ...args],
    env: { INIT_CWD: folder, XDG_CONFIG_HOME: "/nowhere", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

async function sim(...args: readonly string[]): Promise<Run> {
  return read(await command("/nowhere", args).output());
}

function read({ code, stdout, stderr }: Deno.CommandOutput): Run {
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const SMALL = ["--peers", "5", "--minutes", "1.5"];

Deno.test("a run prints its parameters, then its figures, then the verdict; how fast it was is told on stderr", async () => {
  const { code, stdout, stderr } = await sim(...SMALL);
  assertEquals(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines[0], "5 peers for 1.5 min of lan, faults crash, 5 of them in 1 room, seed 1");
  assertMatch(stdout, /^convergence {2,}everybody knew everybody [\d.]+ m?s after the last had started$/m);
  assertMatch(stdout, /^detection {2,}\d death/m);
  assertMatch(stdout, /^false positives {3}0 times/m);
  assertMatch(stdout, /^sent by each {2,}[\d.]+ datagrams and [\d.]+ bytes a second \(UDP\), [\d.]+ streams/m);
  assertMatch(stdout, /^rooms {2,}\d+ messages, shown to \d+ of \d+ others, after/m);
  assertEquals(lines.at(-1), "passed: seed 1");
  assertMatch(stderr, /^ {2}took [\d.]+ m?s, [\d.,]+ times as fast as real time, [\d.,]+ MiB\n$/);
});

Deno.test("with --json the same seed gives the same bytes, one object a line, and the wall clock is not among them", async () => {
  const [first, again] = await Promise.all([sim(...SMALL, "--json"), sim(...SMALL, "--json")]);
  assertEquals([first.code, first.stdout], [0, again.stdout]);
  const { v, type, time, verdict, parameters, figures, replay } = JSON.parse(first.stdout);
  assertEquals([v, type, verdict, parameters.peers], [1, "run", "passed", 5]);
  assertMatch(time, /^2026-01-01T00:0\d:\d\d\.\d{3}Z$/);
  assert(figures.detectionMs.count > 0);
  assertEquals(
    replay,
    "deno task sim --seed 1 --peers 5 --minutes 1.5 --profile lan --faults crash --chatters 5 --rooms 1",
  );
});

Deno.test("many seeds are a line each, and what they come to together", async () => {
  const { code, stdout } = await sim(...SMALL, "--seeds", "3", "--seed", "8");
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /seed 8 and following\npassed: seed 8\npassed: seed 9\npassed: seed 10\n3 runs, [^\n]+: 3 passed, 0 failed, 0 void\n/,
  );
  const json = await sim(...SMALL, "--seeds", "2", "--seed", "storm", "--json");
  const lines = json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ type }) => type), ["run", "run", "summary"]);
  assertEquals([lines[0].parameters.seed, lines[1].parameters.seed, lines[2].runs], ["storm", "storm-2", 2]);
});

Deno.test("a run that proves nothing is void, ends with 5, and says how to see it again", async () => {
  const { code, stdout, stderr } = await sim(...SMALL, "--faults", "loss=0%");
  assertEquals(code, 5);
  assertMatch(stdout, /^void: seed 1: with loss it never came to /m);
  assertMatch(stderr, /^ {2}again: deno task sim --seed 1 --peers 5 .*--faults loss=0%/m);
});

Deno.test("Ctrl-C ends a run with the figures so far and the seed, and with 130", async () => {
  const child = command("/nowhere", ["--peers", "40", "--minutes", "1000", "--seed", "9"]).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read(); // the parameters: it runs
  reader.releaseLock();
  child.kill("SIGINT");
  const { code, stdout } = read(await child.output());
  assertEquals(code, 130);
  assertMatch(new TextDecoder().decode(value), /^40 peers for 1000 min/);
  assertMatch(stdout, /^time {2,}\d\d:\d\d\.\d{3} of virtual time/m);
  assertMatch(stdout, /^stopped: seed 9; these are the figures so far\n$/m);
});

Deno.test("a report is written where it is wanted, and if it cannot be, that is said before anything runs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "parley-" });
  try {
    const { code } = read(await command(folder, [...SMALL, "--report", "run.html"]).output());
    assertEquals(code, 0);
    const page = await Deno.readTextFile(`${folder}/run.html`);
    assert(page.startsWith("<!doctype html>") && page.includes("passed: seed 1"));
    const refused = read(await command(folder, [...SMALL, "--report", "/run.html"]).output());
    assertEquals([refused.code, refused.stdout], [1, ""]);
    assertMatch(
      refused.stderr,
      /^parley: cannot write \/run\.html: under deno task only below the folder where you are/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
