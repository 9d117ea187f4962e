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
  const settings = settingsOf(name).map(([, setting]) => setting);
  const daily = settings.filter(({ section }) => section !== "gossip").flatMap(describeFlag);
  const gossip = settings.filter(({ section }) => section === "gossip").map(describeGossipFlag);
  return [
    section("Examples", columns(examples)),
    section("Usage", [usage, summary]),
    section("Flags", [...daily, "-h, --help", "    Show this help"]),
    ...(gossip.length === 0 ? [FOOT] : [section(GOSSIP_TITLE, columns(gossip)), FOOT + GOSSIP_FOOT]),
  ].join("\n");
}

const GOSSIP_TITLE = "Flags of the gossip (defaults as lan/wan/local, or one for all; rarely needed)";

const FOOT = `A flag wins over its variable, that over the configuration file, that over the default.
The file is parley/config.json in $XDG_CONFIG_HOME or ~/.config; its keys are the flags' names in
one word, such as "maxPeers".
`;

const GOSSIP_FOOT =
  `Their keys stand in an object of their own: { "gossip": { "probeInterval": "2s" } }; their variables
are called as PARLEY_PROBE_INTERVAL is. showconfig, typed at the peer's prompt, shows every setting
and where its value came from.
`;

function describeFlag(setting: AnySetting): readonly string[] {
  const { help, fallbackText, environment } = setting;
  return [`${headOf(setting)}  (default ${fallbackText}; ${environment})`, `    ${help}`];
}

/** One line each: there are many, and who needs them knows what they are. */
function describeGossipFlag(setting: AnySetting): readonly string[] {
  return [headOf(setting), setting.fallbackText, setting.help];
}

function headOf({ kind, flag, placeholder }: AnySetting): string {
  return kind === "switch" ? `--[no-]${flag}` : `--${flag} ${placeholder}`;
}

function section(title: string, lines: readonly string[]): string {
  return `${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** Rows of equally many cells, each column as wide as its widest. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (at: number): number => Math.max(...rows.map((row) => row[at]!.length));
  return rows.map((row) => row.map((cell, at) => at === row.length - 1 ? cell : cell.padEnd(width(at))).join("  "));
}
