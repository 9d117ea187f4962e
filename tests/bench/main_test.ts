/** The command itself, with arguments that make it measure nothing. */
import { assertEquals, assertStringIncludes } from "@std/assert";

async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=bench", "bench/main.ts", ...args],
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("bench --help names the suites", async () => {
  const { code, stdout } = await bench("--help");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "[wire|actors] [--json] [--rounds N]");
  assertStringIncludes(stdout, "deno task bench membership [--json] [--rounds N] [--nodes N,N]");
  assertStringIncludes(stdout, "deno task bench broadcast [--json] [--rounds N] [--peers N,N]");
});

for (
  const [args, complaint] of [
    [["actor"], "not understood: actor"],
    [["--rounds"], "--rounds is 1 to 1000"],
    [["--rounds", "0"], "--rounds is 1 to 1000"],
    [["--rounds", "two"], "--rounds is 1 to 1000"],
    [["--kills", "3"], "not understood: --kills"],
    [["membership", "--kills", "-1"], "--kills is 0 to 1000"],
    [["membership", "--nodes", "16,1"], "--nodes are 2 to 100"],
    [["membership", "--nodes"], "--nodes are 2 to 100"],
    [["membership", "--profiles", "lan,man"], "--profiles are lan,local,wan"],
    [["membership", "--idle", "1.5"], "--idle is 0 to 3600"],
    [["membership", "--peers", "3"], "not understood: --peers"],
    [["broadcast", "--peers", "two"], "--peers are 3 to 36"],
    [["broadcast", "--kills", "3"], "not understood: --kills"],
  ] as const
) {
  Deno.test(`bench ${args.join(" ")} is a usage error`, async () => {
    const { code, stdout, stderr } = await bench(...args);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, complaint);
  });
}
