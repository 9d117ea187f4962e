import { assert, assertEquals } from "@std/assert";
import { Announcements, NEAREST } from "../../../../actors/broadcaster/plumtree/announcements.ts";
import { SPANNED_MAX } from "../../../../actors/broadcaster/plumtree/span.ts";
import { seededRandom } from "../../../../actors/runtime/random.ts";
import type { Address } from "../../../../transport/address.ts";

const [ANNA, BERT] = ["127.0.0.1:1", "127.0.0.1:2"] as [Address, Address];

function told(...peers: readonly Address[]) {
  const announcements = new Announcements(seededRandom("announcements"));
  for (const peer of peers) announcements.meet(peer, NEAREST);
  return {
    announcements,
    comes: (sequence: number, at = 0) =>
      announcements.add({ author: "x", epoch: 1, sequence, hops: 1 }, undefined, [], at),
    take: (now: number) =>
      announcements.take(now).map(([peer, spans]) => [peer, ...spans.map(({ first, last }) => `${first}-${last}`)]),
  };
}

Deno.test("nobody is told before the wait, and everybody after twice as long; who waits how long is by chance", () => {
  const many = Array.from({ length: 50 }, (_, n) => `127.0.0.1:${n + 1}` as Address);
  const { announcements, comes, take } = told(...many);
  comes(1, 10);
  assert(announcements.earliest >= 10 + NEAREST.afterMs);
  assertEquals(take(9 + NEAREST.afterMs), []);
  const half = take(10 + 1.5 * NEAREST.afterMs).length;
  assert(half > 10 && half < 40, `${half}`);
  assertEquals(take(10 + 2 * NEAREST.afterMs).length, 50 - half);
  assertEquals(announcements.earliest, Infinity);
});

Deno.test("who is not there when something comes is not told of it, nor who has gone", () => {
  const { announcements, comes, take } = told(ANNA);
  comes(1);
  announcements.meet(BERT, NEAREST);
  comes(2);
  announcements.drop(ANNA);
  assertEquals(take(10_000), [[BERT, "2-2"]]);
  announcements.drop(BERT);
  assertEquals(announcements.earliest, Infinity);
  comes(3);
  announcements.meet(ANNA, NEAREST);
  comes(4);
  announcements.drop(ANNA);
  assertEquals([announcements.earliest, take(20_000)], [Infinity, []]);
});

Deno.test("who is met again is told what he would have been told", () => {
  const { announcements, comes, take } = told(ANNA);
  comes(1);
  announcements.meet(ANNA, NEAREST);
  assertEquals(take(10_000), [[ANNA, "1-1"]]);
});

Deno.test("under load everybody is told at once of so many", () => {
  const { announcements, comes, take } = told(ANNA, BERT);
  for (let n = 1; n < NEAREST.atOnce; n++) comes(n);
  assertEquals(take(1), []);
  comes(NEAREST.atOnce);
  assert(announcements.earliest <= 1);
  assertEquals(take(1), [[ANNA, `1-${NEAREST.atOnce}`], [BERT, `1-${NEAREST.atOnce}`]]);
});

Deno.test("what is too much to be told is dropped, the oldest first, and counted", () => {
  const { announcements, comes, take } = told();
  announcements.meet(ANNA, { ...NEAREST, atOnce: Infinity });
  for (let n = 1; n <= SPANNED_MAX; n++) comes(n);
  assertEquals(announcements.dropped, 0);
  comes(SPANNED_MAX + 1);
  assertEquals(announcements.dropped, SPANNED_MAX / 2);
  assertEquals(take(10_000), [[ANNA, `${SPANNED_MAX / 2 + 1}-${SPANNED_MAX + 1}`]]);
});

Deno.test("who waits longer does not make others wait", () => {
  const { announcements, take } = told(ANNA);
  announcements.meet(BERT, { ...NEAREST, afterMs: 10 * NEAREST.afterMs });
  announcements.add({ author: "x", epoch: 1, sequence: 1, hops: 1 }, ANNA, [], 0);
  announcements.add({ author: "x", epoch: 1, sequence: 2, hops: 1 }, undefined, [], 1);
  assert(announcements.earliest <= 1 + 2 * NEAREST.afterMs);
  assertEquals(take(2 * NEAREST.afterMs + 1), [[ANNA, "2-2"]]);
  assertEquals(take(20 * NEAREST.afterMs), [[BERT, "1-2"]]);
});

Deno.test("nobody is told of what he was sent or has brought, nor made to name it", () => {
  const { announcements, take } = told(ANNA, BERT);
  const comes = (sequence: number, from: Address | undefined, ...sentTo: readonly Address[]) =>
    announcements.add({ author: "x", epoch: 1, sequence, hops: 1 }, from, sentTo, 0);
  comes(1, undefined, BERT);
  comes(2, BERT);
  comes(3, undefined);
  comes(4, ANNA);
  comes(5, undefined, BERT);
  announcements.known(BERT, [{ author: "x", epoch: 1, first: 3, last: 3, hops: 1 }]);
  assertEquals(take(10_000), [[ANNA, "1-3", "5-5"], [BERT, "4-4"]]);
  comes(6, undefined, ANNA);
  comes(7, BERT, ANNA);
  comes(8, undefined, ANNA);
  announcements.known(BERT, [6, 8].map((n) => ({ author: "x", epoch: 1, first: n, last: n, hops: 1 })));
  assertEquals(take(20_000), []);
});
