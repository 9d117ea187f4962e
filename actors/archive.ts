import type { RoomName } from "./chat_room/entry.ts";
import type { HistoryDeps } from "./chat_room.ts";
import { DIRECT_ROOM, shownLetter } from "./direct/letter.ts";
import { viewerOf } from "./history/people.ts";
import { lineOf } from "./history/ndjson.ts";
import type { OrderKey } from "./history/order.ts";
import { type Shown, shownNow } from "./history/shown.ts";
import { EXPIRED_AT_ONCE_MAX, type Kept, type Retention, type Search } from "./history/store.ts";
import { textNow } from "./history/text_now.ts";
import { keepUnread, type Unread, unreadIn } from "./history/unread.ts";
import type { Behavior } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";

/** What the keeper of everything that was ever said understands, whatever rooms we are in now. */
export type ArchiveMessage =
  | Readonly<{ type: "search"; search: Search; replyTo: ActorRef<readonly Shown[]> }>
  /** Rooms of which anything is kept; what was said to one other is no room. */
  | Readonly<{ type: "rooms"; replyTo: ActorRef<readonly RoomName[]> }>
  /** The latest of a room before a place, or of all, as lines that can be taken again; the latest first. */
  | Readonly<{ type: "page"; room: RoomName; place: OrderKey | undefined; replyTo: ActorRef<Page> }>
  /** What the person has not read, as of when it was kept last; and to keep it. */
  | Readonly<{ type: "unread"; replyTo: ActorRef<Unread> }>
  | Readonly<{ type: "keep_unread"; unread: Unread }>
  /** A timer: something may have become too old, or too much. */
  | Readonly<{ type: "expire" }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>;

/** Lines of a room's history, and before which place the next ones are; none behind the last. */
export type Page = Readonly<{ lines: readonly string[]; next: OrderKey | undefined }>;

/** Entries of one page: a few milliseconds. */
const PAGE_ENTRIES = 128;

/** How often it is looked for what is to go; where one slice has not been enough, the next follows soon. */
const EXPIRE_EVERY_MS = 10_000;
const NEXT_SLICE_MS = 20;

type ArchiveDeps = Readonly<{
  history: HistoryDeps;
  /** Without a limit, everything is kept. */
  retention?: Retention;
}>;

/** Looks after what is kept of all rooms. */
export function archive(
  { history: { store, signing, sealer }, retention = {} }: ArchiveDeps,
): Behavior<ArchiveMessage> {
  return ({ clock, timers }) => {
    const expireIn = (delayMs: number): void => {
      if (Object.keys(retention).length > 0) timers.after("expire", delayMs, { type: "expire" });
    };
    expireIn(EXPIRE_EVERY_MS);

    const expire = (): void => {
      const isEnough = store.expire(retention, clock.wallMs()) < EXPIRED_AT_ONCE_MAX;
      store.flush();
      expireIn(isEnough ? EXPIRE_EVERY_MS : NEXT_SLICE_MS);
    };

    const search = (wanted: Search): readonly Shown[] => {
      const viewer = viewerOf(store, signing.author);
      const letter = (entry: Kept): Shown | undefined => sealer && shownLetter(entry, viewer, sealer);
      return store.search(wanted).flatMap((entry) => shownNow(store, entry, viewer) ?? letter(entry) ?? []);
    };

    const page = (room: RoomName, place: OrderKey | undefined): Page => {
      const entries = store.before(room, place, PAGE_ENTRIES);
      const lines = entries.map((entry) => lineOf(entry, isTakenBack(entry))).toReversed();
      return { lines, next: entries.length < PAGE_ENTRIES ? undefined : entries[0] };
    };

    const isTakenBack = (entry: Kept): boolean =>
      "text" in entry.content && !("target" in entry.content) &&
      textNow(entry, store) === undefined;

    return (message) => {
      switch (message.type) {
        case "search":
          return message.replyTo.tell(search(message.search));
        case "rooms":
          return message.replyTo.tell(store.rooms().filter((room) => room !== DIRECT_ROOM));
        case "page":
          return message.replyTo.tell(page(message.room, message.place));
        case "unread":
          return message.replyTo.tell(unreadIn(store));
        case "keep_unread":
          return keepUnread(store, message.unread);
        case "expire":
          return expire();
        case "status":
          return message.replyTo.tell(store.counters());
      }
    };
  };
}
