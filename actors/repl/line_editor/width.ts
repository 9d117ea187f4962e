import stringWidth from "string-width";
import { visible } from "../visible.ts";
import { graphemes } from "./graphemes.ts";

/** Text cut to fit, and the columns it takes at most. */
interface Cut {
  readonly text: string;
  readonly width: number;
}

/** How far from the cut end is looked, in UTF-16 units a column: longer characters than that are nobody's writing. */
const UNITS_A_COLUMN_MAX = 16;

/**
 * The most columns any terminal takes for one character. Terminals disagree on skin tones, flags and new emoji, so a
 * character of several code points counts as the larger of what the table says, 2, and its parts one after another.
 */
export function widthAtMost(character: string): number {
  const width = stringWidth(character);
  const parts = [...character];
  if (parts.length === 1) return Math.max(width, 1);
  const apart = parts.reduce((sum, part) => sum + stringWidth(part), 0);
  return Math.max(width, 2, apart);
}

/** The most columns any terminal takes for `text`, which holds no escape codes. */
export function textWidthAtMost(text: string): number {
  return graphemes(text).reduce((sum, character) => sum + widthAtMost(character), 0);
}

/** As much of `text`, shown visibly, as surely fits into `columns`; which end stays is `keep`. */
export function cutToWidth(text: string, columns: number, keep: "start" | "end"): Cut {
  const near = Math.max(0, columns) * UNITS_A_COLUMN_MAX;
  const pieces = graphemes(keep === "start" ? text.slice(0, near) : text.slice(Math.max(0, text.length - near)));
  if (keep === "end") pieces.reverse();
  const kept: string[] = [];
  let width = 0;
  for (const piece of pieces) {
    const shown = shownAs(piece);
    const wider = width + textWidthAtMost(shown);
    if (wider > columns) break;
    width = wider;
    kept.push(shown);
  }
  if (keep === "end") kept.reverse();
  return { text: kept.join(""), width };
}

/** How a character of the line is drawn: pasted line ends and tabs have marks of one column. */
export function shownAs(text: string): string {
  return visible(text.replaceAll("\n", "⏎").replaceAll("\t", "⇥"));
}
