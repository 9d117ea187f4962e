import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { keepUnread, unreadIn } from "../../../actors/history/unread.ts";

Deno.test("what is unread is kept by room, of so many rooms the latest, safe from a crash", () => {
  const store = new MemoryStore();
  assertEquals(unreadIn(store), []);
  keepUnread(store, [["dev" as RoomName, 3], ["Зал" as RoomName, 1]]);
  store.crash();
  assertEquals(unreadIn(store), [["dev" as RoomName, 3], ["Зал" as RoomName, 1]]);
  const many = Array.from({ length: 70 }, (_, at) => [`room-${at}` as RoomName, 1] as const);
  keepUnread(store, many);
  assertEquals(unreadIn(store), many.slice(6));
  store.remember("unread", JSON.stringify(many));
  assertEquals(unreadIn(store), many.slice(0, 64));
  keepUnread(store, []);
  assertEquals([unreadIn(store), store.recall("unread")], [[], undefined]);
});

Deno.test("of what is damaged, what is whole is unread", () => {
  const store = new MemoryStore();
  const texts = [
    "{",
    "7",
    "{}",
    JSON.stringify([["#dev", 1], ["a b", 1], ["dev", 0], ["dev", 1.5], ["dev", "1"], [7, 1], 7, ["ops", 2]]),
  ];
  const read = texts.map((text) => {
    store.remember("unread", text);
    return unreadIn(store);
  });
  assertEquals(read, [[], [], [], [["ops" as RoomName, 2]]]);
});
