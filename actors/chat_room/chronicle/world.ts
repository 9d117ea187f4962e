import type { Kept } from "../../history/store.ts";
import type { Random } from "../../runtime/random.ts";

/** What a chronicle sets its timers for. */
export type ChronicleTimer =
  | "write"
  | "written"
  | "flush"
  | "tell_heads"
  | "compare"
  | "repair"
  | "serve"
  | "give_up_waiting"
  | "check_held"
  | "tell_forks";

/** How a chronicle reaches others, the screen and the time. */
export type ChronicleWorld = Readonly<{
  now(): number;
  wallMs(): number;
  random: Random;
  /** Calls `ring(timer)` once, `delayMs` from now; a timer that runs goes on. */
  setTimer(timer: ChronicleTimer, delayMs: number): void;
  /** Calls `ring(timer)` once what was published until now is on its way. */
  ringAfter(timer: ChronicleTimer): void;
  /** To all who are in the room. */
  publish(payload: Uint8Array): void;
  sendTo(member: string, payload: Uint8Array): void;
  /** Names of the members in the room, without us. */
  others(): readonly string[];
  /** Put into the store just now, by us or by others. */
  taken(entries: readonly Kept[]): void;
  /** To be shown, in this order. `live`: it was said just now. `isLate`: something later was shown before. */
  show(entries: readonly Kept[], live: boolean, isLate: (entry: Kept) => boolean): void;
  /** A log has come to an end, because its author says this, and something else under the same number. */
  forked(entry: Kept): void;
  /** So many more logs have, of which it was not told one by one. */
  forkedTogether(count: number): void;
  /** What we said last is held by nobody else so far, or by others again. */
  unheld(isUnheld: boolean): void;
  /** So many entries have come of those that are fetched, and so many are lacking. */
  filling(count: number, lacking: number): void;
  /** So many entries came that were there before we were; nobody waits for them. */
  filled(count: number): void;
}>;
