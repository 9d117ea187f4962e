import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { seededRandom, systemRandom } from "../../../actors/runtime/random.ts";

const draws = (random: { next(): number }, count = 20): number[] => Array.from({ length: count }, () => random.next());

Deno.test("the same seed draws the same, another seed other numbers", () => {
  assertEquals(draws(seededRandom(42)), draws(seededRandom("42")));
  assertNotEquals(draws(seededRandom(42)), draws(seededRandom(43)));
  assertNotEquals(draws(seededRandom("")), draws(seededRandom("0")));
});

Deno.test("next() stays within [0, 1) and is spread evenly", () => {
  const random = seededRandom("even");
  const buckets = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const value = random.next();
    assert(value >= 0 && value < 1);
    buckets[Math.floor(value * 10)]! += 1;
  }
  for (const count of buckets) assert(count > 850 && count < 1150, `a tenth has ${count} of 10,000`);
});

Deno.test("below() gives every integer under its limit and no other", () => {
  const random = seededRandom("below");
  const seen = new Set(Array.from({ length: 1000 }, () => random.below(7)));
  assertEquals([...seen].toSorted(), [0, 1, 2, 3, 4, 5, 6]);
  assertEquals(random.below(1), 0);
});

Deno.test("bytes() has the length asked for and uses all values", () => {
  const random = seededRandom("bytes");
  assertEquals(random.bytes(0).length, 0);
  assertEquals(new Set(random.bytes(10_000)).size, 256);
});

Deno.test("uuid() is a version 4 UUID and differs each time", () => {
  const random = seededRandom("uuid");
  const ids = Array.from({ length: 1000 }, () => random.uuid());
  for (const id of ids) assertMatch(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertEquals(new Set(ids).size, 1000);
});

Deno.test("child() depends on seed and label, not on what was drawn before", () => {
  const [fresh, used] = [seededRandom(1), seededRandom(1)];
  draws(used);
  assertEquals(draws(fresh.child("a")), draws(used.child("a")));
  assertNotEquals(draws(fresh.child("a")), draws(fresh.child("b")));
  assertNotEquals(draws(fresh.child("a")), draws(seededRandom(2).child("a")));
});

Deno.test("neighbouring seeds share nothing in their first draws", () => {
  const first = Array.from({ length: 1000 }, (_, seed) => seededRandom(seed).next());
  assertEquals(new Set(first).size, 1000);
  const mean = first.reduce((sum, value) => sum + value) / first.length;
  assert(mean > 0.45 && mean < 0.55, `mean ${mean}`);
});

Deno.test("systemRandom() differs each time", () => {
  assertNotEquals(draws(systemRandom()), draws(systemRandom()));
});
