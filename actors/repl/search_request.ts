import { parseRoomName, type RoomName } from "../chat_room/entry.ts";
import { parseWhen } from "./when.ts";

/** What somebody wants to find. */
export type SearchRequest = Readonly<
  { words: readonly string[]; room?: RoomName; from?: string; sinceWallMs?: number }
>;

/** Words of one search, and characters of them together: more find nothing that fewer do not. */
const WORDS_MAX = 16;
const CHARACTERS_MAX = 1_000;

type Word = Readonly<{ text: string; isQuoted: boolean }>;

/**
 * What is typed behind `search`: words, of which one in double quotes may have blanks, then in any order `in ROOM`, `from
 * NAME` and `since WHEN`. What cannot be one of these is words, and so is what is quoted. Undefined where there is
 * nothing to look for, or too much.
 */
export function parseSearch(text: string, nowWallMs: number): SearchRequest | undefined {
  const words = wordsIn(text);
  let request: Omit<SearchRequest, "words"> = {};
  for (;;) {
    const clause = clauseAt(words, request, nowWallMs);
    if (clause === undefined) break;
    request = { ...clause, ...request };
    words.splice(-2);
  }
  const wanted = words.map((word) => word.text).filter((word) => word.trim() !== "");
  if (wanted.length === 0 || wanted.length > WORDS_MAX || wanted.join("").length > CHARACTERS_MAX) return undefined;
  return { words: wanted, ...request };
}

/** What the last two words limit the search to; at least one is left to look for. */
function clauseAt(
  words: readonly Word[],
  before: Omit<SearchRequest, "words">,
  nowWallMs: number,
): Omit<SearchRequest, "words"> | undefined {
  const [keyword, value] = words.slice(-2);
  if (words.length < 3 || keyword === undefined || value === undefined || keyword.isQuoted) return undefined;
  switch (keyword.text) {
    case "in": {
      const room = parseRoomName(value.text);
      return room === undefined || before.room !== undefined ? undefined : { room };
    }
    case "from":
      return before.from === undefined ? { from: value.text } : undefined;
    case "since": {
      const sinceWallMs = parseWhen(value.text, nowWallMs);
      return sinceWallMs === undefined || before.sinceWallMs !== undefined ? undefined : { sinceWallMs };
    }
    default:
      return undefined;
  }
}

function wordsIn(text: string): Word[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/gs)].map(([all, inside]) =>
    inside === undefined ? { text: all, isQuoted: false } : { text: inside.replace(/\\(.)/gs, "$1"), isQuoted: true }
  );
}
