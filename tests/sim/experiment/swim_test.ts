import { assert, assertEquals } from "@std/assert";
import { measureSwim } from "../../../sim/experiment/swim.ts";

Deno.test("SWIM: what each sends, and how soon the first suspects who crashed, hardly depend on how many they are", async () => {
  const [few, many] = [await measureSwim("1", 16), await measureSwim("1", 48)];
  for (const row of [few, many]) {
    assert(row.packetsPerSecond >= 2 && row.packetsPerSecond < 2.1, `${row.packetsPerSecond} datagrams`);
    // A period until somebody's probe begins, on the average, and one until that probe is over.
    const { suspectedAfterPeriods: periods, standardErrorPeriods: error } = row;
    assert(Math.abs(periods - 2) < 4 * error && error < 0.3, `${periods} ± ${error} periods`);
    assert(
      row.crashes >= 24 && row.deadAfterMs > 1_000 * periods + 4_000 * Math.log10(row.peers - 1),
      `${row.deadAfterMs} ms`,
    );
    assert(row.spreadMs > 0 && row.spreadMs < 2_000, `${row.spreadMs} ms`);
  }
});

Deno.test("the same seed measures the same, and another seed something else", async () => {
  const row = await measureSwim("1", 5);
  assertEquals(await measureSwim("1", 5), row);
  assert((await measureSwim("2", 5)).suspectedAfterPeriods !== row.suspectedAfterPeriods);
});
