/**
 * A member's name as it is typed behind a command: as it is, or, because Go's programs may have names with blanks, in
 * double quotes, within which a backslash takes the next character as it is.
 */

/** Whether a name cannot be typed as it is. */
export function needsQuotes(name: string): boolean {
  return name === "" || /^"|\s/.test(name);
}

/** `name` in quotes. */
export function quoted(name: string): string {
  return `"${name.replace(/["\\]/g, "\\$&")}"`;
}

/** The name in `text`, which is all that was typed behind the command; undefined if that is not one name. */
export function readName(text: string): string | undefined {
  if (!text.startsWith('"')) return text === "" || /\s/.test(text) ? undefined : text;
  const [, inside] = /^"((?:[^"\\]|\\.)*)"$/s.exec(text) ?? [];
  return inside === undefined ? undefined : unescaped(inside);
}

/** What a name that is still being typed begins with; its first quote may be missing. */
export function beginningOfName(text: string): string {
  return text.startsWith('"') ? unescaped(text.slice(1)) : text;
}

function unescaped(inside: string): string {
  return inside.replace(/\\(.)/gs, "$1");
}
