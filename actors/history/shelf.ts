import { compareOrder, type OrderKey } from "./order.ts";
import type { LogId } from "./author.ts";
import type { Place } from "./entry.ts";

/** What can wait: where it stands, and what it follows from. */
type Waiting = OrderKey & Readonly<{ parents: readonly Place[] }>;

/** Entries that wait for what they follow from; of more, the earliest are let go and only counted. */
const WAITING_MAX = 4_096;

/** Logs of which something was overtaken. */
const LOGS_MAX = 8_192;

/** Whether an entry is here. */
type IsHeld = (place: Place) => boolean;

/**
 * Holds back what came before something that it follows from, so that what people see of a room never runs ahead of
 * itself: neither in the log of one author, nor from one to another.
 */
export class Shelf<T extends Waiting> {
  /** In the order of the room. */
  #waiting: T[] = [];
  /** Of each log, up to which number something that follows from it was shown before it was here. */
  readonly #overtaken = new Map<LogId, number>();
  /** Let go, because too many waited. */
  overflowed = 0;

  get size(): number {
    return this.#waiting.length;
  }

  get waiting(): readonly T[] {
    return this.#waiting;
  }

  /** Takes entries, and yields all that now wait for nothing, in the order of the room. */
  put(entries: readonly T[], isHeld: IsHeld): readonly T[] {
    if (this.#waiting.length === 0 && entries.length === 1) { // as nearly always
      const [entry] = entries;
      if (isReady(entry!, isHeld, NOTHING)) return entries;
    }
    this.#waiting = [...this.#waiting, ...entries].toSorted(compareOrder);
    const ready = this.#takeReady(isHeld);
    const surplus = this.#waiting.length - WAITING_MAX;
    if (surplus > 0) {
      this.#waiting.splice(0, surplus);
      this.overflowed += surplus;
    }
    return ready;
  }

  /** What nothing can be waited for any longer. */
  takeAll(): readonly T[] {
    const all = this.#waiting;
    this.#waiting = [];
    for (const { log, sequence, parents } of all) {
      this.#overtake({ log, sequence: sequence - 1 });
      parents.forEach((parent) => this.#overtake(parent));
    }
    return all;
  }

  /** Whether something that follows from it may have been shown already. */
  isLate({ log, sequence }: Place): boolean {
    return sequence <= (this.#overtaken.get(log) ?? 0);
  }

  #overtake({ log, sequence }: Place): void {
    if (this.#overtaken.size < LOGS_MAX && sequence > (this.#overtaken.get(log) ?? 0)) {
      this.#overtaken.set(log, sequence);
    }
  }

  /** One way through is enough: what something follows from stands before it. */
  #takeReady(isHeld: IsHeld): readonly T[] {
    const ready: T[] = [];
    const left: T[] = [];
    const behind = new Set<string>();
    for (const entry of this.#waiting) {
      if (isReady(entry, isHeld, behind)) {
        ready.push(entry);
      } else {
        left.push(entry);
        behind.add(keyOf(entry));
      }
    }
    this.#waiting = left;
    return ready;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

/** Nothing that it follows from is lacking, or held back itself. */
function isReady({ log, sequence, parents }: Waiting, isHeld: IsHeld, behind: ReadonlySet<string>): boolean {
  const isThere = (place: Place): boolean => isHeld(place) && !behind.has(keyOf(place));
  return (sequence === 1 || isThere({ log, sequence: sequence - 1 })) && parents.every(isThere);
}

function keyOf({ log, sequence }: Place): string {
  return `${log} ${sequence}`;
}
