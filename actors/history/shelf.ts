import { compareOrder, type OrderKey } from "./order.ts";
import { type AuthorId, authorOfLog, type LogId } from "./author.ts";
import type { Place } from "./entry.ts";

/** What can wait: where it stands, and what it follows from. */
type Waiting = OrderKey & Readonly<{ parents: readonly Place[] }>;

/** Entries that wait for what they follow from: of more, the earliest are let go, as nobody reads so much at once. */
const WAITING_MAX = 4_096;

/** Logs of which something was overtaken, and authors of whom something was shown. */
const LOGS_MAX = 8_192;

/** Places that were given up. */
const GIVEN_UP_MAX = 8_192;

/** Whether an entry is here. */
type IsHeld = (place: Place) => boolean;

/**
 * Holds back what came before something that it follows from, so that what people see of a room never runs ahead of
 * itself: neither in the log of one author, nor from one to another.
 */
export class Shelf<T extends Waiting> {
  /** In the order of the room. */
  #waiting: T[] = [];
  /** Since when each of them waits. */
  readonly #since = new Map<T, number>();
  /** Places that were waited for in vain: nothing waits for them again. */
  readonly #givenUp = new Set<string>();
  /** Of each log, up to which number something that follows from it was shown before it was here. */
  readonly #overtaken = new Map<LogId, number>();
  /** Of each log, up to which number something names entries that are not here, and maybe never were, and the latest that does. */
  readonly #claimed = new Map<LogId, Readonly<{ sequence: number; by: OrderKey }>>();
  /** Of each author, the latest that was shown: a device that lost its disk goes on in a log that knows of no other. */
  readonly #shown = new Map<AuthorId, OrderKey>();
  /** Because too many waited, in the order of the room. */
  #letGo: T[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  /** Takes entries, and yields all that now wait for nothing, in the order of the room. */
  put(entries: readonly T[], isHeld: IsHeld, now: number): readonly T[] {
    const isNext = this.#waiting.length === 0 && areInOrder(entries); // as nearly always
    if (isNext && entries.every((entry) => this.#isReady(entry, isHeld, NOTHING))) return entries;
    for (const entry of entries) this.#since.set(entry, now);
    this.#waiting = [...this.#waiting, ...entries].toSorted(compareOrder);
    const ready = this.#takeReady(isHeld);
    const surplus = this.#waiting.length - WAITING_MAX;
    if (surplus <= 0) return ready;
    for (const entry of this.#waiting.splice(0, surplus)) {
      this.#since.delete(entry);
      this.#letGo.push(entry);
    }
    return [...ready, ...this.#takeReady(isHeld)].toSorted(compareOrder); // nothing waits for what was let go
  }

  /** What was let go since this was asked last. */
  takeLetGo(): readonly T[] {
    const letGo = this.#letGo;
    this.#letGo = [];
    return letGo;
  }

  /** What waits since then or longer waits in vain: it is yielded, with what can be shown because of that, in order. */
  giveUp(since: number, isHeld: IsHeld): readonly T[] {
    for (const [entry, at] of this.#since) {
      if (at > since) continue;
      for (const place of followedBy(entry)) if (!isHeld(place)) this.#giveUpOn(place);
    }
    return this.#takeReady(isHeld);
  }

  #giveUpOn(place: Place): void {
    this.#givenUp.add(keyOf(place));
    const [oldest] = this.#givenUp;
    if (this.#givenUp.size > GIVEN_UP_MAX && oldest !== undefined) this.#givenUp.delete(oldest);
  }

  /** Whether something that follows from it may have been shown already, or something later of its author. */
  isLate(entry: OrderKey): boolean {
    const { log, sequence } = entry;
    const shown = this.#shown.get(authorOfLog(log));
    const claimed = this.#claimed.get(log);
    if (sequence === claimed?.sequence) return true;
    if (claimed !== undefined && sequence < claimed.sequence && compareOrder(entry, claimed.by) < 0) return true;
    return sequence <= (this.#overtaken.get(log) ?? 0) || (shown !== undefined && compareOrder(entry, shown) < 0);
  }

  /** It is on the screen. Our own words are at once, also where something that they follow from still waits. */
  noteShown({ order, log, sequence, hash, parents }: Waiting, isHeld: IsHeld = () => true): void {
    const entry = { order, log, sequence, hash };
    this.#overtake({ log, sequence: sequence - 1 });
    for (const parent of parents) {
      if (isHeld(parent)) this.#overtake(parent);
      else this.#claim(parent, entry);
    }
    const author = authorOfLog(log);
    const before = this.#shown.get(author);
    if (before === undefined ? this.#shown.size < LOGS_MAX : compareOrder(before, entry) < 0) {
      this.#shown.set(author, entry);
    }
  }

  /** Anybody can name entries that are none: late is one that was named, and what was said before it was named. */
  #claim({ log, sequence }: Place, by: OrderKey): void {
    const before = this.#claimed.get(log);
    if (before === undefined && this.#claimed.size >= LOGS_MAX) return;
    this.#claimed.set(log, {
      sequence: Math.max(sequence, before?.sequence ?? 0),
      by: before === undefined || compareOrder(before.by, by) < 0 ? by : before.by,
    });
  }

  #overtake({ log, sequence }: Place): void {
    const before = this.#overtaken.get(log);
    if (before === undefined ? this.#overtaken.size < LOGS_MAX : before < sequence) this.#overtaken.set(log, sequence);
  }

  /** One way through is enough: what something follows from stands before it. */
  #takeReady(isHeld: IsHeld): readonly T[] {
    const ready: T[] = [];
    const left: T[] = [];
    const behind = new Set<string>();
    for (const entry of this.#waiting) {
      if (this.#isReady(entry, isHeld, behind)) {
        ready.push(entry);
        this.#since.delete(entry);
      } else {
        left.push(entry);
        behind.add(keyOf(entry));
      }
    }
    this.#waiting = left;
    return ready;
  }

  /** Nothing that it follows from is lacking, but for what was given up, or held back itself. */
  #isReady(entry: T, isHeld: IsHeld, behind: ReadonlySet<string>): boolean {
    const isThere = (place: Place): boolean =>
      (isHeld(place) && (behind.size === 0 || !behind.has(keyOf(place)))) ||
      (this.#givenUp.size > 0 && this.#givenUp.has(keyOf(place)));
    const { log, sequence, parents } = entry;
    return (sequence === 1 || isThere({ log, sequence: sequence - 1 })) && parents.every(isThere);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function areInOrder(entries: readonly OrderKey[]): boolean {
  return entries.every((entry, index) => index === 0 || compareOrder(entries[index - 1]!, entry) < 0);
}

/** What it comes after: the entry before it in its log, and what its author had seen of others. */
function followedBy({ log, sequence, parents }: Waiting): readonly Place[] {
  return sequence === 1 ? parents : [{ log, sequence: sequence - 1 }, ...parents];
}

function keyOf({ log, sequence }: Place): string {
  return `${log} ${sequence}`;
}
