import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { AuthorId, LogId } from "../../actors/history/author.ts";
import type { LogEntry } from "../../actors/history/entry.ts";
import { MemoryStore } from "../../actors/history/memory_store.ts";
import type { OrderKey } from "../../actors/history/order.ts";
import {
  EXPIRED_AT_ONCE_MAX,
  type Floors,
  type HistoryStore,
  type Kept,
  type Retention,
  type Search,
  type Span,
} from "../../actors/history/store.ts";
import type { EntryHash } from "../../actors/history/values.ts";
import { textOf } from "../sqlite.ts";
import type { DatabaseStore } from "./database_store.ts";
import { Waiting } from "./waiting.ts";

/** Of what a failed disk still hands out, so many of the latest entries are gone on with. */
const TAKEN_OVER_MAX = 10_000;

/** How many entries wait at most, and how many are unpacked, or packed, in one go. */
export type StoreLimits = Readonly<{ waitingMax: number; unpackedAtOnceMax: number; packedAtOnceMax: number }>;

/** Unpacking many together costs a fraction of one by one. One go takes some milliseconds. */
const STORE_LIMITS: StoreLimits = { waitingMax: 32_768, unpackedAtOnceMax: 512, packedAtOnceMax: 2_048 };

/** Changes and entries between two flushes that are remembered; after these it flushes by itself. */
const UNFLUSHED_MAX = 10_000;

/**
 * A database, until it fails; from then on memory, with the latest of what can still be read and all that was put since
 * the last flush. What is put waits: on disk as soon as it is flushed, packed, and in the tables when it is to be read or
 * there is time or too much of it. The file stays ours until the end.
 */
export class FallbackStore implements HistoryStore {
  readonly #database: DatabaseStore;
  readonly #path: string;
  readonly #troubled: (why: string) => void;
  #memory: MemoryStore | undefined;
  readonly #limits: StoreLimits;
  readonly #waiting = new Waiting();
  /** Of those, the oldest so many are packed on disk. */
  #packed: number;
  /** Something was noted that may be about an entry that waits: it must not be on disk without that. */
  #isNoted = false;
  /** What a failing commit would lose. */
  #unflushed: ((store: HistoryStore) => void)[] = [];
  #unflushedCount = 0;

  /** `troubled` is told once, when the database fails; not of `trouble`, with which it has failed already. */
  constructor(
    database: DatabaseStore,
    path: string,
    troubled: (why: string) => void,
    { trouble, limits = STORE_LIMITS }: Readonly<{ trouble?: string; limits?: StoreLimits | undefined }> = {},
  ) {
    this.#database = database;
    this.#path = path;
    this.#limits = limits;
    this.#waiting.push(database.packed());
    this.#packed = this.#waiting.size;
    this.#troubled = () => {};
    if (trouble !== undefined) this.#fallBack(trouble);
    this.#troubled = troubled;
  }

  get trouble(): string | undefined {
    return this.#memory?.trouble;
  }

  rooms(): readonly RoomName[] {
    return this.#run((store) => store.rooms());
  }

  spans(room: RoomName): readonly Span[] {
    return this.#run((store) => store.spans(room));
  }

  floors(room: RoomName): Floors {
    return this.#runNow((store) => store.floors(room)); // no entry that is put changes them
  }

  put(entries: readonly Kept[]): void {
    if (this.#memory !== undefined) return this.#memory.put(entries);
    this.#wait(entries);
  }

  keep(entries: readonly Kept[]): boolean {
    if (this.#memory !== undefined) return this.#memory.keep(entries);
    if (!this.#pack(Infinity, entries)) return false; // it has failed just now, without them
    this.#packed += entries.length;
    this.#wait(entries);
    return true;
  }

  at(room: RoomName, log: LogId, sequence: number): Kept | undefined {
    return this.#runFor(log, (store) => store.at(room, log, sequence));
  }

  find(room: RoomName, hash: EntryHash): Kept | undefined {
    const entry = this.#waiting.sole(room, hash);
    if (entry !== undefined && !this.#runNow((store) => store === this.#database && this.#database.holds(entry))) {
      return entry;
    }
    return this.#waiting.has(room, hash)
      ? this.#run((store) => store.find(room, hash))
      : this.#runNow((store) => store.find(room, hash));
  }

  has(room: RoomName, hash: EntryHash): boolean {
    return this.#waiting.has(room, hash) || this.#runNow((store) => store.has(room, hash));
  }

  forkedCount(room: RoomName): number {
    return this.#run((store) => store.forkedCount(room));
  }

  range(room: RoomName, log: LogId, first: number, last: number, limit: number): readonly Kept[] {
    return this.#runFor(log, (store) => store.range(room, log, first, last, limit));
  }

  before(room: RoomName, place: OrderKey | undefined, limit: number): readonly Kept[] {
    return this.#run((store) => store.before(room, place, limit));
  }

  decisive(entry: LogEntry, before?: OrderKey): Kept | undefined {
    return this.#runForNaming((store) => store.decisive(entry, before));
  }

  signs(room: RoomName, target: EntryHash, limit: number): readonly Kept[] {
    return this.#runForNaming((store) => store.signs(room, target, limit));
  }

  signsBy(author: AuthorId, room: RoomName, target: EntryHash, before: OrderKey, limit: number): readonly Kept[] {
    return this.#runForNaming((store) => store.signsBy(author, room, target, before, limit));
  }

  index(room: RoomName, hash: EntryHash, text: string | undefined): void {
    this.#change((store) => store.index(room, hash, text));
  }

  search(search: Search): readonly Kept[] {
    return this.#run((store) => store.search(search));
  }

  recall(key: string): string | undefined {
    return this.#runNow((store) => store.recall(key)); // no entry is in the notes
  }

  remember(key: string, value: string | undefined): void {
    this.#isNoted = true;
    this.#changeNow((store) => store.remember(key, value));
  }

  expire(retention: Retention, wallMs: number): number {
    if (this.#waiting.size <= this.#limits.unpackedAtOnceMax) {
      return this.#run((store) => store.expire(retention, wallMs));
    }
    this.#unpack(this.#limits.unpackedAtOnceMax); // all have to be, and not in one go
    return EXPIRED_AT_ONCE_MAX;
  }

  tidy(): boolean {
    const { unpackedAtOnceMax } = this.#limits;
    if (this.#isNoted) this.flush();
    if (this.#waiting.size < unpackedAtOnceMax) return this.#runNow((store) => store.tidy());
    this.#unpack(unpackedAtOnceMax);
    return true;
  }

  settle(): boolean {
    if (this.#memory !== undefined) return this.#memory.settle();
    this.#pack(this.#isNoted ? Infinity : this.#limits.packedAtOnceMax);
    return this.#packed === this.#waiting.size;
  }

  flush(): void {
    if (this.#memory !== undefined) return this.#memory.flush();
    this.#pack(Infinity);
  }

  counters(): Readonly<Record<string, number>> {
    if (this.#waiting.size <= this.#limits.unpackedAtOnceMax) this.#unpack(); // of more it is told how many they are
    const fallenBack = this.#memory === undefined ? 0 : 1;
    return { ...(this.#memory ?? this.#database).counters(), waiting: this.#waiting.size, fallen_back: fallenBack };
  }

  close(): void {
    this.#unpack();
    this.flush();
    try {
      this.#database.close();
    } catch {
      // What was to be said of it is said.
    }
  }

  #wait(entries: readonly Kept[]): void {
    this.#waiting.push(entries);
    if (this.#waiting.size >= this.#limits.waitingMax) this.#unpack(this.#limits.unpackedAtOnceMax);
  }

  /** Puts so many of what waits on disk, and these with them; false where it fails, and what waited is in memory only. */
  #pack(max: number, also: readonly Kept[] = []): boolean {
    const waiting = this.#waiting.after(this.#packed, max);
    try {
      this.#database.pack([...waiting, ...also]);
    } catch (error) {
      this.#fallBack(textOf(error));
      return false;
    }
    this.#packed += waiting.length;
    this.#isNoted = false;
    this.#unflushed = [];
    this.#unflushedCount = 0;
    return true;
  }

  /** Puts those that have waited for longest into the tables. */
  #unpack(max = Infinity): void {
    if (this.#waiting.size === 0) return;
    const entries = this.#waiting.take(max);
    const packed = Math.min(this.#packed, entries.length);
    this.#packed -= packed;
    this.#changeNow(
      (store) => store === this.#database ? this.#database.unpack(entries, packed) : store.put(entries),
      entries.length,
    );
  }

  #change(step: (store: HistoryStore) => void): void {
    this.#unpack();
    this.#changeNow(step);
  }

  #changeNow(step: (store: HistoryStore) => void, count = 1): void {
    if (this.#memory !== undefined) return step(this.#memory);
    this.#unflushed.push(step);
    try {
      step(this.#database);
    } catch (error) {
      return this.#fallBack(textOf(error)); // which does it again
    }
    if ((this.#unflushedCount += count) >= UNFLUSHED_MAX) this.flush();
  }

  #run<T>(step: (store: HistoryStore) => T): T {
    this.#unpack();
    return this.#runNow(step);
  }

  /** For what depends on the entries of one log. */
  #runFor<T>(log: LogId, step: (store: HistoryStore) => T): T {
    return this.#waiting.hasOf(log) ? this.#run(step) : this.#runNow(step);
  }

  /** For what depends on the entries that name another. */
  #runForNaming<T>(step: (store: HistoryStore) => T): T {
    return this.#waiting.hasNaming ? this.#run(step) : this.#runNow(step);
  }

  /** For what does not depend on the entries that wait. */
  #runNow<T>(step: (store: HistoryStore) => T): T {
    if (this.#memory === undefined) {
      try {
        return step(this.#database);
      } catch (error) {
        this.#fallBack(textOf(error));
      }
    }
    return step(this.#memory!);
  }

  #fallBack(why: string): void {
    const memory = new MemoryStore({ trouble: `What is said is not stored on disk: ${this.#path}: ${why}` });
    this.#database.abandon();
    salvage(this.#database, memory);
    for (const step of this.#unflushed) step(memory);
    this.#unflushed = [];
    memory.put(this.#waiting.take(Infinity));
    this.#packed = 0;
    memory.flush();
    this.#memory = memory;
    this.#troubled(memory.trouble!);
  }
}

/** Takes over what can be read, until nothing can. */
function salvage(from: DatabaseStore, to: MemoryStore): void {
  try {
    for (const [key, value] of from.notes()) to.remember(key, value);
    for (const floor of from.allFloors()) to.raiseFloor(...floor);
    for (const entry of from.latest(TAKEN_OVER_MAX)) {
      to.put([entry]);
      const text = from.opened(entry);
      if (text !== undefined) to.index(entry.room, entry.hash, text);
    }
  } catch {
    // What is left unread can be fetched from others.
  }
}
