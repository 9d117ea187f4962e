import type { ReplySlot } from "./reply_slot.ts";
import type { TimerEntry } from "./timers.ts";

/** A user message on its way, with what must be known when it arrives or does not. */
export type Envelope = {
  readonly message: unknown;
  /** Set when a timer sent it: dropped silently if that timer was cancelled meanwhile. */
  readonly timer?: TimerEntry;
  /** Set when it was asked: told when the message cannot be handled. */
  readonly slot?: ReplySlot<never>;
};

export type MailboxOptions = Readonly<{
  /** User messages waiting at most. */
  limit: number;
  /** Which one becomes a dead letter when one more comes. */
  whenFull: "drop_newest" | "drop_oldest";
}>;

/** Enough for the longest burst seen in simulations; a slow actor is noticed by its depth long before. */
export const MAILBOX_DEFAULTS: MailboxOptions = { limit: 10_000, whenFull: "drop_newest" };

/** The user lane of an actor: first in, first out, bounded. (The system lane is the cell's own, and never waits.) */
export class Mailbox {
  readonly #options: MailboxOptions;
  #queue: (Envelope | undefined)[] = [];
  #head = 0;

  constructor(options: Partial<MailboxOptions> = {}) {
    this.#options = { ...MAILBOX_DEFAULTS, ...options };
  }

  get depth(): number {
    return this.#queue.length - this.#head;
  }

  /** Takes the envelope in; returns the one that had to give way, if any. */
  push(envelope: Envelope): Envelope | undefined {
    if (this.depth < this.#options.limit) {
      this.#queue.push(envelope);
      return undefined;
    }
    if (this.#options.whenFull === "drop_newest") return envelope;
    const oldest = this.shift();
    this.#queue.push(envelope);
    return oldest;
  }

  shift(): Envelope | undefined {
    if (this.#head === this.#queue.length) return undefined;
    const envelope = this.#queue[this.#head];
    this.#queue[this.#head++] = undefined;
    if (this.#head > 64 && this.#head * 2 > this.#queue.length) this.#compact();
    return envelope;
  }

  /** Empties it, oldest first. */
  drain(): Envelope[] {
    this.#compact();
    const all = this.#queue as Envelope[];
    this.#queue = [];
    return all;
  }

  #compact(): void {
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}
