import { type Command, COMMAND_GROUPS, failed } from "../command.ts";
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
        return print(describe(command));
      }
      for (const group of COMMAND_GROUPS) {
        print(style.bold(group));
        for (const command of session.commands.filter((one) => one.group === group)) {
          print(`  ${usageOf(command).padEnd(30)} ${command.summary}`);
        }
      }
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

function describe(command: Command): string {
  const aliases = command.aliases === undefined ? "" : `\n    also: ${command.aliases.join(", ")}`;
  return visible(usageOf(command)) + `\n    ${command.summary}` + aliases;
}
