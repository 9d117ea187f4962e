import { assert, assertEquals } from "@std/assert";
import { type Item, ItemMap, ITEMS_MAX } from "../../../actors/items/item_map.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";

const item = (key: string, text: string | undefined, time: number, author = "alice"): Item => ({
  key,
  text,
  time: { ms: time, count: 0 },
  author,
});

function merged(items: readonly Item[]): ItemMap {
  const map = new ItemMap();
  for (const one of items) map.merge(one);
  return map;
}

Deno.test("the later claim of a key holds, whichever comes first", () => {
  const [early, late] = [item("k", "early", 1), item("k", "late", 2)];
  for (const order of [[early, late], [late, early]]) assertEquals(merged(order).entries, [["k", "late"]]);
});

Deno.test("of two claims at the same time all keep the same one", () => {
  const [hers, his] = [item("k", "hers", 1, "alice"), item("k", "his", 1, "bob")];
  for (const order of [[hers, his], [his, hers]]) assertEquals(merged(order).entries, [["k", "his"]]);
  const [a, b] = [item("k", "a", 1), item("k", "b", 1)];
  for (const order of [[a, b], [b, a]]) assertEquals(merged(order).entries, [["k", "b"]]);
});

Deno.test("what was deleted does not come back with who was away", () => {
  const map = merged([item("k", "v", 1)]);
  map.set("k", undefined, "bob", 0);
  assertEquals(map.merge(item("k", "v", 1)), false);
  assertEquals(map.entries, []);
  assertEquals(map.has("k"), false);
});

Deno.test("whoever changes a key after hearing of it has the last word", () => {
  const map = merged([item("other", "x", 41, "zoe")]);
  const later = { key: "k", text: "v", author: "alice" };
  assertEquals(map.set("k", "v", "alice", 7), { ...later, time: { ms: 41, count: 1 } }, "its clock is behind");
  assertEquals(map.set("k", "v", "alice", 50), { ...later, time: { ms: 50, count: 0 } });
});

Deno.test("who claims the last moment that a clock can show has not the last word for ever", () => {
  const last = 8_640_000_000_000_000;
  const map = merged([item("k", "v", last)]);
  assertEquals(map.set("k", "w", "alice", 0)?.time, { ms: last, count: 1 });
  assertEquals(map.entries, [["k", "w"]]);
});

Deno.test("beyond the greatest time of all nothing is claimed", () => {
  const greatest = { key: "k", text: "v", time: { ms: 8_640_000_000_000_000, count: 2 ** 52 }, author: "zoe" };
  const map = merged([greatest]);
  assertEquals(map.set("k", "w", "alice", 0), undefined);
  assertEquals(map.entries, [["k", "v"]]);
});

Deno.test("a key more than there is room for is refused, but not the change of one that is there", () => {
  const map = new ItemMap();
  for (let at = 0; at < ITEMS_MAX; at++) assert(map.set(`k${at}`, "v", "alice", 0));
  assertEquals(map.set("more", "v", "alice", 0), undefined);
  assert(map.set("k0", "w", "alice", 0));
  assert(map.set("k0", undefined, "alice", 0));
  assert(map.set("more", "v", "alice", 0));
});

Deno.test("what is older than all that there is room for changes nothing", () => {
  const map = new ItemMap();
  map.merge(item("early", "v", 5));
  for (let at = 0; at < ITEMS_MAX; at++) map.merge(item(`k${at}`, "v", 10));
  assertEquals(map.has("early"), false, "it had to give way");
  assertEquals(map.merge(item("earlier", "v", 1)), false);
  assertEquals(map.entries.length, ITEMS_MAX);
  assertEquals(map.crowdedOut, 2);
});

Deno.test("the same claims in any order, more than there is room for, make the same map and the same digest", () => {
  const random = seededRandom("items");
  const claims = Array.from({ length: 3 * ITEMS_MAX }, (_, at): Item => {
    const text = random.below(3) === 0 ? undefined : `text ${random.below(5)}`;
    return item(`k${random.below(2 * ITEMS_MAX)}`, text, at % 700 + 1, random.below(2) === 0 ? "alice" : "bob");
  });
  const first = merged(claims);
  for (let round = 0; round < 5; round++) {
    const shuffled = claims.map((one) => ({ one, at: random.next() })).sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
    const other = merged(shuffled);
    // A claim that was crowded out may be missed until the maps are compared.
    for (let exchange = 0; exchange < 3; exchange++) {
      for (const one of [...first.claims]) other.merge(one);
      for (const one of [...other.claims]) first.merge(one);
    }
    assertEquals(other.entries, first.entries);
    assertEquals(other.digest(), first.digest());
  }
  assert(first.entries.length <= ITEMS_MAX);
});

Deno.test("maps that differ in anything have different digests", () => {
  const digests = [
    [],
    [item("k", "v", 1)],
    [item("k", "w", 1)],
    [item("k", undefined, 1)],
    [item("k", "v", 2)],
    [{ ...item("k", "v", 1), time: { ms: 1, count: 1 } }],
    [item("k", "v", 1, "bob")],
    [item("l", "v", 1)],
  ].map((items) => merged(items).digest());
  assertEquals(new Set(digests).size, digests.length);
});
