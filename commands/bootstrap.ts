import type { CommandCall } from "./command.ts";
import { configure, formatConfig, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { writeData } from "./output.ts";

/** `parley bootstrap`: for now shows what the registry would run with. */
export async function run(call: CommandCall): Promise<ExitCode> {
  const configured = await configure("bootstrap", call);
  if (!configured.ok) return configured.exitCode;
  const [surplus] = configured.positionals;
  if (surplus !== undefined) return usageError("bootstrap", `unexpected argument ${JSON.stringify(surplus)}`);
  writeData(formatConfig(configured.config));
  return EXIT.done;
}
