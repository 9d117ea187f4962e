import { visible } from "../actors/repl/visible.ts";
import { realClock } from "../actors/runtime/clock.ts";
import { stateDirectory } from "../config/places.ts";
import { type Config, type Environment } from "../config.ts";
import { clock } from "../sim/scenario/clock.ts";
import { Faults } from "../sim/scenario/faults.ts";
import { parseScenario } from "../sim/scenario/parse.ts";
import { type Outcome, type RunEvent, runScenario } from "../sim/scenario/run.ts";
import { SimulatedStage } from "../sim/scenario/simulated_stage.ts";
import type { Stage } from "../sim/scenario/stage.ts";
import type { Scenario } from "../sim/scenario/statement.ts";
import type { CommandCall } from "./command.ts";
import { configure, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { failed, writeData, writeError, writeMore } from "./output.ts";
import { ProcessStage } from "./scenario/process_stage.ts";
import { errorText, eventLine, failureHead, failureLines, type Replay } from "./scenario/report.ts";
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
    const code = await playOne(play, seed, config, call.env, () => asked !== undefined);
    if (asked !== undefined) return asked;
    if (code !== EXIT.done) worst = code;
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

async function playOne(
  play: Play,
  seed: string,
  config: Config<"scenario">,
  env: Environment,
  stopped: () => boolean,
): Promise<ExitCode> {
  const { file, scenario } = play;
  const faults = new Faults();
  const { processes, quiet } = { processes: config.processes.value, quiet: config.quiet.value };
  const nameWidth = Math.max(...scenario.peers.map((peer) => peer.length));
  const onEvent = (event: RunEvent): void => writeData(`${visible(eventLine(event, nameWidth))}\n`);
  let stage: Stage | undefined;
  try {
    stage = processes ? await openProcesses(play, seed, faults, env) : simulated(play, seed, faults);
    const outcome = await runScenario(scenario, stage, faults, { stopped, ...(quiet ? {} : { onEvent }) });
    return tell(outcome, { file, seed, flags: processes ? ["--processes"] : [] });
  } catch (error) { // the stage itself
    return failed(`${file}: cannot be played: ${error instanceof Error ? error.message : error}`);
  } finally {
    await stage?.close();
  }
}

function tell(outcome: Outcome, replay: Replay): ExitCode {
  const { file, seed } = replay;
  switch (outcome.type) {
    case "passed":
      writeData(`passed: ${file}, ${outcome.steps} steps in ${clock(outcome.atMs)}, seed ${seed}\n`);
      return EXIT.done;
    case "failed":
      writeError(failureHead(file, outcome.failure));
      writeMore(failureLines(outcome.failure, replay));
      return EXIT.expectation_failed;
    case "stopped":
      return failed(`${file}: stopped at ${clock(outcome.atMs)}, seed ${seed}`);
  }
}

function simulated({ path, scenario }: Play, seed: string, faults: Faults): Stage {
  return new SimulatedStage({
    seed,
    profile: scenario.profile,
    faults,
    readFile: (file) => readScriptNow(file, folderOf(path)),
    breathe: () => new Promise((resolve) => realClock.after(0, resolve)),
  });
}

async function openProcesses({ path, scenario }: Play, seed: string, faults: Faults, env: Environment): Promise<Stage> {
  const state = stateDirectory(env);
  if (state === undefined) throw new Error("there is no home directory in which processes could keep anything");
  await Deno.mkdir(state, { recursive: true });
  return await ProcessStage.open({
    seed,
    profile: scenario.profile,
    faults,
    folder: await Deno.makeTempDir({ dir: state, prefix: "scenario-" }),
    filesFolder: await Deno.realPath(folderOf(path)),
    env,
  });
}

/** What peers execute is looked for beside the scenario. */
function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}
