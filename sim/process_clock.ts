import type { Cancel, Clock } from "../actors/runtime/clock.ts";

/** The clock of one simulated process. Once killed, nothing of that process ever runs again, and nothing is told. */
export class ProcessClock implements Clock {
  readonly #world: Clock;
  #alive = true;
  #paused = false;
  #pauses = 0;
  /** What came due while it stood still: its own timers, and what waits in its sockets. */
  #due: (() => void)[] = [];
  #waiting: (() => void)[] = [];

  constructor(world: Clock) {
    this.#world = world;
  }

  /** As by SIGKILL. */
  kill(): void {
    this.#alive = false;
  }

  /** As by SIGSTOP, and SIGCONT after `ms`, if given. */
  pause(ms?: number): void {
    this.#paused = true;
    const pause = ++this.#pauses;
    if (ms !== undefined) this.#world.after(ms, () => pause === this.#pauses && this.resume());
  }

  /** As by SIGCONT: whatever was due meanwhile comes now, first the timers, then the network, which is the worst order. */
  resume(): void {
    this.#paused = false;
    const missed = [...this.#due, ...this.#waiting];
    this.#due = [];
    this.#waiting = [];
    for (const run of missed) this.#world.after(0, run);
  }

  /** Runs what the network brought: at once, or once the process goes on. */
  whenAwake(run: () => void): void {
    if (this.#paused) this.#waiting.push(() => this.whenAwake(run));
    else if (this.#alive) run();
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
    const whenDue = (): void => {
      if (this.#paused) this.#due.push(whenDue);
      else if (this.#alive) run();
    };
    return whenDue;
  }
}
