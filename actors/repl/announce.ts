import type { ChatEvent, HistoryEvent, PeopleEvent } from "../chat_room.ts";
import type { RoomName } from "../chat_room/entry.ts";
import { beginningOf } from "../chat_room/plain_words.ts";
import type { DirectEvent } from "../direct.ts";
import { DIRECT_ROOM } from "../direct/letter.ts";
import type { ClockMark } from "../history/clock_mark.ts";
import { fingerprintOf } from "../history/fingerprint.ts";
import type { MembershipEvent } from "../membership.ts";
import type { SerfEvent } from "../serf.ts";
import { isParley } from "../serf/tags.ts";
import { clockTime } from "./clock_time.ts";
import { LookAlikes } from "./look_alikes.ts";
import type { Style } from "./style.ts";
import { isolated, visible, visibleName } from "./visible.ts";

/** Where a person is, and whom they know. */
type Scene = Readonly<{ style: Style; looks?: LookAlikes; room?: RoomName | undefined }>;

/** The lines in which a room's event is shown; of another room than the one where the person is, with its name. */
export function announceChat(event: ChatEvent, { style, looks = NO_LOOKS, room }: Scene): string[] {
  const place = room === undefined || event.room === room ? "" : `#${event.room} `;
  switch (event.type) {
    case "said":
    case "did":
      return speech(event, place, style, looks);
    case "topic":
      return [`${head(event, style)}${place}${topicLine(shownAuthor(event, looks), event.text)}${marks(event, style)}`];
    case "edited":
    case "redacted":
    case "reacted":
      return changed(event, place, style, looks);
    case "came":
      return [style.green(`* ${shownAuthor(event, looks)} came to #${event.room}`)];
    case "went":
      return [style.yellow(`* ${shownAuthor(event, looks)} left #${event.room}`)];
  }
}

/** That `author`, as it is shown, has set a topic. */
export function topicLine(author: string, text: string): string {
  return text === "" ? `* ${author} cleared the topic` : `* ${author} set the topic: ${isolated(visible(text))}`;
}

/** The lines that tell what becomes of a room's history. */
export function announceHistory(event: HistoryEvent, style: Style, looks: LookAlikes = NO_LOOKS): string[] {
  const { room } = event;
  if (room === DIRECT_ROOM && (event.type === "unheld" || event.type === "held")) {
    return event.type === "held" ? [notice("Others hold what you told one other now", style)] : [
      style.yellow("* Nobody else holds what you told one other yet: it is kept here, and sent when somebody comes"),
    ];
  }
  switch (event.type) {
    case "forked": {
      const who = shownName(event.author, looks);
      return [
        style.red(
          `* ${who} has said two different things at number ${event.sequence} of ${placeOf(room)}; both are kept. ` +
            `A disk was put back into an earlier state, or ${who}'s key is in other hands`,
        ),
      ];
    }
    case "forks": {
      const logs = event.count === 1 ? "1 more log" : `${event.count} more logs`;
      return [style.red(`* In ${logs} of ${placeOf(room)} two different things were said at one number; all is kept`)];
    }
    case "unheld":
      return [
        style.yellow(
          event.others === 0
            ? `* Nobody else is in #${room}: what you say is kept here, and sent when somebody comes`
            : `* Nobody else holds what you said last in #${room} yet: held shows who does`,
        ),
      ];
    case "held":
      return [notice(`Others hold what you said in #${room} now`, style)];
    case "filling":
      return [style.dim(`* ${event.count} of ${event.count + event.lacking} earlier messages of #${room} came so far`)];
    case "filled":
      return filled(event).map((line) => notice(line, style));
  }
}

function placeOf(room: RoomName): string {
  return room === DIRECT_ROOM ? "direct messages" : `#${room}`;
}

function filled({ room, count, topic }: Extract<HistoryEvent, { type: "filled" }>): readonly string[] {
  const what = count === 1 ? "1 earlier message" : `${count} earlier messages`;
  const line = `${what} of #${room} came: history shows ${count === 1 ? "it" : "them"}`;
  return topic === undefined ? [line] : [line, `The topic of #${room}: ${isolated(visible(topic))}`];
}

/** The lines in which is shown what was said to one alone. */
export function announceDirect(event: DirectEvent, style: Style, looks: LookAlikes = NO_LOOKS): string[] {
  const { from, to, own, text } = event;
  const other = own ? to : from;
  const shown = style.byName(other, shownName(other, looks) + (event.foreign === true ? FOREIGN : ""));
  const [first = "", ...rest] = text.split(/\r\n|\r|\n/).map(visible);
  const line = `${head(event, style)}${own ? `you -> ${shown}` : `${shown} -> you`}: ${first}${marks(event, style)}`;
  return [line, ...rest.map((line) => `  ${line}`)];
}

/** The lines in which is shown who somebody is, or is not. */
export function announcePeople(event: PeopleEvent, style: Style, looks: LookAlikes = NO_LOOKS): string[] {
  switch (event.type) {
    case "key_changed": {
      const name = shownName(event.name, looks);
      const other = event.other === undefined ? "no key at all" : fingerprintOf(event.other).words;
      return [
        `* ${name} is not who went by that name before, or has another key now.`,
        `  Known here: ${fingerprintOf(event.known).words}. Now: ${other}.`,
        `  Ask ${name} elsewhere for the words that whoami shows. If they are the new ones: accept ${name}. Beware if not.`,
      ].map(style.red);
    }
    case "renamed":
      return [notice(`${shownName(event.from, looks)} is called ${shownName(event.to, looks)} now`, style)];
    case "refused": {
      const [by, name] = [shownName(event.by, looks), shownName(event.name, looks)];
      return [
        `* ${by} does not let you into #${event.room}: the name ${name} belongs to another key here: ` +
        `${fingerprintOf(event.holder).words}.`,
        `  If you are ${name} all the same, tell the others the words that whoami shows, for them to accept ${name}.`,
      ].map(style.red);
    }
  }
}

/** The line in which a change of the membership is shown; none for what is only of interest to programs. */
export function announceMember(
  event: MembershipEvent,
  style: Style,
  looks: LookAlikes = NO_LOOKS,
  strangersMayChat = false,
): string | undefined {
  const { name: own, address, meta } = event.member;
  const name = shownName(own, looks);
  switch (event.type) {
    case "joined":
      return style.green(`* ${name} is a member now, at ${address}${strangeness(meta, strangersMayChat)}`);
    case "left":
      return style.yellow(`* ${name} left`);
    case "failed":
      return style.red(`* ${name} failed: no answer from ${address}`);
    case "suspected":
      return style.dim(`* ${name} does not answer and is suspected`);
    case "refuted":
      return style.dim(`* ${name} answers again`);
    case "conflict":
      return style.red(`* Another peer at ${visible(event.offered)} calls itself ${name}; it is not let in`);
    case "updated":
      return undefined;
  }
}

/** The line in which something is shown that members of a Serf cluster said. */
export function announceSerf(event: SerfEvent, style: Style, looks: LookAlikes = NO_LOOKS): string {
  switch (event.type) {
    case "user_event":
      return notice(`Serf event ${quoted(event.name)}${payloadText(event.payload)}`, style);
    case "query":
      return notice(
        `Serf query ${quoted(event.name)} from ${shownName(event.from, looks)}${payloadText(event.payload)}`,
        style,
      );
    case "ruled_out":
      return notice(
        `${shownName(event.name, looks)}, which failed, counts as left now: somebody in the Serf cluster said so`,
        style,
      );
    case "keys_changed":
      return notice(
        `The keys of this peer were changed from ${shownName(event.from, looks)}: keylist shows them`,
        style,
      );
  }
}

/** What tells who is no peer of ours, so that nobody waits for an answer from it that does not come. */
function strangeness(meta: Uint8Array, strangersMayChat: boolean): string {
  if (isParley(meta)) return "";
  return `; it is no Parley peer${strangersMayChat ? "" : " and does not chat"}`;
}

/** The most of a payload, or of a name of something, that is shown. */
const SHOWN_CHARACTERS_MAX = 200;

function payloadText(payload: Uint8Array): string {
  if (payload.length === 0) return "";
  // Whatever is longer is cut anyway, and no character has more than four bytes.
  return `: ${isolated(visible(cut(new TextDecoder().decode(payload.subarray(0, 4 * SHOWN_CHARACTERS_MAX + 4)))))}`;
}

function quoted(name: string): string {
  return isolated(visibleName(cut(name)));
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > SHOWN_CHARACTERS_MAX ? `${characters.slice(0, SHOWN_CHARACTERS_MAX).join("")}…` : text;
}

type Spoken = Extract<ChatEvent, { type: "said" | "did" }>;

/** A line of a text of several is indented below the first, so that it cannot pass for somebody else's. */
function speech(event: Spoken, place: string, style: Style, looks: LookAlikes): string[] {
  const coloured = style.byName(event.author, shownAuthor(event, looks));
  const name = event.own ? style.bold(coloured) : coloured;
  const [first = "", ...rest] = event.text.split(/\r\n|\r|\n/).map(visible);
  const line = event.type === "did" ? `* ${name} ${first}` : `${name}: ${first}`;
  const mark = event.mention === true ? style.bold(MENTION) : "";
  return [head(event, style) + mark + place + line + marks(event, style), ...rest.map((line) => `  ${line}`)];
}

/** What is to be known of a line besides what it says. */
function marks({ late, clock, unstored }: Marked, style: Style): string {
  return (late === true ? style.dim(" (late)") : "") + (clock === undefined ? "" : style.dim(clockMark(clock))) +
    (unstored === true ? style.red(" (not stored)") : "");
}

type Marked = Readonly<{ late?: true; clock?: ClockMark; unstored?: true }>;

/** Behind a line whose time of day is not to be relied on; nothing behind others. */
export function clockMark(clock: ClockMark | undefined): string {
  return clock === undefined ? "" : ` (clock ${clock})`;
}

type Changed = Extract<ChatEvent, { type: "edited" | "redacted" | "reacted" }>;

/** What was shown cannot be called back from a terminal, so it is told what of it is different now. */
function changed(event: Changed, place: string, style: Style, looks: LookAlikes): string[] {
  const at = `${head(event, style)}${place}* ${shownAuthor(event, looks)}`;
  switch (event.type) {
    case "edited": {
      const [first = "", ...rest] = event.text.split(/\r\n|\r|\n/).map(visible);
      const line = `${at} corrected "${shownBeginning(event.targetText)}": ${first}`;
      return [line + marks(event, style), ...rest.map((line) => `  ${line}`)];
    }
    case "redacted":
      return [`${at} took back what was said at ${clockTime(event.targetWallMs)}${marks(event, style)}`];
    case "reacted": {
      const sign = isolated(visible(event.sign));
      const given = event.takenBack ? `took ${sign} back from` : `gave ${sign} to`;
      const whose = shownName(event.targetAuthor, looks);
      return [`${at} ${given} ${whose}: "${shownBeginning(event.targetText)}"${marks(event, style)}`];
    }
  }
}

function shownBeginning(text: string): string {
  return isolated(visible(beginningOf(text)));
}

function head({ wallMs }: Readonly<{ wallMs: number }>, style: Style): string {
  return `${style.dim(clockTime(wallMs))} `;
}

/**
 * A name as it may stand in a line of ours: it can neither hide anything nor turn the line around, and that it only looks
 * like somebody's is said.
 */
export function shownName(name: string, looks: LookAlikes = NO_LOOKS): string {
  return isolated(visibleName(name)) + alikeMark(looks.of(name));
}

/** Behind a name that only looks like another; nothing behind others. */
export function alikeMark(other: string | undefined): string {
  return other === undefined ? "" : ` (not ${isolated(visibleName(other))}, only looks like it)`;
}

/** Whoever speaks; a guest with the member by which it is there, because nobody but that vouches for its name. */
function shownAuthor(event: ChatEvent, looks: LookAlikes): string {
  const { author, guest } = event;
  const isForeign = "foreign" in event && event.foreign === true;
  const alike = "alike" in event ? event.alike : undefined; // also of who is no member
  const name = alike === undefined ? shownName(author, looks) : isolated(visibleName(author)) + alikeMark(alike);
  const member = name + (isForeign ? FOREIGN : "");
  return guest === undefined ? member : `${isolated(visibleName(guest))}@${member}`;
}

/** Before a line in which others name us. */
const MENTION = "» ";

/** Behind the name of who has another key than the one that the name belongs to. */
export const FOREIGN = " (not the one you know)";

const NO_LOOKS = new LookAlikes();

function notice(text: string, style: Style): string {
  return style.dim("* ") + text;
}
