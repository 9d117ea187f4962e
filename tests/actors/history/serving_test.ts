import { assert, assertEquals } from "@std/assert";
import { newServingCounters, Serving } from "../../../actors/history/serving.ts";
import { ALICE, BOB } from "../../support/entries.ts";

const MIB = 1024 * 1024;
const span = (first: number, log = ALICE) => ({ log, first, last: 600 });

/** Somebody who has sent bob all that one may have at once. */
function spent() {
  const counters = newServingCounters();
  const serving = new Serving(counters);
  assert(serving.asks("bob", span(1), 0));
  serving.sent("bob", 4 * MIB);
  return { serving, counters };
}

Deno.test("who wants little is served at once", () => {
  const counters = newServingCounters();
  const serving = new Serving(counters);
  for (let n = 1; n <= 100; n++) {
    assert(serving.asks("bob", span(n), n * 100));
    serving.sent("bob", 90 * 1024);
  }
  assertEquals(counters, { "wishes served": 100, "wishes that waited": 0, "wishes given up": 0 });
});

Deno.test("who has had much waits until it comes back, 8 MiB a second, and nobody else does", () => {
  const { serving } = spent();
  assertEquals([serving.asks("bob", span(2), 0), serving.isWaiting], [false, true]);
  assertEquals(serving.next(0), []);
  assert(serving.asks("charly", span(2), 0));
  assertEquals(serving.next(1), [], "a debt is paid first");
  assertEquals(serving.next(10), [{ from: "bob", span: span(2) }]);
  assertEquals([serving.isWaiting, serving.next(20)], [false, []]);
});

Deno.test("what one waits for comes in its order, one at a time, also where more could be had at once", () => {
  const { serving, counters } = spent();
  for (const first of [2, 3, 4]) serving.asks("bob", span(first), 0);
  assertEquals([1, 2, 3].flatMap(() => serving.next(1_000)).map(({ span: { first } }) => first), [2, 3, 4]);
  assertEquals([counters["wishes that waited"], serving.isWaiting], [3, false]);
});

Deno.test("who has a wish that waits does not overtake itself", () => {
  const { serving } = spent();
  serving.asks("bob", span(2), 0);
  assertEquals(serving.asks("bob", span(3), 5_000), false);
  assertEquals([serving.next(5_000), serving.next(5_000)].map(([wish]) => wish?.span.first), [2, 3]);
});

Deno.test("the same wish waits once, eight of one, and 256 of all", () => {
  const { serving, counters } = spent();
  serving.asks("bob", span(2), 0);
  serving.asks("bob", span(2), 0);
  assertEquals(counters["wishes given up"], 1);
  serving.asks("bob", span(2, BOB), 0);
  for (let n = 3; n <= 20; n++) serving.asks("bob", span(n), 0);
  assertEquals([counters["wishes that waited"], counters["wishes given up"]], [8, 13]);
  for (let n = 0; n < 60; n++) {
    assert(serving.asks(`peer ${n}`, span(1), 0));
    serving.sent(`peer ${n}`, 4 * MIB);
    for (let first = 2; first <= 9; first++) serving.asks(`peer ${n}`, span(first), 0);
  }
  assertEquals(counters["wishes that waited"], 256);
});

Deno.test("with who is gone go its wishes, and others have their room", () => {
  const { serving, counters } = spent();
  for (let n = 2; n <= 9; n++) serving.asks("bob", span(n), 0);
  serving.gone("bob");
  serving.gone("nobody");
  assertEquals([serving.isWaiting, serving.next(10_000)], [false, []]);
  serving.asks("bob", span(2), 0);
  assertEquals(counters["wishes given up"], 0);
});

Deno.test("a small answer costs as well, and is not waited for", () => {
  const { serving, counters } = spent();
  assertEquals([serving.affords("bob", 0), serving.affords("charly", 0)], [false, true]);
  assertEquals([serving.isWaiting, counters["wishes given up"]], [false, 1]);
});
