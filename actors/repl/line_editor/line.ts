import { firstGrapheme, graphemes, lastGrapheme } from "./graphemes.ts";

/** A line being typed, as what stands before and after the cursor: no index into it can ever be wrong. */
export interface Line {
  readonly before: string;
  readonly after: string;
}

/** A line after something was cut out of it, and what that was. */
export interface Killed {
  readonly line: Line;
  readonly text: string;
  /** On which side of the cursor it stood: kills in a row grow on that side. */
  readonly side: "before" | "after";
}

/** The longest line, in UTF-16 units; the longest paste fits. */
export const LINE_LENGTH_MAX = 16_384;

/** Nothing typed yet. */
export const emptyLine: Line = { before: "", after: "" };

/** The whole line. */
export function textOf(line: Line): string {
  return line.before + line.after;
}

/** `text` with the cursor at its end. */
export function lineOf(text: string): Line {
  return { before: text, after: "" };
}

/** The line with `text` typed at the cursor; undefined if that would be longer than {@linkcode LINE_LENGTH_MAX}. */
export function insert({ before, after }: Line, text: string): Line | undefined {
  if (before.length + text.length + after.length > LINE_LENGTH_MAX) return undefined;
  return { before: before + text, after };
}

/** The cursor one character to the left. */
export function left(line: Line): Line {
  return moveBack(line, lastGrapheme(line.before).length);
}

/** The cursor one character to the right. */
export function right(line: Line): Line {
  return moveOn(line, firstGrapheme(line.after).length);
}

/** The cursor before everything. */
export function home(line: Line): Line {
  return { before: "", after: textOf(line) };
}

/** The cursor after everything. */
export function end(line: Line): Line {
  return lineOf(textOf(line));
}

/** The cursor at the beginning of its word, or of the one before. */
export function wordLeft(line: Line): Line {
  return moveBack(line, wordLength(graphemes(line.before).reverse()));
}

/** The cursor at the end of its word, or of the next one. */
export function wordRight(line: Line): Line {
  return moveOn(line, wordLength(graphemes(line.after)));
}

/** Without the character before the cursor. */
export function deleteBack({ before, after }: Line): Line {
  return { before: cutBack(before, lastGrapheme(before).length), after };
}

/** Without the character after the cursor. */
export function deleteOn({ before, after }: Line): Line {
  return { before, after: after.slice(firstGrapheme(after).length) };
}

/** The characters around the cursor exchanged, or at the end the last two; the cursor behind them. */
export function transpose(line: Line): Line {
  const { before, after } = line.after === "" ? left(line) : line;
  const [first, second] = [lastGrapheme(before), firstGrapheme(after)];
  if (first === "" || second === "") return line;
  return { before: cutBack(before, first.length) + second + first, after: after.slice(second.length) };
}

/** Everything after the cursor cut out. */
export function killToEnd({ before, after }: Line): Killed {
  return { line: lineOf(before), text: after, side: "after" };
}

/** Everything before the cursor cut out. */
export function killToStart({ before, after }: Line): Killed {
  return { line: { before: "", after }, text: before, side: "before" };
}

/** The word before the cursor cut out, as letters and digits make words. */
export function killWordBack(line: Line): Killed {
  return killBack(line, wordLength(graphemes(line.before).reverse()));
}

/** The word after the cursor cut out. */
export function killWordOn({ before, after }: Line): Killed {
  const length = wordLength(graphemes(after));
  return { line: { before, after: after.slice(length) }, text: after.slice(0, length), side: "after" };
}

/** The word before the cursor cut out, as spaces part words. */
export function killSpacedWordBack(line: Line): Killed {
  const trimmed = line.before.trimEnd();
  const start = Math.max(...[" ", "\t", "\n"].map((space) => trimmed.lastIndexOf(space))) + 1;
  return killBack(line, line.before.length - start);
}

function moveBack({ before, after }: Line, length: number): Line {
  const at = before.length - length;
  return { before: before.slice(0, at), after: before.slice(at) + after };
}

function moveOn({ before, after }: Line, length: number): Line {
  return { before: before + after.slice(0, length), after: after.slice(length) };
}

function killBack({ before, after }: Line, length: number): Killed {
  const rest = cutBack(before, length);
  return { line: { before: rest, after }, text: before.slice(rest.length), side: "before" };
}

function cutBack(text: string, length: number): string {
  return text.slice(0, text.length - length);
}

/** How long the first word of `characters` is, with what is no word before it, in UTF-16 units. */
function wordLength(characters: readonly string[]): number {
  let length = 0;
  let inWord = false;
  for (const character of characters) {
    const ofWord = /^[\p{L}\p{N}_]/u.test(character);
    if (inWord && !ofWord) break;
    inWord = ofWord;
    length += character.length;
  }
  return length;
}
