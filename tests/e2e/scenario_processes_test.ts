/** Scenarios with real processes: the same verdicts as on virtual time, and nothing left behind. */
import { assertEquals, assertMatch } from "@std/assert";
import { Collected } from "../support/collected.ts";
import { find } from "../support/wait.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const SHIPPED = new URL("../../scripts/scenarios/", import.meta.url).pathname;

const needed = { ignore: Deno.build.os !== "linux" }; // elsewhere there is one loopback address

/** A folder for what a run keeps while it runs. */
class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "parley-" }));
  }

  async file(text: string): Promise<string> {
    const path = `${this.path}/test.scenario`;
    await Deno.writeTextFile(path, text);
    return path;
  }

  /** What is left of what peers keep. */
  get left(): readonly string[] {
    return [...Deno.readDirSync(`${this.path}/parley`)].map(({ name }) => name);
  }

  /** Starts the command. */
  spawn(...args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-prompt", "-P=scenario", `--allow-write=${this.path}`, MAIN, "scenario", ...args],
      env: { XDG_STATE_HOME: this.path, XDG_CONFIG_HOME: "/nowhere", NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Plays files with processes; the code, and what was said. */
  async play(...files: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { code, stdout, stderr } = await this.spawn(...files, "--processes", "--quiet").output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Processes whose command line has this in it. */
function processesWith(text: string): readonly number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      return pid > 0 && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(text);
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

for (const name of ["chat", "name-clash", "crash-and-return", "wrong-key", "last-words", "rooms-that-heal"]) {
  Deno.test({
    name: `${name}.scenario comes true with real processes, and leaves nothing behind`,
    ...needed,
    async fn() {
      await using folder = await Folder.create();
      const { code, stdout, stderr } = await folder.play(`${SHIPPED}${name}.scenario`);
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, /^passed: [^\n]+\n$/);
      assertEquals([folder.left, processesWith(folder.path)], [[], []]);
    },
  });
}

const FAULTS = `
start alice bob charly
cut alice | bob charly
alice: one
expect not "alice: one" on bob charly for 1s
heal
expect "alice: one" on bob charly within 15s
wait 3s
cut alice -> bob charly
bob: two
expect "bob: two" on charly
expect not "bob: two" on alice for 1s
heal
expect "bob: two" on alice within 15s
latency 300ms
alice: three
expect not "alice: three" on bob for 200ms
expect "alice: three" on bob
heal
pause bob for 2s
alice: four
expect not "alice: four" on bob for 1s
expect "alice: four" on bob within 5s
cut alice | bob # charly, who has both, hands on what they say
alice: five
expect "alice: five" on bob within 5s
heal
loss 10%
alice: six
expect "alice: six"
expect never "failed"
`;

Deno.test({
  name: "between real processes a relay cuts, delays and loses, and they find together again",
  ...needed,
  async fn() {
    await using folder = await Folder.create();
    const { code, stderr } = await folder.play(await folder.file(FAULTS));
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test({
  name: "a registry of its own is a process too, and can be cut off",
  ...needed,
  async fn() {
    await using folder = await Folder.create();
    const { code, stderr } = await folder.play(
      await folder.file(
        "bootstrap start\nstart alice\ncut others | bootstrap\nstart bob\nexpect exit 3 on bob\n" +
          "heal\nstart bob\nmembers == 2\nbootstrap stop\nbootstrap start\n",
      ),
    );
    assertEquals([code, stderr], [0, ""]);
  },
});

/** With the registry dead, only what bob's disk has of alice leads him back to her. */
const MACHINES = `
bootstrap start
start alice bob
start mallory --label other
members == 1 on mallory
members == 2 on alice bob
wait 2s
bootstrap stop
crash bob
start bob
members == 2 on alice bob
crash bob
start bob --without-disk
expect exit 3 on bob
`;

Deno.test({
  name: "a real process comes back with its disk, or as a new machine, and a label keeps it apart",
  ...needed,
  async fn() {
    await using folder = await Folder.create();
    const { code, stderr } = await folder.play(await folder.file(MACHINES));
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test({
  name: "a real process that is killed has crashed, and has not ended with a code",
  ...needed,
  async fn() {
    await using folder = await Folder.create();
    const file = await folder.file("start alice\ncrash alice\nwait 1s\nexpect exit 137 on alice\n");
    const { code, stderr } = await folder.play(file);
    assertEquals(code, 5);
    assertMatch(stderr, /^parley: [^\n]+:4: expect exit 137 on alice: alice crashed\n/);
  },
});

Deno.test({
  name: "what does not come true with real processes is told as on virtual time",
  ...needed,
  async fn() {
    await using folder = await Folder.create();
    const file = await folder.file('start alice bob\nalice: hello\nexpect "goodbye" on bob within 1s\n');
    const { code, stderr } = await folder.play(file, "--seed=9");
    assertEquals(code, 5);
    const [head, ...lines] = stderr.trimEnd().split("\n");
    assertEquals(head, `parley: ${file}:3: expect "goodbye" on bob within 1s: not shown on bob within 1 s`);
    assertMatch(lines.join("\n"), /^ {2}at \d\d:\d\d\.\d{3}, seed 9\n {2}last on bob's screen:\n[^]* alice: hello\n/);
    assertEquals(lines.at(-1), `  again: deno task scenario ${file} --seed 9 --processes`);
    assertEquals([folder.left, processesWith(folder.path)], [[], []]);
  },
});

/** Ends a run as soon as it has come to `step`; its exit code, and what it complained of. */
async function endAt(step: string, run: Deno.ChildProcess, signal: Deno.Signal): Promise<readonly [number, string]> {
  const [stdout, stderr] = [new Collected(run.stdout), new Collected(run.stderr)];
  stdout.start();
  stderr.start();
  await find(() => stdout.text.includes(step) || undefined, 30_000, () => `"${step}" in ${stdout.text}`);
  run.kill(signal);
  const { code } = await run.status;
  await Promise.all([stdout.done, stderr.done]);
  return [code, stderr.text];
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `${signal} ends a run and all its processes, also those that stand still, and says where it was`,
    ...needed,
    async fn() {
      await using folder = await Folder.create();
      const run = folder.spawn(await folder.file("start alice bob\npause bob\nwait 1h\n"), "--processes");
      const [ended, stderr] = await endAt("wait 1h", run, signal);
      assertEquals(ended, code);
      assertMatch(stderr, /^parley: [^\n]+: stopped at \d\d:\d\d\.\d{3}, seed 1\n$/);
      assertEquals([folder.left, processesWith(folder.path)], [[], []]);
    },
  });
}

Deno.test("a run on virtual time can be ended too", async () => {
  await using folder = await Folder.create();
  const run = folder.spawn(await folder.file("start alice bob charly dora\nrepeat 1000\nwait 1h\nend\n"));
  const [ended, stderr] = await endAt("wait 1h", run, "SIGINT");
  assertEquals(ended, 130);
  assertMatch(stderr, /^parley: [^\n]+: stopped at \d+:\d\d\.\d{3}, seed 1\n$/);
});
