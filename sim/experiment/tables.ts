import { round } from "../report/text.ts";
import type { LifeguardRow } from "./lifeguard.ts";
import { PAPER, type PaperRow } from "./paper.ts";
import type { SwimRow } from "./swim.ts";

/** Cells as they are printed: the head first, a line of equally many each. */
export type Table = readonly (readonly string[])[];

/** What members cost and how soon they notice, a line for each size. */
export function swimTable(rows: readonly SwimRow[]): Table {
  return [
    [
      "peers",
      "datagrams/s",
      "UDP bytes/s",
      "TCP bytes/s",
      "suspected after, periods",
      "known to all, ms",
      "dead after, s",
    ],
    ...rows.map((row) => [
      String(row.peers),
      row.packetsPerSecond.toFixed(2),
      round(row.packetBytesPerSecond),
      round(row.streamBytesPerSecond),
      `${row.suspectedAfterPeriods.toFixed(2)} ± ${row.standardErrorPeriods.toFixed(2)}`,
      round(row.spreadMs),
      (row.deadAfterMs / 1_000).toFixed(1),
    ]),
  ];
}

/** What is added up of a variant's rows, and of the first variant's, of which it is a share. */
type Figure = "falsePositives" | "falsePositivesAtHealthy" | "firstHand" | "firstHandAtHealthy" | "packets" | "bytes";

/** Rows of one way to be slow. */
export class LifeguardSums {
  readonly #rows: readonly LifeguardRow[];
  readonly seeds: readonly string[];
  readonly variants: readonly string[];
  readonly slow: readonly number[];

  constructor(rows: readonly LifeguardRow[]) {
    this.#rows = rows;
    this.seeds = [...new Set(rows.map(({ seed }) => seed))];
    this.variants = [...new Set(rows.map(({ variant }) => variant))];
    this.slow = [...new Set(rows.map(({ slow }) => slow))].toSorted((a, b) => a - b);
  }

  /** For each seed the sum over all that was tried with it. */
  bySeed(variant: string, figure: Figure): readonly number[] {
    return this.seeds.map((seed) => this.#sum(figure, (row) => row.variant === variant && row.seed === seed));
  }

  /** The mean over the seeds, with so many slow. */
  withSlow(variant: string, slow: number, figure: Figure): number {
    return this.#sum(figure, (row) => row.variant === variant && row.slow === slow) / this.seeds.length;
  }

  /** The mean over the seeds. */
  mean(variant: string, figure: Figure): number {
    return this.#sum(figure, (row) => row.variant === variant) / this.seeds.length;
  }

  /** Of the first variant's, in per cent; NaN of nothing. */
  percent(variant: string, figure: Figure): number {
    return 100 * this.mean(variant, figure) / this.mean(this.variants[0]!, figure);
  }

  #sum(figure: Figure, which: (row: LifeguardRow) => boolean): number {
    return this.#rows.reduce((sum, row) => which(row) ? sum + row[figure] : sum, 0);
  }
}

/** The rows of each way to be slow. */
export function bySlowness(
  rows: readonly LifeguardRow[],
): readonly (readonly [LifeguardRow["slowness"], LifeguardSums])[] {
  return [...new Set(rows.map(({ slowness }) => slowness))].map((slowness) =>
    [slowness, new LifeguardSums(rows.filter((row) => row.slowness === slowness))] as const
  );
}

/** False positives of each variant, and what they are of the first's, beside what they are in the paper. */
export function lifeguardTable(rows: readonly LifeguardRow[]): Table {
  const columns = FALSE_POSITIVES.flatMap((
    [, name, paper],
  ) => [name, `of SWIM's${paper === undefined ? "" : " (paper)"}`]);
  return [
    ["slow as in", "variant", ...columns],
    ...linesOf(rows, (sums, variant, papers) =>
      FALSE_POSITIVES.flatMap(([figure, , paper]) => [
        spread(sums.bySeed(variant, figure)),
        share(sums.percent(variant, figure), paper === undefined ? undefined : papers?.[paper]),
      ])),
  ];
}

const FALSE_POSITIVES = [
  ["falsePositives", "false positives", "falsePositivesPercent"],
  ["falsePositivesAtHealthy", "at healthy members", "atHealthyPercent"],
  ["firstHand", "first-hand", undefined],
] as const;

/** What all sent meanwhile with each variant, of what they sent with the first, beside the paper's. */
export function lifeguardLoadTable(rows: readonly LifeguardRow[]): Table {
  return [
    ["slow as in", "variant", "datagrams, of SWIM's (paper: messages)", "bytes, of SWIM's (paper)"],
    ...linesOf(rows, (sums, variant, papers) => [
      share(sums.percent(variant, "packets"), papers?.messagesPercent),
      share(sums.percent(variant, "bytes"), papers?.bytesPercent),
    ]),
  ];
}

/** A line for each variant; the paper's members were slow at messages only. */
function linesOf(
  rows: readonly LifeguardRow[],
  cells: (sums: LifeguardSums, variant: string, papers: PaperRow | undefined) => readonly string[],
): readonly (readonly string[])[] {
  return bySlowness(rows).flatMap(([slowness, sums]) =>
    sums.variants.map((
      variant,
    ) => [slowness, variant, ...cells(sums, variant, slowness === "held" ? PAPER[variant] : undefined)])
  );
}

/** Lines with columns as wide as their widest cell, as a table of Markdown, so that they can be pasted into a page. */
export function tableLines(table: Table): readonly string[] {
  const [head = [], ...rows] = table;
  const widths = head.map((_, at) => Math.max(3, ...table.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

/** The mean, and the least and the greatest where there is more than one. */
function spread(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return round(mean);
  return `${round(mean)} (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}

function share(percent: number, paper: number | undefined): string {
  const ours = Number.isFinite(percent) ? `${Number(percent.toPrecision(2))} %` : "–";
  return paper === undefined ? ours : `${ours} (${paper} %)`;
}
