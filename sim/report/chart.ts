import { type Markup, markup } from "./markup.ts";
import { powersOfTen, ticks } from "./scale.ts";

/** What was measured in each column; `undefined` where nothing was. */
export type Measured = Readonly<{
  name: string;
  values: readonly (number | undefined)[];
  /** How far each may be off, up and down. */
  errors?: readonly number[];
}>;

/** Points over columns, such as the sizes of a table's rows; at most seven series, told apart by their marks. */
export type Chart = Readonly<{
  title: string;
  xLabel: string;
  columns: readonly string[];
  series: readonly Measured[];
  /** Powers of ten, where values lie far apart; what is 0 stands below all of them. */
  isLogarithmic?: boolean;
  /** Whether a line joins the points of a series. */
  isJoined?: boolean;
  /** Where the axis ends at least. */
  yMost?: number;
}>;

const WIDTH = 760;
const [LEFT, RIGHT, TOP, PLOTTED, LABELS, LEGEND_ROW] = [64, 16, 34, 190, 44, 18];
const LEGEND_COLUMNS = 3;

/** So far beside each other stand marks of one column that no line joins to others. */
const ASIDE = 14;

/** Charts one below the other, as an SVG with its own style, for a page. */
export function chartsMarkup(charts: readonly Chart[]): Markup {
  return svgOf(charts, markup``);
}

/** The same for a file of its own. */
export function chartsFile(charts: readonly Chart[]): string {
  return svgOf(charts, markup` xmlns="http://www.w3.org/2000/svg"`).text;
}

function svgOf(charts: readonly Chart[], namespace: Markup): Markup {
  const heights = charts.map(heightOf);
  const total = heights.reduce((sum, height) => sum + height, 0);
  const panels = charts.map((chart, at) => {
    const top = heights.slice(0, at).reduce((sum, height) => sum + height, 0);
    return markup`<g transform="translate(0 ${top})">${panelOf(chart)}</g>
`;
  });
  const titles = charts.map(({ title }) => title).join("; ");
  return markup`<svg${namespace} viewBox="0 0 ${WIDTH} ${total}" width="${WIDTH}" height="${total}" role="img" aria-label="${titles}">
<style>${STYLE}</style>
<rect class="ground" width="${WIDTH}" height="${total}"/>
${panels}</svg>
`;
}

function heightOf({ series }: Chart): number {
  const rows = series.length > 1 ? Math.ceil(series.length / LEGEND_COLUMNS) : 0;
  return TOP + PLOTTED + LABELS + rows * LEGEND_ROW + 8;
}

function panelOf(chart: Chart): Markup {
  const { title, xLabel, columns, series, isJoined = true } = chart;
  const axis = axisOf(chart);
  const x = (column: number): number => round(LEFT + (WIDTH - LEFT - RIGHT) * (column + 0.5) / columns.length);
  const y = (value: number): number => round(TOP + PLOTTED * (1 - axis.share(value)));
  const bottom = TOP + PLOTTED;
  return markup`<text class="title" x="${LEFT}" y="20">${title}</text>
${
    axis.ticks.map((value) =>
      markup`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>
<text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${axis.label(value)}</text>
`
    )
  }
${
    columns.map((column, at) =>
      markup`<text x="${x(at)}" y="${bottom + 16}" text-anchor="middle">${column}</text>
`
    )
  }
<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${bottom + 36}" text-anchor="middle">${xLabel}</text>
${
    series.map((one, at) => {
      const aside = isJoined ? 0 : ASIDE * (at - (series.length - 1) / 2);
      return seriesMarkup(one, at, (column) => round(x(column) + aside), y, isJoined);
    })
  }${series.length > 1 ? legend(series) : markup``}`;
}

function seriesMarkup(
  { values, errors }: Measured,
  at: number,
  x: (column: number) => number,
  y: (value: number) => number,
  isJoined: boolean,
): Markup {
  const points = values.flatMap((value, column) => value === undefined ? [] : [{ column, value }]);
  const line = points.map(({ column, value }, index) => `${index === 0 ? "M" : "L"}${x(column)} ${y(value)}`).join("");
  const bars = points.map(({ column, value }) => {
    const error = errors?.[column] ?? 0;
    return error === 0
      ? markup``
      : markup`<path class="line s${at}" d="M${x(column)} ${y(value - error)}V${y(value + error)}"/>
`;
  });
  return markup`${
    isJoined
      ? markup`<path class="line s${at} d${at}" d="${line}"/>
`
      : markup``
  }${bars}${points.map(({ column, value }) => mark(at, x(column), y(value)))}`;
}

/** Each series has a mark of its own: colour is never all that tells them apart. */
function mark(series: number, x: number, y: number): Markup {
  return markup`<path class="mark s${series}" transform="translate(${x} ${y})" d="${MARKS[series % MARKS.length]!}"/>
`;
}

const MARKS = [
  "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z",
  "M-4 -4H4V4H-4Z",
  "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
  "M0 -5L5 4H-5Z",
  "M0 5L5 -4H-5Z",
  "M-5 -2H5V2H-5Z",
  "M-5 -1.5H-1.5V-5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5Z",
];

function legend(series: readonly Measured[]): Markup {
  const width = (WIDTH - LEFT - RIGHT) / LEGEND_COLUMNS;
  const rows = series.map(({ name }, at) => {
    const x = LEFT + (at % LEGEND_COLUMNS) * width;
    const y = TOP + PLOTTED + LABELS + 12 + Math.floor(at / LEGEND_COLUMNS) * LEGEND_ROW;
    return markup`${mark(at, round(x + 6), y - 4)}<text x="${round(x + 18)}" y="${y}">${name}</text>
`;
  });
  return markup`${rows}`;
}

/** Which values are marked, and where a value stands, from 0 at the bottom to 1 at the top. */
type Axis = Readonly<{
  ticks: readonly number[];
  label: (tick: number) => string;
  share: (value: number) => number;
}>;

function axisOf({ series, yMost = 0, isLogarithmic = false }: Chart): Axis {
  const values = series.flatMap(({ values, errors }) =>
    values.flatMap((value, at) => value === undefined ? [] : [value + (errors?.[at] ?? 0)])
  );
  const most = Math.max(yMost, ...values);
  if (!isLogarithmic) {
    const marked = ticks(most, 5);
    const end = marked.at(-1)!;
    return { ticks: marked, label: grouped, share: (value) => Math.max(0, value) / end };
  }
  const powers = powersOfTen(values.filter((value) => value > 0));
  const zero = values.includes(0) ? powers[0]! / 10 : undefined;
  const marked = zero === undefined ? powers : [zero, ...powers];
  const [least, end] = [Math.log10(marked[0]!), Math.log10(marked.at(-1)!)];
  return {
    ticks: marked,
    label: (tick) => tick === zero ? "0" : grouped(tick),
    share: (value) => value <= 0 ? 0 : Math.max(0, (Math.log10(value) - least) / (end - least)),
  };
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function grouped(value: number): string {
  return value < 1_000 ? String(value) : String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

const STYLE = markup`
.ground { fill: #ffffff; } text { fill: #5d6675; font: 12px system-ui, sans-serif; }
.title { fill: #1d2430; font-size: 14px; font-weight: 600; } .grid { stroke: #d8dce3; } .axis { stroke: #5d6675; }
.line { fill: none; stroke-width: 1.5; } .s0 { color: #0b62c4; } .s1 { color: #b4460a; } .s2 { color: #1b6e3c; }
.s3 { color: #7a3fb0; } .s4 { color: #8a6100; } .s5 { color: #b3261e; } .s6 { color: #1d2430; }
.line { stroke: currentColor; } .mark { fill: currentColor; } .d1, .d3, .d5 { stroke-dasharray: 5 3; }
@media (prefers-color-scheme: dark) {
  .ground { fill: #14181f; } text { fill: #a2abba; } .title { fill: #e6e9ef; } .grid { stroke: #333b48; } .axis { stroke: #a2abba; }
  .s0 { color: #6cb2ff; } .s1 { color: #ffab70; } .s2 { color: #7fd8a0; } .s3 { color: #c9a3f0; } .s4 { color: #e0c060; } .s5 { color: #ff8a80; } .s6 { color: #e6e9ef; }
}
`;
