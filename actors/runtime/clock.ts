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
  yieldThen(run: () => void): Cancel;
}

/** Longer ones would fire at once (24 days). */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** The clock of this machine. */
export const realClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, run) {
    const id = setTimeout(run, Math.min(delayMs, DELAY_MAX_MS));
    return () => clearTimeout(id);
  },
  soon: (run) => queueMicrotask(run),
  // An immediate comes after sockets and timers that are due, and a time-out of 0 not before a millisecond is over.
  yieldThen(run) {
    const id = setImmediate(run);
    return () => clearImmediate(id);
  },
};
