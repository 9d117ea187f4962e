import type { RoomName } from "../chat_room/entry.ts";
import type { AuthorId, LogId } from "./author.ts";
import type { ClockMark } from "./clock_mark.ts";
import type { LogEntry } from "./entry.ts";
import type { HybridTime } from "./hybrid_time.ts";
import type { OrderKey } from "./order.ts";
import type { EntryHash } from "./values.ts";

/** An entry as it is kept. */
export type Kept =
  & LogEntry
  & Readonly<{
    /**
     * Where it stands in the room: its own time, or just behind what it follows from where its author claims an earlier one.
     * Ties are decided by the log's id, then by the number, then by the hash.
     */
    order: HybridTime;
    /** By our wall clock, when it came to us. */
    receivedWallMs: number;
    /** Its author's wall clock was wrong then, as far as we can tell. */
    clock?: ClockMark;
    /** Another entry of the same log has the same number, and which of them counts cannot be told. */
    forked: boolean;
  }>;

/** A piece of a log without a gap, as long as can be. */
export type Span = Readonly<{ log: LogId; first: number; last: number }>;

/** Of each log of a room, up to which number entries were let go of, so that nobody fetches them again. */
export type Floors = ReadonlyMap<LogId, number>;

/**
 * What is looked for: all words, in any order, also as parts of longer ones, whatever their case and accents. Found is
 * what shows now: an edited entry by its newest text, a redacted one never.
 */
export type Search = Readonly<{
  words: readonly string[];
  room?: RoomName;
  /** Whose name is shown: that of the guest where there is one, else the author's as it was claimed. */
  from?: string;
  /** By the clock of who wrote it, as it is shown. */
  sinceWallMs?: number;
  limit: number;
}>;

/**
 * How much is kept. The first in order go first, so that an entry that goes leaves its log beginning later, for good: its
 * floor tells. An entry is as
 * old as it claims, or as long as we have had it, whichever is more. Bytes are those of entries with their signatures; what
 * a disk needs for them is more.
 */
export type Retention = Readonly<{ ageMs?: number; bytesMax?: number }>;

/** Who is told that not all is settled, or tidy, asks again after this: others are served in between. */
export const SETTLE_ON_MS = 50;

/** Entries that one call of {@linkcode HistoryStore.expire} lets go of, so that it takes a few milliseconds. */
export const EXPIRED_AT_ONCE_MAX = 100;

/**
 * Where entries are kept. Reading sees what was put at once; it is safe from a crash of the process after `flush`, which
 * whoever puts calls soon, once for many. Nothing here throws over what a disk does: from the first failure on, the
 * store goes on in memory and says why in `trouble`.
 */
export interface HistoryStore {
  /** Why what is put now does not outlive the process; nothing where it does. */
  readonly trouble: string | undefined;
  rooms(): readonly RoomName[];
  /** The pieces that are held of all logs of a room; those of a fork that are not on the log's own branch are no part. */
  spans(room: RoomName): readonly Span[];
  /** The floors of a room as they are now; those of logs of which nothing is left stay. */
  floors(room: RoomName): Floors;
  /**
   * Those that are there already stay as they are, but for a signature that was not. Of two with the same number that
   * both claim to be on the log's own branch, the first stays there and the other is kept as forked.
   */
  put(entries: readonly Kept[]): void;
  /**
   * Puts entries, and flushes them with all that was put before. Where a disk fails over that, none of them is kept, also
   * not in memory: `false`. Whoever says them to others after that must say them elsewhere.
   */
  keep(entries: readonly Kept[]): boolean;
  /** The entry of that number on the log's own branch. */
  at(room: RoomName, log: LogId, sequence: number): Kept | undefined;
  find(room: RoomName, hash: EntryHash): Kept | undefined;
  /** Whether {@linkcode find} finds something, which is known sooner than what. */
  has(room: RoomName, hash: EntryHash): boolean;
  /** How many entries of a room contradict their logs. */
  forkedCount(room: RoomName): number;
  /** Of the log's own branch, in the order of their numbers, at most `limit`. */
  range(room: RoomName, log: LogId, first: number, last: number, limit: number): readonly Kept[];
  /** The latest ones before a place, or of all, in order; forked ones among them. */
  before(room: RoomName, place: OrderKey | undefined, limit: number): readonly Kept[];
  /**
   * What decides which text an entry shows: that its own author redacted it, else that author's latest edit. Of those
   * before a place in the room's order, or of all. It costs no more where others name the entry, however many do.
   */
  decisive(entry: LogEntry, before?: OrderKey): Kept | undefined;
  /** The first signs that were given to an entry, in order. */
  signs(room: RoomName, target: EntryHash, limit: number): readonly Kept[];
  /** Those of one author before a place, in no order. */
  signsBy(author: AuthorId, room: RoomName, target: EntryHash, before: OrderKey, limit: number): readonly Kept[];
  /** Makes findable what a sealed entry says, for who could open it; nothing takes that back. */
  index(room: RoomName, hash: EntryHash, text: string | undefined): void;
  /** The newest first. */
  search(search: Search): readonly Kept[];
  /** Small things that belong to the history, such as what was read up to where, by key. */
  recall(key: string): string | undefined;
  remember(key: string, value: string | undefined): void;
  /**
   * Lets go of what retention does not want kept, at most {@linkcode EXPIRED_AT_ONCE_MAX}; how many entries that were, or
   * as many as that where something else has to be done first. Who is told as many may ask again.
   */
  expire(retention: Retention, wallMs: number): number;
  /** All that was put is on disk when this returns, if there is a disk. */
  flush(): void;
  /** Brings what was put nearer to the disk, for a few milliseconds; whether all of it is there. */
  settle(): boolean;
  /** Does some of what can wait until nobody does, such as an index; whether there is more. */
  tidy(): boolean;
  counters(): Readonly<Record<string, number>>;
  close(): void;
}
