import { assertEquals } from "@std/assert";
import type { ChatEvent } from "../../../actors/chat_room.ts";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { MembershipEvent } from "../../../actors/membership.ts";
import { announceChat, announceMember } from "../../../actors/repl/announce.ts";
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
