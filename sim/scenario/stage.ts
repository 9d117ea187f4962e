import type { StartFlags } from "./statement.ts";

/** A line that a peer has shown. */
export type ScreenLine = Readonly<{ atMs: number; text: string }>;

/**
 * Where a scenario is played: on virtual time, or by processes on this machine. Peers go by the scenario's names; what
 * is asked of one that does not run has no effect. Rejects where the stage itself fails, as without room for a process.
 */
export interface Stage {
  /** Since the beginning, in ms. */
  now(): number;
  /** Lets so much time pass, or a little more. */
  pass(ms: number): Promise<void>;
  /** Begins to start a peer; what an earlier one of that name has shown is forgotten. */
  start(name: string, flags: StartFlags): Promise<void>;
  /** Types a line and Enter. */
  type(name: string, line: string): void;
  /** Everything the peer has shown since it was started, also what went wrong; it grows. */
  screen(name: string): readonly ScreenLine[];
  /** How the peer ended by itself, once it has. */
  exitCode(name: string): number | undefined;
  /** As by SIGKILL, SIGSTOP and SIGCONT. */
  crash(name: string): void;
  pause(name: string): void;
  resume(name: string): void;
  /** A registry of its own, for all who are started from then on. */
  startBootstrap(): Promise<void>;
  /** It ends without a word, and what it knew is lost. */
  stopBootstrap(): void;
  /** What the network did last that was not to deliver, a line each, oldest first. */
  networkEvents(): readonly string[];
  /** Ends everybody without a word and leaves nothing behind. */
  close(): Promise<void>;
}

/** The line by which a peer says that it has arrived. */
export const ARRIVED = "You are in #";
