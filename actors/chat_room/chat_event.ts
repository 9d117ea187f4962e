import type { ClockMark } from "../history/clock_mark.ts";
import type { Content } from "../history/content.ts";
import type { HistoryStore, Kept } from "../history/store.ts";
import { changeOf } from "../history/shown.ts";
import { textNow } from "../history/text_now.ts";
import type { EntryHash } from "../history/values.ts";
import type { Entry, RoomName } from "./entry.ts";
import { mentions } from "./mention.ts";

/** What happens in rooms. */
export type ChatEvent =
  | Speech<"said">
  | Speech<"did">
  | Speech<"topic">
  /** Somebody's own entry says something else now, or nothing any more. */
  | Later & Readonly<{ type: "edited"; text: string; targetText: string }>
  | Later & Readonly<{ type: "redacted" }>
  /** A sign at an entry of anybody's; `takenBack` where it was there before. */
  | Later & Readonly<{ type: "reacted"; sign: string; takenBack?: true; targetText: string }>
  | Move;

/** Who did something in which room. Of a guest, the author is the member by which it is there. */
type By = Readonly<{ room: RoomName; author: string; guest?: string; wallMs: number }>;

/** Something that is in the room's history from now on. */
type Written =
  & By
  & Readonly<{
    own: boolean;
    /** The address of the entry. */
    id?: EntryHash;
    /** It belongs before something that was shown already, because it could not be had then. */
    late?: true;
    /** The name belongs to another key here. */
    foreign?: true;
    /** Another's name that was known before, and that this one only looks like. */
    alike?: string;
    /** Its author's wall clock was wrong, as far as we can tell. */
    clock?: ClockMark;
    /** Somebody else has named us. */
    mention?: true;
    /** Our own, and only in memory: what keeps it has failed. */
    unstored?: true;
  }>;

/** An empty topic is none. */
type Speech<T extends "said" | "did" | "topic"> = Written & Readonly<{ type: T; text: string }>;

/** Which entry it is about, whose that is (a guest by its own name), and when it was said. */
type Later = Written & Readonly<{ target: EntryHash; targetAuthor: string; targetWallMs: number }>;

type Move = By & Readonly<{ type: "came" | "went" }>;

type Seen = Readonly<
  {
    own: boolean;
    late: boolean;
    foreign: boolean;
    alike?: string | undefined;
    ownNames: readonly string[];
    store: HistoryStore;
  }
>;

/**
 * What happens in the room by an entry; nothing where it takes no effect or is not for all. Of one that comes late, what
 * became of it may have been told before, so that it is told as it is now.
 */
export function eventOf(entry: Kept, { own, late, foreign, alike, ownNames, store }: Seen): ChatEvent | undefined {
  const { room, name: author, wallMs, clock, hash: id, content } = entry;
  const guest = guestOf(content);
  const mayBeChanged = late && !("target" in content);
  const text = mayBeChanged ? textNow(entry, store) : "text" in content ? content.text : undefined;
  const isMention = !own && text !== undefined && mentions(text, ownNames);
  const written: { -readonly [K in keyof Written]: Written[K] } = { room, author, own, wallMs, id };
  if (guest !== undefined) written.guest = guest;
  if (late) written.late = true;
  if (foreign) written.foreign = true;
  if (alike !== undefined) written.alike = alike;
  if (clock !== undefined) written.clock = clock;
  if (isMention) written.mention = true;
  if (own && store.trouble !== undefined) written.unstored = true;
  switch (content.type) {
    case "said":
    case "did":
    case "topic":
      return text === undefined ? undefined : { ...written, type: content.type, text };
    case "edited":
    case "redacted":
    case "reacted":
      return laterOf(entry, written, store);
    case "sealed":
      return undefined;
  }
}

/** What happens by what somebody says of being here; nothing where nobody comes or goes. */
export function moveOf(room: RoomName, author: string, entry: Entry): Move | undefined {
  const { type, wallMs } = entry;
  if (type !== "came" && type !== "went") return undefined;
  const guest = guestOf(entry);
  return { type, room, author, wallMs, ...(guest === undefined ? {} : { guest }) };
}

/** The name of the guest who says it, if it is one. */
export function guestOf(of: Content | Entry): string | undefined {
  return "guest" in of ? of.guest : undefined;
}

function laterOf(entry: Kept, written: Written, store: HistoryStore): ChatEvent | undefined {
  const { content } = entry;
  const change = changeOf(store, entry);
  if (change === undefined) return undefined;
  const { target, before: targetText, isTakenBack } = change;
  const targetAuthor = guestOf(target.content) ?? target.name;
  const later = { ...written, target: target.hash, targetAuthor, targetWallMs: target.wallMs };
  if (content.type === "edited") return { ...later, type: "edited", text: content.text, targetText };
  if (content.type !== "reacted") return { ...later, type: "redacted" };
  const { sign } = content;
  return { ...later, type: "reacted", sign, targetText, ...(isTakenBack ? { takenBack: true } : {}) };
}
