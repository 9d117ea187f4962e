import { topic } from "./events.ts";

/** An actor kept the event loop from everybody else for too long: sockets overflow, timers are late. */
export type LoopBlocked = Readonly<{
  /** Paths of who it was: one, or a few where only their turns together were measured. */
  suspects: readonly string[];
  tookMs: number;
}>;

export const LOOP_BLOCKED = topic<LoopBlocked>("loop blocked");

/** Well above a collection of garbage, well below what others take for a failure. */
export const BLOCKED_AFTER_MS = 100;
