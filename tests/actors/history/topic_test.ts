import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { Content } from "../../../actors/history/content.ts";
import { RoomLog } from "../../../actors/history/room_log.ts";
import type { Kept } from "../../../actors/history/store.ts";
import { noteTopics, topicOf } from "../../../actors/history/topic.ts";
import { simulatedHistory } from "../../support/author.ts";

const DEV = "dev" as RoomName;

function written(name: string, wallMs: number, ...contents: readonly Content[]): readonly Kept[] {
  return new RoomLog({ room: DEV, ...simulatedHistory(name) }).write(contents, { name, wallMs });
}

function taker() {
  const { store } = simulatedHistory("reader");
  return {
    store,
    take(entries: readonly Kept[]): string | undefined {
      store.put(entries);
      const { content } = noteTopics(store, DEV, entries) ?? {};
      return content?.type === "topic" ? content.text : undefined;
    },
  };
}

Deno.test("of several topics the last in the room's order counts, in whatever order they come", () => {
  const old = written("alice", 1_000, { type: "topic", text: "old" });
  const late = written("bob", 2_000, { type: "topic", text: "new" });
  for (const order of [[old, late], [late, old]]) {
    const { store, take } = taker();
    order.forEach(take);
    assertEquals(topicOf(store, DEV), { text: "new", author: "bob", wallMs: 2_000 });
  }
});

Deno.test("what changes the topic is told, what does not is not", () => {
  const { take } = taker();
  const two = written("bob", 2_000, { type: "topic", text: "one" }, { type: "topic", text: "two" });
  assertEquals(take(written("alice", 1_000, { type: "said", text: "hi" })), undefined);
  assertEquals(take(two), "two");
  assertEquals(take(two), undefined);
  assertEquals(take(written("alice", 1_500, { type: "topic", text: "earlier" })), undefined);
});

Deno.test("a topic that was cleared or taken back is none; one that was edited is what it says now", () => {
  const { store, take } = taker();
  const log = new RoomLog({ room: DEV, ...simulatedHistory("alice") });
  const write = (content: Content, wallMs: number): Kept => {
    const [entry] = log.write([content], { name: "alice", wallMs });
    take([entry!]);
    return entry!;
  };
  const { hash: target } = write({ type: "topic", text: "typo" }, 1);
  write({ type: "edited", target, text: "right" }, 2);
  assertEquals(topicOf(store, DEV)?.text, "right");
  write({ type: "redacted", target }, 3);
  assertEquals(topicOf(store, DEV), undefined);
  write({ type: "topic", text: "again" }, 4);
  write({ type: "topic", text: "" }, 5);
  assertEquals(topicOf(store, DEV), undefined);
});

Deno.test("of an author who has said two things under one number, neither topic counts that contradicts its log", () => {
  const { store, take } = taker();
  take(written("alice", 1_000, { type: "topic", text: "kept" }));
  take(written("bob", 2_000, { type: "topic", text: "contradicted" }).map((entry) => ({ ...entry, forked: true })));
  assertEquals(topicOf(store, DEV)?.text, "kept");
});
