import { type Chart, chartsFile, chartsMarkup } from "../report/chart.ts";
import { type Markup, markup } from "../report/markup.ts";
import { wholePage } from "../report/whole_page.ts";
import type { LifeguardRow } from "./lifeguard.ts";
import { PAPER } from "./paper.ts";
import type { SwimRow } from "./swim.ts";
import { bySlowness, lifeguardLoadTable, type LifeguardSums, lifeguardTable, swimTable, type Table } from "./tables.ts";

/** What an experiment came to: rows of one of them. */
export type Findings =
  | Readonly<{ name: "swim"; seed: string; rows: readonly SwimRow[] }>
  | Readonly<{ name: "lifeguard"; seed: string; rows: readonly LifeguardRow[] }>;

/** The tables of an experiment. */
export function tablesOf({ name, rows }: Findings): readonly Table[] {
  return name === "swim" ? [swimTable(rows)] : [lifeguardTable(rows), lifeguardLoadTable(rows)];
}

/** The figures of an experiment as a page of HTML: everything is in it, and it loads nothing. */
export function findingsPage(findings: Findings): string {
  return wholePage(
    TITLES[findings.name],
    markup`<p>Again: <code>${againCommand(findings)}</code></p>
<figure>
${chartsMarkup(chartsOf(findings))}</figure>
${tablesOf(findings).map(tableMarkup)}`,
  );
}

function againCommand({ name, seed, rows }: Findings): string {
  const sizes = [...new Set(name === "swim" ? rows.map(({ peers }) => peers) : rows.map(({ slow }) => slow))];
  const seeds = name === "swim" ? 1 : new Set(rows.map((row) => row.seed)).size;
  const loss = name === "swim" ? 0 : rows[0]?.loss ?? 0;
  return [
    `deno task experiment ${name} --seed ${seed}`,
    sizes.length === 0 ? "" : ` --sizes ${sizes.join(",")}`,
    seeds > 1 ? ` --seeds ${seeds}` : "",
    loss > 0 ? ` --loss ${100 * loss}%` : "",
  ].join("");
}

function tableMarkup([head = [], ...rows]: Table): Markup {
  return markup`<table>
<thead><tr>${cells("th", head)}</tr></thead>
<tbody>
${
    rows.map((row) =>
      markup`<tr>${cells("td", row)}</tr>
`
    )
  }</tbody>
</table>
`;
}

/** The plots of an experiment alone, as a file of SVG. */
export function findingsSvg(findings: Findings): string {
  return chartsFile(chartsOf(findings));
}

const TITLES: Readonly<Record<Findings["name"], string>> = {
  swim: "SWIM: load and detection time by the size of the cluster",
  lifeguard: "Lifeguard: false positives while some members are slow",
};

function cells(name: "th" | "td", row: readonly string[]): readonly Markup[] {
  return row.map((cell) => name === "th" ? markup`<th>${cell}</th>` : markup`<td>${cell}</td>`);
}

function chartsOf(findings: Findings): readonly Chart[] {
  return findings.name === "swim" ? swimCharts(findings.rows) : lifeguardCharts(findings.rows);
}

function swimCharts(rows: readonly SwimRow[]): readonly Chart[] {
  const common = { xLabel: "members", columns: rows.map(({ peers }) => String(peers)) };
  return [
    {
      ...common,
      title: "Datagrams that a member sends in a second",
      series: [{ name: "datagrams", values: rows.map(({ packetsPerSecond }) => packetsPerSecond) }],
      yMost: 3,
    },
    {
      ...common,
      title: "From a crash until the first suspects it, in protocol periods, ± standard error",
      series: [{
        name: "periods",
        values: rows.map(({ suspectedAfterPeriods }) => suspectedAfterPeriods),
        errors: rows.map(({ standardErrorPeriods }) => standardErrorPeriods),
      }],
      yMost: 3,
    },
  ];
}

function lifeguardCharts(rows: readonly LifeguardRow[]): readonly Chart[] {
  const [, sums] = bySlowness(rows)[0] ?? [];
  return sums === undefined ? [] : [bySlow(sums), besidePaper(sums)];
}

/** As figure 2 of the paper. */
function bySlow(sums: LifeguardSums): Chart {
  return {
    title: "False positives, by how many of the members are slow",
    xLabel: "slow at the same time",
    columns: sums.slow.map(String),
    series: sums.variants.map((variant) => ({
      name: variant,
      values: sums.slow.map((slow) => sums.withSlow(variant, slow, "falsePositives")),
    })),
    isLogarithmic: true,
  };
}

function besidePaper(sums: LifeguardSums): Chart {
  const variants = sums.variants.filter((variant) => PAPER[variant] !== undefined);
  const ours = (figure: "falsePositives" | "firstHand"): readonly (number | undefined)[] =>
    variants.map((variant) => sums.percent(variant, figure)).map((value) => Number.isFinite(value) ? value : undefined);
  return {
    title: "False positives, in per cent of SWIM's",
    xLabel: "variant",
    columns: variants,
    series: [
      { name: "ours", values: ours("falsePositives") },
      { name: "ours, first-hand", values: ours("firstHand") },
      { name: "the paper's", values: variants.map((variant) => PAPER[variant]!.falsePositivesPercent) },
    ],
    isLogarithmic: true,
    isJoined: false,
  };
}
