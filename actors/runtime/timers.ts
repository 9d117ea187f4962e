import type { Cancel, Clock } from "./clock.ts";

/** Timers of one incarnation of an actor, by key: setting a key again replaces it, and all end with the incarnation. */
export interface Timers<M> {
  /** Sends oneself `message` once, `delayMs` from now. Throws a `RangeError` if that is no number. */
  after(key: string, delayMs: number, message: M): void;
  /** Sends oneself `message` once, when what is under way is done: the turns of those who were sent something, and theirs. */
  soon(key: string, message: M): void;
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

/** One timer that was set. */
export class TimerEntry {
  live = true;
  /** A tick of it is in the mailbox. */
  waiting = false;
  /** Stops it at the clock. */
  stop: Cancel = NOTHING_TO_STOP;
  readonly #key: string;
  readonly #entries: Map<string, TimerEntry>;
  readonly #isLast: boolean;

  constructor(key: string, entries: Map<string, TimerEntry>, isLast: boolean) {
    this.#key = key;
    this.#entries = entries;
    this.#isLast = isLast;
  }

  /** What it has sent is being handled; if that was its only message, it is over. */
  done(): void {
    if (this.#isLast && this.#entries.get(this.#key) === this) this.#entries.delete(this.#key);
  }
}

const NOTHING_TO_STOP: Cancel = () => {};

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
    const entry = this.#replace(key, true);
    entry.stop = this.#clock.after(delayMs, () => this.#deliver(message, entry));
  }

  soon(key: string, message: M): void {
    if (this.#over) return;
    const entry = this.#replace(key, true);
    this.#clock.soon(() => this.#deliver(message, entry));
  }

  every(key: string, intervalMs: number, message: M): void {
    if (!(intervalMs > 0)) throw new RangeError(`Not an interval in ms: ${intervalMs}`);
    if (this.#over) return;
    const entry = this.#replace(key, false);
    const tick = (): void => {
      entry.stop = this.#clock.after(intervalMs, tick);
      if (entry.waiting) return;
      entry.waiting = true;
      this.#deliver(message, entry);
    };
    entry.stop = this.#clock.after(intervalMs, tick);
  }

  cancel(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    end(entry);
    this.#entries.delete(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The incarnation is over: cancels all, also those whose message is already in the mailbox, and takes no more. */
  end(): void {
    this.#over = true;
    for (const entry of this.#entries.values()) end(entry);
    this.#entries.clear();
  }

  #replace(key: string, isLast: boolean): TimerEntry {
    const before = this.#entries.get(key);
    if (before !== undefined) end(before);
    const entry = new TimerEntry(key, this.#entries, isLast);
    this.#entries.set(key, entry);
    return entry;
  }
}

function end(entry: TimerEntry): void {
  entry.live = false;
  entry.stop();
}
