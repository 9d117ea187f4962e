import type { Violation } from "../invariants/invariant.ts";
import { planRun } from "./plan.ts";
import type { RunParameters } from "./parameters.ts";
import type { Outcome } from "./run.ts";

/** The smallest run that still fails, as far as was tried, and how. */
export type Smallest = Readonly<{ parameters: RunParameters; violation: Violation; tries: number }>;

/** Runs at most, on the way to the smallest. */
const TRIES_MAX = 150;

/** And what they may cost at most, in peers times minutes: so many times the failing run's, but not less than this. */
const COST_MULT = 6;
const COST_LEAST = 3_000;

/** Runs a candidate. */
type Attempt = (parameters: RunParameters) => Promise<Outcome>;

/**
 * Makes a failing run smaller while it still fails: without the time after the failure, with fewer faults, fewer peers,
 * nobody who talks. What fails may fail otherwise than the first did: it is a failure all the same.
 */
export async function shrink(failed: Outcome, attempt: Attempt, triesMax: number = TRIES_MAX): Promise<Smallest> {
  if (failed.verdict.type !== "failed") throw new TypeError("Only what failed can be made smaller");
  let smallest: Smallest = { parameters: failed.parameters, violation: failed.verdict.violation, tries: 0 };
  let tries = 0;
  let left = Math.max(COST_LEAST, COST_MULT * costOf(failed.parameters));
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of candidates(smallest.parameters)) {
      left -= costOf(candidate);
      if (tries >= triesMax || left < 0) break;
      tries++;
      const { verdict } = await attempt(candidate);
      if (verdict.type === "stopped") return { ...smallest, tries };
      if (verdict.type !== "failed") continue;
      smallest = { parameters: candidate, violation: verdict.violation, tries };
      isSmaller = true;
      break;
    }
  }
  return { ...smallest, tries };
}

function costOf({ peers, minutes }: RunParameters): number {
  return peers * minutes;
}

/** What is a little smaller, what saves most first. */
function candidates(parameters: RunParameters): readonly RunParameters[] {
  const { peers, minutes, chatters } = parameters;
  const found: RunParameters[] = [];
  const minutesLess = [0.25, 0.5, 0.8].map((share) => Math.round(100 * share * minutes) / 100);
  for (const less of minutesLess) {
    if (less >= MINUTES_LEAST && less < minutes) found.push({ ...parameters, minutes: less });
  }
  found.push(...withFewerFaults(parameters));
  const peersLess = new Set([0.25, 0.5, 0.8].map((share) => Math.ceil(share * peers)).concat(peers - 1));
  for (const less of peersLess) {
    if (less < 1 || less >= peers) continue;
    found.push({ ...parameters, peers: less, chatters: Math.min(chatters, less) });
  }
  if (chatters > 0) found.push({ ...parameters, chatters: 0 });
  return found;
}

const MINUTES_LEAST = 0.25;

/** One part of the faults, or all but one part; first of two parts, then of four, and so on, down to single faults. */
function withFewerFaults(parameters: RunParameters): readonly RunParameters[] {
  const numbers = planRun(parameters).episodes.map(({ number }) => number);
  if (numbers.length === 0) return parameters.faults.length === 0 ? [] : [faultless(parameters)];
  const kept: (readonly number[])[] = [];
  for (let parts = Math.min(2, numbers.length);; parts = Math.min(2 * parts, numbers.length)) {
    const length = Math.ceil(numbers.length / parts);
    for (let from = 0; from < numbers.length; from += length) {
      const part = numbers.slice(from, from + length);
      if (parts > 1) kept.push(part);
      if (parts !== 2) kept.push(numbers.filter((number) => !part.includes(number)));
    }
    if (parts === numbers.length) break;
  }
  return kept.map((only) => ({ ...parameters, only }));
}

function faultless({ only: _, ...parameters }: RunParameters): RunParameters {
  return { ...parameters, faults: [] };
}
