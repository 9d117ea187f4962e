import { type Command, COMMAND_GROUPS, type CommandData, failed } from "../command.ts";
import { findCommand, suggest } from "../command_lookup.ts";
import { visible } from "../visible.ts";

/** The session itself. */
export const SESSION_COMMANDS: readonly Command[] = [
  {
    name: "help",
    usage: "[COMMAND]",
    summary: "Show the commands, or one of them",
    group: "session",
    complete: () => [],
    run({ args, session, print, style }) {
      if (args.length > 1) return "usage";
      if (args[0] !== undefined) {
        const command = findCommand(session.commands, args[0].replace(/^\//, ""));
        if (command === undefined) return failed(suggest(session.commands, args[0]));
        return print(describe(command), { commands: [asData(command)] });
      }
      const lines = COMMAND_GROUPS.flatMap((group) => [
        style.bold(group),
        ...session.commands.filter((one) => one.group === group)
          .map((command) => `  ${usageOf(command).padEnd(30)} ${command.summary}`),
      ]);
      print(lines, { commands: session.commands.map(asData) });
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
