import { assert, assertEquals, assertMatch } from "@std/assert";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

async function experiment(...args: readonly string[]) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=sim", MAIN, "experiment", ...args],
    env: { XDG_CONFIG_HOME: "/nowhere", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("an experiment prints a table with a row for each size, and each row on stderr when it is known", async () => {
  const { code, stdout, stderr } = await experiment("swim", "--sizes", "3,4");
  assertEquals(code, 0);
  assertMatch(stdout, /^\| peers \|.*\n\| -+ \|.*\n\| 3 {5}\| [12]\.\d\d .*\n\| 4 {5}\| [12]\.\d\d .*\n$/);
  assertEquals(stderr.trimEnd().split("\n").length, 2);
});

Deno.test("with --json each row is an object, with the seed", async () => {
  const { code, stdout, stderr } = await experiment("swim", "--sizes", "3", "--seed", "7", "--json");
  assertEquals([code, stderr], [0, ""]);
  const row = JSON.parse(stdout);
  assertEquals([row.v, row.type, row.seed, row.peers], [1, "swim", "7", 3]);
  assert(row.suspectedAfterPeriods > 1 && row.suspectedAfterPeriods < 3);
});
