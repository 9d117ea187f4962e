import { parseArgs } from "node:util";
import { type AnySetting, type CommandName, type FlagTexts, type SettingKey, settingsOf } from "../config.ts";
import { nearest } from "../actors/repl/nearest.ts";

/** A command line, taken apart; or one line about the first thing that is wrong with it. */
type Arguments =
  | {
    readonly ok: true;
    readonly flags: FlagTexts;
    readonly positionals: readonly string[];
    /** What was asked for instead of a run; then nothing else on the line is looked at. */
    readonly instead: "help" | "version" | undefined;
  }
  | { readonly ok: false; readonly message: string };

/** Takes the arguments after a command's name apart, by the flags which that command has. Reads no values. */
export function parseArguments(command: CommandName, args: readonly string[]): Arguments {
  const flags = flagsOf(command);
  const tokens = tokenize(args, flags);
  const instead = tokens.map(insteadOf).find((asked) => asked !== undefined);
  if (instead !== undefined) return { ok: true, flags: new Map(), positionals: [], instead };

  const texts = new Map<SettingKey, string[]>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const read = readFlag(token, flags);
    if (!read.ok) return read;
    texts.set(read.key, [...texts.get(read.key) ?? [], read.text]);
  }
  const positionals = tokens.flatMap((token) => token.kind === "positional" ? [token.value] : []);
  return { ok: true, flags: texts, positionals, instead: undefined };
}

/**
 * Other programs' spellings of our flags: Serf's and the seed's. Their single dash needs no entry, because every word
 * with one dash is taken for a long flag: only `-h` is short.
 */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["node", "name"],
  ["debugfile", "log-file"],
  ["no-color", "color=never"],
  ["no-bell", "bell=never"],
]);

type Flags = ReadonlyMap<string, readonly [SettingKey, AnySetting]>;
type Token = ReturnType<typeof tokenize>[number];
type FlagToken = Extract<Token, { kind: "option" }>;

function flagsOf(command: CommandName): Flags {
  return new Map(settingsOf(command).map((row) => [row[1].flag, row]));
}

function tokenize(args: readonly string[], flags: Flags) {
  const options = Object.fromEntries(
    [...flags].map(([flag, [, { kind }]]) => [flag, { type: kind === "switch" ? "boolean" : "string" } as const]),
  );
  const known = { ...options, help: { type: "boolean", short: "h" }, version: { type: "boolean" } } as const;
  // Not strict: its complaints are two lines of advice. We go through the tokens and complain ourselves.
  const config = { args: rewrite(args), options: known, strict: false, tokens: true, allowPositionals: true } as const;
  return parseArgs(config).tokens;
}

/** Two dashes for one, and our name for another's, up to the `--` that ends flags. */
function rewrite(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  const flagsEnd = end < 0 ? args.length : end;
  return args.map((arg, at) => at < flagsEnd ? rewriteFlag(arg) : arg);
}

function rewriteFlag(arg: string): string {
  const match = /^--?([a-z][a-z-]+)(=.*)?$/s.exec(arg);
  if (match === null) return arg;
  const [, flag = "", value = ""] = match;
  return `--${ALIASES.get(flag) ?? flag}${value}`;
}

function insteadOf(token: Token): "help" | "version" | undefined {
  if (token.kind !== "option") return undefined;
  return token.name === "help" || token.name === "version" ? token.name : undefined;
}

type ReadFlag =
  | { readonly ok: true; readonly key: SettingKey; readonly text: string }
  | { readonly ok: false; readonly message: string };

function readFlag(token: FlagToken, flags: Flags): ReadFlag {
  const { name, rawName, value, inlineValue } = token;
  const row = flags.get(name);
  if (row === undefined) return readNegative(token, flags) ?? { ok: false, message: unknownFlag(token, flags) };
  const [key, { kind, placeholder }] = row;
  if (kind === "switch") {
    if (value === undefined) return { ok: true, key, text: "on" };
    return { ok: false, message: `${rawName} takes no value: say ${rawName} or --no-${name}` };
  }
  // A value with a dash is likelier the next flag, unless it is a number; who means it writes it with "=".
  if (value === undefined || (!inlineValue && /^-(?!\d)/.test(value))) {
    return { ok: false, message: `${rawName} needs a value: ${rawName}=${placeholder}` };
  }
  return { ok: true, key, text: value };
}

function readNegative({ name, value }: FlagToken, flags: Flags): ReadFlag | undefined {
  const row = name.startsWith("no-") ? flags.get(name.slice("no-".length)) : undefined;
  if (row === undefined || row[1].kind !== "switch" || value !== undefined) return undefined;
  return { ok: true, key: row[0], text: "off" };
}

function unknownFlag({ name, rawName }: FlagToken, flags: Flags): string {
  const switches = [...flags.values()].filter(([, { kind }]) => kind === "switch");
  const candidates = [...flags.keys(), ...switches.map(([, { flag }]) => `no-${flag}`), "help", "version"];
  const [near] = nearest(name, candidates, 1);
  return `unknown flag ${rawName}${near === undefined ? "" : ` (did you mean --${near}?)`}`;
}
