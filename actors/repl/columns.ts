import { textWidthAtMost } from "./line_editor/width.ts";
import { visible } from "./visible.ts";

/** How many candidates are listed; who sees more has to type on anyway. */
const LISTED_MAX = 100;

const GAP = 2;

/** `texts` as rows of equal columns that fit into `columns`, read row by row; past {@linkcode LISTED_MAX} counted only. */
export function inColumns(texts: readonly string[], columns: number): string[] {
  const cells = texts.slice(0, LISTED_MAX).map((text) => visible(text)).map((text) => ({
    text,
    width: textWidthAtMost(text),
  }));
  const cellWidth = Math.max(0, ...cells.map(({ width }) => width)) + GAP;
  const perRow = Math.max(1, Math.floor((columns - 1) / cellWidth));
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += perRow) {
    const row = cells.slice(at, at + perRow).map(({ text, width }) => text + " ".repeat(cellWidth - width));
    rows.push(row.join("").trimEnd());
  }
  if (texts.length > LISTED_MAX) rows.push(`… and ${texts.length - LISTED_MAX} more`);
  return rows;
}
