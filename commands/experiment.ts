import { realClock } from "../actors/runtime/clock.ts";
import type { Config } from "../config.ts";
import { lifeguardCases, type LifeguardRow, measureLifeguard, PEERS } from "../sim/experiment/lifeguard.ts";
import { type Findings, findingsPage, findingsSvg, tablesOf } from "../sim/experiment/report.ts";
import { measureSwim, type SwimRow } from "../sim/experiment/swim.ts";
import { tableLines } from "../sim/experiment/tables.ts";
import type { CommandCall } from "./command.ts";
import { configure, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { failed, writeData, writeMore } from "./output.ts";
import { onSignals } from "./signals.ts";
import { writeReport } from "./sim/report_file.ts";
import { seedAt } from "./sim/seeds.ts";

/** Members of a cluster, and of those of Lifeguard's how many are slow, unless somebody wants others. */
const SIZES: Readonly<Record<Experiment, readonly number[]>> = { swim: [16, 64, 256], lifeguard: [1, 4, 8, 16] };
type Experiment = "swim" | "lifeguard";

const SEED_DEFAULT = "1";

/** Signals are let in so often, in ms of this machine. */
const BREATHES_EVERY_MS = 50;

/** Thrown where an experiment is when somebody wants it to end. */
class Stopped extends Error {}

/** `parley experiment`: one of the papers' experiments, and its table. */
export async function run(call: CommandCall): Promise<ExitCode> {
  const configured = await configure("experiment", call);
  if (!configured.ok) return configured.exitCode;
  const { config, positionals: [name, surplus] } = configured;
  if (name !== "swim" && name !== "lifeguard") {
    return usageError("experiment", name === undefined ? "which: swim or lifeguard?" : `no experiment "${name}"`);
  }
  if (surplus !== undefined) return usageError("experiment", `unexpected argument ${JSON.stringify(surplus)}`);
  const sizes = config.sizes.value ?? SIZES[name];
  const problem = problemOf(name, sizes, config);
  return problem === undefined ? await new Experimenter(config, sizes).all(name) : usageError("experiment", problem);
}

/** What of the flags makes no sense for this experiment, if anything. */
function problemOf(name: Experiment, sizes: readonly number[], { seeds, loss }: Config<"experiment">) {
  if (name === "lifeguard") {
    const tooMany = sizes.find((size) => size >= PEERS);
    return tooMany === undefined ? undefined : `--sizes ${tooMany} slow ones of ${PEERS} are too many`;
  }
  if (sizes.includes(1)) return "--sizes 1: nobody notices who is alone";
  if (seeds.value > 1) return `--seeds ${seeds.value}: only lifeguard has several; swim's errors are over its crashes`;
  return loss.value > 0 ? "--loss: only lifeguard has it" : undefined;
}

/** Measures row by row, and prints what there is when it is asked to end. */
class Experimenter {
  readonly #config: Config<"experiment">;
  readonly #sizes: readonly number[];
  readonly #seed: string;
  #asked: ExitCode | undefined;
  #breathedAt = realClock.now();

  constructor(config: Config<"experiment">, sizes: readonly number[]) {
    this.#config = config;
    this.#sizes = sizes;
    this.#seed = config.seed.value ?? SEED_DEFAULT;
  }

  async all(name: Experiment): Promise<ExitCode> {
    const forgetSignals = onSignals((code) => {
      if (this.#asked !== undefined) Deno.exit(code);
      this.#asked = code;
    }, () => realClock.now());
    const { report } = this.#config;
    try {
      const unwritable = writeReport(report.value, ""); // now, and not after an hour
      if (unwritable !== undefined) return failed(unwritable);
      const findings = await (name === "swim" ? this.#swim() : this.#lifeguard());
      if (!this.#config.json.value) {
        writeData(tablesOf(findings).map((table) => tableLines(table).map((line) => `${line}\n`).join("")).join("\n"));
      }
      if (this.#asked !== undefined) writeMore([`stopped: these are the rows so far; seed ${this.#seed}`]);
      const isSvg = report.value?.endsWith(".svg");
      const problem = writeReport(report.value, isSvg ? findingsSvg(findings) : findingsPage(findings));
      return problem === undefined ? this.#asked ?? EXIT.done : failed(problem);
    } finally {
      forgetSignals();
    }
  }

  async #swim(): Promise<Findings> {
    const rows: SwimRow[] = [];
    await this.#untilStopped(async () => {
      for (const size of this.#sizes) {
        const row = await measureSwim(this.#seed, size, () => this.#breathe());
        this.#tell({ type: "swim", seed: this.#seed, ...row });
        rows.push(row);
      }
    });
    return { name: "swim", seed: this.#seed, rows };
  }

  async #lifeguard(): Promise<Findings> {
    const rows: LifeguardRow[] = [];
    await this.#untilStopped(async () => {
      const { seeds, loss } = this.#config;
      const words = Array.from({ length: seeds.value }, (_, at) => seedAt(this.#seed, at));
      for (const tried of lifeguardCases(words, this.#sizes, loss.value)) {
        const row = await measureLifeguard({ ...tried, onStep: () => this.#breathe() });
        this.#tell({ type: "lifeguard", ...row });
        rows.push(row);
      }
    });
    return { name: "lifeguard", seed: this.#seed, rows };
  }

  /** What is measured is told at once: a table takes its time. */
  #tell(row: Readonly<{ type: Experiment; seed: string }>): void {
    const line = JSON.stringify({ v: 1, ...row });
    if (this.#config.json.value) writeData(`${line}\n`);
    else writeMore([line]);
  }

  async #untilStopped(measure: () => Promise<void>): Promise<void> {
    try {
      await measure();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  #breathe(): Promise<void> | void {
    if (this.#asked !== undefined) throw new Stopped();
    if (realClock.now() - this.#breathedAt < BREATHES_EVERY_MS) return;
    return new Promise((resolve) =>
      realClock.yieldThen(() => {
        this.#breathedAt = realClock.now();
        resolve();
      })
    );
  }
}
