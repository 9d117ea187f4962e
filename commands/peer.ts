import { parsePeerName, type PeerName } from "../actors/peer_name.ts";
import type { CommandCall } from "./command.ts";
import { configure, formatConfig, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { writeData } from "./output.ts";

/** `parley peer NAME`: for now shows what the peer would run with. */
export async function run(call: CommandCall): Promise<ExitCode> {
  const configured = await configure("peer", call);
  if (!configured.ok) return configured.exitCode;
  const { config, positionals } = configured;

  const named = nameOf(positionals, config.name.value);
  if (!named.ok) return usageError("peer", named.why);
  writeData(`peer ${named.name}\n${formatConfig(config)}`);
  return EXIT.done;
}

type Named = { readonly ok: true; readonly name: PeerName } | { readonly ok: false; readonly why: string };

/** The argument is the name; the setting is for those who always go by the same one. */
function nameOf(positionals: readonly string[], setting: PeerName | undefined): Named {
  const [argument, surplus] = positionals;
  if (surplus !== undefined) return { ok: false, why: `unexpected argument ${JSON.stringify(surplus)}` };
  if (argument === undefined) {
    return setting === undefined ? { ok: false, why: "a peer needs a name" } : { ok: true, name: setting };
  }
  const parsed = parsePeerName(argument);
  if (parsed.ok) return parsed;
  return { ok: false, why: `${JSON.stringify(argument.slice(0, 40))} cannot be a peer's name: ${parsed.why}` };
}
