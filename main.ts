import { EXIT, type ExitCode } from "./commands/exit_code.ts";
import { programHelp } from "./commands/help.ts";
import { nearest } from "./actors/repl/nearest.ts";
import { OutputError, writeData, writeError } from "./commands/output.ts";
import { COMMANDS, findCommand } from "./commands/table.ts";
import { VERSION } from "./version.ts";

/** Arguments in, exit code out. */
async function main([name, ...args]: readonly string[]): Promise<ExitCode> {
  switch (name) {
    case "-h":
    case "-help":
    case "--help":
    case "help":
      writeData(programHelp());
      return EXIT.done;
    case "-version":
    case "--version":
      writeData(`parley ${VERSION}\n`);
      return EXIT.done;
    case undefined:
      return usageError("a command is missing");
  }
  const command = findCommand(name);
  if (command !== undefined) return await command.run({ args, env: Deno.env.toObject() });
  if (name.startsWith("-")) return usageError(`flags come after the command: ${name}`);
  const [near] = nearest(name, COMMANDS.map((command) => command.name), 1);
  return usageError(`unknown command "${name}"${near === undefined ? "" : ` (did you mean "${near}"?)`}`);
}

function usageError(message: string): ExitCode {
  writeError(`${message}; see "parley --help"`);
  return EXIT.usage;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  if (error instanceof OutputError) writeError(error.message);
  else writeError(`unexpected failure: ${error instanceof Error ? error.message : error}`);
  Deno.exit(EXIT.failed);
}
