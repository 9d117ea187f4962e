/** What a supervisor remembers of its restarts. */
export type RestartHistory = Readonly<{
  /** When restarts happened, within the window, oldest first. */
  times: readonly number[];
  /** Failures without a healthy time between them. */
  consecutive: number;
  lastAt: number;
}>;

export const NO_RESTARTS: RestartHistory = { times: [], consecutive: 0, lastAt: Number.NEGATIVE_INFINITY };

/** The history with one more restart at `now`; times that left the window of `withinMs` are forgotten. */
export function recordRestart(
  history: RestartHistory,
  now: number,
  withinMs: number,
  healthyAfterMs: number,
): RestartHistory {
  return {
    times: [...history.times.filter((at) => now - at < withinMs), now],
    consecutive: now - history.lastAt >= healthyAfterMs ? 1 : history.consecutive + 1,
    lastAt: now,
  };
}
