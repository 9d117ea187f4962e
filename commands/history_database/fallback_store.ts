import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { AuthorId, LogId } from "../../actors/history/author.ts";
import type { LogEntry } from "../../actors/history/entry.ts";
import { MemoryStore } from "../../actors/history/memory_store.ts";
import type { OrderKey } from "../../actors/history/order.ts";
import type { Floors, HistoryStore, Kept, Retention, Search, Span } from "../../actors/history/store.ts";
import type { EntryHash } from "../../actors/history/values.ts";
import { textOf } from "../sqlite.ts";
import type { DatabaseStore } from "./database_store.ts";

/** Of what a failed disk still hands out, so many of the latest entries are gone on with. */
const TAKEN_OVER_MAX = 10_000;

/** Entries that wait to be written together, which costs a fraction of one by one; and those written in a few ms. */
const WAITING_MAX = 8_192;
const WRITTEN_AT_ONCE_MAX = 512;

/** Changes and entries between two flushes that are remembered; after these it flushes by itself. */
const UNFLUSHED_MAX = 10_000;

/**
 * A database, until it fails; from then on memory, with the latest of what can still be read and all that was put since
 * the last flush. What is put waits until there is more of it, or it is to be read or flushed. The file stays ours until
 * the end.
 */
export class FallbackStore implements HistoryStore {
  readonly #database: DatabaseStore;
  readonly #path: string;
  readonly #troubled: (why: string) => void;
  #memory: MemoryStore | undefined;
  #waiting: Kept[] = [];
  /** What a failing commit would lose. */
  #unflushed: ((store: HistoryStore) => void)[] = [];
  #unflushedCount = 0;

  /** `troubled` is told once, when the database fails; not of `trouble`, with which it has failed already. */
  constructor(database: DatabaseStore, path: string, troubled: (why: string) => void, trouble?: string) {
    this.#database = database;
    this.#path = path;
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
    for (const entry of entries) this.#waiting.push(entry);
    if (this.#waiting.length >= WAITING_MAX) this.#putWaiting(WRITTEN_AT_ONCE_MAX);
  }

  keep(entries: readonly Kept[]): boolean {
    if (this.#memory !== undefined) return this.#memory.keep(entries);
    this.#putWaiting();
    if (this.#memory !== undefined) return false; // it has failed just now
    try {
      this.#database.keep(entries);
    } catch (error) {
      this.#fallBack(textOf(error)); // without them
      return false;
    }
    this.#forgetUnflushed();
    return true;
  }

  at(room: RoomName, log: LogId, sequence: number): Kept | undefined {
    return this.#run((store) => store.at(room, log, sequence));
  }

  find(room: RoomName, hash: EntryHash): Kept | undefined {
    return this.#run((store) => store.find(room, hash));
  }

  forkedCount(room: RoomName): number {
    return this.#run((store) => store.forkedCount(room));
  }

  range(room: RoomName, log: LogId, first: number, last: number, limit: number): readonly Kept[] {
    return this.#run((store) => store.range(room, log, first, last, limit));
  }

  before(room: RoomName, place: OrderKey | undefined, limit: number): readonly Kept[] {
    return this.#run((store) => store.before(room, place, limit));
  }

  decisive(entry: LogEntry, before?: OrderKey): Kept | undefined {
    return this.#run((store) => store.decisive(entry, before));
  }

  signs(room: RoomName, target: EntryHash, limit: number): readonly Kept[] {
    return this.#run((store) => store.signs(room, target, limit));
  }

  signsBy(author: AuthorId, room: RoomName, target: EntryHash, before: OrderKey, limit: number): readonly Kept[] {
    return this.#run((store) => store.signsBy(author, room, target, before, limit));
  }

  index(room: RoomName, hash: EntryHash, text: string | undefined): void {
    this.#change((store) => store.index(room, hash, text));
  }

  search(search: Search): readonly Kept[] {
    return this.#run((store) => store.search(search));
  }

  recall(key: string): string | undefined {
    return this.#run((store) => store.recall(key));
  }

  remember(key: string, value: string | undefined): void {
    this.#change((store) => store.remember(key, value));
  }

  expire(retention: Retention, wallMs: number): number {
    return this.#run((store) => store.expire(retention, wallMs));
  }

  tidy(): boolean {
    return this.#run((store) => store.tidy());
  }

  settle(): boolean {
    this.#putWaiting(WRITTEN_AT_ONCE_MAX);
    if (this.#waiting.length > 0) return false;
    this.flush();
    return true;
  }

  flush(): void {
    this.#run((store) => store.flush());
    this.#forgetUnflushed();
  }

  counters(): Readonly<Record<string, number>> {
    this.#putWaiting();
    const fallenBack = this.#memory === undefined ? 0 : 1;
    return { ...(this.#memory ?? this.#database).counters(), fallen_back: fallenBack };
  }

  close(): void {
    this.flush();
    try {
      this.#database.close();
    } catch {
      // What was to be said of it is said.
    }
  }

  #forgetUnflushed(): void {
    this.#unflushed = [];
    this.#unflushedCount = 0;
  }

  /** Puts those that have waited for longest into the database. */
  #putWaiting(max = Infinity): void {
    if (this.#waiting.length === 0) return;
    const entries = this.#waiting.length <= max ? this.#waiting : this.#waiting.slice(0, max);
    this.#waiting = this.#waiting.slice(entries.length);
    this.#changeNow((store) => store.put(entries), entries.length);
  }

  #change(step: (store: HistoryStore) => void): void {
    this.#putWaiting();
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
    this.#putWaiting();
    return this.#runNow(step);
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
