import { type Command, COMMAND_GROUPS, type CommandData, failed } from "../command.ts";
import { findCommand, suggest } from "../command_lookup.ts";
import { visible } from "../visible.ts";

/** The session itself. */
export const SESSION_COMMANDS: readonly Command[] = [
  {
    name: "help",
    usage: "[COMMAND | GROUP]",
    summary: "Show the commands, or one of them, or those of a group",
    group: "session",
    complete: () => [],
    run({ args, session, print, style }) {
      if (args.length > 1) return "usage";
      const word = args[0]?.replace(/^\//, "");
      const command = word === undefined ? undefined : findCommand(session.commands, word);
      const groups = COMMAND_GROUPS.filter((group) => word === undefined || group === word.toLowerCase());
      if (word !== undefined && command === undefined && groups.length === 0) {
        return failed(suggest(session.commands, word));
      }
      const ofGroups = groups.map((group) => session.commands.filter((one) => one.group === group));
      const lines = groups.flatMap((group, at) => [
        style.bold(group),
        ...ofGroups[at]!.map((one) => `  ${usageOf(one).padEnd(30)} ${one.summary}`),
      ]);
      const alone = command === undefined ? [] : [command];
      print([...alone.map(describe), ...lines], { commands: [...alone, ...ofGroups.flat()].map(asData) });
    },
  },
  {
    name: "quit",
    aliases: ["exit"],
    summary: "Say goodbye to everybody and end",
    group: "session",
    run: ({ session }) => session.quit(),
  },
];

/** How a command is called. */
export function usageOf({ name, usage }: Command): string {
  return usage === undefined ? name : `${name} ${usage}`;
}

function asData({ name, aliases = [], usage = "", summary, group }: Command): CommandData {
  return { name, aliases, usage, summary, group };
}

function describe(command: Command): string {
  const aliases = command.aliases === undefined ? "" : `\n    also: ${command.aliases.join(", ")}`;
  return visible(usageOf(command)) + `\n    ${command.summary}` + aliases;
}
