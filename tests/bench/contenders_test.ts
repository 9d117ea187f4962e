/** Every contender does all of every workload: each unit of work checks itself that nothing is lost or doubled. */
import { assertEquals } from "@std/assert";
import { measureApart } from "../../bench/harness.ts";
import type { Figures } from "../../bench/suite.ts";
import { SUITES } from "../../bench/suites.ts";

const OPERATIONS: Readonly<Record<string, Figures>> = {
  wire: Object.fromEntries(
    ["encode", "decode"].flatMap((direction) =>
      ["ping", "ack", "alive", "suspect", "packet", "push_pull"].map((sample) => [`${direction}_${sample}`, 100])
    ),
  ),
  actors: { tell: 1_000, burst: 5_000, ping_pong: 500, ask: 100, fan_in: 5_000, spawn: 100, idle_heap: 500 },
};

for (const { name, benches, contenders } of SUITES) {
  for (const contender of contenders) {
    Deno.test(`${contender} does all of the ${name} suite's work once`, { timeout: 30_000 }, async () => {
      const figures = await measureApart(name, contender, "once");
      assertEquals(figures, OPERATIONS[name]);
      assertEquals(Object.keys(figures), benches.map((bench) => bench.name));
    });
  }
}
