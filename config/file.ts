import * as v from "valibot";
import type { Parsed, SettingKind } from "./setting.ts";

/** More than any configuration needs; what is larger is not one. */
const CONFIG_FILE_CHARACTERS_MAX = 64 * 1024;

/** What the file says, by key, in the texts that settings are read from. */
export type FileTexts = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the configuration file: one JSON object, a key for each setting. Unknown keys and wrong JSON types are refused
 * with the path of the bad key; the values themselves are judged by their settings, like those of a flag.
 */
export function parseConfigFile(json: string, kinds: Readonly<Record<string, SettingKind>>): Parsed<FileTexts> {
  if (json.length > CONFIG_FILE_CHARACTERS_MAX) return { ok: false, why: "too long for a configuration" };
  const data = parseJson(json);
  if (!data.ok) return data;
  if (Array.isArray(data.value)) return { ok: false, why: NOT_AN_OBJECT }; // an object to valibot, with a "join" even
  const result = v.safeParse(schemaOf(kinds), data.value, { abortEarly: true });
  if (!result.success) return { ok: false, why: describe(result.issues[0]) };
  const texts = Object.entries(result.output).map(([key, value]) => [key, textsOf(value ?? [])] as const);
  return { ok: true, value: new Map(texts) };
}

const TYPES = {
  text: v.string("must be a string"),
  count: v.number("must be a number"),
  switch: v.boolean("must be true or false"),
  list: v.array(v.string("must be a string"), "must be an array of strings"),
};

type Entries = Record<string, v.ExactOptionalSchema<typeof TYPES[SettingKind], undefined>>;

function schemaOf(kinds: Readonly<Record<string, SettingKind>>) {
  const entries: Entries = Object.create(null); // or "constructor" would be a known key
  for (const [key, kind] of Object.entries(kinds)) entries[key] = v.exactOptional(TYPES[kind]);
  return v.strictObject(entries, (issue) => issue.expected === "never" ? "unknown key" : NOT_AN_OBJECT);
}

const NOT_AN_OBJECT = "the file must hold one JSON object";

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

function textsOf(value: string | number | boolean | readonly string[]): readonly string[] {
  return typeof value === "object" ? value : [String(value)];
}
