import { topic } from "./events.ts";

/** A message that nobody handled, and why. */
export type DeadLetter = Readonly<{
  to: string;
  message: unknown;
  reason: DeadLetterReason;
  /** What the actor threw over it, for `crashed`. */
  cause?: unknown;
}>;

export type DeadLetterReason = "no_such_actor" | "stopped" | "mailbox_full" | "crashed" | "late_reply" | "unreachable";

export const DEAD_LETTERS = topic<DeadLetter>("dead letters");
