import type { Cancel, Clock } from "./clock.ts";
import { Fifo, NOTHING } from "./fifo.ts";
import { type Metered, TurnMeter } from "./turn_meter.ts";

/** Something with messages to handle. */
export interface Runnable extends Metered {
  /** Handles some messages; true when there are more. */
  run(): boolean;
  /** Told what `run` threw, which it should not; whatever comes of that, the others get their turns. */
  fault(error: unknown): void;
}

/** Time after which sockets and timers get theirs: a receive buffer of UDP overflows in about ten. */
const SLICE_MS = 5;

/**
 * Every so many pauses the event loop may sleep for a moment. While somebody always has something to do at once, Deno
 * looks at the sockets only every 61st time round (tokio's `event_interval`): a byte there and back took 590 ms.
 */
const PAUSES_PER_SLEEP = 4;

/** After so many turns we ask to be told when the event loop has come round. */
const TURNS_UNASKED = 16;

/** Gives turns to actors with messages, in the order in which they became ready. */
export class Dispatcher {
  readonly #clock: Clock;
  readonly #meter: TurnMeter;
  readonly #ready = new Fifo<Runnable>();
  #scheduled = false;
  /** The world outside gets its turn soon, and then we are told. */
  #yielding = false;
  #cancelYield: Cancel = () => {};
  #pauses = 0;
  /** Nobody gets a turn before that. */
  #paused = false;
  /** Since when the world outside waits, as far as we know, and turns since then. */
  #since = 0;
  #turns = 0;

  constructor(clock: Clock, meter: TurnMeter) {
    this.#clock = clock;
    this.#meter = meter;
  }

  /** Queues a turn. The caller sees to it that it is queued at most once at a time. */
  schedule(runnable: Runnable): void {
    this.#ready.push(runnable);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(this.#slice);
  }

  /** Nobody has turns any more: leaves nothing running. */
  close(): void {
    if (!this.#paused) this.#cancelYield();
  }

  readonly #slice = (): void => {
    this.#meter.begin();
    if (!this.#yielding) this.#since = this.#meter.readAt;
    for (let next = this.#ready.shift(); next !== NOTHING; next = this.#ready.shift()) {
      const hasMore = this.#turn(next);
      if (hasMore) this.#ready.push(next);
      const wasRead = this.#meter.turn(next, hasMore);
      if (++this.#turns > TURNS_UNASKED) this.#yieldSoon();
      if (wasRead && this.#meter.readAt - this.#since > SLICE_MS) return this.#pause();
    }
    this.#scheduled = false;
  };

  #turn(runnable: Runnable): boolean {
    try {
      return runnable.run();
    } catch (error) {
      runnable.fault(error);
      return false;
    }
  }

  /**
   * Slices that follow one another through promises never let the event loop come round, and none of them is long.
   * Asking each time would cost more than the turns.
   */
  #yieldSoon(): void {
    if (this.#yielding) return;
    this.#yielding = true;
    this.#cancelYield = this.#clock.yieldThen(this.#resume);
  }

  #pause(): void {
    this.#paused = true;
    if (++this.#pauses % PAUSES_PER_SLEEP !== 0) return this.#yieldSoon();
    this.#cancelYield();
    this.#yielding = true;
    this.#cancelYield = this.#clock.after(0, this.#resume);
  }

  readonly #resume = (): void => {
    this.#yielding = false;
    this.#turns = 0;
    this.#meter.refresh();
    if (!this.#paused) return;
    this.#paused = false;
    this.#slice();
  };
}
