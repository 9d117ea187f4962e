import { realClock } from "../actors/runtime/clock.ts";
import { parseFaults } from "../sim/faults/choice.ts";
import { replayCommand, type RunParameters } from "../sim/run/parameters.ts";
import { type Outcome, run as runSimulation, type RunOptions } from "../sim/run/run.ts";
import { shrink, type Smallest } from "../sim/run/shrink.ts";
import type { Config } from "../config.ts";
import type { CommandCall } from "./command.ts";
import { configure, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { failed, writeData, writeMore } from "./output.ts";
import { onSignals } from "./signals.ts";
import { runJson, totalsJson } from "./sim/json.ts";
import { ProgressLine } from "./sim/progress.ts";
import { writeReport } from "./sim/report_file.ts";
import { seedAt } from "./sim/seeds.ts";
import { reportPage } from "../sim/report/page.ts";
import { againLines, figureLines, parametersLine, round, time, verdictLine } from "../sim/report/text.ts";
import { Totals } from "./sim/totals.ts";

type SimConfig = Config<"sim">;

/** The seed of who names none: a run that nobody asked to be another one is always the same. */
const SEED_DEFAULT = "1";

/** Peers who talk, unless somebody wants more: what is said goes to every member over a connection of its own. */
const CHATTERS_DEFAULT = 20;

/** `parley sim`: one run, or many, and what they came to. */
export async function run(call: CommandCall): Promise<ExitCode> {
  const configured = await configure("sim", call);
  if (!configured.ok) return configured.exitCode;
  const { config, positionals: [surplus] } = configured;
  if (surplus !== undefined) return usageError("sim", `unexpected argument ${JSON.stringify(surplus)}`);
  const parameters = parametersOf(config);
  if ("problem" in parameters) return usageError("sim", parameters.problem);
  const simulation = new Simulation(config, parameters);
  const forgetSignals = onSignals((code) => simulation.stop(code), () => realClock.now());
  try {
    return await simulation.all();
  } finally {
    forgetSignals();
  }
}

/** What the flags ask for, but for the seeds after the first; or one line about what is wrong with it. */
function parametersOf(config: SimConfig): RunParameters | Readonly<{ problem: string }> {
  const faults = parseFaults(config.faults.value);
  if (!faults.ok) return { problem: `--faults ${JSON.stringify(config.faults.value)}: ${faults.why}` };
  const { peers, rooms, only } = config;
  const chatters = config.chatters.value ?? Math.min(CHATTERS_DEFAULT, peers.value);
  if (chatters > peers.value) return { problem: `--chatters ${chatters} of --peers ${peers.value} are too many` };
  return {
    seed: config.seed.value ?? SEED_DEFAULT,
    peers: peers.value,
    minutes: config.minutes.value,
    profile: config.profile.value,
    faults: faults.value,
    ...(only.value === undefined ? {} : { only: only.value }),
    chatters,
    rooms: rooms.value,
    ...(config.settled.value ? { settled: true } : {}),
  };
}

/** The runs that were asked for, one after the other. */
class Simulation {
  readonly #config: SimConfig;
  readonly #parameters: RunParameters;
  readonly #totals = new Totals();
  readonly #progress = new ProgressLine();
  /** For the report. */
  readonly #outcomes: Outcome[] = [];
  #asked: ExitCode | undefined;
  #smallest: Smallest | undefined;

  constructor(config: SimConfig, parameters: RunParameters) {
    this.#config = config;
    this.#parameters = parameters;
  }

  /** Ends what runs, and the figures so far are still told; asked again, it is over at once. */
  stop(code: ExitCode): void {
    if (this.#asked !== undefined) Deno.exit(code);
    this.#asked = code;
  }

  async all(): Promise<ExitCode> {
    const { seeds, json } = this.#config;
    const unwritable = writeReport(this.#config.report.value, "");
    if (unwritable !== undefined) return failed(unwritable); // now, and not after an hour
    if (!json.value) writeData(`${parametersLine(this.#parameters)}${seeds.value > 1 ? " and following" : ""}\n`);
    const startedAt = realClock.now();
    for (let at = 0; at < seeds.value && this.#asked === undefined; at++) {
      const outcome = await this.#one({ ...this.#parameters, seed: seedAt(this.#parameters.seed, at) });
      this.#totals.add(outcome);
      if (this.#config.report.value !== undefined) this.#outcomes.push(outcome);
    }
    this.#progress.clear();
    if (seeds.value > 1) writeData(json.value ? totalsJson(this.#totals) : lines(this.#totals.lines()));
    this.#tellSpeed(realClock.now() - startedAt);
    const problem = this.#outcomes.length === 0
      ? undefined
      : writeReport(this.#config.report.value, reportPage(this.#outcomes));
    return problem === undefined ? this.#exitCode() : failed(problem);
  }

  async #one(parameters: RunParameters): Promise<Outcome> {
    const outcome = await runSimulation(parameters, this.#options(`seed ${parameters.seed}`));
    const smallest = outcome.verdict.type === "failed" ? await this.#shrink(outcome) : undefined;
    this.#progress.clear();
    if (this.#config.json.value) writeData(runJson(outcome, smallest));
    else this.#tell(outcome, smallest);
    return outcome;
  }

  /** The first that fails is made smaller: of many, all may fail for the same reason. */
  async #shrink(outcome: Outcome): Promise<Smallest | undefined> {
    if (this.#smallest !== undefined) return undefined;
    return this.#smallest = await shrink(
      outcome,
      ({ ...candidate }) => runSimulation(candidate, this.#options(`trying ${replayCommand(candidate)}`)),
    );
  }

  #tell(outcome: Outcome, smallest: Smallest | undefined): void {
    const { verdict, parameters } = outcome;
    const isOneOfMany = this.#config.seeds.value > 1;
    if (!isOneOfMany) writeData(lines(figureLines(outcome)));
    writeData(`${verdictLine(verdict, parameters.seed)}\n`);
    writeMore(againLines(outcome, smallest));
  }

  #options(what: string): RunOptions {
    return {
      stopped: () => this.#asked !== undefined,
      onProgress: (progress) => this.#progress.show(what, progress),
    };
  }

  /** How fast this machine was is no part of the figures, which are the same on all. */
  #tellSpeed(wallMs: number): void {
    const { rss } = Deno.memoryUsage();
    const { tookMs } = this.#totals;
    writeMore([
      `took ${time(wallMs)}, ${round(tookMs / Math.max(1, wallMs))} times as fast as real time, ${
        round(rss / 2 ** 20)
      } MiB`,
    ]);
  }

  #exitCode(): ExitCode {
    const { failed: failures, void: voids } = this.#totals.figures();
    if (this.#asked !== undefined) return this.#asked;
    if (failures > 0) return EXIT.failed;
    return voids > 0 ? EXIT.expectation_failed : EXIT.done;
  }
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
