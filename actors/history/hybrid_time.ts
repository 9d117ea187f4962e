/**
 * Hybrid logical time (Kulkarni et al., "Logical Physical Clocks", 2014): close to the wall clock, and later than
 * everything that its author had seen, whatever the wall clocks say.
 */
export type HybridTime = Readonly<{ ms: number; count: number }>;

/** The last millisecond that a `Date` can show, in the year 275760: whoever claims more is not believed. */
export const HYBRID_MS_MAX = 8_640_000_000_000_000;
/** What still counts on when somebody has claimed the last millisecond. */
const HYBRID_COUNT_MAX = 2 ** 52;

const AHEAD_MAX_MS = 24 * 60 * 60 * 1_000;
const FOLLOWED_COUNT_MAX = 2 ** 32;

/** The time of what is said now by who has seen everything up to `seen`. */
export function nextTime(wallMs: number, seen: HybridTime | undefined): HybridTime {
  const ms = Math.min(Math.max(0, Math.floor(wallMs)), HYBRID_MS_MAX);
  return seen === undefined || ms > seen.ms ? { ms, count: 0 } : behind(seen);
}

/**
 * Whether a time can be followed: what is more than a day ahead of our wall clock, or counted beyond all talk, comes of a
 * clock that is wrong or of somebody who wants to have the last word for ever.
 */
export function isPlausible({ ms, count }: HybridTime, wallMs: number): boolean {
  return ms <= wallMs + AHEAD_MAX_MS && count <= FOLLOWED_COUNT_MAX;
}

/** Just behind another one. */
export function behind({ ms, count }: HybridTime): HybridTime {
  return { ms, count: count + 1 };
}

/** Below 0 where `a` is earlier. */
export function compareTimes(a: HybridTime, b: HybridTime): number {
  return a.ms - b.ms || a.count - b.count;
}

export function laterOf(a: HybridTime | undefined, b: HybridTime | undefined): HybridTime | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareTimes(a, b) < 0 ? b : a;
}

/** The time that two numbers of a stranger's make; `undefined` where they make none. */
export function hybridTimeIn(ms: unknown, count: unknown): HybridTime | undefined {
  return isCount(ms, HYBRID_MS_MAX) && isCount(count, HYBRID_COUNT_MAX) ? { ms, count } : undefined;
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}
