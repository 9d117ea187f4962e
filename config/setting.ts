import type { Profile } from "../actors/pool/profile.ts";

/** The variables of a process, or those that a test thinks of. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value, or a clause that says what was expected instead: it follows the quoted text in the error line. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** As {@linkcode Parsed}, with the position of the bad text among those given. */
type Reading<T> = { readonly ok: true; readonly value: T } | {
  readonly ok: false;
  readonly why: string;
  readonly at: number;
};

/** How a setting is written: decides whether its flag takes a value and which JSON type it has in the file. */
export type SettingKind = "text" | "count" | "switch" | "list";

/** One row of the table of settings. Whatever the source, a setting is read from texts, by one and the same parser. */
export type Setting<T, C extends string> = {
  readonly kind: SettingKind;
  /** Without the dashes. */
  readonly flag: string;
  readonly environment: `PARLEY_${string}`;
  /** What stands for the value in help: `HOST:PORT`. Empty for a switch. */
  readonly placeholder: string;
  readonly help: string;
  /** The commands that take it. */
  readonly commands: readonly C[];
  /** The object in the configuration file that has its key, and its group in help; without, it is a daily one. */
  readonly section?: "gossip" | "sim";
  /** Whether the configuration file may have it, which may be somebody else's. */
  readonly inFile?: boolean;
  /** What it is called in a profile, if it is in one. */
  readonly field?: keyof Profile;
  readonly read: (texts: readonly string[], env: Environment) => Reading<T>;
  /** The default, which may depend on the profile as far as it is settled: its own rows, and those before this one. */
  readonly fallback: (env: Environment, profile?: Profile) => T;
  /** The default as help shows it. */
  readonly fallbackText: string;
  /** Commands with a default of their own. */
  readonly fallbackOf?: Readonly<Partial<Record<C, T>>>;
  /** The value as a person would have typed it. */
  readonly show: (value: T) => string;
};

type Row<C extends string> = Pick<
  Setting<unknown, C>,
  "flag" | "environment" | "help" | "commands" | "section" | "inFile"
>;

type ValueRow<T, C extends string> = Row<C> & {
  readonly placeholder: string;
  readonly parse: (text: string, env: Environment) => Parsed<T>;
  readonly fallback: T | ((env: Environment, profile?: Profile) => T);
  readonly fallbackText?: string;
  readonly fallbackOf?: Readonly<Partial<Record<C, NoInfer<T>>>>;
  readonly show?: (value: T) => string;
};

/** A setting with one value, a text; given twice, the last one counts. */
export function text<const T, const C extends string>(row: ValueRow<T, C>): Setting<T, C> {
  return single("text", row);
}

/** A setting that is a number, also in the file. */
export function count<const C extends string>(row: ValueRow<number, C>): Setting<number, C> {
  return single("count", row);
}

/** A setting that is on or off: `--flag`, `--no-flag`; off unless said otherwise. */
export function toggle<const C extends string>(row: Row<C>): Setting<boolean, C> {
  return single("switch", { ...row, placeholder: "", parse: parseSwitch, fallback: false, show: showSwitch });
}

/** A setting that collects values: the flag repeated, blanks or commas in the environment, an array in the file. */
export function list<T, const C extends string>(
  row: Omit<ValueRow<T, C>, "fallback" | "fallbackOf">,
): Setting<readonly T[], C> {
  const { parse, show = String, ...rest } = row;
  return {
    kind: "list",
    ...rest,
    read: (texts, env) => readAll(texts, (text) => parse(text, env)),
    fallback: () => [],
    fallbackText: row.fallbackText ?? "none",
    show: (values) => values.map(show).join(" "),
  };
}

/** A setting with one value, of any kind but a list. */
export function single<T, C extends string>(kind: SettingKind, row: ValueRow<T, C>): Setting<T, C> {
  const { parse, fallback, show = (value: T) => String(value ?? ""), fallbackText, ...rest } = row;
  const byDefault = typeof fallback === "function" ? fallback as Setting<T, C>["fallback"] : () => fallback;
  return {
    kind,
    ...rest,
    read: (texts, env) => readLast(texts, (text) => parse(text, env)),
    fallback: byDefault,
    fallbackText: fallbackText ?? show(byDefault({})),
    show,
  };
}

function readLast<T>(texts: readonly string[], parse: (text: string) => Parsed<T>): Reading<T> {
  const at = texts.length - 1;
  const parsed = parse(texts[at] ?? "");
  return parsed.ok ? parsed : { ...parsed, at };
}

function readAll<T>(texts: readonly string[], parse: (text: string) => Parsed<T>): Reading<readonly T[]> {
  const values: T[] = [];
  for (const [at, text] of texts.entries()) {
    const parsed = parse(text);
    if (!parsed.ok) return { ...parsed, at };
    values.push(parsed.value);
  }
  return { ok: true, value: values };
}

/** What {@linkcode parseSwitch} reads. */
export function showSwitch(value: boolean): string {
  return value ? "on" : "off";
}

/** On or off, in the words that people use for it. */
export function parseSwitch(text: string): Parsed<boolean> {
  if (/^(1|true|yes|on)$/i.test(text)) return { ok: true, value: true };
  if (/^(0|false|no|off)$/i.test(text)) return { ok: true, value: false };
  return { ok: false, why: 'expected "on" or "off"' };
}
