import type { Violation } from "../invariants/invariant.ts";
import { planRun } from "./plan.ts";
import type { RunParameters } from "./parameters.ts";
import type { Outcome } from "./run.ts";

/** The smallest run that still fails, as far as was tried, and how. */
export type Smallest = Readonly<{ parameters: RunParameters; violation: Violation; tries: number }>;

/** Runs at most, on the way to the smallest. */
const TRIES_MAX = 60;

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
  for (let isSmaller = true; isSmaller && tries < triesMax;) {
    isSmaller = false;
    for (const candidate of candidates(smallest.parameters)) {
      if (tries++ >= triesMax) break;
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

/** Half of the faults, or all but one. */
function withFewerFaults(parameters: RunParameters): readonly RunParameters[] {
  const numbers = planRun(parameters).episodes.map(({ number }) => number);
  if (numbers.length === 0) return parameters.faults.length === 0 ? [] : [{ ...without(parameters, []), faults: [] }];
  const half = Math.ceil(numbers.length / 2);
  const halves = numbers.length === 1 ? [] : [numbers.slice(0, half), numbers.slice(half)];
  const allButOne = numbers.map((left) => numbers.filter((number) => number !== left));
  return [...halves, ...allButOne].map((only) => ({ ...parameters, only }));
}

function without({ only: _, ...parameters }: RunParameters, _numbers: readonly number[]): RunParameters {
  return parameters;
}
