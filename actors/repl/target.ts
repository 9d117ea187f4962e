import type { Shown } from "../history/shown.ts";
import type { EntryHash } from "../history/values.ts";

/** Beginnings of ids are at least so long, so that no word is taken for one. */
const ID_DIGITS_MIN = 12;

/** Whose latest message is meant without a number. */
export type Whose = "own" | "others";

type Scene = Readonly<{
  /** By their numbers from 1, what the person last saw of the history. */
  listed: readonly EntryHash[];
  /** The latest of the room, in order. */
  latest: readonly Shown[];
}>;

type Target = Readonly<{ ok: true; target: EntryHash }> | Readonly<{ ok: false; why: string }>;

/** Whether a word says which message is meant: the number of a line of the history, `last`, or an id's beginning. */
export function isTarget(word: string): boolean {
  return /^(last|[1-9]\d{0,4})$/.test(word) || isId(word);
}

/** The message that a word means; by default the last one, of those that still say something. A topic is none. */
export function targetOf(word: string | undefined, whose: Whose, { listed, latest }: Scene): Target {
  if (word === undefined || word === "last") {
    const isMessage = ({ entry, text }: Shown): boolean => entry.content.type !== "topic" && text !== undefined;
    const last = latest.findLast((shown) => shown.isOwn === (whose === "own") && isMessage(shown));
    if (last !== undefined) return { ok: true, target: last.entry.hash };
    return {
      ok: false,
      why: whose === "own" ? "You have said nothing here lately" : "Nobody else has said anything lately",
    };
  }
  if (isId(word)) {
    const found = latest.filter(({ entry }) => entry.hash.startsWith(word));
    const [one, more] = found;
    if (one !== undefined && more === undefined) return { ok: true, target: one.entry.hash };
    return { ok: false, why: "No message of late has that id" };
  }
  const target = listed[Number(word) - 1];
  if (target !== undefined) return { ok: true, target };
  return { ok: false, why: `There is no line ${word}: history numbers what it shows` };
}

function isId(word: string): boolean {
  return word.length >= ID_DIGITS_MIN && /^[0-9a-f]{1,64}$/.test(word);
}
