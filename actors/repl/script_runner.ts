import { type Command, type CommandOutcome, failed } from "./command.ts";
import { splitCommand } from "./command_line.ts";
import { findCommand, suggest } from "./command_lookup.ts";
import { usageOf } from "./commands/session_commands.ts";
import { parseScript, SCRIPT_DEPTH_MAX } from "./script.ts";
import { visible } from "./visible.ts";

/** What running a script needs of the session that it runs in. */
type ScriptSession = Readonly<{
  commands: readonly Command[];
  /** The text of a file; rejects with an `Error` that says why not. */
  readFile(path: string): Promise<string>;
  run(command: Command, text: string): Promise<CommandOutcome>;
  /** Shows a line of the script that is about to run. */
  echo(line: string): void;
  /** Why no further line may run: a word for the person, or "" for no word at all. */
  stopped(): string | undefined;
}>;

/** Runs files of commands, line by line in command mode. A line that fails ends its script, and those that called it. */
export class ScriptRunner {
  readonly #session: ScriptSession;
  #depth = 0;

  constructor(session: ScriptSession) {
    this.#session = session;
  }

  async execute(file: string): Promise<CommandOutcome> {
    if (this.#depth >= SCRIPT_DEPTH_MAX) return failed(`Scripts call each other too deep: ${visible(file)}`);
    const script = await this.#read(file);
    if ("why" in script) return failed(`Cannot execute ${visible(file)}: ${script.why}`);
    this.#depth++;
    try {
      for (const { number, text } of script) {
        const stopped = this.#session.stopped();
        if (stopped === "") return;
        const problem = stopped ?? await this.#runLine(text);
        if (problem !== undefined) return failed(`${visible(file)}:${number}: ${problem}`);
      }
    } finally {
      this.#depth--;
    }
  }

  async #read(file: string): Promise<ReturnType<typeof parseScript>> {
    try {
      return parseScript(await this.#session.readFile(file));
    } catch (error) {
      return { why: visible(error instanceof Error ? error.message : String(error)) };
    }
  }

  /** Runs one line; what went wrong, if anything did. */
  async #runLine(line: string): Promise<string | undefined> {
    this.#session.echo(line);
    const { word, rest } = splitCommand(line);
    const command = findCommand(this.#session.commands, word);
    if (command === undefined) return suggest(this.#session.commands, word);
    const outcome = await this.#session.run(command, rest);
    if (outcome === undefined) return undefined;
    return outcome === "usage" ? `usage: ${usageOf(command)}` : outcome.failed;
  }
}
