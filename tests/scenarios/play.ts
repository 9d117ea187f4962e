import { Faults } from "../../sim/scenario/faults.ts";
import { parseScenario } from "../../sim/scenario/parse.ts";
import { type Outcome, type RunEvent, runScenario } from "../../sim/scenario/run.ts";
import { SimulatedStage } from "../../sim/scenario/simulated_stage.ts";
import type { Scenario } from "../../sim/scenario/statement.ts";

/** Where the shipped scenarios are. */
export const FOLDER = new URL("../../scripts/scenarios/", import.meta.url).pathname;

/** The shipped scenarios, by name. */
export function shipped(): readonly string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".scenario")).toSorted();
}

export function read(name: string): Scenario {
  const parsed = parseScenario(Deno.readTextFileSync(FOLDER + name));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.scenario;
}

/** Plays a shipped scenario on virtual time: how it went, and everything that happened. */
export async function play(name: string, seed: string): Promise<{ outcome: Outcome; transcript: string }> {
  const scenario = read(name);
  const faults = new Faults();
  const stage = new SimulatedStage({
    seed,
    profile: scenario.profile,
    faults,
    readFile: (path) => Deno.readTextFileSync(FOLDER + path),
  });
  const events: RunEvent[] = [];
  const outcome = await runScenario(scenario, stage, faults, { onEvent: (event) => events.push(event) });
  await stage.close();
  return { outcome, transcript: events.map((event) => JSON.stringify(event)).join("\n") };
}
