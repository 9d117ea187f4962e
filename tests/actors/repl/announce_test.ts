import { assertEquals } from "@std/assert";
import type { ChatEvent } from "../../../actors/chat_room.ts";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { DIRECT_ROOM } from "../../../actors/direct/letter.ts";
import type { AuthorId } from "../../../actors/history/author.ts";
import type { MembershipEvent } from "../../../actors/membership.ts";
import { announceChat, announceHistory, announceMember } from "../../../actors/repl/announce.ts";
import { createStyle } from "../../../actors/repl/style.ts";
import { ownMeta } from "../../../actors/serf.ts";
import type { Address } from "../../../transport/address.ts";

const MEMBER = {
  name: "bob",
  address: "127.0.0.1:1" as Address,
  state: "alive",
  incarnation: 1,
  meta: ownMeta("1.0.0", []),
} as const;
const [RED, GREEN, YELLOW] = ["\x1b[31m", "\x1b[32m", "\x1b[33m"];
const END = "\x1b[39m";

const EVENTS: readonly (readonly [MembershipEvent | Omit<ChatEvent, "room">, colour: string])[] = [
  [{ type: "joined", member: MEMBER }, GREEN],
  [{ type: "left", member: MEMBER }, YELLOW],
  [{ type: "failed", member: MEMBER, by: "charly" }, RED],
  [{ type: "conflict", member: MEMBER, offered: "127.0.0.1:2" }, RED],
  [{ type: "came", author: "bob", wallMs: 0 }, GREEN],
  [{ type: "went", author: "bob", wallMs: 0 }, YELLOW],
];

for (const [event, colour] of EVENTS) {
  Deno.test(`on a terminal, ${event.type} is a line in its colour, and without colours the same words`, () => {
    const lineIn = (coloured: boolean): string => {
      const style = createStyle(coloured);
      if ("member" in event) return announceMember(event, style)!;
      return announceChat({ ...event, room: "dev" as RoomName } as ChatEvent, { style }).join("\n");
    };
    assertEquals(lineIn(true), colour + lineIn(false) + END);
    assertEquals(lineIn(false).slice(0, 2), "* ");
  });
}

Deno.test("of direct messages it is told in words of their own who holds them, and that there is a fork", () => {
  const key = "a".repeat(64) as AuthorId;
  const lines = [
    { type: "unheld", room: DIRECT_ROOM, others: 1 } as const,
    { type: "held", room: DIRECT_ROOM, others: 1 } as const,
    { type: "forked", room: DIRECT_ROOM, author: "bob", key, sequence: 3 } as const,
    { type: "forks", room: DIRECT_ROOM, count: 1 } as const,
    { type: "forks", room: "dev" as RoomName, count: 7 } as const,
  ].map((event) => announceHistory(event, createStyle(false)).join());
  assertEquals(lines.map((line) => line.split(/[:;]/)[0]), [
    "* Nobody else holds what you told one other yet",
    "* Others hold what you told one other now",
    "* bob has said two different things at number 3 of direct messages",
    "* In 1 more log of direct messages two different things were said at one number",
    "* In 7 more logs of #dev two different things were said at one number",
  ]);
});
