import type { Command } from "./command.ts";
import { nearest } from "./nearest.ts";
import { visible } from "./visible.ts";

/** The command of that name or alias, in whatever case. */
export function findCommand(commands: readonly Command[], word: string): Command | undefined {
  const wanted = word.toLowerCase();
  return commands.find(({ name, aliases = [] }) => name === wanted || aliases.includes(wanted));
}

/** The command that a word means to who typed it: in chat some names mean another one. */
export function commandTyped(commands: readonly Command[], word: string, isChat: boolean): Command | undefined {
  const command = findCommand(commands, word);
  const isByName = command?.name === word.toLowerCase();
  return isChat && isByName && command.inChat !== undefined ? findCommand(commands, command.inChat) : command;
}

/** All names and aliases. */
export function commandWords(commands: readonly Command[]): string[] {
  return commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
}

/** The one line for a word that is no command. */
export function suggest(commands: readonly Command[], word: string): string {
  const offered = commands.filter(({ isDangerous = false }) => !isDangerous);
  const near = nearest(word.replace(/^\//, ""), commandWords(offered));
  const hint = near.length === 0 ? "help lists all commands" : `did you mean ${near.join(" or ")}?`;
  return `Unknown command "${visible(word)}": ${hint}`;
}
