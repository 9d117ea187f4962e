/**
 * Moments that lie one interval apart. A timer that keeps to them may rest while there is nothing to do: when it is
 * wanted again, it fires when one that never rested would have fired.
 */
export class TickGrid {
  readonly #intervalMs: number;
  #nextAt: number;

  /** `firstAt` is a time of our clock, in ms. Throws a `RangeError` unless the interval is above 0. */
  constructor(firstAt: number, intervalMs: number) {
    if (!(intervalMs > 0)) throw new RangeError(`Not an interval in ms: ${intervalMs}`);
    this.#nextAt = firstAt;
    this.#intervalMs = intervalMs;
  }

  /** From `now` to the next moment, in ms. No moment is given twice, also not to a timer that fires a little early. */
  takeNext(now: number): number {
    const missed = Math.max(0, Math.ceil((now - this.#nextAt) / this.#intervalMs));
    const at = this.#nextAt + missed * this.#intervalMs;
    this.#nextAt = at + this.#intervalMs;
    return at - now;
  }

  /**
   * From `now` to the next moment or, if one has passed that was not taken, 0: of several that have, all but one are
   * skipped. So do the tickers of Go, by which memberlist probes.
   */
  takeNextOrKept(now: number): number {
    const at = this.#nextAt;
    if (at >= now) return this.takeNext(now);
    this.#nextAt = at + (Math.floor((now - at) / this.#intervalMs) + 1) * this.#intervalMs;
    return 0;
  }
}
