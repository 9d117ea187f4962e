/** JSON as Go's `encoding/json` writes it, where its bytes are somebody's protocol. */

/** Go escapes what could end a script element, and the two line separators that JavaScript once stumbled over. */
export function goString(text: string): string {
  const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, escape);
}

/** The order in which Go writes the keys of a map: that of UTF-8 bytes, so of code points, not of UTF-16 units. */
export function compareAsGo(a: string, b: string): number {
  const left = Array.from(a, (c) => c.codePointAt(0)!);
  const right = Array.from(b, (c) => c.codePointAt(0)!);
  const at = left.findIndex((point, i) => point !== right[i]);
  return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? -1);
}
