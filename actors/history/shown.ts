import type { RoomName } from "../chat_room/entry.ts";
import { type AuthorId, authorOfLog } from "./author.ts";
import type { Viewer } from "./people.ts";
import type { OrderKey } from "./order.ts";
import type { HistoryStore, Kept } from "./store.ts";
import { textNow } from "./text_now.ts";

/** A sign, and the names of those whose it is, in the order in which they gave it. */
export type Reaction = Readonly<{ sign: string; by: readonly string[] }>;

/** An entry as it is shown now, with everything that was said about it later. */
export type Shown = Readonly<{
  entry: Kept;
  /** Our own, and not of a guest of ours. */
  isOwn: boolean;
  /** Nothing where it was taken back. */
  text: string | undefined;
  isEdited: boolean;
  /** Its author goes by a name that belongs to another key here. */
  isForeign: boolean;
  /** Somebody else's name that its author's only looks like. */
  alike?: string;
  reactions: readonly Reaction[];
  /** There are more than were looked at. */
  hasMoreSigns?: true;
}>;

/** Signs of one entry that are looked at, and of one author's before another: more are no talk. */
export const SIGNS_LOOKED_AT_MAX = 512;

/** What an entry changes of an earlier one, whose text was `before`. */
export type Change = Readonly<{ target: Kept; before: string; isTakenBack: boolean }>;

/** How many entries are looked at, besides so many for each that is wanted: whoever gives signs all day hides no more. */
const LOOKED_AT_MAX = 4_096;
const LOOKED_AT_FOR_ONE = 16;
const PAGE = 256;

/** The latest entries that are shown by themselves, in order, as the person at this peer wants to see them. */
export function latestShown(
  store: HistoryStore,
  room: RoomName,
  limit: number,
  viewer: Viewer,
): readonly Shown[] {
  const found: Shown[] = [];
  let place: OrderKey | undefined;
  for (let looked = 0; looked < LOOKED_AT_MAX + LOOKED_AT_FOR_ONE * limit && found.length < limit;) {
    const page = store.before(room, place, PAGE);
    for (const entry of page.toReversed()) {
      const shown = shownNow(store, entry, viewer);
      if (shown !== undefined && found.push(shown) === limit) break;
    }
    if (page.length < PAGE) break;
    looked += page.length;
    place = page[0];
  }
  return found.reverse();
}

/** How an entry is shown; nothing where it only changes others, or is not for all. */
export function shownNow(store: HistoryStore, entry: Kept, viewer: Viewer): Shown | undefined {
  const { content, log } = entry;
  if (!("text" in content) || "target" in content) return undefined;
  const author = authorOfLog(log);
  if (viewer.isIgnored(author)) return undefined;
  const text = textNow(entry, store);
  const isOwn = author === viewer.self && !("guest" in content);
  const isForeign = viewer.isTaken(entry.name, author);
  const isEdited = text !== undefined && text !== content.text;
  const signs = text === undefined ? [] : store.signs(entry.room, entry.hash, SIGNS_LOOKED_AT_MAX + 1);
  const reactions = reactionsOf(
    signs.slice(0, SIGNS_LOOKED_AT_MAX).filter((one) => !viewer.isIgnored(authorOfLog(one.log))),
  );
  const more = signs.length > SIGNS_LOOKED_AT_MAX ? { hasMoreSigns: true as const } : {};
  return { entry, isOwn, text, isEdited, isForeign, reactions, ...alikeOf(entry, viewer), ...more };
}

/** What `entry` changes, as far as it may; nothing where it takes no effect, or what it is about is not here. */
export function changeOf(store: HistoryStore, entry: Kept): Change | undefined {
  const { content, room } = entry;
  if (!("target" in content)) return undefined;
  const target = store.find(room, content.target);
  if (target === undefined) return undefined;
  if (content.type !== "reacted" && authorOfLog(target.log) !== authorOfLog(entry.log)) return undefined;
  const before = textNow(target, store, { before: entry });
  if (before === undefined) return undefined;
  const isTakenBack = content.type === "reacted" && isGiven(store, target, entry, content.sign);
  return { target, before, isTakenBack };
}

/** Signs in the order in which they were first given; who gives one twice takes it back. */
function reactionsOf(later: readonly Kept[]): readonly Reaction[] {
  const bySign = new Map<string, Map<AuthorId, string>>();
  for (const { content, log, name } of later) {
    if (content.type !== "reacted") continue;
    const by = bySign.get(content.sign) ?? new Map<AuthorId, string>();
    bySign.set(content.sign, by);
    const author = authorOfLog(log);
    if (!by.delete(author)) by.set(author, name);
  }
  return [...bySign].flatMap(([sign, by]) => by.size === 0 ? [] : [{ sign, by: [...by.values()] }]);
}

/** Whether who gives this sign has given it before, and not taken it back. */
function isGiven(store: HistoryStore, { room, hash }: Kept, entry: Kept, sign: string): boolean {
  const signs = store.signsBy(authorOfLog(entry.log), room, hash, entry, SIGNS_LOOKED_AT_MAX);
  return signs.filter(({ content }) => content.type === "reacted" && content.sign === sign).length % 2 === 1;
}

/** Which name of somebody else's the author's only looks like, where there is one. */
export function alikeOf({ name, log }: Kept, viewer: Viewer): Readonly<{ alike?: string }> {
  const alike = viewer.original(name, authorOfLog(log));
  return alike === undefined ? {} : { alike };
}
