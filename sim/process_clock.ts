import type { Cancel, Clock } from "../actors/runtime/clock.ts";

/** The clock of one simulated process. Once killed, nothing of that process ever runs again, and nothing is told. */
export class ProcessClock implements Clock {
  readonly #world: Clock;
  #alive = true;
  #pausedUntil = -Infinity;

  constructor(world: Clock) {
    this.#world = world;
  }

  /** As by SIGKILL. */
  kill(): void {
    this.#alive = false;
  }

  /** As by SIGSTOP, and SIGCONT after `ms`: whatever is due meanwhile comes at its end, in order. */
  pause(ms: number): void {
    this.#pausedUntil = this.#world.now() + ms;
  }

  now(): number {
    return this.#world.now();
  }

  wallMs(): number {
    return this.#world.wallMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#world.after(delayMs, this.#ifAlive(run));
  }

  soon(run: () => void): void {
    this.#world.soon(this.#ifAlive(run));
  }

  yieldThen(run: () => void): Cancel {
    return this.#world.yieldThen(this.#ifAlive(run));
  }

  #ifAlive(run: () => void): () => void {
    const whenAwake = (): void => {
      const leftMs = this.#pausedUntil - this.#world.now();
      if (leftMs > 0) this.#world.after(leftMs, whenAwake);
      else if (this.#alive) run();
    };
    return whenAwake;
  }
}
