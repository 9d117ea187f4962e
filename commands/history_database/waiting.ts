import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { LogId } from "../../actors/history/author.ts";
import type { Kept } from "../../actors/history/store.ts";
import type { EntryHash } from "../../actors/history/values.ts";

/** Entries that are in no table yet, the oldest first; what is asked of them all the time needs no look at each. */
export class Waiting {
  #entries: Kept[] = [];
  /** Of one that waits twice, the hash may go with the first: that one is in its table then. */
  readonly #rooms = new Map<EntryHash, RoomName>();
  readonly #ofLogs = new Map<LogId, number>();

  get size(): number {
    return this.#entries.length;
  }

  has(room: RoomName, hash: EntryHash): boolean {
    return this.#rooms.get(hash) === room;
  }

  hasOf(log: LogId): boolean {
    return this.#ofLogs.has(log);
  }

  push(entries: readonly Kept[]): void {
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#rooms.set(entry.hash, entry.room);
      this.#ofLogs.set(entry.log, 1 + (this.#ofLogs.get(entry.log) ?? 0));
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
    for (const { hash, log } of taken) {
      this.#rooms.delete(hash);
      const left = this.#ofLogs.get(log)! - 1;
      if (left > 0) this.#ofLogs.set(log, left);
      else this.#ofLogs.delete(log);
    }
    return taken;
  }
}
