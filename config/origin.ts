import type { Setting } from "./setting.ts";

/**
 * Where a value came from; in this order the first that has one wins. An argument is only the name. What is in a profile
 * is by default from there.
 */
export type Source = "argument" | "flag" | "environment" | "file" | "profile" | "default";

/** What stands behind two of the sources: the file that was read, and the profile that was chosen. */
type Behind = Readonly<{ file: string | undefined; profile: string }>;

/** A value and where it came from. */
export type Resolved<T> = { readonly value: T; readonly source: Source };

/** Where a value came from, in words that lead there: `flag --bind`, `profile lan`. */
export function originOf(
  { kind, flag, environment }: Pick<Setting<unknown, string>, "kind" | "flag" | "environment">,
  { value, source }: Resolved<unknown>,
  { file, profile }: Behind,
): string {
  switch (source) {
    case "argument":
    case "default":
      return source;
    case "flag":
      return kind === "switch" && value === false ? `flag --no-${flag}` : `flag --${flag}`;
    case "environment":
      return `environment ${environment}`;
    case "file":
      return file === undefined ? "file" : `file ${file}`;
    case "profile":
      return `profile ${profile}`;
  }
}
