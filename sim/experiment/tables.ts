import { round } from "../report/text.ts";
import type { LifeguardRow } from "./lifeguard.ts";
import type { SwimRow } from "./swim.ts";

/** Cells as they are printed: the head first, a line of equally many each. */
type Table = readonly (readonly string[])[];

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

/** False positives of each variant, and what they are of those of the first, which has none of the components. */
export function lifeguardTable(rows: readonly LifeguardRow[]): Table {
  const sums = new Map<string, { all: number; healthy: number }>();
  for (const { variant, slowness, falsePositives, falsePositivesAtHealthy } of rows) {
    const key = `${slowness} ${variant}`;
    const { all, healthy } = sums.get(key) ?? { all: 0, healthy: 0 };
    sums.set(key, { all: all + falsePositives, healthy: healthy + falsePositivesAtHealthy });
  }
  const lines = [...new Set(rows.map(({ slowness }) => slowness))].flatMap((slowness) => {
    const variants = [...new Set(rows.map(({ variant }) => variant))];
    const base = sums.get(`${slowness} ${variants[0]}`)!;
    return variants.map((variant) => {
      const { all, healthy } = sums.get(`${slowness} ${variant}`) ?? { all: 0, healthy: 0 };
      return [slowness, variant, round(all), share(all, base.all), round(healthy), share(healthy, base.healthy)];
    });
  });
  return [["slow as in", "variant", "false positives", "of SWIM's", "at healthy members", "of SWIM's"], ...lines];
}

/** Lines with columns as wide as their widest cell, as a table of Markdown, so that they can be pasted into a page. */
export function tableLines(table: Table): readonly string[] {
  const [head = [], ...rows] = table;
  const widths = head.map((_, at) => Math.max(3, ...table.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${Number((100 * part / whole).toPrecision(2))} %`;
}
