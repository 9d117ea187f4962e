import { Markup, markup } from "./markup.ts";
import { thinned, ticks } from "./scale.ts";

/** A line of a plot. The first is solid, the second dashed: colour is never all that tells them apart. */
export type Series = Readonly<{ name: string; points: readonly (readonly [x: number, y: number])[] }>;

/** A stretch of the x axis that is shaded. */
export type Band = Readonly<{ from: number; to: number; name: string }>;

export type PlotOptions = Readonly<{
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly Series[];
  bands?: readonly Band[];
  /** Where the axes end at least. */
  xMost?: number;
  yMost?: number;
  /** Lines are steps: a value holds until the next. */
  isStepped?: boolean;
}>;

const [WIDTH, HEIGHT] = [760, 280];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 16, 12, 44];

/** More points than there are places on the axis show nothing more. */
const POINTS_MAX = 1_500;

/** A plot, drawn as SVG. Its colours are those of the page. */
export function plot(options: PlotOptions): Markup {
  const { title, xLabel, yLabel, series, bands = [], isStepped = false } = options;
  const xTicks = ticks(Math.max(options.xMost ?? 0, ...series.map(({ points }) => points.at(-1)?.[0] ?? 0)), 8);
  const yTicks = ticks(Math.max(options.yMost ?? 0, ...series.map(({ points }) => greatest(points))), 5);
  const x = scale(xTicks.at(-1)!, LEFT, WIDTH - RIGHT);
  const y = scale(yTicks.at(-1)!, HEIGHT - BOTTOM, TOP);
  return markup`<figure>
<figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
${bands.map((band) => bandMarkup(band, x))}
${
    yTicks.map((value) =>
      markup`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>
<text class="tick" x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>
`
    )
  }
${
    xTicks.map((value) =>
      markup`<text class="tick" x="${x(value)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${short(value)}</text>
`
    )
  }
<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>
<text class="label" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${xLabel}</text>
<text class="label" transform="translate(14 ${
    (TOP + HEIGHT - BOTTOM) / 2
  }) rotate(-90)" text-anchor="middle">${yLabel}</text>
${
    series.map(({ points }, at) =>
      markup`<path class="line line${at}" d="${path(thinned(points, POINTS_MAX), x, y, isStepped)}"/>
`
    )
  }
</svg>
${series.length > 1 ? legend(series) : NOTHING}
</figure>
`;
}

const NOTHING = markup``;

function legend(series: readonly Series[]): Markup {
  const rows = series.map(({ name }, at) =>
    markup`<li><svg viewBox="0 0 28 8" aria-hidden="true"><path class="line line${at}" d="M0 4H28"/></svg>${name}</li>`
  );
  return markup`<ul class="legend">${rows}</ul>`;
}

function bandMarkup({ from, to, name }: Band, x: Scale): Markup {
  const width = Math.max(1.5, x(to) - x(from)); // what takes no time is to be seen too
  return markup`<rect class="band" x="${x(from)}" y="${TOP}" width="${width}" height="${
    HEIGHT - BOTTOM - TOP
  }"><title>${name}</title></rect>
`;
}

type Scale = (value: number) => number;

function scale(most: number, from: number, to: number): Scale {
  return (value) => Math.round(10 * (from + (to - from) * value / most)) / 10;
}

function path(points: Series["points"], x: Scale, y: Scale, isStepped: boolean): string {
  return points.map(([atX, atY], at) =>
    at === 0 ? `M${x(atX)} ${y(atY)}` : isStepped ? `H${x(atX)}V${y(atY)}` : `L${x(atX)} ${y(atY)}`
  )
    .join("");
}

function greatest(points: Series["points"]): number {
  return points.reduce((most, [, y]) => Math.max(most, y), 0);
}

/** A number of a tick; many thousands as `k`, millions as `M`. */
function short(value: number): string {
  const [divisor, unit] = value >= 1e6 ? [1e6, "M"] : value >= 1e5 ? [1e3, "k"] : [1, ""];
  return `${Number((value / divisor).toPrecision(4))}${unit}`;
}
