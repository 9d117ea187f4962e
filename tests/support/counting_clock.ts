import type { Cancel, Clock } from "../../actors/runtime/clock.ts";

/** A clock that knows how many of the timers asked of it are still to come. */
export class CountingClock implements Clock {
  pending = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    this.pending++;
    let isPending = true;
    const settle = (): void => {
      if (isPending) this.pending--;
      isPending = false;
    };
    const cancel = this.#clock.after(delayMs, () => {
      settle();
      run();
    });
    return () => {
      settle();
      cancel();
    };
  }

  soon(run: () => void): void {
    this.#clock.soon(run);
  }

  yieldThen(run: () => void): Cancel {
    return this.#clock.yieldThen(run);
  }
}
