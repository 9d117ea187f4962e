import { type AnySetting, type CommandName, settingsOf } from "../config.ts";
import type { Command } from "./command.ts";
import { COMMANDS, findCommand } from "./table.ts";

/** The help of the whole program: examples first. */
export function programHelp(): string {
  const first = COMMANDS.flatMap(({ examples }) => examples.slice(0, 1));
  return [
    section("Examples", columns(first)),
    section("Usage", ["parley COMMAND [ARGUMENTS] [FLAGS]"]),
    section("Commands", columns(COMMANDS.map(({ name, summary }) => [name, summary]))),
    section("Flags", columns([["-h, --help", "Show help, also of a command"], ["--version", "Show the version"]])),
  ].join("\n");
}

/** The help of one command: examples first, then what it is and every flag with its default. */
export function commandHelp(name: CommandName): string {
  const command = findCommand(name);
  return command === undefined ? programHelp() : describe(command);
}

function describe({ name, summary, usage, examples }: Command): string {
  const flags = settingsOf(name).flatMap(([, setting]) => describeFlag(setting));
  return [
    section("Examples", columns(examples)),
    section("Usage", [usage, summary]),
    section("Flags", [...flags, "-h, --help", "    Show this help"]),
    FOOT,
  ].join("\n");
}

const FOOT = `A flag wins over its variable, that over the configuration file, that over the default.
The file is parley/config.json in $XDG_CONFIG_HOME or ~/.config; its keys are the flags' names in
one word, such as "maxPeers".
`;

function describeFlag({ kind, flag, placeholder, help, fallbackText, environment }: AnySetting): readonly string[] {
  const head = kind === "switch" ? `--[no-]${flag}` : `--${flag} ${placeholder}`;
  return [`${head}  (default ${fallbackText}; ${environment})`, `    ${help}`];
}

function section(title: string, lines: readonly string[]): string {
  return `${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}
