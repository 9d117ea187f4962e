import { topic } from "./events.ts";

/** A message that nobody handled, and why. */
export type DeadLetter = Readonly<{
  to: string;
  message: unknown;
  reason: DeadLetterReason;
  /** What was thrown over it, for `crashed` and `unsendable`. */
  cause?: unknown;
}>;

export type DeadLetterReason =
  | "no_such_actor"
  | "stopped"
  | "mailbox_full"
  | "crashed"
  | "late_reply"
  | "unreachable"
  | "unsendable";

export const DEAD_LETTERS = topic<DeadLetter>("dead letters");
