import type { Evidence } from "../../chat_room/chronicle/delivery.ts";
import type { RoomName } from "../../chat_room/entry.ts";
import { shownIso } from "../../history/clock_mark.ts";
import type { Content, ContentType } from "../../history/content.ts";
import type { Reaction, Shown } from "../../history/shown.ts";
import { type Command, type CommandCall, type CommandData, type CommandOutcome, failed } from "../command.ts";
import { alikeMark, clockMark, FOREIGN, topicLine } from "../announce.ts";
import { clockTime } from "../clock_time.ts";
import { NO_ROOM } from "../no_room.ts";
import { readName } from "../quoted_name.ts";
import { isolated, visible, visibleName } from "../visible.ts";

/** How many entries are shown without a number, and at most. */
const SHOWN = 20;
const SHOWN_MAX = 10_000;
/** Signs shown behind one entry, and names behind one sign. */
const SIGNS_MAX = 8;

/** Of our latest messages, so many. */
const HELD_SHOWN = 5;

/** What was said before, and whether it arrived. */
export const HISTORY_COMMANDS: readonly Command[] = [
  {
    name: "history",
    usage: "[COUNT] | @NAME [COUNT]",
    summary: `Show what was said in the room (the last ${SHOWN}), in the order that all peers share; or to NAME alone`,
    group: "chat",
    async run(call) {
      if (call.text.startsWith("@")) return await showLetters(call);
      const asked = askedOf(call, SHOWN);
      if (!asked.ok) return asked.outcome;
      const { room, count } = asked;
      const result = await call.peer.steps.history(room, count);
      if (!result.ok) return failed(result.why);
      const entries = result.value;
      call.session.list(room, entries.map(({ entry }) => entry.hash));
      const column = String(entries.length).length;
      const lines = entries.map((shown, index) => `${String(index + 1).padStart(column)}  ${lineOf(shown)}`);
      call.print(lines.length === 0 ? `Nothing was said in #${room} yet` : lines, {
        room,
        entries: entries.map(entryData),
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
        messages: result.value.map(({ entry, holders, others, isStored: stored }) => ({
          id: entry.hash,
          holders,
          others,
          stored,
        })),
      });
    },
  },
];

/** What was said between us and one other. It has no numbers, since nothing of it can be corrected. */
async function showLetters({ text, peer: { steps }, print }: CommandCall): Promise<CommandOutcome> {
  const [, first = "", count] = /^@("(?:[^"\\]|\\.)*"|\S+)(?:\s+([1-9]\d{0,4}))?\s*$/.exec(text) ?? [];
  const name = readName(first);
  if (name === undefined) return "usage";
  const result = await steps.talk.letters(name, count === undefined ? SHOWN : Number(count));
  if (!result.ok) return failed(visible(result.why));
  const { letters, isCut } = result.value;
  const other = isolated(visibleName(name));
  const lines = letters.map((letter) => letterLine(letter, other));
  if (lines.length === 0) lines.push(`You and ${other} have told each other nothing yet, as far as it is here`);
  if (isCut) lines.push("What is farther back was not looked at: search WORDS finds it");
  const entries = letters.map((letter) => ({ ...entryData(letter), to: letter.isOwn ? name : steps.name }));
  print(lines, { room: `@${name}`, entries });
}

function letterLine(shown: Shown, other: string): string {
  const { entry: { wallMs, clock }, text, isOwn, isForeign, alike } = shown;
  const from = isOwn ? `you -> ${other}` : `${other}${alikeMark(alike)}${isForeign ? FOREIGN : ""} -> you`;
  return `${clockTime(wallMs)} ${from}: ${text === undefined ? "(taken back)" : visible(text)}${clockMark(clock)}`;
}

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

/** An entry as it is now: a topic, a deed or a text, with what was said about it behind. */
function lineOf(
  { entry: { content, name, wallMs, clock }, text, isEdited, isForeign, alike, reactions, hasMoreSigns }: Shown,
): string {
  const own = visibleName(name) + alikeMark(alike) + (isForeign ? FOREIGN : "");
  const speaker = "guest" in content && content.guest !== undefined ? `${visibleName(content.guest)}@${own}` : own;
  const shown = text === undefined ? "(taken back)" : visible(text) + (isEdited ? " (corrected)" : "");
  const signs = signsOf(reactions) + (hasMoreSigns === true ? MORE_SIGNS : "");
  return `${clockTime(wallMs)} ${wordsOf(content.type, speaker, shown)}${clockMark(clock)}${signs}`;
}

/** How many there are is not counted. */
const MORE_SIGNS = " and more signs";

function signsOf(reactions: readonly Reaction[]): string {
  const signs = reactions.slice(0, SIGNS_MAX).map(({ sign, by }) => {
    const names = by.slice(0, SIGNS_MAX).map(visibleName).join(", ") + andMore(by.length);
    return ` [${isolated(visible(sign))} ${names}]`;
  });
  return signs.join("") + andMore(reactions.length);
}

function andMore(count: number): string {
  return count > SIGNS_MAX ? ` and ${count - SIGNS_MAX} more` : "";
}

function wordsOf(type: ContentType, speaker: string, text: string): string {
  switch (type) {
    case "topic":
      return topicLine(speaker, text);
    case "did":
      return `* ${speaker} ${text}`;
    default:
      return `${speaker}: ${text}`;
  }
}

function evidenceLine({ entry: { content, wallMs }, holders, others, isStored }: Evidence): string {
  const held = holders.length === 0
    ? "nobody else here holds it"
    : `held by ${holders.length} of ${others}: ${holders.map(visible).join(", ")}`;
  return `${clockTime(wallMs)} ${gist(content)} (${held}${isStored ? "" : "; not stored here"})`;
}

function gist(content: Content): string {
  if ("text" in content) return visible(content.text);
  if (content.type === "reacted") return visible(content.sign);
  return content.type === "redacted" ? "(what you took back)" : "(a message to one other)";
}

/** An entry for a program. */
export function entryData({ entry, text, isEdited, isForeign, alike, reactions, hasMoreSigns }: Shown): CommandData {
  const { hash: id, name: author, content, wallMs, clock, log, sequence } = entry;
  const guest = "guest" in content && content.guest !== undefined ? { guest: content.guest } : {};
  return {
    id,
    author,
    event: content.type,
    ...(text === undefined ? { redacted: true } : { text }),
    ...(isEdited ? { edited: true } : {}),
    ...(isForeign ? { foreign: true } : {}),
    ...(alike === undefined ? {} : { alike }),
    ...guest,
    ...(reactions.length === 0 ? {} : { reactions: reactions.map(({ sign, by }) => ({ sign, by })) }),
    ...(hasMoreSigns === true ? { moreReactions: true } : {}),
    saidAt: shownIso(wallMs),
    ...(clock === undefined ? {} : { clock }),
    log,
    sequence,
  };
}
