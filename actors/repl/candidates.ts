import type { Command, CommandPeer } from "./command.ts";
import { splitCommand } from "./command_line.ts";
import { commandTyped, commandWords } from "./command_lookup.ts";
import type { CompletionAnswer } from "./line_editor/completion.ts";
import { beginningOfName, needsQuotes, quoted } from "./quoted_name.ts";
import { visible } from "./visible.ts";

/** What Tab has to go by. */
type CompletionScope = Readonly<{
  commands: readonly Command[];
  peer: CommandPeer;
  /** Plain text is speech, and a command begins with a slash. */
  isChat: boolean;
}>;

/** What could stand at the end of `before`. Others choose their names: what is offered is seen as it is, and can be typed. */
export function completionOf(before: string, scope: CompletionScope): CompletionAnswer | Promise<CompletionAnswer> {
  const { commands, peer, isChat } = scope;
  const stem = /\S*$/.exec(before)?.[0] ?? "";
  const slash = isChat || before.startsWith("/") ? "/" : "";
  if (before.trimStart() === stem) return offerWords(stem, commandWords(commands).map((word) => slash + word));
  if (slash !== "" && !before.startsWith("/")) return offerWords(stem, []); // speech
  const command = commandTyped(commands, splitCommand(before).word, isChat);
  if (command?.name === "help") return offerWords(stem, commandWords(commands));
  if (command?.takesName === undefined) return when(command?.complete?.(peer, stem), (all) => offerWords(stem, all));
  const argument = before.replace(/^\s*\S+\s+/, "");
  return when(command.complete?.(peer, argument), (names) => offerNames(argument, names));
}

function when<T, R>(
  found: readonly T[] | Promise<readonly T[]> = [],
  then: (found: readonly T[]) => R,
): R | Promise<R> {
  return found instanceof Promise ? found.then(then) : then(found);
}

function offerWords(stem: string, words: readonly string[]): CompletionAnswer {
  const isTypable = (word: string): boolean => !/\s/.test(word) && visible(word) === word;
  return { stem, candidates: words.filter((word) => word.startsWith(stem) && isTypable(word)).toSorted() };
}

/** Names that begin with what was typed, as they can be typed; if one has to be quoted all are, so that they agree. */
function offerNames(stem: string, names: readonly string[]): CompletionAnswer {
  const beginning = beginningOfName(stem);
  const meant = names.filter((name) => name.startsWith(beginning) && visible(name) === name);
  const quote = meant.some(needsQuotes);
  return { stem, candidates: meant.map((name) => quote ? quoted(name) : name).toSorted() };
}
