import type { ReplySlot } from "./reply_slot.ts";
import type { TimerEntry } from "./timers.ts";

/** A message on its way, with what must be known when it arrives or does not. */
export type Envelope = {
  readonly message: unknown;
  /**
   * `own`: from a timer, a watch or a promise of the actor's own. It goes before what others say, and is never dropped:
   * there is at most one for each of those. It ends with the incarnation that asked for it.
   */
  readonly lane?: "own";
  /** Set when a timer sent it: dropped silently if that timer was cancelled meanwhile. */
  readonly timer?: TimerEntry;
  /** Set when it was asked: told when the message cannot be handled. */
  readonly slot?: ReplySlot<never>;
};

export type MailboxOptions = Readonly<{
  /** Messages of others waiting at most. */
  limit: number;
  /** Which one becomes a dead letter when one more comes. */
  whenFull: "drop_newest" | "drop_oldest";
}>;

/** Enough for the longest burst seen in simulations; a slow actor is noticed by its depth long before. */
const MAILBOX_DEFAULTS: MailboxOptions = { limit: 10_000, whenFull: "drop_newest" };

/**
 * The messages of an actor in two lanes, each first in, first out: its own before those of others. What concerns its
 * life (start, stop, crash) never waits here; the cell sees to that.
 */
export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #own = new Fifo<Envelope>();
  readonly #others = new Fifo<Envelope>();

  constructor(options: Partial<MailboxOptions> = {}) {
    this.#options = { ...MAILBOX_DEFAULTS, ...options };
  }

  get depth(): number {
    return this.#own.size + this.#others.size;
  }

  /** Takes the envelope in; returns the one that had to give way, if any. */
  push(envelope: Envelope): Envelope | undefined {
    if (envelope.lane === "own") {
      this.#own.push(envelope);
      return undefined;
    }
    if (this.#others.size < this.#options.limit) {
      this.#others.push(envelope);
      return undefined;
    }
    if (this.#options.whenFull === "drop_newest") return envelope;
    const oldest = this.#others.shift();
    this.#others.push(envelope);
    return oldest;
  }

  shift(): Envelope | undefined {
    return this.#own.shift() ?? this.#others.shift();
  }

  /** Empties the actor's own lane, oldest first: its incarnation is over. */
  drainOwn(): Envelope[] {
    return this.#own.drain();
  }

  /** Empties both lanes. */
  drain(): Envelope[] {
    return [...this.#own.drain(), ...this.#others.drain()];
  }
}

/** A queue that gives its memory back. */
class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) this.#compact();
    return item;
  }

  drain(): T[] {
    this.#compact();
    const all = this.#items as T[];
    this.#items = [];
    return all;
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
