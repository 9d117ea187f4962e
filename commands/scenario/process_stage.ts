import { realClock } from "../../actors/runtime/clock.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import type { Faults } from "../../sim/scenario/faults.ts";
import { keyTextOf } from "../../sim/scenario/keys.ts";
import { NetworkLog } from "../../sim/scenario/network_log.ts";
import { Relay } from "../../sim/scenario/relay.ts";
import type { ScreenLine, Stage } from "../../sim/scenario/stage.ts";
import { BOOTSTRAP, type Scenario, type StartFlags } from "../../sim/scenario/statement.ts";
import { type Address, splitAddress } from "../../transport/address.ts";
import { openDenoTransport } from "../../transport/deno_transport.ts";
import { TransportOpenError } from "../../transport/transport.ts";
import { ownArguments, ownForm } from "../own_program.ts";
import { ChildProcess } from "./child_process.ts";

/** The ports at which others find a party, one for each of its lives, and how far from there it listens itself. */
const OUTER_PORT_FIRST = 20_000;
const INNER_PORT_DISTANCE = 10_000;

/** The registry's place in the loopback network of a run; peers have the numbers below. */
const REGISTRY_NUMBER = 254;

/** How long a registry may take until it answers. */
const REGISTRY_WITHIN_MS = 30_000;

/** So many networks are tried, if somebody else has one. */
const NETWORKS_TRIED_MAX = 16;

export type ProcessStageOptions = Readonly<{
  seed: string;
  profile: Scenario["profile"];
  faults: Faults;
  /** Where what the processes keep may lie; it is removed at the end. */
  folder: string;
  /** Where files that peers execute are looked for. */
  filesFolder: string;
  env: Readonly<Record<string, string | undefined>>;
}>;

/** Somebody who runs, or has run. */
type Actor = {
  readonly process: ChildProcess;
  readonly lines: ScreenLine[];
  /** Resolves once it has ended and nothing is relayed to it any more. */
  readonly gone: Promise<void>;
  crashed: boolean;
};

/**
 * A scenario's world of real processes on this machine, each with a loopback address of its own. What passes between
 * them passes through a relay, where the faults of the scenario are.
 */
export class ProcessStage implements Stage {
  readonly #options: ProcessStageOptions;
  readonly #startedAt = realClock.now();
  readonly #network: string;
  readonly #localPort: number;
  readonly #relay: Relay;
  readonly #log: NetworkLog;
  readonly #actors = new Map<string, Actor>();
  readonly #numbers = new Map<string, number>();
  readonly #ports = new Map<string, number>();
  readonly #names = new Map<Address, string>();
  #portNext = OUTER_PORT_FIRST;
  #registryOuter: Address | undefined;

  private constructor(network: string, localPort: number, options: ProcessStageOptions) {
    this.#options = options;
    this.#network = network;
    this.#localPort = localPort;
    const whoIs = (address: Address): string | undefined => this.#names.get(address);
    this.#log = new NetworkLog(whoIs);
    this.#relay = new Relay({
      openTransport: openDenoTransport,
      clock: realClock,
      random: seededRandom(options.seed),
      rule: options.faults.rule(whoIs),
      onEvent: (carried, verdict) => this.#log.note(this.now(), carried, verdict),
    });
  }

  /** Rejects where this machine cannot have such processes. */
  static async open(options: ProcessStageOptions): Promise<ProcessStage> {
    await Deno.mkdir(`${options.folder}/state`, { recursive: true });
    return new ProcessStage(await freeNetwork(), await freePort(), options);
  }

  now(): number {
    return realClock.now() - this.#startedAt;
  }

  pass(ms: number): Promise<void> {
    return new Promise((resolve) => realClock.after(ms, resolve));
  }

  async start(name: string, flags: StartFlags): Promise<void> {
    const former = this.#actors.get(name);
    await former?.gone;
    const state = `${this.#options.folder}/state/${name}`;
    if (flags.withoutDisk) await Deno.remove(state, { recursive: true }).catch(ignoreMissing);
    const place = await this.#settle(name, former === undefined || flags.withoutDisk);
    const bootstrap = this.#registryOuter === undefined
      ? `local:${this.#localPort}`
      : `parley://${this.#registryOuter}`;
    const args = [
      flags.as ?? name,
      `--bind=${place.inner}`,
      `--advertise=${place.outer}`,
      `--bootstrap=${bootstrap}`,
      `--profile=${this.#options.profile}`,
      ...(flags.manual ? ["--manual"] : []),
      ...(flags.label === undefined ? [] : [`--label=${flags.label}`]),
      ...(flags.key === undefined ? [] : [`--key-file=${await this.#keyFile(flags.key)}`]),
    ];
    this.#run(name, "peer", args, place.outer, state);
  }

  type(name: string, line: string): void {
    this.#actors.get(name)?.process.type(line);
  }

  screen(name: string): readonly ScreenLine[] {
    return this.#actors.get(name)?.lines ?? [];
  }

  exitCode(name: string): number | undefined {
    const actor = this.#actors.get(name);
    return actor?.crashed === true ? undefined : actor?.process.exitCode;
  }

  crash(name: string): void {
    const actor = this.#actors.get(name);
    if (actor === undefined) return;
    actor.crashed = true;
    actor.process.signal("SIGKILL");
  }

  pause(name: string): void {
    this.#actors.get(name)?.process.signal("SIGSTOP");
  }

  resume(name: string): void {
    this.#actors.get(name)?.process.signal("SIGCONT");
  }

  async startBootstrap(): Promise<void> {
    this.stopBootstrap();
    await this.#actors.get(BOOTSTRAP)?.gone;
    const { outer, inner } = await this.#settle(BOOTSTRAP, this.#registryOuter === undefined);
    this.#registryOuter = outer;
    this.#run(BOOTSTRAP, "bootstrap", [`--listen=${inner}`], outer, `${this.#options.folder}/state`);
    const { lines, process } = this.#actors.get(BOOTSTRAP)!;
    const until = this.now() + REGISTRY_WITHIN_MS;
    while (!lines.some(({ text }) => text.startsWith("The registry answers"))) {
      const hasEnded = process.exitCode !== undefined;
      if (hasEnded || this.now() > until) {
        const said = lines.map(({ text }) => text).join(" ");
        throw new Error(`the registry did not start: ${said === "" ? "it said nothing" : said}`);
      }
      await this.pass(10);
    }
  }

  stopBootstrap(): void {
    this.crash(BOOTSTRAP);
  }

  networkEvents(): readonly string[] {
    return this.#log.lines;
  }

  async close(): Promise<void> {
    for (const name of this.#actors.keys()) this.crash(name);
    await Promise.all([...this.#actors.values()].map(({ gone }) => gone));
    await this.#relay.close();
    await Deno.remove(this.#options.folder, { recursive: true });
  }

  /** Gives somebody an address, the one it had if it comes back, and relays for it. */
  async #settle(name: string, isFresh: boolean): Promise<{ outer: Address; inner: Address }> {
    const number = this.#numbers.get(name) ?? (name === BOOTSTRAP ? REGISTRY_NUMBER : this.#numbers.size + 1);
    this.#numbers.set(name, number);
    const port = isFresh ? this.#portNext++ : this.#ports.get(name)!;
    this.#ports.set(name, port);
    const outer = `${this.#network}.${number}:${port}` as Address;
    const inner = `${this.#network}.${number}:${port + INNER_PORT_DISTANCE}` as Address;
    this.#names.set(outer, name);
    await this.#relay.open({ outer, inner });
    return { outer, inner };
  }

  #run(name: string, command: string, args: readonly string[], outer: Address, state: string): void {
    const lines: ScreenLine[] = [];
    const process = new ChildProcess(
      ownArguments(ownForm(), this.#options.folder, command, args),
      this.#envOf(state),
      (text) => lines.push({ atMs: this.now(), text }),
    );
    const gone = process.ended.then(() => this.#relay.shut(outer));
    this.#actors.set(name, { process, lines, gone, crashed: false });
  }

  /** What a program needs to run, and folders of its own; nobody else's settings. */
  #envOf(state: string): Readonly<Record<string, string>> {
    const inherited = ["PATH", "HOME", "DENO_DIR", "TMPDIR", "TZ"].flatMap((variable) => {
      const value = this.#options.env[variable];
      return value === undefined ? [] : [[variable, value]];
    });
    return {
      ...Object.fromEntries(inherited),
      XDG_STATE_HOME: state,
      XDG_DATA_HOME: `${state}/data`,
      XDG_CONFIG_HOME: `${this.#options.folder}/config`,
      INIT_CWD: this.#options.filesFolder,
      LANG: "C.UTF-8",
    };
  }

  async #keyFile(word: string): Promise<string> {
    const path = `${this.#options.folder}/${encodeURIComponent(word)}.keys`;
    await Deno.writeTextFile(path, `${keyTextOf(word)}\n`, { mode: 0o600 });
    return path;
  }
}

/** The first three numbers of a loopback network that nobody uses. */
async function freeNetwork(): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(2 * NETWORKS_TRIED_MAX));
  for (let at = 0; at < bytes.length; at += 2) {
    const network = `127.${64 + bytes[at]! % 128}.${bytes[at + 1]!}`;
    const address = `${network}.${REGISTRY_NUMBER}:${OUTER_PORT_FIRST}` as Address;
    try {
      await (await openDenoTransport(address, NOBODY)).close();
      return network;
    } catch (error) {
      if (!(error instanceof TransportOpenError)) throw error;
      if (error.reason === "in_use") continue;
      throw new Error(`processes need the whole loopback network, which this system does not have: ${error.message}`);
    }
  }
  throw new Error("no loopback network is free for the processes");
}

/** A port of 127.0.0.1 for the registry that a peer serves. */
async function freePort(): Promise<number> {
  const transport = await openDenoTransport("127.0.0.1:0" as Address, NOBODY);
  await transport.close();
  return splitAddress(transport.address).port;
}

const NOBODY = {
  packet: (): void => {},
  accept: () => ({ data: () => {}, closed: () => {} }),
};

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
