import { type AuthorId, authorOfLog } from "../history/author.ts";
import type { Viewer } from "../history/people.ts";
import type { OrderKey } from "../history/order.ts";
import type { Shown } from "../history/shown.ts";
import type { HistoryStore, Kept } from "../history/store.ts";
import { textNow } from "../history/text_now.ts";
import { DIRECT_ROOM, type Sealer, shownLetter } from "./letter.ts";

/** The latest of what two told each other, in order; `isCut` where it was not looked farther back for more. */
export type Letters = Readonly<{ letters: readonly Shown[]; isCut: boolean }>;

/** Letters that are opened at once: about a tenth of a millisecond each. */
export const LETTERS_MAX = 200;

/** Entries that are looked at, most of which others may have written to others. */
const LOOKED_AT_MAX = 8_192;
const PAGE = 256;

/** What we and one other told each other alone. */
export function lettersWith(
  other: AuthorId,
  limit: number,
  { store, viewer, sealer }: Readonly<{ store: HistoryStore; viewer: Viewer; sealer: Sealer }>,
): Letters {
  const letters: Shown[] = [];
  let place: OrderKey | undefined;
  for (let looked = 0; looked < LOOKED_AT_MAX; looked += PAGE) {
    const page = store.before(DIRECT_ROOM, place, PAGE);
    for (const entry of page.toReversed()) {
      const letter = isBetween(entry, viewer.self, other) ? shownLetter(entry, viewer, sealer) : undefined;
      if (letter === undefined) continue;
      if (letters.length >= Math.min(limit, LETTERS_MAX)) return { letters: letters.reverse(), isCut: false };
      letters.push({ ...letter, text: textNow(entry, store, { opened: letter.text }) });
    }
    if (page.length < PAGE) return { letters: letters.reverse(), isCut: false };
    place = page[0];
  }
  return { letters: letters.reverse(), isCut: true };
}

function isBetween({ log, content }: Kept, one: AuthorId, other: AuthorId): boolean {
  if (content.type !== "sealed") return false;
  const author = authorOfLog(log);
  return author === one && content.to === other || author === other && content.to === one;
}
