import type { Cancel, Clock } from "../../actors/runtime/mod.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";

/** Virtual time that can also pass while somebody keeps the event loop. */
export class LeapingClock implements Clock {
  readonly virtual: VirtualClock = new VirtualClock();
  #leaptMs = 0;

  /** As if the caller had computed for that long. */
  leap(ms: number): void {
    this.#leaptMs += ms;
  }

  now(): number {
    return this.virtual.now() + this.#leaptMs;
  }

  wallMs(): number {
    return this.virtual.wallMs() + this.#leaptMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.virtual.after(delayMs, run);
  }

  soon(run: () => void): void {
    this.virtual.soon(run);
  }

  yieldThen(run: () => void): Cancel {
    return this.virtual.yieldThen(run);
  }
}
