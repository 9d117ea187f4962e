import { realClock } from "../actors/runtime/clock.ts";
import type { Config } from "../config.ts";
import { type LifeguardRow, measureLifeguard, PEERS, SLOWNESSES, VARIANTS } from "../sim/experiment/lifeguard.ts";
import { measureSwim, type SwimRow } from "../sim/experiment/swim.ts";
import { lifeguardTable, swimTable, tableLines } from "../sim/experiment/tables.ts";
import type { CommandCall } from "./command.ts";
import { configure, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { writeData, writeMore } from "./output.ts";
import { onSignals } from "./signals.ts";

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
  const tooMany = sizes.find((size) => name === "lifeguard" && size >= PEERS);
  if (name === "swim" && sizes.includes(1)) return usageError("experiment", "--sizes 1: nobody notices who is alone");
  if (tooMany !== undefined) return usageError("experiment", `--sizes ${tooMany} slow ones of ${PEERS} are too many`);
  return await new Experimenter(config, sizes).all(name);
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
    try {
      await (name === "swim" ? this.#swim() : this.#lifeguard());
    } finally {
      forgetSignals();
    }
    if (this.#asked !== undefined) writeMore([`stopped: these are the rows so far; seed ${this.#seed}`]);
    return this.#asked ?? EXIT.done;
  }

  async #swim(): Promise<void> {
    const rows: SwimRow[] = [];
    await this.#untilStopped(async () => {
      for (const size of this.#sizes) {
        rows.push(this.#row("swim", await measureSwim(this.#seed, size, () => this.#breathe())));
      }
    });
    this.#print(tableLines(swimTable(rows)));
  }

  async #lifeguard(): Promise<void> {
    const rows: LifeguardRow[] = [];
    const onStep = (): Promise<void> | void => this.#breathe();
    await this.#untilStopped(async () => {
      for (const slowness of SLOWNESSES) {
        for (const slow of this.#sizes) {
          for (const variant of Object.keys(VARIANTS)) {
            const row = await measureLifeguard({ seed: this.#seed, variant, slowness, slow, onStep });
            rows.push(this.#row("lifeguard", row));
          }
        }
      }
    });
    this.#print(tableLines(lifeguardTable(rows)));
  }

  /** What is measured is told at once: a table takes its time. */
  #row<R extends SwimRow | LifeguardRow>(type: Experiment, row: R): R {
    const line = JSON.stringify({ v: 1, type, seed: this.#seed, ...row });
    if (this.#config.json.value) writeData(`${line}\n`);
    else writeMore([line]);
    return row;
  }

  #print(lines: readonly string[]): void {
    if (!this.#config.json.value) writeData(lines.map((line) => `${line}\n`).join(""));
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
