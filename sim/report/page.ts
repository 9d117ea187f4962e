import { replayCommand } from "../run/parameters.ts";
import type { Sample } from "../run/meter.ts";
import type { Outcome } from "../run/run.ts";
import { type Markup, markup } from "./markup.ts";
import { wholePage } from "./whole_page.ts";
import { type Band, plot, type Series } from "./plot.ts";
import { figureRows, parametersLine, time, verdictLine } from "./text.ts";

/** The figures of runs as a page of HTML: everything is in it, and it loads nothing. */
export function reportPage(outcomes: readonly Outcome[]): string {
  const [first] = outcomes;
  if (first === undefined) throw new RangeError("There is nothing to report");
  const title = outcomes.length === 1 ? `A run of Parley's simulator` : `${outcomes.length} runs of Parley's simulator`;
  return wholePage(
    title,
    markup`<p>${parametersLine(first.parameters)}${outcomes.length > 1 ? " and following" : ""}</p>
${outcomes.length === 1 ? oneRun(first) : manyRuns(outcomes)}`,
  );
}

function oneRun(outcome: Outcome): Markup {
  const { parameters, verdict, plan, samples } = outcome;
  const bands = plan.episodes.map(bandOf);
  const most = { xMost: outcome.tookMs / 1_000, xLabel: "seconds since the start" };
  return markup`<p class="verdict ${verdict.type}">${verdictLine(verdict, parameters.seed)}</p>
<p>Again: <code>${replayCommand(parameters)}</code></p>
${table(figureRows(outcome))}
${detectionPlot([outcome])}
${
    plot({
      title: "Views: beliefs about who is there that are wrong, of all that there are",
      yLabel: "per cent",
      series: [{ name: "wrong", points: samples.map((sample) => [sample.atMs / 1_000, wrongShare(sample)] as const) }],
      bands,
      yMost: 1,
      ...most,
    })
  }
${
    plot({
      title: "Processes that run",
      yLabel: "peers",
      series: [{ name: "run", points: samples.map(({ atMs, running }) => [atMs / 1_000, running] as const) }],
      bands,
      isStepped: true,
      ...most,
    })
  }
${plot({ title: "Bytes that each peer sends", yLabel: "bytes a second", series: bytesOver(samples), bands, ...most })}
<p class="note">Shaded: a fault in force. Point at it for its name.</p>
${faultsTable(outcome)}
`;
}

function manyRuns(outcomes: readonly Outcome[]): Markup {
  const rows = outcomes.map((outcome) => {
    const { parameters, verdict, figures } = outcome;
    return markup`<tr class="${verdict.type}"><td>${parameters.seed}</td><td>${verdict.type}</td><td>${figures.deaths}</td><td>${
      figures.detectionMs.count === 0 ? "" : time(figures.detectionMs.median)
    }</td><td>${
      figures.detectionMs.count === 0 ? "" : time(figures.detectionMs.max)
    }</td><td>${figures.falsePositives.failures}</td><td>${
      figures.rightAfterMs === undefined ? "never" : time(figures.rightAfterMs)
    }</td></tr>
`;
  });
  const failures = outcomes.filter(({ verdict }) => verdict.type === "failed" || verdict.type === "void");
  return markup`${
    failures.map(({ verdict, parameters }) =>
      markup`<p class="verdict ${verdict.type}">${verdictLine(verdict, parameters.seed)}<br><code>${
        replayCommand(parameters)
      }</code></p>
`
    )
  }
${detectionPlot(outcomes)}
<table>
<thead><tr><th>seed</th><th>verdict</th><th>deaths</th><th>detection, median</th><th>longest</th><th>falsely dead</th><th>right after</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`;
}

/** How many of those who came to know of a death knew it by when. */
function detectionPlot(outcomes: readonly Outcome[]): Markup {
  const times = outcomes.flatMap(({ detectionMs }) => detectionMs).toSorted((a, b) => a - b);
  if (times.length === 0) return markup`<p>Nobody was declared dead who was.</p>`;
  const points = times.map((ms, at) => [ms / 1_000, 100 * (at + 1) / times.length] as const);
  return plot({
    title: "Detection: who knows of a death, by the time since it",
    xLabel: "seconds since the process ended",
    yLabel: "per cent of all who get to know",
    series: [{ name: "know", points: [[0, 0], ...points] }],
    isStepped: true,
    yMost: 100,
  });
}

function bytesOver(samples: readonly Sample[]): readonly Series[] {
  const rates = (bytes: (sample: Sample) => number): Series["points"] =>
    samples.slice(1).map((sample, at) => {
      const before = samples[at]!;
      const seconds = (sample.atMs - before.atMs) / 1_000;
      const peers = Math.max(1, sample.running);
      return [sample.atMs / 1_000, seconds === 0 ? 0 : (bytes(sample) - bytes(before)) / seconds / peers] as const;
    });
  return [
    { name: "in datagrams (UDP)", points: rates(({ traffic }) => traffic.packetBytes) },
    { name: "in streams (TCP)", points: rates(({ traffic }) => traffic.streamBytes) },
  ];
}

function wrongShare({ wrong, running }: Sample): number {
  return running === 0 ? 0 : 100 * wrong / running ** 2;
}

function bandOf({ fromMs, toMs, number, fault, peers }: Outcome["plan"]["episodes"][number]): Band {
  const whom = peers.length <= WHOM_MAX ? peers.join(", ") : `${peers.length} peers`;
  return { from: fromMs / 1_000, to: toMs / 1_000, name: `${number}: ${fault}, ${whom}` };
}

/** So many peers are named; of more, only their number is told. */
const WHOM_MAX = 8;

function faultsTable({ plan: { episodes } }: Outcome): Markup {
  if (episodes.length === 0) return markup``;
  const rows = episodes.map((episode) => {
    const { number, fault, fromMs, toMs } = episode;
    const whom = bandOf(episode).name.split(", ").slice(1).join(", ");
    return markup`<tr><td>${number}</td><td>${fault}</td><td>${(fromMs / 1_000).toFixed(1)}</td><td>${
      (toMs / 1_000).toFixed(1)
    }</td><td>${whom}</td></tr>
`;
  });
  return markup`<h2>The faults</h2>
<table>
<thead><tr><th>number</th><th>fault</th><th>from, in s</th><th>to, in s</th><th>whom</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`;
}

function table(rows: readonly (readonly [string, string])[]): Markup {
  return markup`<table>
<tbody>
${
    rows.map(([head, text]) =>
      markup`<tr><th scope="row">${head}</th><td>${text}</td></tr>
`
    )
  }</tbody>
</table>
`;
}
