import type { Cancel } from "./clock.ts";
import type { StopReason } from "./ref.ts";

/** How an actor comes to its end, or will. Most of its life there is none. */
export class Ending {
  /** It was told to stop: it is not started again. */
  stopping = false;
  /** It finishes first what it has. */
  draining = false;
  /** Nothing is waited for any more. */
  killed = false;
  reason: StopReason = "stopped";
  /** Who waits until no receive is pending. */
  whenIdle: (() => void) | undefined;
  /** Who waits until this life is over. */
  whenSuspended: (() => void) | undefined;
  /** When it becomes a kill. */
  deadlineAt = Number.POSITIVE_INFINITY;
  cancelDeadline: Cancel | undefined;
}
