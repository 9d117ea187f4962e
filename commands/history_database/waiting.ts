import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { LogId } from "../../actors/history/author.ts";
import type { Kept } from "../../actors/history/store.ts";
import type { EntryHash } from "../../actors/history/values.ts";

/** What waits of one log: how many entries, the last number, and whether they came in the order of their numbers. */
type OfLog = { count: number; last: number; isOrdered: boolean };

/**
 * Entries that are in no table yet, the oldest first. What is asked of them all the time is answered without a look at
 * each, and without their tables.
 */
export class Waiting {
  #entries: Kept[] = [];
  /** Of one that waits twice, the hash may go with the first: that one is in its table then. */
  readonly #byHash = new Map<EntryHash, Kept>();
  readonly #ofLogs = new Map<LogId, OfLog>();
  #naming = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** Whether any of them names another: edits, redactions and signs. */
  get hasNaming(): boolean {
    return this.#naming > 0;
  }

  has(room: RoomName, hash: EntryHash): boolean {
    return this.#byHash.get(hash)?.room === room;
  }

  /** One that has its number in its log to itself here, so that nothing here makes it a fork. */
  sole(room: RoomName, hash: EntryHash): Kept | undefined {
    const entry = this.#byHash.get(hash);
    return entry?.room === room && this.#ofLogs.get(entry.log)?.isOrdered === true ? entry : undefined;
  }

  hasOf(log: LogId): boolean {
    return this.#ofLogs.has(log);
  }

  push(entries: readonly Kept[]): void {
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#byHash.set(entry.hash, entry);
      if ("target" in entry.content) this.#naming++;
      const ofLog = this.#ofLogs.get(entry.log);
      if (ofLog === undefined) {
        this.#ofLogs.set(entry.log, { count: 1, last: entry.sequence, isOrdered: true });
        continue;
      }
      ofLog.count++;
      if (entry.sequence <= ofLog.last) ofLog.isOrdered = false;
      ofLog.last = entry.sequence;
    }
  }

  /** Those behind the first so many, at most `max`; they go on waiting. */
  after(count: number, max: number): readonly Kept[] {
    return this.#entries.slice(count, count + max);
  }

  /** Takes the oldest, at most `max`. */
  take(max: number): readonly Kept[] {
    const taken = this.#entries.slice(0, max);
    this.#entries = this.#entries.slice(taken.length);
    for (const { hash, log, content } of taken) {
      this.#byHash.delete(hash);
      if ("target" in content) this.#naming--;
      const ofLog = this.#ofLogs.get(log)!;
      if (--ofLog.count === 0) this.#ofLogs.delete(log);
    }
    return taken;
  }
}
