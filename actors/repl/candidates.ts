import type { Command, CommandPeer } from "./command.ts";
import { splitCommand } from "./command_line.ts";
import { commandWords, findCommand } from "./command_lookup.ts";

/** What Tab has to go by. */
type CompletionScope = Readonly<{
  commands: readonly Command[];
  peer: CommandPeer;
  /** Plain text is speech, and a command begins with a slash. */
  isChat: boolean;
}>;

/** What could stand at the end of `before`, whose last word is `stem`; the caller leaves out what does not begin so. */
export function candidates(
  before: string,
  stem: string,
  { commands, peer, isChat }: CompletionScope,
): readonly string[] | Promise<readonly string[]> {
  const slash = isChat || before.startsWith("/") ? "/" : "";
  if (before.trimStart() === stem) return commandWords(commands).map((word) => slash + word);
  if (slash !== "" && !before.startsWith("/")) return []; // speech
  const command = findCommand(commands, splitCommand(before).word);
  if (command?.name === "help") return commandWords(commands);
  return command?.complete?.(peer, stem) ?? [];
}
