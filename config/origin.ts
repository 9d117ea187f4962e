import type { Setting } from "./setting.ts";

/** Where a value came from; in this order the first that has one wins. What is in a profile is by default from there. */
export type Source = "flag" | "environment" | "file" | "profile" | "default";

/** What stands behind two of the sources: the file that was read, and the profile that was chosen. */
type Behind = Readonly<{ file: string | undefined; profile: string }>;

/** Where a value came from, in words that lead there: `flag --bind`, `profile lan`. */
export function originOf(
  { flag, environment }: Pick<Setting<unknown, string>, "flag" | "environment">,
  source: Source,
  { file, profile }: Behind,
): string {
  switch (source) {
    case "flag":
      return `flag --${flag}`;
    case "environment":
      return `environment ${environment}`;
    case "file":
      return file === undefined ? "file" : `file ${file}`;
    case "profile":
      return `profile ${profile}`;
    case "default":
      return "default";
  }
}
