import { replayCommand } from "../../sim/run/parameters.ts";
import type { Outcome } from "../../sim/run/run.ts";
import type { Smallest } from "../../sim/run/shrink.ts";
import { type Totals } from "./totals.ts";

/** The virtual wall clock's start. */
const STARTED_AT = Date.UTC(2026, 0, 1);

/** A run as one line of JSON. The same run, the same bytes: times are the run's own, in ms where nothing else is said. */
export function runJson(outcome: Outcome, smallest?: Smallest): string {
  const { parameters, plan, verdict, figures, sights, tookMs } = outcome;
  return line("run", tookMs, {
    parameters,
    verdict: verdict.type,
    ...(verdict.type === "failed" ? { violation: verdict.violation } : {}),
    ...(verdict.type === "void" ? { why: verdict.why } : {}),
    replay: replayCommand(parameters),
    ...(smallest === undefined ? {} : {
      smallest: {
        parameters: smallest.parameters,
        violation: smallest.violation,
        replay: replayCommand(smallest.parameters),
      },
    }),
    tookMs,
    faults: plan.episodes.length,
    rightWithinMs: plan.rightWithinMs,
    figures,
    seen: sights,
  });
}

/** What many runs came to. */
export function totalsJson(totals: Totals): string {
  return line("summary", totals.tookMs, totals.figures());
}

function line(type: string, atMs: number, values: object): string {
  return `${JSON.stringify({ v: 1, type, time: new Date(STARTED_AT + Math.floor(atMs)).toISOString(), ...values })}\n`;
}
