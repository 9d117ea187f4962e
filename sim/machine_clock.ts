import type { Clock } from "../actors/runtime/clock.ts";

/** The clocks of one machine, which may go wrong: the wall clock jumps, and both go too fast or too slow. */
export class MachineClock {
  readonly #world: Clock;
  #rate = 1;
  /** What it showed when the rate last changed, and when that was. */
  #shown = 0;
  #since = 0;
  #wallOffMs = 0;

  constructor(world: Clock) {
    this.#world = world;
  }

  /** Monotonic, in ms: no jump shows here. */
  now(): number {
    return this.#shown + this.#rate * (this.#world.now() - this.#since);
  }

  /** Whole ms, as computers count them. */
  wallMs(): number {
    return Math.floor(this.#world.wallMs() + (this.now() - this.#world.now()) + this.#wallOffMs);
  }

  /** How long, in the world's ms, what this machine takes for `ms` lasts. */
  takesMs(ms: number): number {
    return this.#rate === 1 ? ms : ms / this.#rate;
  }

  /** Somebody sets the wall clock. */
  jump(byMs: number): void {
    this.#wallOffMs += byMs;
  }

  /** From now on it shows so many ms for each that passes; what was begun before keeps its time. */
  set rate(rate: number) {
    if (!(rate > 0)) throw new RangeError(`No rate of a clock: ${rate}`);
    this.#shown = this.now();
    this.#since = this.#world.now();
    this.#rate = rate;
  }
}
