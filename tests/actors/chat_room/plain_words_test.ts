import { assertEquals } from "@std/assert";
import type { ChatEvent } from "../../../actors/chat_room.ts";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { EntryHash } from "../../../actors/history/values.ts";
import { beginningOf, plainWords } from "../../../actors/chat_room/plain_words.ts";

const BY = { room: "dev" as RoomName, author: "alice", own: false, wallMs: 0 } as const;
const LATER = { ...BY, target: "00" as EntryHash, targetAuthor: "bob", targetWallMs: 0 } as const;

const WORDS: readonly (readonly [ChatEvent, string | undefined])[] = [
  [{ ...BY, type: "said", text: "hi" }, "hi"],
  [{ ...BY, type: "did", text: "waves" }, "* waves"],
  [{ ...BY, type: "topic", text: "release" }, "* has set the topic: release"],
  [{ ...BY, type: "topic", text: "" }, "* has cleared the topic"],
  [{ ...LATER, type: "edited", text: "hello", targetText: "helo" }, '* now says, for "helo": hello'],
  [{ ...LATER, type: "redacted" }, "* has taken back what was said"],
  [{ ...LATER, type: "reacted", sign: "+1", targetText: "hello" }, '* +1 to "hello"'],
  [{ ...LATER, type: "reacted", sign: "+1", takenBack: true, targetText: "hello" }, '* no longer +1 to "hello"'],
  [{ ...BY, type: "came" }, undefined],
  [{ ...BY, type: "went" }, undefined],
];

for (const [event, words] of WORDS) {
  const what = `${event.type}${"text" in event ? ` "${event.text}"` : "takenBack" in event ? " again" : ""}`;
  Deno.test(`who knows only names and texts is told of ${what}: ${words ?? "nothing"}`, () => {
    assertEquals(plainWords(event), words);
  });
}

Deno.test("a text is named by the beginning of its first line", () => {
  assertEquals(beginningOf("short"), "short");
  assertEquals(beginningOf("one\ntwo"), "one…");
  assertEquals(beginningOf("x".repeat(41)), `${"x".repeat(40)}…`);
});
