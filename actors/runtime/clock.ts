/** Stops what it came with; calling it again does nothing. */
export type Cancel = () => void;

/**
 * Time as actors see it. The real one is below; the simulator brings its own. This is the only file of the product
 * that touches the machine's clock and timers.
 */
export interface Clock {
  /** Monotonic milliseconds since some arbitrary start. Never compare two machines' values. */
  now(): number;
  /** Milliseconds since 1970 as this machine believes: for display only, it may jump. */
  wallMs(): number;
  /** Calls `run` once, `delayMs` (at least 0) from now. */
  after(delayMs: number, run: () => void): Cancel;
  /** Calls `run` after the current turn, before anything with a delay, in the order of the calls. */
  soon(run: () => void): void;
  /** Calls `run` once the world outside (sockets, timers) had its turn. */
  yieldThen(run: () => void): void;
}

/** The clock of this machine. */
export const realClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, run) {
    const id = setTimeout(run, delayMs);
    return () => clearTimeout(id);
  },
  soon: (run) => queueMicrotask(run),
  yieldThen: (run) => void setTimeout(run, 0),
};
