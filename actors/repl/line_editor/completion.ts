import { graphemes } from "./graphemes.ts";
import { insert, type Line } from "./line.ts";

/** What the editor asks when Tab was pressed. Hand it back with the answer, which may come later. */
export interface CompletionRequest {
  readonly line: Line;
  /** Tab was pressed a second time: if nothing can be added, the candidates are to be listed. */
  readonly list: boolean;
}

/** What could stand at the cursor. */
export interface CompletionAnswer {
  /** The end of `line.before` that a candidate would replace, "" at the start of a word. */
  readonly stem: string;
  readonly candidates: readonly string[];
}

/** The line as far as the candidates agree; undefined when they add nothing to it. */
export function completedLine(line: Line, { stem, candidates }: CompletionAnswer): Line | undefined {
  if (candidates.length === 0 || !line.before.endsWith(stem)) return undefined;
  const common = candidates.length === 1 ? finished(candidates[0]!, line.after) : commonPrefix(candidates);
  if (common.length < stem.length || common === stem) return undefined;
  return insert({ before: line.before.slice(0, line.before.length - stem.length), after: line.after }, common);
}

/** What all of `texts` begin with, in whole characters. */
function commonPrefix(texts: readonly string[]): string {
  const [first = [], ...others] = texts.map(graphemes);
  const differs = first.findIndex((character, index) => others.some((other) => other[index] !== character));
  return first.slice(0, differs < 0 ? first.length : differs).join("");
}

/** The only candidate gets the space that would be typed next, unless it is the beginning of a path or a value. */
function finished(candidate: string, after: string): string {
  return /[/=]$/.test(candidate) || after.startsWith(" ") ? candidate : candidate + " ";
}
