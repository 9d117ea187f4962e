import { encode } from "@msgpack/msgpack";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeEntry } from "../../actors/chat_room/entry.ts";
import { decodeBody } from "../../actors/history/entry.ts";
import { decodeLogMessage } from "../../actors/history/log_message.ts";
import { decodeItemMessage } from "../../actors/items/item_message.ts";
import { decodeSound } from "../../transport/sound_msgpack.ts";

Deno.test("what is one whole value comes out as it went in", () => {
  const value = fc.jsonValue().filter((json) => !JSON.stringify(json).includes("__proto__")); // which is refused
  fc.assert(fc.property(value, (json) => assertEquals(decodeSound(encode(json)), JSON.parse(JSON.stringify(json)))));
});

/** An array of 32 million entries, as it claims, in an array of two: `head` is how a message begins. */
function bomb(...head: readonly number[]): Uint8Array {
  const claims = Array.from({ length: 20 }, () => [0xdd, 0x01, 0xff, 0xff, 0xff]).flat();
  return Uint8Array.from([0x90 + head.length + 1, ...head, ...claims]);
}

for (
  const [what, decode, version] of [
    ["a value", decodeSound, 1],
    ["an entry of who is here", decodeEntry, 1],
    ["an entry of a log", decodeBody, 1],
    ["a message about logs", decodeLogMessage, 2],
    ["a message about items", decodeItemMessage, 1],
  ] as const
) {
  Deno.test(`faults row 22: ${what} that claims arrays of millions costs no memory`, () => {
    const before = Deno.memoryUsage().rss;
    for (let round = 0; round < 20; round++) assertEquals(decode(bomb(version)), undefined);
    const grownMiB = (Deno.memoryUsage().rss - before) / 2 ** 20;
    assertEquals(grownMiB < 200, true, `${Math.round(grownMiB)} MiB`);
  });
}

Deno.test("bytes that are cut, or go on, or are none, are no value", () => {
  const bytes = encode([1, "two", { three: [4.5] }]);
  for (let length = 0; length < bytes.length; length++) assertEquals(decodeSound(bytes.subarray(0, length)), undefined);
  assertEquals(decodeSound(Uint8Array.of(...bytes, 0)), undefined);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => void decodeSound(noise)));
});
