import { lan, local, wan } from "../../actors/pool/profile.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { ActorSystem } from "../../actors/runtime/system.ts";
import { REGISTRY_CONFIG } from "../../bootstrap/registry.ts";
import { registryService, type ServiceMessage } from "../../bootstrap/service.ts";
import type { Address } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { Keyring } from "../../transport/wire/keyring.ts";
import { NO_LABEL, parseLabel } from "../../transport/wire/label.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import { Disk } from "../disk.ts";
import { ProcessClock } from "../process_clock.ts";
import { World } from "../world.ts";
import type { Faults } from "./faults.ts";
import { keyNamed } from "./keys.ts";
import { NetworkLog } from "./network_log.ts";
import { SimulatedSeat } from "./simulated_seat.ts";
import type { ScreenLine, Stage } from "./stage.ts";
import { BOOTSTRAP, type Scenario, type StartFlags } from "./statement.ts";

/** Where a registry of its own answers. */
const REGISTRY_ADDRESS = "127.0.0.1:7948" as Address;

/** The ports of peers, from this one on; nobody gets one that another had. */
const PORT_FIRST = 20_000;

type SimulatedStageOptions = Readonly<{
  seed: string;
  profile: Scenario["profile"];
  faults: Faults;
  /** The text of a file that a peer is told to execute; throws an `Error` that says why not. */
  readFile(path: string): string;
  /** Called now and then while time passes, so that the process may see to other things. */
  breathe?: () => Promise<void>;
}>;

/** How often, in virtual ms, others are let breathe. */
const BREATHE_EVERY_MS = 1_000;

/** A scenario's world in virtual time: the same actors, the same bytes, the same lines on the screens. */
export class SimulatedStage implements Stage {
  readonly #options: SimulatedStageOptions;
  readonly #world: World;
  readonly #log: NetworkLog;
  readonly #seats = new Map<string, SimulatedSeat>();
  readonly #names = new Map<Address, string>([[REGISTRY_ADDRESS, BOOTSTRAP]]);
  readonly #disks = new Map<string, Disk>();
  #registry: ProcessClock | undefined;
  #registries = 0;
  #portNext = PORT_FIRST;
  #breathedAt = 0;

  constructor(options: SimulatedStageOptions) {
    this.#options = options;
    this.#world = new World({ seed: options.seed, profile: { lan, wan, local }[options.profile] });
    const whoIs = (address: Address): string | undefined => this.#names.get(address);
    this.#log = new NetworkLog(whoIs);
    this.#world.network.add(options.faults.rule(whoIs));
    this.#world.network.onEvent = ({ atMs, carried, verdict }) => this.#log.note(atMs, carried, verdict);
  }

  now(): number {
    return this.#world.clock.now();
  }

  async pass(ms: number): Promise<void> {
    await this.#world.clock.advance(ms);
    if (this.now() - this.#breathedAt < BREATHE_EVERY_MS) return;
    this.#breathedAt = this.now();
    await this.#options.breathe?.();
  }

  start(name: string, flags: StartFlags): Promise<void> {
    const disk = this.#disks.get(name) ?? new Disk();
    this.#disks.set(name, disk);
    if (flags.withoutDisk) disk.replace();
    if (disk.read() === undefined) this.#settle(name, disk);
    const seat = new SimulatedSeat(this.#world, flags.as ?? name, {
      manual: flags.manual,
      disk,
      protection: protectionOf(flags),
      ...(this.#registries === 0 ? {} : { bootstrap: { type: "parley", address: REGISTRY_ADDRESS } }),
      readFile: this.#options.readFile,
    });
    this.#seats.set(name, seat);
    return Promise.resolve();
  }

  type(name: string, line: string): void {
    this.#seats.get(name)?.type(line);
  }

  screen(name: string): readonly ScreenLine[] {
    return this.#seats.get(name)?.terminal.lines ?? [];
  }

  exitCode(name: string): number | undefined {
    const peer = this.#seats.get(name)?.peer;
    return peer?.state === "ended" ? peer.exitCode : undefined;
  }

  crash(name: string): void {
    this.#seats.get(name)?.peer.kill();
  }

  pause(name: string): void {
    this.#seats.get(name)?.peer.pause();
  }

  resume(name: string): void {
    this.#seats.get(name)?.peer.resume();
  }

  async startBootstrap(): Promise<void> {
    this.stopBootstrap();
    this.#registry = new ProcessClock(this.#world.clock);
    const random = seededRandom(`${this.#options.seed} registry ${++this.#registries}`);
    const system = new ActorSystem({ clock: this.#registry, random });
    const service = system.spawn<ServiceMessage>(
      BOOTSTRAP,
      registryService({
        bind: REGISTRY_ADDRESS,
        config: REGISTRY_CONFIG,
        openTransport: openSimulatedTransportOn(this.#world.network),
      }),
    );
    const opened = service.ask((replyTo) => ({ type: "open", replyTo }), 1_000);
    await this.#world.clock.advance(1);
    await opened;
  }

  stopBootstrap(): void {
    if (this.#registry === undefined) return;
    this.#registry.kill();
    this.#world.network.crash(REGISTRY_ADDRESS);
    this.#registry = undefined;
  }

  networkEvents(): readonly string[] {
    return this.#log.lines;
  }

  close(): Promise<void> {
    for (const { peer } of this.#seats.values()) peer.kill();
    this.stopBootstrap();
    return Promise.resolve();
  }

  /** Gives a new machine a port of its own, so that it is known whose it is from the first packet on. */
  #settle(name: string, disk: Disk): void {
    const port = this.#portNext++;
    disk.write({ port }, this.#world.clock);
    this.#names.set(`127.0.0.1:${port}` as Address, name);
  }
}

function protectionOf({ key, label }: StartFlags): Protection {
  const ring = Keyring.of(key === undefined ? [] : [keyNamed(key)]);
  if (!ring.ok) throw new Error(ring.problem);
  return { ...UNPROTECTED, keyring: ring.keyring, label: parseLabel(label ?? "") ?? NO_LABEL };
}
