import { visible } from "../actors/repl/visible.ts";
import { realClock } from "../actors/runtime/clock.ts";
import type { Environment } from "../config.ts";
import { clock } from "../sim/scenario/clock.ts";
import { Faults } from "../sim/scenario/faults.ts";
import { parseScenario } from "../sim/scenario/parse.ts";
import { type Outcome, runScenario } from "../sim/scenario/run.ts";
import { SimulatedStage } from "../sim/scenario/simulated_stage.ts";
import type { Stage } from "../sim/scenario/stage.ts";
import type { Scenario } from "../sim/scenario/statement.ts";
import type { CommandCall } from "./command.ts";
import { configure, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { writeData, writeError, writeMore } from "./output.ts";
import { errorText, eventLine, failureHead, failureLines } from "./scenario/report.ts";
import { fullPath, readScriptNow } from "./script_file.ts";
import { onSignals } from "./signals.ts";

/** The seed of who names none: a run that nobody asked to be another one is always the same. */
const SEED_DEFAULT = "1";

/** A file as it was named, where it is, and what is in it. */
type Play = Readonly<{ file: string; path: string; scenario: Scenario }>;

/** `parley scenario FILE…`: plays each of them, and ends with what the worst came to. */
export async function run(call: CommandCall): Promise<ExitCode> {
  const configured = await configure("scenario", call);
  if (!configured.ok) return configured.exitCode;
  const { config, positionals } = configured;
  if (positionals.length === 0) return usageError("scenario", "a scenario needs a file");
  const plays = positionals.map((file) => readPlay(file, call.env));
  if (!plays.every((play) => play !== undefined)) return EXIT.usage;

  let asked: ExitCode | undefined;
  const forgetSignals = onSignals((code) => asked = code, () => realClock.now());
  let worst: ExitCode = EXIT.done;
  for (const play of plays) {
    const seed = config.seed.value ?? play.scenario.seed ?? SEED_DEFAULT;
    const outcome = await playOne(play, seed, config.quiet.value, () => asked !== undefined);
    if (asked !== undefined) return asked;
    if (outcome.type !== "passed") worst = EXIT.expectation_failed;
  }
  forgetSignals();
  return worst;
}

/** Reads a file, or says all that is wrong with it. */
function readPlay(file: string, env: Environment): Play | undefined {
  const path = fullPath(file, env["INIT_CWD"]);
  let text: string;
  try {
    text = readScriptNow(path, undefined);
  } catch (error) {
    writeError(`${file}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
  const parsed = parseScenario(text);
  if (parsed.ok) return { file, path, scenario: parsed.scenario };
  for (const error of parsed.errors) writeError(errorText(file, error));
  return undefined;
}

async function playOne(play: Play, seed: string, quiet: boolean, stopped: () => boolean): Promise<Outcome> {
  const { file, path, scenario } = play;
  const faults = new Faults();
  const stage = simulated(scenario, seed, faults, folderOf(path));
  const nameWidth = Math.max(...scenario.peers.map((peer) => peer.length));
  const outcome = await runScenario(scenario, stage, faults, {
    stopped,
    ...(quiet ? {} : { onEvent: (event) => writeData(`${visible(eventLine(event, nameWidth))}\n`) }),
  });
  await stage.close();
  tell(outcome, file, seed);
  return outcome;
}

function tell(outcome: Outcome, file: string, seed: string): void {
  switch (outcome.type) {
    case "passed":
      return writeData(`passed: ${file}, ${outcome.steps} steps in ${clock(outcome.atMs)}, seed ${seed}\n`);
    case "failed":
      writeError(failureHead(file, outcome.failure));
      return writeMore(failureLines(outcome.failure, { file, seed, flags: [] }));
    case "stopped":
      return writeError(`${file}: stopped at ${clock(outcome.atMs)}, seed ${seed}`);
  }
}

function simulated(scenario: Scenario, seed: string, faults: Faults, folder: string): Stage {
  return new SimulatedStage({
    seed,
    profile: scenario.profile,
    faults,
    readFile: (path) => readScriptNow(path, folder),
    breathe: () => new Promise((resolve) => realClock.after(0, resolve)),
  });
}

/** What peers execute is looked for beside the scenario. */
function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}
