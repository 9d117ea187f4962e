import type { Address } from "../../../transport/address.ts";
import { keyOf, type RumourId } from "./span.ts";

/** How long what was announced may take to come over the tree, which is quicker than any announcement. */
export const GRAFT_AFTER_MS = 150;
/** How long who was asked for it may take, until the next who announced it is asked; and longer by so much each time. */
export const GRAFT_AGAIN_AFTER_MS = 200;
/** What nobody has given us so long after it was announced is left to the rooms, which have a history. */
export const GIVE_UP_AFTER_MS = 5_000;

/** Rumours that are missing at once; those that are announced beyond are not asked for. */
export const MISSING_MAX = 4_096;
/** Who announced one of them, at most: they are asked in turn. */
const ANNOUNCERS_MAX = 4;

type Missing = {
  readonly id: RumourId;
  readonly since: number;
  /** First come, first asked. */
  readonly announcers: Address[];
  /** How often anybody was asked, and which of them is next. */
  asked: number;
  next: number;
  dueAt: number;
};

/** Rumours that others have announced and we do not have. */
export class MissingRumours {
  readonly counters = { "rumours given up": 0, "rumours missing, too many": 0 };
  readonly #missing = new Map<string, Missing>();
  #earliest = Infinity;

  get size(): number {
    return this.#missing.size;
  }

  /** When something is to be done; perhaps nothing by then. */
  get earliest(): number {
    return this.#earliest;
  }

  announced(id: RumourId, by: Address, now: number): void {
    const key = keyOf(id.author, id.epoch, id.sequence);
    const known = this.#missing.get(key);
    if (known === undefined && this.#missing.size >= MISSING_MAX) {
      this.counters["rumours missing, too many"]++;
      return;
    }
    const missing = known ?? { id, since: now, announcers: [], asked: 0, next: 0, dueAt: now + GRAFT_AFTER_MS };
    if (known === undefined) this.#missing.set(key, missing);
    if (missing.announcers.length >= ANNOUNCERS_MAX || missing.announcers.includes(by)) return;
    missing.announcers.push(by);
    // All others were asked already: this one is next, and soon.
    if (missing.asked >= missing.announcers.length - 1) {
      missing.next = missing.announcers.length - 1;
      missing.dueAt = Math.min(missing.dueAt, now + GRAFT_AFTER_MS);
    }
    this.#earliest = Math.min(this.#earliest, missing.dueAt);
  }

  came({ author, epoch, sequence }: RumourId): void {
    if (this.#missing.size > 0) this.#missing.delete(keyOf(author, epoch, sequence));
  }

  /** Something of the tree is gone: what is missing will not come over it. */
  hurry(now: number): void {
    for (const missing of this.#missing.values()) missing.dueAt = now;
    if (this.#missing.size > 0) this.#earliest = now;
  }

  /** Whom to ask for what by now. */
  take(now: number): ReadonlyMap<Address, readonly RumourId[]> {
    const asked = new Map<Address, RumourId[]>();
    this.#earliest = Infinity;
    for (const [key, missing] of this.#missing) {
      if (missing.dueAt <= now) {
        if (now - missing.since >= GIVE_UP_AFTER_MS) {
          this.#missing.delete(key);
          this.counters["rumours given up"]++;
          continue;
        }
        const by = missing.announcers[missing.next]!;
        const of = asked.get(by);
        if (of === undefined) asked.set(by, [missing.id]);
        else of.push(missing.id);
        missing.next = (missing.next + 1) % missing.announcers.length;
        missing.asked++;
        missing.dueAt = Math.min(now + missing.asked * GRAFT_AGAIN_AFTER_MS, missing.since + GIVE_UP_AFTER_MS);
      }
      this.#earliest = Math.min(this.#earliest, missing.dueAt);
    }
    return asked;
  }
}
