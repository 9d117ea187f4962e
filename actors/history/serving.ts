import { SourceBudget } from "../transport/budget.ts";
import type { Span } from "./store.ts";

/** A wish of somebody's. */
type Wish = Readonly<{ from: string; span: Span }>;

/** Bytes of one room's history that one other gets: enough that a long history is there in seconds. */
const EACH = { burst: 4 * 1024 * 1024, perSecond: 8 * 1024 * 1024 };
const MEMBERS_MAX = 1_024;

/** What looking for something costs, whether it is there or not: as much as sending so many bytes. */
const LOOK_BYTES = 16 * 1024;

/** Wishes that wait, of one other and of all: as many as one peer has under way, and as many such peers. */
const WAITING_EACH_MAX = 8;
const WAITING_MAX = 256;

/** What is counted of wishes in all rooms. */
export type ServingCounters = { "wishes served": number; "wishes that waited": number; "wishes given up": number };

export function newServingCounters(): ServingCounters {
  return { "wishes served": 0, "wishes that waited": 0, "wishes given up": 0 };
}

/**
 * When others get what they want of a room's history: at once, or, if they want much, as fast as can be borne. Who asks in
 * a loop waits for itself and for nobody else.
 */
export class Serving {
  readonly #budget = new SourceBudget(EACH, MEMBERS_MAX);
  readonly #counters: ServingCounters;
  /** Of each who wants something, in the order in which it was asked for. */
  readonly #waiting = new Map<string, Span[]>();
  #size = 0;

  constructor(counters: ServingCounters) {
    this.#counters = counters;
  }

  get isWaiting(): boolean {
    return this.#size > 0;
  }

  /** Whether a wish is to be served now; if not, it waits, or is given up where too many do. */
  asks(from: string, span: Span, now: number): boolean {
    const waiting = this.#waiting.get(from) ?? [];
    if (waiting.length === 0 && this.#serves(from, now)) return true;
    const isKnown = waiting.some((other) =>
      other.log === span.log && other.first === span.first && other.last === span.last
    );
    if (isKnown || waiting.length >= WAITING_EACH_MAX || this.#size >= WAITING_MAX) {
      this.#counters["wishes given up"]++;
      return false;
    }
    this.#waiting.set(from, [...waiting, span]);
    this.#size++;
    this.#counters["wishes that waited"]++;
    return false;
  }

  /** Whether a small answer may be given now; what it cost is told by {@linkcode sent}. */
  affords(to: string, now: number): boolean {
    const isServed = this.#serves(to, now);
    if (!isServed) this.#counters["wishes given up"]++;
    return isServed;
  }

  /** What was sent to somebody. */
  sent(to: string, bytes: number): void {
    this.#budget.correct(to, -bytes);
  }

  /** Of each who waits, the first wish, if it can be served now. */
  next(now: number): readonly Wish[] {
    return [...this.#waiting].flatMap(([from, [span, ...rest]]) => {
      if (span === undefined || !this.#serves(from, now)) return [];
      this.#size--;
      if (rest.length === 0) this.#waiting.delete(from);
      else this.#waiting.set(from, rest);
      return [{ from, span }];
    });
  }

  gone(member: string): void {
    this.#size -= this.#waiting.get(member)?.length ?? 0;
    this.#waiting.delete(member);
  }

  #serves(from: string, now: number): boolean {
    const isServed = this.#budget.spend(from, LOOK_BYTES, now);
    if (isServed) this.#counters["wishes served"]++;
    return isServed;
  }
}
