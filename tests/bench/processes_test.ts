import { assert, assertEquals } from "@std/assert";
import { cpuMsIn, cpuMsOf, until } from "../../bench/processes.ts";

Deno.test("processor time is user and system time in ticks of 10 ms, whatever the process calls itself", () => {
  const fields = "S 1 2 3 4 5 6 7 8 9 10 123 45 11 12 20 0 1 0";
  assertEquals(cpuMsIn(`4711 (deno) ${fields}`), 1_680);
  assertEquals(cpuMsIn(`4711 (a ) b (c) ${fields}`), 1_680);
});

Deno.test("this very process has used processor time", { ignore: Deno.build.os !== "linux" }, () => {
  assert(cpuMsOf(Deno.pid) > 0);
});

Deno.test("until() tells whether it came true in time", async () => {
  let looks = 0;
  assertEquals(await until(() => ++looks === 2, 60_000), true);
  assertEquals(await until(() => false, 0), false);
});
