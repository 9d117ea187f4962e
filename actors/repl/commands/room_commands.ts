import type { RoomName } from "../../chat_room/entry.ts";
import type { Occupant } from "../../chat_room/occupants.ts";
import { shownIso } from "../../history/clock_mark.ts";
import type { Topic } from "../../history/topic.ts";
import { topicLine } from "../announce.ts";
import { type Command, type CommandCall, type CommandData, type CommandOutcome, failed } from "../command.ts";
import { clockTime } from "../clock_time.ts";
import { NO_ROOM } from "../no_room.ts";
import { isolated, visible, visibleName } from "../visible.ts";

/** Names shown of one room; of more, how many they are. */
const NAMES_MAX = 8;

/** What is typed to say that the room is about nothing any more. */
const NO_TOPIC = "-";

/** Being in several rooms, and doing other things in them than speaking. */
export const ROOM_COMMANDS: readonly Command[] = [
  {
    name: "rooms",
    summary: "List the rooms you are in, with who else is, what you have not read, and the topic",
    group: "chat",
    async run({ peer: { steps }, session, print }) {
      const views = await Promise.all(steps.rooms.map((room) => viewOf(room)));
      const shown = views.flatMap((view) => view === undefined ? [] : [view]);
      const former = session.unreadRooms().filter((room) => !steps.rooms.includes(room));
      if (shown.length + former.length === 0) return failed(NO_ROOM);
      const left = former.map((room) => ({ room, unread: session.unread(room) }));
      print([...shown.map(lineOf), ...left.map(leftLine)], { rooms: [...shown.map(asData), ...left.map(leftData)] });

      async function viewOf(room: RoomName): Promise<View | undefined> {
        const [occupants, topic] = await Promise.all([steps.occupants(room), steps.talk.topic(room)]);
        if (!occupants.ok || !topic.ok) return undefined; // left meanwhile
        const isCurrent = room === session.room();
        return { room, isCurrent, occupants: occupants.value, unread: session.unread(room), topic: topic.value };
      }
    },
  },
  {
    name: "topic",
    usage: "[TEXT… | -]",
    summary: "Show what the room is about, or say it; - for nothing any more",
    group: "chat",
    async run(call) {
      const { text, peer, session, print } = call;
      const room = session.room();
      if (room === undefined) return failed(NO_ROOM);
      if (text !== "") return await write(call, room, { type: "topic", text: text === NO_TOPIC ? "" : text });
      const result = await peer.steps.talk.topic(room);
      if (!result.ok) return failed(result.why);
      print(topicShown(room, result.value), { room, topic: topicData(result.value) });
    },
  },
  {
    name: "me",
    usage: "TEXT…",
    summary: "Say what you do: * alice waves",
    group: "chat",
    run(call) {
      const room = call.session.room();
      if (call.text === "") return "usage";
      return room === undefined ? failed(NO_ROOM) : write(call, room, { type: "did", text: call.text });
    },
  },
];

type View = Readonly<{
  room: RoomName;
  isCurrent: boolean;
  occupants: readonly Occupant[];
  unread: number;
  topic: Topic | null;
}>;

type Content = Parameters<CommandCall["peer"]["steps"]["talk"]["write"]>[1];

/** Writes into a room's history, where everybody sees it; a sentence when that cannot be done. */
async function write({ peer }: CommandCall, room: RoomName, content: Content): Promise<CommandOutcome> {
  const reply = await peer.steps.talk.write(room, content);
  if (!reply.ok) return failed(reply.why);
}

/** The lines that say what a room is about, on entering it; none where it is about nothing. */
export async function topicOnEntering({ peer }: CommandCall, room: RoomName): Promise<readonly string[]> {
  const result = await peer.steps.talk.topic(room);
  return result.ok && result.value !== null ? [topicShown(room, result.value)] : [];
}

function topicShown(room: RoomName, topic: Topic | null): string {
  if (topic === null) return `#${room} has no topic: topic TEXT sets one`;
  return `${clockTime(topic.wallMs)} ${topicLine(isolated(visibleName(topic.author)), topic.text)}`;
}

function lineOf({ room, isCurrent, occupants, unread, topic }: View): string {
  const names = occupants.slice(0, NAMES_MAX).map(({ name }) => isolated(visibleName(name)));
  const more = occupants.length > NAMES_MAX ? ` and ${occupants.length - NAMES_MAX} more` : "";
  const unreadPart = unread === 0 ? "" : ` (${unread} unread)`;
  const topicPart = topic === null ? "" : `: ${isolated(visible(topic.text))}`;
  return `${isCurrent ? ">" : " "} #${room}${unreadPart}${topicPart} [${names.join(", ")}${more}]`;
}

/** A room that we were in when the last process ended. */
type Left = Readonly<{ room: RoomName; unread: number }>;

function leftLine({ room, unread }: Left): string {
  return `  #${room} (${unread} unread; you are not in it now)`;
}

function leftData({ room, unread }: Left): CommandData {
  return { room, current: false, joined: false, unread, topic: null, occupants: [] };
}

function asData({ room, isCurrent, occupants, unread, topic }: View): CommandData {
  return {
    room,
    current: isCurrent,
    joined: true,
    unread,
    topic: topicData(topic),
    occupants: occupants.map(({ name, via }) => ({ name, ...(via === undefined ? {} : { guestOf: via }) })),
  };
}

function topicData(topic: Topic | null): CommandData | null {
  return topic === null ? null : { text: topic.text, author: topic.author, setAt: shownIso(topic.wallMs) };
}
