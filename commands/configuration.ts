import { configFilePath } from "../config/places.ts";
import { type CommandName, type Config, type Environment, resolveConfig } from "../config.ts";
import { VERSION } from "../version.ts";
import { parseArguments } from "./arguments.ts";
import type { CommandCall } from "./command.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { commandHelp } from "./help.ts";
import { writeData, writeError } from "./output.ts";

/** What a command runs with; or how it ended already, with everything said that there is to say. */
type Configured<C extends CommandName> =
  | { readonly ok: true; readonly config: Config<C>; readonly positionals: readonly string[] }
  | { readonly ok: false; readonly exitCode: ExitCode };

/** How every command begins: flags, `--help`, configuration file, settings. */
export async function configure<C extends CommandName>(command: C, call: CommandCall): Promise<Configured<C>> {
  const parsed = parseArguments(command, call.args);
  if (!parsed.ok) return { ok: false, exitCode: usageError(command, parsed.message) };
  if (parsed.instead !== undefined) {
    writeData(parsed.instead === "help" ? commandHelp(command) : `parley ${VERSION}\n`);
    return { ok: false, exitCode: EXIT.done };
  }

  const file = await readConfigFile(call.env);
  if (!file.ok) return { ok: false, exitCode: usageError(command, file.why) };
  const result = resolveConfig({ command, flags: parsed.flags, env: call.env, file: file.text });
  if (!result.ok) return { ok: false, exitCode: usageError(command, result.message) };
  return { ok: true, config: result.config, positionals: parsed.positionals };
}

/** Says what is wrong with the command line and where to read on. */
export function usageError(command: CommandName, message: string): ExitCode {
  writeError(`${message}; see "parley ${command} --help"`);
  return EXIT.usage;
}

type ConfigFile =
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly why: string };

async function readConfigFile(env: Environment): Promise<ConfigFile> {
  const path = configFilePath(env);
  if (path === undefined) return { ok: true, text: undefined };
  try {
    return { ok: true, text: await Deno.readTextFile(path) };
  } catch (error) {
    // Whoever runs us without leave to read files has decided that there is no configuration file.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return { ok: true, text: undefined };
    }
    return { ok: false, why: `cannot read ${path}: ${error instanceof Error ? error.message : error}` };
  }
}
