import type { RoomName } from "../chat_room/entry.ts";
import { compareOrder } from "./order.ts";
import type { HistoryStore, Kept } from "./store.ts";
import { textNow } from "./text_now.ts";
import type { EntryHash } from "./values.ts";

/** What a room is about, as one of those in it has said. */
export type Topic = Readonly<{ text: string; author: string; wallMs: number }>;

/** What the room is about now; an empty topic is none. */
export function topicOf(store: HistoryStore, room: RoomName): Topic | undefined {
  const entry = newestOf(store, room);
  const text = entry && textNow(entry, store);
  return entry === undefined || text === undefined || text === ""
    ? undefined
    : { text, author: entry.name, wallMs: entry.wallMs };
}

/**
 * Takes note of the topics among entries that were put: the last in the room's order counts, whenever it came. The one
 * that counts from now on, if it is another.
 */
export function noteTopics(store: HistoryStore, room: RoomName, entries: readonly Kept[]): Kept | undefined {
  const topics = entries.filter(({ content, forked }) => content.type === "topic" && !forked);
  const newest = topics.toSorted(compareOrder).at(-1);
  if (newest === undefined) return undefined;
  const former = newestOf(store, room);
  if (former !== undefined && compareOrder(newest, former) <= 0) return undefined;
  store.remember(keyOf(room), newest.hash);
  return newest;
}

/** Of all that was said in a room, a topic would be hard to find. */
function newestOf(store: HistoryStore, room: RoomName): Kept | undefined {
  const hash = store.recall(keyOf(room));
  return hash === undefined ? undefined : store.find(room, hash as EntryHash);
}

function keyOf(room: RoomName): string {
  return `topic ${room}`;
}
