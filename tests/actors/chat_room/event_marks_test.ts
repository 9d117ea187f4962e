/** What a program is told of an entry besides what it says. */
import { assertEquals } from "@std/assert";
import { Audience } from "../../../actors/chat_room/audience.ts";
import { type ChatEvent, eventOf } from "../../../actors/chat_room/chat_event.ts";
import type { RoomMemory } from "../../../actors/chat_room.ts";
import { authorOfLog } from "../../../actors/history/author.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { People } from "../../../actors/history/people.ts";
import { BOB, entryOf, logId } from "../../support/entries.ts";

const DEVICE = logId("c");

const said = entryOf(1, { text: "hi zoe" });
const { room, name: author, wallMs, hash: id } = said;
const plain = { own: false, late: false, foreign: false, ownNames: ["amy"], store: new MemoryStore() };

Deno.test("of an entry of which nothing is to be remarked, there are no marks", () => {
  assertEquals(eventOf(said, plain), { room, author, own: false, wallMs, id, type: "said", text: "hi zoe" });
});

Deno.test("an entry's marks stand between where it is from and what it says, always in the same order", () => {
  const store = new MemoryStore({ trouble: "no disk" });
  const seen = { ...plain, late: true, foreign: true, alike: "zoé", ownNames: ["zoe"] };
  const keys = Object.keys(
    eventOf({ ...said, clock: "ahead", content: { ...said.content, guest: "bo" } as never }, seen)!,
  );
  const head = ["room", "author", "own", "wallMs", "id"];
  assertEquals(keys, [...head, "guest", "late", "foreign", "alike", "clock", "mention", "type", "text"]);
  assertEquals(Object.keys(eventOf(said, { ...plain, own: true, store })!), [...head, "unstored", "type", "text"]);
});

Deno.test("who is in a room is told that an author's name only looks like another's", () => {
  const store = new MemoryStore();
  const shown: ChatEvent[] = [];
  const screens = { chat: (event: ChatEvent) => shown.push(event), history() {}, people() {}, guestChat() {} };
  const self = authorOfLog(DEVICE);
  const people = new People(store, self, "amy", 1);
  people.note("bob", authorOfLog(BOB), 1);
  const memory = { room, isOurs: true, guests: new Set() } as unknown as RoomMemory;
  const audience = new Audience({ self: "amy", author: self, memory, people, store, screens });
  for (const name of ["bоb", "zoe"]) audience.entry({ ...said, name }, false);
  assertEquals(shown.map((event) => "alike" in event ? event.alike : undefined), ["bob", undefined]);
});
