import { assertEquals } from "@std/assert";
import { Arrivals, isHeld, missing, rateOf, recoveryMs, waits, wasSaid } from "../../../bench/broadcast/arrivals.ts";

/** Peers 0 and 2 listen to peer 1; `rows` are of a message each: when it was said, then when each peer had it. */
function arrivalsOf(...rows: readonly (readonly [number | undefined, ...(number | undefined)[]])[]): Arrivals {
  const arrivals = new Arrivals(rows.length, 3);
  for (const [message, [saidAtMs, ...heardAtMs]] of rows.entries()) {
    if (saidAtMs !== undefined) arrivals.said(message, saidAtMs);
    heardAtMs.forEach((atMs, peer) => atMs !== undefined && arrivals.heard(peer, message, atMs));
  }
  return arrivals;
}

const LISTENERS = [0, 2];
const LATE_MS = 1_000;

Deno.test("a message takes until the last of the listeners has it, however soon its author shows it", () => {
  const arrivals = arrivalsOf([10, 15, 11, 13], [20, 21, 90, 28]);
  assertEquals(waits(arrivals, LISTENERS, wasSaid(arrivals), LATE_MS), [5, 8]);
});

Deno.test("a message that one of them never had counts as late and as missing there", () => {
  const arrivals = arrivalsOf([10, 15, 11, 13], [20, 21]);
  assertEquals(waits(arrivals, LISTENERS, wasSaid(arrivals), LATE_MS), [5, LATE_MS]);
  assertEquals(missing(arrivals, LISTENERS, wasSaid(arrivals)), 1);
  assertEquals([arrivals.isWhole(LISTENERS), arrivals.isWhole([0])], [false, true]);
});

Deno.test("what was never said is not missed", () => {
  const arrivals = arrivalsOf([10, 15, 11, 13], [undefined]);
  assertEquals(waits(arrivals, LISTENERS, wasSaid(arrivals), LATE_MS), [5]);
  assertEquals(missing(arrivals, LISTENERS, wasSaid(arrivals)), 0);
});

Deno.test("what a dead author took along is not missed; what one of those who are left has, the others should have", () => {
  const arrivals = arrivalsOf([10, 15], [20], [30, 31, 31, 32]);
  assertEquals(missing(arrivals, LISTENERS, isHeld(arrivals, LISTENERS)), 1);
  assertEquals(waits(arrivals, LISTENERS, isHeld(arrivals, LISTENERS), LATE_MS), [LATE_MS, 2]);
});

Deno.test("a message that comes again is counted and changes nothing", () => {
  const arrivals = arrivalsOf([10, 15, 11, 13]);
  arrivals.heard(2, 0, 99);
  assertEquals(arrivals.doubled, 1);
  assertEquals(waits(arrivals, LISTENERS, wasSaid(arrivals), LATE_MS), [5]);
  assertEquals(arrivals.delivered(LISTENERS), 2);
});

Deno.test("recovery is the longest that somebody was without a message, from the death or from when it was said", () => {
  const arrivals = arrivalsOf([10, 140, 11, 13], [110, 111, 111, 125], [120, 121, 121, 130]);
  assertEquals(recoveryMs(arrivals, LISTENERS, wasSaid(arrivals), LATE_MS, 100), 40);
  assertEquals(recoveryMs(arrivals, LISTENERS, wasSaid(arrivals), LATE_MS, 0), 130);
});

Deno.test("where all had everything before the death, recovery took no time; where something is lost, it is late", () => {
  const before = arrivalsOf([10, 15, 11, 13]);
  assertEquals(recoveryMs(before, LISTENERS, wasSaid(before), LATE_MS, 100), 0);
  const lost = arrivalsOf([10, 15, 11]);
  assertEquals(recoveryMs(lost, LISTENERS, wasSaid(lost), LATE_MS, 100), LATE_MS);
});

Deno.test("the rate that was reached is from the first that was said to the last that came, and none if one is missing", () => {
  assertEquals(rateOf(arrivalsOf([0, 10, 5, 10], [10, 20, 5, 500], [20, 100, 5, 100]), LISTENERS), 6);
  assertEquals(rateOf(arrivalsOf([0, 10, 5, 10], [10, 20, 5]), LISTENERS), undefined);
});
