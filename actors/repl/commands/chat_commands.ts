import { parseRoomName, type RoomName } from "../../chat_room/entry.ts";
import type { Occupant } from "../../chat_room/occupants.ts";
import { shownIso } from "../../history/clock_mark.ts";
import {
  type Command,
  type CommandCall,
  type CommandData,
  type CommandOutcome,
  type CommandPeer,
  failed,
} from "../command.ts";
import { clockTime } from "../clock_time.ts";
import { inMs } from "../in_ms.ts";
import { NO_ROOM } from "../no_room.ts";
import { topicOnEntering } from "./room_commands.ts";
import { readName } from "../quoted_name.ts";
import { isolated, visible } from "../visible.ts";

const FIRST_ROOM = "lobby" as RoomName;

/** Coming, talking, looking around, going. */
export const CHAT_COMMANDS: readonly Command[] = [
  {
    name: "chatjoin",
    usage: "[ROOM]",
    summary: "Enter a room (lobby)",
    group: "chat",
    run: (call) => enter(call, "as_is"),
  },
  {
    name: "join",
    usage: "[ROOM]",
    summary: "Enter a room, or go back to one you are in, and talk there: plain text is speech from then on",
    group: "chat",
    complete: ({ steps }) => steps.rooms,
    run: (call) => enter(call, "chat"),
  },
  {
    name: "msg",
    aliases: ["say"],
    inChat: "tell", // as everybody expects who has seen a chat; what is meant for one must not reach all
    usage: "TEXT…",
    summary: "Say something in the room; where plain text is speech: msg NAME TEXT, to one other alone",
    group: "chat",
    run: ({ text, peer, session }) => text === "" ? "usage" : speak(peer.steps, session.room(), text),
  },
  {
    name: "chatmemberlist",
    aliases: ["who", "names", "chatmembers"],
    usage: "[ROOM]",
    summary: "List who is in the room",
    group: "chat",
    async run(call) {
      const named = roomOf(call);
      if (!named.ok) return named.outcome;
      const { room } = named;
      const result = await call.peer.steps.occupants(room);
      if (!result.ok) return failed(result.why);
      const lines = result.value.map(({ name, via, sinceWallMs, away }) => {
        const own = via === undefined && name === call.peer.steps.name ? " (you)" : "";
        const guest = via === undefined ? "" : `, guest of ${visible(via)}`;
        return `${visible(name)}${own}${guest}, since ${clockTime(sinceWallMs)}${awayPart(away)}`;
      });
      call.print(lines, { room, occupants: result.value.map(asData) });
    },
  },
  {
    name: "chatmemberping",
    usage: "NAME",
    summary: "Ask somebody in the room whether they are there",
    group: "chat",
    complete: occupantNames,
    takesName: true,
    async run({ text, peer, session, print }) {
      const name = readName(text);
      if (name === undefined) return "usage";
      const room = session.room();
      if (room === undefined) return failed(NO_ROOM);
      const result = await peer.steps.soundings.chatPing(room, name);
      if (!result.ok) return failed(result.why);
      const roundTripMs = result.value;
      print(`${visible(name)} is in #${room} and answered after ${inMs(roundTripMs)}`, { name, room, roundTripMs });
    },
  },
  {
    name: "chatleave",
    aliases: ["part"],
    usage: "[ROOM]",
    summary: "Leave the room",
    group: "chat",
    async run(call) {
      const named = roomOf(call);
      if (!named.ok) return named.outcome;
      const { room } = named;
      const result = await call.peer.steps.chatLeave(room);
      if (!result.ok) return failed(result.why);
      call.session.leave(room);
      call.print(`You left #${room}`, { room });
    },
  },
];

function asData({ name, via, sinceWallMs, away }: Occupant): CommandData {
  const guest = via === undefined ? {} : { guestOf: via };
  return { name, since: shownIso(sinceWallMs), ...guest, ...(away === undefined ? {} : { away }) };
}

function awayPart(away: string | undefined): string {
  if (away === undefined) return "";
  return away === "" ? ", away" : `, away: ${isolated(visible(away))}`;
}

/** Those in all our rooms, for Tab. */
async function occupantNames({ steps }: CommandPeer): Promise<readonly string[]> {
  const found = await Promise.all(steps.rooms.map((room) => steps.occupants(room)));
  return [...new Set(found.flatMap((result) => result.ok ? result.value.map(({ name }) => name) : []))];
}

/** Says `text` in `room`; a sentence when that cannot be done. */
export async function speak(
  steps: CommandCall["peer"]["steps"],
  room: RoomName | undefined,
  text: string,
): Promise<CommandOutcome> {
  if (room === undefined) return failed(NO_ROOM);
  const reply = await steps.say(room, text);
  if (!reply.ok) return failed(reply.why);
}

async function enter(call: CommandCall, mode: "chat" | "as_is"): Promise<CommandOutcome> {
  const { args, peer, session, print } = call;
  const named = args.length === 0 ? { ok: true as const, room: FIRST_ROOM } : roomOf(call);
  if (!named.ok) return named.outcome;
  const { room } = named;
  if (!peer.steps.rooms.includes(room)) {
    const result = await peer.steps.chatJoin(room);
    if (!result.ok) return failed(result.why);
  }
  const unread = session.unread(room); // entering reads them
  session.enter(room, mode);
  const missed = unread === 0 ? "" : `, where ${unread === 1 ? "1 message is" : `${unread} messages are`} new to you`;
  print([`You are in #${room}${missed}`, ...await topicOnEntering(call, room)], { room });
}

/** The room that is named, by default the one we are in. */
function roomOf(
  { args, session }: CommandCall,
): Readonly<{ ok: true; room: RoomName }> | Readonly<{ ok: false; outcome: CommandOutcome }> {
  if (args.length > 1) return { ok: false, outcome: "usage" };
  const [word] = args;
  const room = word === undefined ? session.room() : parseRoomName(word);
  if (room !== undefined) return { ok: true, room };
  return { ok: false, outcome: failed(word === undefined ? NO_ROOM : `No room can be called "${word}"`) };
}
