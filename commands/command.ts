import type { CommandName, Environment } from "../config.ts";
import type { ExitCode } from "./exit_code.ts";

/** What a command is started with. */
export type CommandCall = {
  /** What came after the command's name. */
  readonly args: readonly string[];
  readonly env: Environment;
};

/** A row of the command table: what help says of a command, and how to run it. */
export type Command = {
  readonly name: CommandName;
  readonly summary: string;
  readonly usage: string;
  /** What to type, and what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** Loads the command's own modules and runs it; what goes wrong is said on stderr before the code comes back. */
  readonly run: (call: CommandCall) => Promise<ExitCode>;
};
