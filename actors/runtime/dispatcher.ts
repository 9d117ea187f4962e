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
 * How often the event loop comes round in a pause. While somebody always has something to do at once, Deno looks at the
 * sockets only every 61st time round (tokio's `event_interval`), and once round takes some microseconds. With one round
 * a pause, 19 of 20 datagrams were lost while an actor flooded itself; with these, 1 of 60.
 */
const ROUNDS_PER_PAUSE = 64;

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
  /** Rounds of the event loop until anybody gets a turn again. */
  #roundsLeft = 0;
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
    if (this.#roundsLeft === 0) this.#cancelYield();
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
    this.#roundsLeft = ROUNDS_PER_PAUSE;
    this.#yieldSoon();
  }

  readonly #resume = (): void => {
    this.#yielding = false;
    if (this.#roundsLeft > 1) {
      this.#roundsLeft--;
      return this.#yieldSoon();
    }
    this.#turns = 0;
    this.#meter.refresh();
    if (this.#roundsLeft === 0) return;
    this.#roundsLeft = 0;
    this.#slice();
  };
}
