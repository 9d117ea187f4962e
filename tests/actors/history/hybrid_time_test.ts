import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  compareTimes,
  HYBRID_MS_MAX,
  type HybridTime,
  hybridTimeIn,
  laterOf,
  nextTime,
} from "../../../actors/history/hybrid_time.ts";

const anyTime: fc.Arbitrary<HybridTime> = fc.record({
  ms: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: HYBRID_MS_MAX })),
  count: fc.integer({ min: 0, max: 5 }),
});
const anyWall = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.double({ noNaN: true }));

Deno.test("the next time is later than everything seen, whatever the clock says, and is one that others take", () => {
  fc.assert(fc.property(anyWall, fc.option(anyTime, { nil: undefined }), (wallMs, seen) => {
    const next = nextTime(wallMs, seen);
    assertEquals(hybridTimeIn(next.ms, next.count), next);
    if (seen !== undefined) assert(compareTimes(next, seen) > 0);
  }));
});

Deno.test("it is the clock's where that is ahead, and counts on where it is not", () => {
  assertEquals(nextTime(1_000.7, undefined), { ms: 1_000, count: 0 });
  assertEquals(nextTime(1_001, { ms: 1_000, count: 9 }), { ms: 1_001, count: 0 });
  assertEquals(nextTime(1_000, { ms: 1_000, count: 9 }), { ms: 1_000, count: 10 });
  assertEquals(nextTime(5, { ms: 1_000, count: 0 }), { ms: 1_000, count: 1 });
  assertEquals(nextTime(-5, undefined), { ms: 0, count: 0 });
  assertEquals(nextTime(1e300, undefined), { ms: HYBRID_MS_MAX, count: 0 });
  assertEquals(nextTime(1e300, { ms: HYBRID_MS_MAX, count: 3 }), { ms: HYBRID_MS_MAX, count: 4 });
});

Deno.test("times are in one order, by milliseconds and then by count, and the later of two is one of them", () => {
  fc.assert(fc.property(anyTime, anyTime, (a, b) => {
    assertEquals(Math.sign(compareTimes(a, b)), a.ms === b.ms ? Math.sign(a.count - b.count) : Math.sign(a.ms - b.ms));
    const later = laterOf(a, b)!;
    assert(compareTimes(later, a) >= 0 && compareTimes(later, b) >= 0 && (later === a || later === b));
  }));
  const time = { ms: 1, count: 1 };
  assertEquals([laterOf(time, undefined), laterOf(undefined, time), laterOf(undefined, undefined)], [
    time,
    time,
    undefined,
  ]);
});

for (
  const [ms, count] of [[-1, 0], [HYBRID_MS_MAX + 1, 0], [0.5, 0], [NaN, 0], ["1", 0], [1, -1], [1, 0.5], [1, 2 ** 53]]
) {
  Deno.test(`${ms} and ${count} are no time`, () => assertEquals(hybridTimeIn(ms, count), undefined));
}
