import type { Evidence } from "../../chat_room/chronicle.ts";
import type { RoomName } from "../../chat_room/entry.ts";
import type { Kept } from "../../history/store.ts";
import { type Command, type CommandCall, type CommandData, type CommandOutcome, failed } from "../command.ts";
import { topicLine } from "../announce.ts";
import { clockTime } from "../clock_time.ts";
import { NO_ROOM } from "../no_room.ts";
import { visible } from "../visible.ts";

/** How many entries are shown without a number, and at most. */
const SHOWN = 20;
const SHOWN_MAX = 10_000;

/** Of our latest messages, so many. */
const HELD_SHOWN = 5;

/** What was said before, and whether it arrived. */
export const HISTORY_COMMANDS: readonly Command[] = [
  {
    name: "history",
    usage: "[COUNT]",
    summary: `Show what was said in the room (the last ${SHOWN}), in the order that all peers share`,
    group: "chat",
    async run(call) {
      const asked = askedOf(call, SHOWN);
      if (!asked.ok) return asked.outcome;
      const { room, count } = asked;
      const result = await call.peer.steps.history(room, count);
      if (!result.ok) return failed(result.why);
      const entries = result.value;
      const lines = entries.flatMap(lineOf);
      call.print(lines.length === 0 ? `Nothing was said in #${room} yet` : lines, {
        room,
        entries: entries.map(asData),
      });
    },
  },
  {
    name: "held",
    usage: "[COUNT]",
    summary: `Show which of the others in the room hold what you said last (${HELD_SHOWN})`,
    group: "chat",
    async run(call) {
      const asked = askedOf(call, HELD_SHOWN);
      if (!asked.ok) return asked.outcome;
      const { room, count } = asked;
      const result = await call.peer.steps.held(room, count);
      if (!result.ok) return failed(result.why);
      const lines = result.value.map(evidenceLine);
      call.print(lines.length === 0 ? `You have said nothing in #${room} yet` : lines, {
        room,
        messages: result.value.map(({ entry, holders, others }) => ({ id: entry.hash, holders, others })),
      });
    },
  },
];

type Asked =
  | Readonly<{ ok: true; room: RoomName; count: number }>
  | Readonly<{ ok: false; outcome: CommandOutcome }>;

function askedOf({ args, session }: CommandCall, usual: number): Asked {
  const [word = String(usual), surplus] = args;
  if (surplus !== undefined || !/^[1-9]\d{0,4}$/.test(word)) return { ok: false, outcome: "usage" };
  const room = session.room();
  if (room === undefined) return { ok: false, outcome: failed(NO_ROOM) };
  return { ok: true, room, count: Math.min(Number(word), SHOWN_MAX) };
}

function lineOf({ content, name, wallMs }: Kept): readonly string[] {
  if (content.type === "topic") return [`${clockTime(wallMs)} ${topicLine(visible(name), content.text)}`];
  if (content.type !== "said" && content.type !== "did") return [];
  const speaker = content.guest === undefined ? visible(name) : `${visible(content.guest)}@${visible(name)}`;
  const text = visible(content.text);
  return [`${clockTime(wallMs)} ${content.type === "did" ? `* ${speaker} ${text}` : `${speaker}: ${text}`}`];
}

function evidenceLine({ entry: { content, wallMs }, holders, others }: Evidence): string {
  const text = "text" in content ? visible(content.text) : "";
  const held = holders.length === 0
    ? "nobody else holds it yet"
    : `held by ${holders.length} of ${others}: ${holders.map(visible).join(", ")}`;
  return `${clockTime(wallMs)} ${text} (${held})`;
}

function asData({ hash: id, name: author, content, wallMs, log, sequence }: Kept): CommandData {
  const text = "text" in content ? { text: content.text } : {};
  const guest = "guest" in content && content.guest !== undefined ? { guest: content.guest } : {};
  return { id, author, event: content.type, ...text, ...guest, saidAt: new Date(wallMs).toISOString(), log, sequence };
}
