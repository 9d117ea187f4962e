import type { Cancel, Clock } from "./clock.ts";
import { inBrief } from "./describe.ts";
import { type EventStream, topic } from "./events.ts";
import type { Log } from "./log.ts";

/** A message that nobody handled, and why. */
export type DeadLetter = Readonly<{
  to: string;
  message: unknown;
  reason: DeadLetterReason;
  /** What was thrown over it, for `crashed` and `unsendable`. */
  cause?: unknown;
}>;

export type DeadLetterReason =
  | "no_such_actor"
  /** Whoever is there, in another system, does not take this from outside. */
  | "refused"
  | "stopped"
  | "mailbox_full"
  | "stash_full"
  | "crashed"
  | "late_reply"
  | "unreachable"
  | "unsendable";

export type DeadLetterCounts = Readonly<Record<DeadLetterReason, number>>;

export const DEAD_LETTERS = topic<DeadLetter>("dead letters");

/** Within this time after a line of log about dead letters there is no other: then one sums up. */
const QUIET_MS = 1_000;

/** Counts messages that nobody handled, tells who listens, and logs them without a storm. */
export class DeadLetterOffice {
  readonly #clock: Clock;
  readonly #events: EventStream;
  readonly #log: Log;
  readonly #counts: Record<DeadLetterReason, number> = {
    no_such_actor: 0,
    refused: 0,
    stopped: 0,
    mailbox_full: 0,
    stash_full: 0,
    crashed: 0,
    late_reply: 0,
    unreachable: 0,
    unsendable: 0,
  };
  #saidAt = Number.NEGATIVE_INFINITY;
  #unsaid = 0;
  #cancel: Cancel = () => {};
  #isPublishing = false;
  #isClosed = false;

  constructor(clock: Clock, events: EventStream, log: Log) {
    this.#clock = clock;
    this.#events = events;
    this.#log = log;
  }

  get counts(): DeadLetterCounts {
    return this.#counts;
  }

  take(letter: DeadLetter): void {
    this.#counts[letter.reason]++;
    if (!this.#isClosed) this.#say(letter);
    // Somebody who listens may have no room for it: a dead letter about a dead letter would never end.
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    try {
      this.#events.publish(DEAD_LETTERS, letter);
    } finally {
      this.#isPublishing = false;
    }
  }

  /** Says what is not said yet, and leaves no timer behind. What still comes is counted. */
  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#sumUp();
  }

  #say({ to, reason, cause }: DeadLetter): void {
    if (this.#unsaid > 0) return void this.#unsaid++;
    const now = this.#clock.now();
    const quietMs = this.#saidAt + QUIET_MS - now;
    if (quietMs > 0) {
      this.#unsaid = 1;
      this.#cancel = this.#clock.after(quietMs, () => this.#sumUp());
      return;
    }
    this.#saidAt = now;
    this.#log.warn("dead_letter", cause === undefined ? { to, reason } : { to, reason, cause: inBrief(cause) });
  }

  #sumUp(): void {
    if (this.#unsaid === 0) return;
    this.#log.warn("dead_letters", { more: this.#unsaid, sinceStart: { ...this.#counts } });
    this.#unsaid = 0;
    this.#saidAt = this.#clock.now();
  }
}
