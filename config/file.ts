import * as v from "valibot";
import type { Parsed, SettingKind } from "./setting.ts";

/** More than any configuration needs; what is larger is not one. */
const CONFIG_FILE_CHARACTERS_MAX = 64 * 1024;

/** What the file says, by the path of the key (`gossip.probeInterval`), in the texts that settings are read from. */
export type FileTexts = ReadonlyMap<string, readonly string[]>;

/** The keys that there are: what is written under each, or what keys stand in the object under it. */
export type FileKinds = Readonly<Record<string, SettingKind | "elsewhere" | Readonly<Record<string, SettingKind>>>>;

/**
 * Reads the configuration file: one JSON object, a key for each setting, some of them in objects of their own. Unknown keys and wrong JSON types are refused
 * with the path of the bad key; the values themselves are judged by their settings, like those of a flag.
 */
export function parseConfigFile(json: string, kinds: FileKinds): Parsed<FileTexts> {
  if (json.length > CONFIG_FILE_CHARACTERS_MAX) return { ok: false, why: "too long for a configuration" };
  const data = parseJson(json);
  if (!data.ok) return data;
  const result = v.safeParse(schemaOf(kinds, "the file must hold one JSON object"), data.value, { abortEarly: true });
  if (!result.success) return { ok: false, why: describe(result.issues[0]) };
  return { ok: true, value: new Map(textsIn(result.output as Values)) };
}

const TYPES = {
  text: v.string("must be a string"),
  count: v.number("must be a number"),
  switch: v.boolean("must be true or false"),
  list: v.array(v.string("must be a string"), "must be an array of strings"),
  elsewhere: v.never("not in a file: it takes the flag or the variable"),
};

type Entry = v.GenericSchema<unknown>;

function schemaOf(kinds: FileKinds, notAnObject: string): Entry {
  const entries: Record<string, v.ExactOptionalSchema<Entry, undefined>> = Object.create(null); // or "constructor" is known
  for (const [key, kind] of Object.entries(kinds)) {
    entries[key] = v.exactOptional(typeof kind === "string" ? TYPES[kind] : schemaOf(kind, "must be an object"));
  }
  const object = v.strictObject(entries, (issue) => issue.expected === "never" ? "unknown key" : notAnObject);
  // An array is an object to valibot.
  return v.pipe(v.custom((value) => !Array.isArray(value), notAnObject), object);
}

type Value = string | number | boolean | readonly string[];
type Values = Readonly<Record<string, Value | Readonly<Record<string, Value>>>>;

function textsIn(values: Values, path = ""): (readonly [path: string, texts: readonly string[]])[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (isSection(value)) return textsIn(value, `${path}${key}.`);
    return [[`${path}${key}`, typeof value === "object" ? value : [String(value)]] as const];
  });
}

function isSection(value: Values[string]): value is Readonly<Record<string, Value>> {
  return typeof value === "object" && !Array.isArray(value);
}

function parseJson(json: string): Parsed<unknown> {
  try {
    return { ok: true, value: JSON.parse(json) };
  } catch (error) {
    return { ok: false, why: `not JSON: ${error instanceof Error ? error.message : error}` };
  }
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
}
