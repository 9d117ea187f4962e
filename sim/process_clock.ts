import type { Cancel, Clock } from "../actors/runtime/clock.ts";
import { MachineClock } from "./machine_clock.ts";

/**
 * Datagrams that a socket keeps for a process which does not read: Linux has room for some 200 KB by default, and counts
 * a small one as a kilobyte and more.
 */
const SOCKET_DATAGRAMS_MAX = 160;

/** The clock of one simulated process. Once killed, nothing of that process ever runs again, and nothing is told. */
export class ProcessClock implements Clock {
  readonly #world: Clock;
  readonly #machine: MachineClock;
  #alive = true;
  #isOver = false;
  #late = 0;
  #paused = false;
  #pauses = 0;
  /** What came due while it stood still: its own timers, and what waits in its sockets. */
  #due: (() => void)[] = [];
  #waiting: (() => void)[] = [];
  #datagrams = 0;

  constructor(world: Clock, machine: MachineClock = new MachineClock(world)) {
    this.#world = world;
    this.#machine = machine;
  }

  /** As by SIGKILL. */
  kill(): void {
    this.#alive = false;
  }

  /** The process has stopped everything it had, so that nothing should be due any more; what is all the same is counted. */
  end(): void {
    this.#isOver = true;
  }

  /** Timers that came due after the end. */
  get late(): number {
    return this.#late;
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
    this.#datagrams = 0;
    for (const run of missed) this.#world.after(0, run);
  }

  /** Runs what the network brought: at once, or once the process goes on. */
  whenAwake(run: () => void): void {
    if (this.#paused) this.#waiting.push(() => this.whenAwake(run));
    else if (this.#alive) run();
  }

  /** The same of a datagram, of which the socket keeps only so many. */
  whenRead(run: () => void): void {
    if (this.#paused && ++this.#datagrams > SOCKET_DATAGRAMS_MAX) return;
    this.whenAwake(run);
  }

  /** Somebody sets the time of day; that does not change how much of it has passed. */
  jump(ms: number): void {
    this.#machine.jump(ms);
  }

  now(): number {
    return this.#machine.now();
  }

  wallMs(): number {
    return this.#machine.wallMs();
  }

  after(delayMs: number, run: () => void): Cancel {
    let isCancelled = false;
    const whenDue = (): void => {
      if (isCancelled || !this.#alive) return;
      if (this.#paused) return void this.#due.push(whenDue);
      if (this.#isOver) this.#late++;
      run();
    };
    const cancel = this.#world.after(this.#machine.takesMs(delayMs), whenDue);
    return () => {
      isCancelled = true; // also what came due in a pause, and has not had its turn
      cancel();
    };
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
