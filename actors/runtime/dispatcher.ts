import type { Clock } from "./clock.ts";

/** Something with messages to handle. */
export interface Runnable {
  /** Handles at most `limit` messages; true when there are more. */
  run(limit: number): boolean;
  /** Told what `run` threw, which it should not; whatever comes of that, the others get their turns. */
  fault(error: unknown): void;
}

/** Messages an actor handles before the next one gets its turn. */
const MESSAGES_PER_TURN = 64;

/** Time after which sockets and timers get theirs: a receive buffer of UDP overflows in about ten. */
const SLICE_MS = 5;

/** Gives turns to actors with messages, in the order in which they became ready. */
export class Dispatcher {
  readonly #clock: Clock;
  #ready: Runnable[] = [];
  #scheduled = false;
  #sliceStart = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Queues a turn. The caller sees to it that it is queued at most once at a time. */
  schedule(runnable: Runnable): void {
    this.#ready.push(runnable);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(() => this.#slice(this.#clock.now()));
  }

  #slice(startedAt: number): void {
    this.#sliceStart = startedAt;
    for (let at = 0; at < this.#ready.length; at++) {
      if (this.#clock.now() - this.#sliceStart > SLICE_MS) {
        this.#ready = this.#ready.slice(at);
        this.#clock.yieldThen(() => this.#slice(this.#clock.now()));
        return;
      }
      const runnable = this.#ready[at]!;
      if (this.#turn(runnable)) this.#ready.push(runnable);
    }
    this.#ready = [];
    this.#scheduled = false;
  }

  #turn(runnable: Runnable): boolean {
    try {
      return runnable.run(MESSAGES_PER_TURN);
    } catch (error) {
      runnable.fault(error);
      return false;
    }
  }
}
