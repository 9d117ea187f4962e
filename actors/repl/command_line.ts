/** The first word of a command line, a slash before it dropped, and the rest. */
export function splitCommand(line: string): { readonly word: string; readonly rest: string } {
  const match = /^\s*\/?(\S*)\s*([\s\S]*)$/.exec(line);
  return { word: match?.[1] ?? "", rest: match?.[2]?.trimEnd() ?? "" };
}
