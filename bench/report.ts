/** The results as people and programs read them. */
import type { Aim, Bench, Description, Result } from "./suite.ts";

/** One line of `--json`. */
export function jsonLine({ bench, contender, median, unit, ratio }: Result): string {
  const rounded = { median: Math.round(median), unit, ratio: Number(ratio.toPrecision(3)) };
  return `${JSON.stringify({ v: 1, type: "bench", bench, contender, ...rounded })}\n`;
}

/** Benches by contenders: the median, and its ratio to the reference. */
export function table(suite: Description, results: readonly Result[], rounds: number): string {
  const [ours = ""] = suite.contenders;
  const hasAims = suite.benches.some(({ aim }) => aim !== undefined);
  const header = ["", ...suite.contenders, ...hasAims ? [`aim of ${ours}`] : []];
  const rows = suite.benches.map((bench) => {
    const of = (contender: string): Result =>
      results.find((result) => result.bench === bench.name && result.contender === contender)!;
    const cells = suite.contenders.map((contender) => cell(of(contender)));
    return [`${bench.name} (${bench.unit})`, ...cells, ...hasAims ? [verdict(bench, of(ours))] : []];
  });
  const title = `${suite.name}: medians of ${rounds} ${
    rounds === 1 ? "round" : "rounds"
  }, x is the ratio to ${suite.reference}`;
  return [title, "", ...inColumns([header, ...rows]), "", ...suite.notes, ""].join("\n");
}

function cell({ median, ratio }: Result): string {
  const ofReference = Number.isFinite(ratio) ? `x${ratio >= 100 ? short(ratio) : ratio.toPrecision(2)}` : NOTHING;
  return `${Number.isNaN(median) ? NOTHING : short(median)} ${ofReference.padStart(6)}`;
}

/** In place of a figure that there is not. */
const NOTHING = "–";

/** Three digits and the magnitude. */
function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e4) return `${(value / 1e3).toPrecision(3)}k`;
  return String(Math.round(value));
}

function verdict({ aim }: Bench, result: Result): string {
  return aim === undefined ? "" : `${aimText(aim)} ${isMet(aim, result) ? "met" : "MISSED"}`;
}

function aimText(aim: Aim): string {
  if ("ratioMin" in aim) return `>= x${aim.ratioMin < 0.1 ? aim.ratioMin.toPrecision(2) : aim.ratioMin.toFixed(1)}`;
  return "ratioMax" in aim ? `<= x${aim.ratioMax.toFixed(1)}` : `<= ${aim.medianMax}`;
}

/** Whether the result is what was aimed at. */
export function isMet(aim: Aim, { median, ratio }: Result): boolean {
  if ("ratioMin" in aim) return ratio >= aim.ratioMin;
  return "ratioMax" in aim ? ratio <= aim.ratioMax : median <= aim.medianMax;
}

/** The first column to the left, the others to the right of their width. */
function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((text, column) => column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!)).join("  ")
  );
}
