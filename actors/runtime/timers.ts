import type { Cancel, Clock } from "./clock.ts";

/** Timers of one incarnation of an actor, by key: setting a key again replaces it, and all end with the incarnation. */
export interface Timers<M> {
  /** Sends oneself `message` once, `delayMs` from now. Throws a `RangeError` if that is no number. */
  after(key: string, delayMs: number, message: M): void;
  /**
   * Sends oneself `message` each `intervalMs`; a tick that finds the last one unhandled is left out. Throws a
   * `RangeError` unless the interval is above 0: it would never end.
   */
  every(key: string, intervalMs: number, message: M): void;
  /** Also when the message waits in the mailbox already. */
  cancel(key: string): void;
  /** Whether a message of that timer is still to be handled. */
  has(key: string): boolean;
}

export type TimerEntry = {
  live: boolean;
  /** A tick of it is in the mailbox. */
  waiting: boolean;
  cancel: Cancel;
  /** It has sent its only message, and that is being handled. */
  done: () => void;
};

/** The timers of one incarnation; `deliver` puts a message into the actor's mailbox. */
export class TimerTable<M> implements Timers<M> {
  readonly #clock: Clock;
  readonly #deliver: (message: M, timer: TimerEntry) => void;
  readonly #entries = new Map<string, TimerEntry>();
  #over: boolean;

  constructor(clock: Clock, over: boolean, deliver: (message: M, timer: TimerEntry) => void) {
    this.#clock = clock;
    this.#over = over;
    this.#deliver = deliver;
  }

  after(key: string, delayMs: number, message: M): void {
    if (Number.isNaN(delayMs)) throw new RangeError("A timer needs a delay in ms");
    if (this.#over) return;
    const entry = this.#replace(key);
    entry.done = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.cancel = this.#clock.after(delayMs, () => this.#deliver(message, entry));
  }

  every(key: string, intervalMs: number, message: M): void {
    if (!(intervalMs > 0)) throw new RangeError(`Not an interval in ms: ${intervalMs}`);
    if (this.#over) return;
    const entry = this.#replace(key);
    const tick = (): void => {
      entry.cancel = this.#clock.after(intervalMs, tick);
      if (entry.waiting) return;
      entry.waiting = true;
      this.#deliver(message, entry);
    };
    entry.cancel = this.#clock.after(intervalMs, tick);
  }

  cancel(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.live = false;
    entry.cancel();
    this.#entries.delete(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The incarnation is over: cancels all, also those whose message is already in the mailbox, and takes no more. */
  end(): void {
    this.#over = true;
    for (const key of [...this.#entries.keys()]) this.cancel(key);
  }

  #replace(key: string): TimerEntry {
    this.cancel(key);
    const entry: TimerEntry = { live: true, waiting: false, cancel: () => {}, done: () => {} };
    this.#entries.set(key, entry);
    return entry;
  }
}
