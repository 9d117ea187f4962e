import { parseRoomName, type RoomName } from "../chat_room/entry.ts";
import type { HistoryStore } from "./store.ts";

/** How much others said in rooms that the person has not looked at since. */
export type Unread = readonly (readonly [room: RoomName, count: number])[];

/** Rooms of which it is kept; of more, those with the latest. */
const ROOMS_MAX = 64;

const KEY = "unread";

export function keepUnread(store: HistoryStore, unread: Unread): void {
  store.remember(KEY, unread.length === 0 ? undefined : JSON.stringify(unread.slice(-ROOMS_MAX)));
  store.flush();
}

/** What was kept; what is none of that is nothing. */
export function unreadIn(store: HistoryStore): Unread {
  const rows = listIn(store.recall(KEY)).slice(0, ROOMS_MAX);
  return rows.flatMap((row) => {
    const [name, count]: readonly unknown[] = Array.isArray(row) ? row : [];
    const room = typeof name === "string" ? parseRoomName(name) : undefined;
    return room !== undefined && room === name && isCount(count) ? [[room, count] as const] : [];
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function listIn(text = "[]"): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // damaged: nothing is unread
  }
}
