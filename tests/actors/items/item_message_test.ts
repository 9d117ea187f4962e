import { encode } from "@msgpack/msgpack";
import { assert, assertEquals } from "@std/assert";
import type { Item } from "../../../actors/items/item_map.ts";
import {
  decodeItemMessage,
  encodeItemMessage,
  encodeItems,
  ITEM_TEXT_BYTES_MAX,
  type ItemMessage,
} from "../../../actors/items/item_message.ts";
import { RUMOUR_PAYLOAD_BYTES_MAX } from "../../../actors/broadcaster/rumour.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";

const MESSAGES: readonly ItemMessage[] = [
  { type: "items", items: [] },
  {
    type: "items",
    items: [
      { key: "k", text: "v w", time: { ms: 3, count: 1 }, author: "alice" },
      { key: "gone", text: undefined, time: { ms: 8_640_000_000_000_000, count: 2 ** 52 }, author: "bob" },
    ],
  },
  { type: "digest", digest: 4_294_967_295 },
  { type: "want" },
];

for (const message of MESSAGES) {
  Deno.test(`${JSON.stringify(message)} comes back as it was`, () => {
    assertEquals(decodeItemMessage(encodeItemMessage(message)), message);
  });
}

const BAD: readonly unknown[] = [
  null,
  [],
  [2, 2, null],
  [1, 3, null],
  [1, 0, "items"],
  [1, 0, [["k", "v", 1]]],
  [1, 0, [["", "v", 1, 0, "a"]]],
  [1, 0, [["two words", "v", 1, 0, "a"]]],
  [1, 0, [["k".repeat(129), "v", 1, 0, "a"]]],
  [1, 0, [["k", "", 1, 0, "a"]]],
  [1, 0, [["k", "v".repeat(4_097), 1, 0, "a"]]],
  [1, 0, [["k", "é".repeat(2_049), 1, 0, "a"]]],
  [1, 0, [["k", 7, 1, 0, "a"]]],
  [1, 0, [["k", "v", -1, 0, "a"]]],
  [1, 0, [["k", "v", 0.5, 0, "a"]]],
  [1, 0, [["k", "v", 8_640_000_000_000_001, 0, "a"]]],
  [1, 0, [["k", "v", 1, -1, "a"]]],
  [1, 0, [["k", "v", 1, "0", "a"]]],
  [1, 0, [["k", "v", 1, "a"]]],
  [1, 0, [["k", "v", 1, 0, ""]]],
  [1, 0, [["k", "v", 1, 0, "a"], null]],
  [1, 0, Array(2_049).fill(["k", "v", 1, 0, "a"])],
  [1, 1, -1],
  [1, 1, "7"],
];

for (const value of BAD) {
  Deno.test(`no message is in ${JSON.stringify(value).slice(0, 60)}`, () => {
    assertEquals(decodeItemMessage(encode(value)), undefined);
  });
}

Deno.test("no bytes make the decoder throw", () => {
  const random = seededRandom("bytes");
  const good = MESSAGES.map(encodeItemMessage);
  for (let round = 0; round < 5_000; round++) {
    const bytes = round % 2 === 0 ? random.bytes(random.below(40)) : good[random.below(good.length)]!.slice();
    if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
    decodeItemMessage(bytes);
  }
});

Deno.test("however many items there are, each message fits a rumour, and none is missing", () => {
  const items = Array.from({ length: 40 }, (_, at): Item => ({
    key: `${at}`.padStart(128, "k"),
    text: "v".repeat(at % 3 === 0 ? ITEM_TEXT_BYTES_MAX : 100),
    time: { ms: at, count: 0 },
    author: "a".repeat(256),
  }));
  const messages = encodeItems(items);
  assert(messages.length > 1);
  for (const bytes of messages) assert(bytes.length <= RUMOUR_PAYLOAD_BYTES_MAX, String(bytes.length));
  const back = messages.map(decodeItemMessage).flatMap((message) => message?.type === "items" ? message.items : []);
  assertEquals(back, items);
});
