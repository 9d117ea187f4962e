import type { HybridTime } from "./hybrid_time.ts";
import { lastMade } from "./last_made.ts";

/**
 * What of an author's wall clock, as far as we can tell. `ahead`: of ours, when the entry came. `behind`: ours, when it
 * came just as it was said; or, when it came later, what its author had seen by then, the clock of one of whom was ahead
 * of the other's. It is for people, and decides nothing.
 */
export type ClockMark = "ahead" | "behind";

/** So far may a clock be off, and a message be on its way, without a mark. */
export const CLOCK_OFF_MAX_MS = 2 * 60_000;

/** What was fetched may have been said long ago, but not before there was anything like this. */
export const SAID_BEFORE_MAX_MS = 20 * 365 * 24 * 60 * 60_000;

/** Latest time that is shown: a later year has more than four digits, which many programs cannot read. */
const SHOWN_MS_MAX = Date.UTC(10_000, 0) - 1;

type Said = Readonly<{ wallMs: number; order: HybridTime; receivedWallMs: number }>;

/** The mark of an entry that came at `receivedWallMs` by our clock; `isLive` where it was said just before. */
export function clockMarkOf({ wallMs, order, receivedWallMs }: Said, isLive: boolean): ClockMark | undefined {
  const latest = receivedWallMs + CLOCK_OFF_MAX_MS;
  if (wallMs > latest) return "ahead";
  const earliest = receivedWallMs - (isLive ? CLOCK_OFF_MAX_MS : SAID_BEFORE_MAX_MS);
  if (wallMs < earliest) return "behind";
  // An entry's time is not earlier than what it follows from. Where that is ahead of us, it says nothing of who follows.
  const isBehindSeen = !isLive && order.ms <= latest && order.ms - wallMs > CLOCK_OFF_MAX_MS;
  return isBehindSeen ? "behind" : undefined;
}

/** A stranger's time as it may be shown, whatever is claimed: of a year from 1970 to 9999. */
export function shownMs(wallMs: number): number {
  return Math.min(Math.max(0, wallMs), SHOWN_MS_MAX);
}

/** A stranger's time for a program, in the form of RFC 3339, which has no years beyond 9999. */
export function shownIso(wallMs: number): string {
  const ms = Math.floor(shownMs(wallMs));
  const minute = Math.floor(ms / MINUTE_MS);
  const withinMs = ms - minute * MINUTE_MS;
  const seconds = Math.floor(withinMs / 1_000);
  const milliseconds = withinMs - 1_000 * seconds;
  const zeros = milliseconds < 10 ? "00" : milliseconds < 100 ? "0" : "";
  return `${upToMinute(minute)}${seconds < 10 ? "0" : ""}${seconds}.${zeros}${milliseconds}Z`;
}

const MINUTE_MS = 60_000;

/** A `Date` and its text take as long to make as half of all else that a line needs; most lines are of one minute. */
const upToMinute = lastMade((minute: number): string =>
  new Date(minute * MINUTE_MS).toISOString().slice(0, -"00.000Z".length)
);
