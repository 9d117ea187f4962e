/**
 * A few minutes of chaos for every kind of fault, the same in each run of the tests. A name has the command that replays
 * the run. More of them, by hand: `deno task sim --faults all --seeds 500`.
 */
import { assert } from "@std/assert";
import { verdictLine } from "../../sim/report/text.ts";
import { replayCommand, type RunParameters } from "../../sim/run/parameters.ts";
import { run } from "../../sim/run/run.ts";
import { FAILED_SEEDS } from "./failed_seeds.ts";
import { ALONE, parametersOf, TOGETHER } from "./rows.ts";

/** Faults of which some run came to what it is there for. */
const proven = new Set<string>();

function comesRight(parameters: RunParameters, fault?: string): void {
  Deno.test(`seed ${parameters.seed} comes right: ${replayCommand(parameters)}`, async () => {
    const { verdict } = await run(parameters);
    assert(verdict.type !== "failed", `${verdictLine(verdict, parameters.seed)}\nagain: ${replayCommand(parameters)}`);
    if (verdict.type === "passed" && fault !== undefined) proven.add(fault);
  });
}

for (const [fault, runs] of ALONE) {
  for (const parameters of runs) comesRight(parameters, fault);
  Deno.test(`one of these came to what ${fault} is there for`, () => {
    assert(proven.has(fault), `all runs of ${fault} are void: give them other seeds`);
  });
}

for (const parameters of TOGETHER) comesRight(parameters);

for (const { run: failed, invariant, mendedBy } of FAILED_SEEDS) {
  const parameters = parametersOf(failed);
  Deno.test(`"${invariant}" stays mended by "${mendedBy}": ${replayCommand(parameters)}`, async () => {
    const { verdict } = await run(parameters);
    assert(verdict.type !== "failed", verdictLine(verdict, parameters.seed));
  });
}
