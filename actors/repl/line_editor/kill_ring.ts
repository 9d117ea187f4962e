import type { Killed } from "./line.ts";

/** What was cut out of lines, the newest first. */
export type KillRing = readonly string[];

/** How many kills are kept; nobody remembers more. */
const KILLS_MAX = 16;

/** The ring with one more kill; one that `continues` the last grows it instead. Nothing cut changes nothing. */
export function killed(ring: KillRing, { text, side }: Pick<Killed, "text" | "side">, continues = false): KillRing {
  if (text === "") return ring;
  const [newest, ...rest] = ring;
  if (!continues || newest === undefined) return [text, ...ring].slice(0, KILLS_MAX);
  return [side === "before" ? text + newest : newest + text, ...rest];
}

/** The ring turned by one, so that the kill before the newest comes next. */
export function rotated(ring: KillRing): KillRing {
  return [...ring.slice(1), ...ring.slice(0, 1)];
}
