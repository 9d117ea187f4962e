/** Longest script, in lines: a script is what a person would type. */
export const SCRIPT_LINES_MAX = 10_000;

/** How deep scripts may call scripts. */
export const SCRIPT_DEPTH_MAX = 8;

type ScriptLine = Readonly<{ number: number; text: string }>;

/** The commands in a script's text, with their line numbers; blank lines and those that begin with `#` are left out. */
export function parseScript(text: string): readonly ScriptLine[] | Readonly<{ why: string }> {
  if (text.includes("\0")) return { why: "it is not a text" };
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  if (lines.length > SCRIPT_LINES_MAX) return { why: `it has more than ${SCRIPT_LINES_MAX} lines` };
  return lines
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
}
