import type { Cancel, Clock } from "./clock.ts";

/** Something that ends by itself after a while. Its links in the list are its own, so that it costs nothing to leave. */
export interface Expiring {
  bucket: Bucket | undefined;
  previous: Expiring | undefined;
  next: Expiring | undefined;
  expire(): void;
  /** Nothing comes of it any more, and nobody is to wait until its time is over. */
  abandon(): void;
}

/** What began with one time-out within one turn of the event loop shares a timer. */
export type Bucket = { first: Expiring | undefined; isOpen: boolean; cancel: Cancel };

/** Longest time-out that every timer can do (2^31 − 1 ms, 24 days). */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/**
 * Time-outs of many short waits. A timer of the machine costs as much as ten asks; so those that begin in one turn of
 * the event loop and have the same length share one, and those that end in the same turn have none. None fires early,
 * and it fires late by at most that turn.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #open = new Map<number, Bucket>();
  /** Those whose timer runs. */
  readonly #timed = new Set<Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `wait.expire()` after `timeoutMs`, unless it has left by then. Throws a `RangeError` if that is no time. */
  add(wait: Expiring, timeoutMs: number): void {
    const bucket = this.#open.get(timeoutMs) ?? this.#openBucket(timeoutMs);
    wait.bucket = bucket;
    wait.next = bucket.first;
    if (bucket.first !== undefined) bucket.first.previous = wait;
    bucket.first = wait;
  }

  /** Nobody is to wait here any more: ends what still does, and leaves nothing running. */
  close(): void {
    for (const bucket of [...this.#timed, ...this.#open.values()]) {
      for (const wait of waitsOf(bucket)) if (wait.bucket === bucket) wait.abandon();
      bucket.cancel();
    }
    this.#open.clear();
  }

  /** It needs no time-out any more. */
  leave(wait: Expiring): void {
    const { bucket, previous, next } = wait;
    if (bucket === undefined) return;
    wait.bucket = wait.previous = wait.next = undefined;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
    else bucket.first = next;
    if (bucket.first !== undefined || bucket.isOpen) return;
    this.#timed.delete(bucket);
    bucket.cancel();
  }

  #openBucket(timeoutMs: number): Bucket {
    if (!(timeoutMs >= 0 && timeoutMs <= TIMEOUT_MAX_MS)) throw new RangeError(`Not a time-out in ms: ${timeoutMs}`);
    const bucket: Bucket = { first: undefined, isOpen: true, cancel: () => {} };
    this.#open.set(timeoutMs, bucket);
    bucket.cancel = this.#clock.yieldThen(() => {
      this.#open.delete(timeoutMs);
      bucket.isOpen = false;
      if (bucket.first === undefined) return;
      this.#timed.add(bucket);
      bucket.cancel = this.#clock.after(timeoutMs, () => this.#expire(bucket));
    });
    return bucket;
  }

  #expire(bucket: Bucket): void {
    this.#timed.delete(bucket);
    for (const wait of waitsOf(bucket)) if (wait.bucket === bucket) wait.expire();
  }
}

/** Oldest first. */
function waitsOf(bucket: Bucket): readonly Expiring[] {
  const waits: Expiring[] = [];
  for (let wait = bucket.first; wait !== undefined; wait = wait.next) waits.push(wait);
  return waits.reverse();
}
