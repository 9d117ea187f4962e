import { assert, assertEquals } from "@std/assert";
import { CACHED_BYTES_MAX, CACHED_MAX, MessageCache } from "../../../../actors/broadcaster/plumtree/message_cache.ts";
import { newRumour, type Rumour } from "../../../../actors/broadcaster/rumour.ts";

function rumour(sequence: number, bytes = 1): Rumour {
  const payload = new Uint8Array(bytes);
  return newRumour({ way: "tree", topic: "t", author: "x", epoch: 1, sequence, ageMs: 0, payload });
}

Deno.test("a rumour is found by its author, epoch and number", () => {
  const cache = new MessageCache();
  cache.put(rumour(7), true);
  assertEquals(cache.get("x", 1, 7)?.wasPulled, true);
  assertEquals([cache.get("y", 1, 7), cache.get("x", 2, 7), cache.get("x", 1, 8)], [undefined, undefined, undefined]);
});

Deno.test("of too many, the oldest go", () => {
  const cache = new MessageCache();
  for (let n = 1; n <= CACHED_MAX + 2; n++) cache.put(rumour(n), false);
  assertEquals([cache.size, cache.get("x", 1, 2), cache.get("x", 1, 3)?.rumour.sequence], [CACHED_MAX, undefined, 3]);
});

Deno.test("of too many bytes as well", () => {
  const cache = new MessageCache();
  const bytes = 16_000;
  for (let n = 1; n <= 300; n++) cache.put(rumour(n, bytes), false);
  assert(cache.bytes <= CACHED_BYTES_MAX && cache.bytes > CACHED_BYTES_MAX - 2 * bytes, `${cache.bytes}`);
  assertEquals(
    cache.bytes,
    [...Array(300).keys()].reduce((sum, n) => {
      return sum + (cache.get("x", 1, n + 1)?.rumour.bytes.length ?? 0);
    }, 0),
  );
});
