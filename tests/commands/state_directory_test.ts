/** What a peer keeps below the state directory, with the permissions that the tasks give. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { freePort } from "../support/free_port.ts";

type Run = Readonly<{ code: number; stdout: string; stderr: string }>;

const ROOT = new URL("../../", import.meta.url).pathname;

function test(name: string, run: (home: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const home = await Deno.makeTempDir();
    try {
      await run(home);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  });
}

/** `deno task peer alice`, alone, with its input ended already. */
async function alice(home: string, ...flags: readonly string[]): Promise<Run> {
  const { code, stdout, stderr } = await task(home, ["peer", "alice", "--bootstrap", `local:${freePort()}`, ...flags])
    .output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

function task(home: string, args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", ...args],
    cwd: ROOT,
    env: {
      XDG_STATE_HOME: `${home}/state`,
      XDG_DATA_HOME: `${home}/data`,
      XDG_CONFIG_HOME: `${home}/config`,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

test("deno task peer --log-file NAME writes below the state directory, which it makes", async (home) => {
  const { code, stderr } = await alice(home, "--log-file", "alice.log", "--log-level", "debug");
  assertEquals([code, stderr], [0, ""]);
  const lines = (await Deno.readTextFile(`${home}/state/parley/alice.log`)).trim().split("\n");
  assert(lines.length > 1 && lines.every((line) => JSON.parse(line).event !== undefined));
  assertEquals((await Deno.stat(`${home}/state/parley`)).mode! & 0o777, 0o700);
});

test("deno task peer --log-file elsewhere is refused in one sentence", async (home) => {
  const { code, stdout, stderr } = await alice(home, "--log-file", `${home}/alice.log`);
  assertEquals([code, stdout, stderr], [1, "", `parley: the log ${home}/alice.log may not be written\n`]);
});

test("deno task bootstrap --log-file NAME writes there as well", async (home) => {
  const registry = task(home, [
    "bootstrap",
    "--listen",
    `127.0.0.1:${freePort()}`,
    "--log-file",
    "registry.log",
    "--log-level",
    "debug",
  ]).spawn();
  const reader = registry.stdout.getReader();
  const first = await reader.read(); // said when the log is open
  registry.kill("SIGTERM"); // which the task runner passes on
  await Promise.all([registry.status, reader.cancel(), registry.stderr.cancel()]);
  assertStringIncludes(new TextDecoder().decode(first.value), "The registry answers at");
  assert((await Deno.stat(`${home}/state/parley/registry.log`)).isFile);
});

test("a state that is corrupt is told once, and replaced by a good one", async (home) => {
  const path = `${home}/state/parley/alice.json`;
  await Deno.mkdir(`${home}/state/parley`, { recursive: true });
  await Deno.writeTextFile(path, "{");
  const first = await alice(home);
  assertEquals(first.code, 0);
  assertEquals(first.stderr.split(`${path} does not hold a peer's state`).length - 1, 1, first.stderr);
  assertEquals((await alice(home)).stderr, "");
});

test("a state that is missing is no trouble", async (home) => {
  assertEquals((await alice(home)).stderr, "");
});
