import type { RegistryConfig } from "../actors/bootstrap.ts";
import { CHAT, type ChatEvent } from "../actors/chat_room.ts";
import { DIRECT, type DirectEvent } from "../actors/direct.ts";
import type { RoomName } from "../actors/chat_room/entry.ts";
import { MemoryStore } from "../actors/history/memory_store.ts";
import type { Retention } from "../actors/history/store.ts";
import { MEMBERSHIP, type MembershipEvent } from "../actors/membership.ts";
import { parseNodeName } from "../actors/membership/member.ts";
import { peer, type PeerMessage, type PeerOptions } from "../actors/peer.ts";
import { type LastRun, lastRunOf, newMemory, type PeerMemory } from "../actors/peer/memory.ts";
import type { Cast } from "../actors/peer/cast.ts";
import type { Steps } from "../actors/peer/steps.ts";
import { local, type Profile } from "../actors/pool/profile.ts";
import { type Random, seededRandom } from "../actors/runtime/random.ts";
import type { Cancel } from "../actors/runtime/clock.ts";
import type { LogSink } from "../actors/runtime/log.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import { ActorSystem } from "../actors/runtime/system.ts";
import { bootstrapAt, type BootstrapPlace } from "../bootstrap/place.ts";
import { REGISTRY_CONFIG } from "../bootstrap/registry.ts";
import { type Address, joinAddress, splitAddress } from "../transport/address.ts";
import { Guard } from "../transport/guard.ts";
import { openSimulatedTransportOn, type SimulatedNetwork } from "../transport/simulated_transport.ts";
import { type OpenTransport, type Transport, TransportOpenError } from "../transport/transport.ts";
import { type Protection, UNPROTECTED } from "../transport/wire/protection.ts";
import { simulatedSealing } from "./simulated_sealing.ts";
import { simulatedSigning } from "./simulated_signing.ts";
import type { Disk } from "./disk.ts";
import type { MachineClock } from "./machine_clock.ts";
import { Network } from "./network.ts";
import { ProcessClock } from "./process_clock.ts";
import { VirtualClock } from "./virtual_clock.ts";

type WorldOptions = Readonly<{
  seed: string | number;
  profile?: Profile;
  /** The limits of the registry, of whichever peer serves it. */
  registry?: RegistryConfig;
  /** The keys and the label of all who are not started with others. */
  protection?: Protection;
  /** Is told what peers show, who then keep nothing of it: of thousands, that would be too much. */
  audience?: Audience;
}>;

/** Who sees what peers show. */
export type Audience = Readonly<{
  member(peer: SimulatedPeer, event: MembershipEvent): void;
  chat(peer: SimulatedPeer, event: ChatEvent): void;
}>;

/** What a peer is started with besides its name. `manual` ones do nothing by themselves. */
export type StartOptions = Readonly<{
  manual?: boolean;
  /** Whose key it has, if not that of its name. */
  device?: string;
  bootstrap?: BootstrapPlace;
  last?: LastRun;
  /** Whom it is told to join. */
  contacts?: readonly Address[];
  /** What the process finds there it goes by, and there it keeps the same for the next. */
  disk?: Disk;
  /** The clocks of its machine, if they may go wrong. */
  clock?: MachineClock;
  /** How much of what was said is kept. */
  retention?: Retention;
  repl?: PeerOptions["repl"];
  /** Where clients of older systems are let in. */
  gateway?: Omit<NonNullable<PeerOptions["gateway"]>, "openTransport">;
  /** Lets members that run cli-chat into its room. */
  cliChat?: boolean;
  protection?: Protection;
  /** Instead of 127.0.0.1, a machine whose one address may change: the peer listens at whatever it has. */
  machine?: { readonly ip: string };
  log?: LogSink;
}>;

/** What waits for a promise waits at most so long, in virtual time. */
const SETTLE_EVERY_MS = 1;

/** As `parley peer` does it. */
const SAVE_CONTACTS_AFTER_MS = 1_000;

/** Several peers of the real actors, in one process, on virtual time and a simulated network. All from one seed. */
export class World {
  readonly clock: VirtualClock = new VirtualClock({ settleEveryMs: SETTLE_EVERY_MS });
  readonly network: Network;
  readonly #random: Random;
  readonly #common: Common;
  readonly #peers = new Map<string, SimulatedPeer>();
  #starts = 0;

  constructor(options: WorldOptions) {
    const { seed, profile = local, registry = REGISTRY_CONFIG, protection = UNPROTECTED, audience } = options;
    this.#random = seededRandom(seed);
    this.network = new Network(this.clock, this.#random.child("network"));
    this.#common = { network: this.network, profile, registry, protection, audience };
  }

  /** Those that run now. */
  get peers(): readonly SimulatedPeer[] {
    return [...this.#peers.values()].filter(({ state }) => state === "running");
  }

  /** Starts a process of this name; an earlier one is over. */
  start(name: string, options: StartOptions = {}): SimulatedPeer {
    const random = this.#random.child(`${name} ${++this.#starts}`);
    const started = new SimulatedPeer(name, this.#common, random, options);
    this.#peers.set(name, started);
    return started;
  }

  /** Starts peers, `gapMs` apart. */
  async startAll(names: readonly string[], gapMs: number): Promise<readonly SimulatedPeer[]> {
    const started: SimulatedPeer[] = [];
    for (const name of names) {
      started.push(this.start(name));
      await this.clock.advance(gapMs);
    }
    return started;
  }

  /** Everybody who runs lists exactly those who run. */
  isConverged(): boolean {
    const running = this.peers;
    const names = running.map(({ name }) => name);
    return running.every((one) => one.lists(names));
  }
}

/** What all peers of a world have in common. */
type Common = Readonly<{
  network: Network;
  profile: Profile;
  registry: RegistryConfig;
  protection: Protection;
  audience: Audience | undefined;
}>;

/** What a peer sent, in all: datagrams and the streams it opened, and the bytes in both, without headers. */
export type Traffic = Readonly<{ packets: number; packetBytes: number; streams: number; streamBytes: number }>;

/** One process with one peer in it, and what it has shown so far. */
export class SimulatedPeer {
  readonly name: string;
  readonly system: ActorSystem;
  readonly memory: PeerMemory;
  readonly guard: Guard;
  readonly history: MemoryStore;
  readonly members: MembershipEvent[] = [];
  readonly chat: ChatEvent[] = [];
  readonly told: DirectEvent[] = [];
  state: "running" | "killed" | "ended" = "running";
  exitCode: number | undefined;
  exitReason: string | undefined;
  readonly #self: ActorRef<PeerMessage>;
  readonly #clock: ProcessClock;
  readonly #network: Network;
  readonly #transports: Transport[] = [];
  readonly #present = new Set<string>();
  #steps: Steps | undefined;
  #cast: Cast | undefined;
  #cancelSave: Cancel | undefined;

  constructor(name: string, common: Common, random: Random, options: StartOptions) {
    const { network, profile, registry, protection } = common;
    this.name = name;
    this.#network = network;
    this.#clock = new ProcessClock(network.clock, options.clock);
    this.memory = newMemory(options.last ?? options.disk?.read());
    const mayLack = options.disk?.wasCut ?? false;
    if (options.disk !== undefined) options.disk.wasCut = false;
    this.history = options.disk?.history ?? new MemoryStore();
    this.system = new ActorSystem({
      clock: this.#clock,
      random,
      supervision: { maxRestarts: 0 },
      ...(options.log === undefined ? {} : { log: options.log }),
    });
    const secrets = random.child("secrets");
    this.guard = new Guard(options.protection ?? protection, (length) => secrets.bytes(length));
    if (common.audience === undefined) this.#observe();
    else this.#perform(common.audience);
    if (options.disk !== undefined) this.#keepOn(options.disk);
    const signing = simulatedSigning(options.device ?? name);
    const { machine } = options;
    const openTransport = this.#openTransport();
    this.#self = this.system.spawn<PeerMessage>(
      "peer",
      peer({
        name: parseNodeName(name)!,
        version: "0.0.0",
        bind: "127.0.0.1:0" as Address,
        profile,
        room: "lobby" as RoomName,
        contacts: options.contacts ?? [],
        memory: this.memory,
        history: { store: this.history, signing, sealer: simulatedSealing(signing.author), mayLack },
        ...(options.retention === undefined ? {} : { retention: options.retention }),
        clock: this.#clock,
        ...(machine === undefined ? { openTransport } : whereabouts(machine, openTransport)),
        guard: this.guard,
        bootstrap: bootstrapAt(options.bootstrap ?? { type: "local", port: 7947 }, {
          openTransport,
          guard: this.guard,
          httpPost: () => Promise.reject(new Error("There is no HTTP in this world")),
          config: registry,
        }),
        ...(options.gateway === undefined ? {} : { gateway: { ...options.gateway, openTransport } }),
        ...(options.repl === undefined ? {} : { repl: options.repl }),
        ...(options.cliChat === undefined ? {} : { cliChat: options.cliChat }),
        onSteps: (steps, cast) => {
          this.#steps = steps;
          this.#cast = cast;
        },
        exit: (code, why) => this.#exit(code, why),
      }),
    );
    if (options.manual !== true) this.#self.tell({ type: "arrive" });
  }

  /** The steps of the peer, to take them one by one. */
  get steps(): Steps {
    if (this.#steps === undefined) throw new Error("The peer has not started yet: advance the clock");
    return this.#steps;
  }

  /** Its actors, to speak to them. */
  get cast(): Cast {
    if (this.#cast === undefined) throw new Error("The peer has not started yet: advance the clock");
    return this.#cast;
  }

  /** Names of those this peer believes to be there, itself included, sorted. */
  get alive(): readonly string[] {
    return [...this.#present].toSorted();
  }

  /** Whether it believes exactly these to be there. */
  lists(names: readonly string[]): boolean {
    return this.#present.size === names.length && names.every((name) => this.#present.has(name));
  }

  /** What it sent since its start. */
  get traffic(): Traffic {
    const total = { packets: 0, packetBytes: 0, streams: 0, streamBytes: 0 };
    for (const { counters } of this.#transports) {
      total.packets += counters.packetsSent;
      total.packetBytes += counters.packetBytesSent;
      total.streams += counters.streamsOpened;
      total.streamBytes += counters.streamBytesSent;
    }
    return total;
  }

  /** Timers of it that came due after it had stopped all its actors: there should be none. */
  get lateTimers(): number {
    return this.#clock.late;
  }

  /** What was said on this peer's screen, as `author: text`. */
  get said(): readonly string[] {
    return this.chat.flatMap((event) => event.type === "said" ? [`${event.author}: ${event.text}`] : []);
  }

  /** Says something in the lobby. */
  say(text: string): void {
    void this.steps.say("lobby" as RoomName, text);
  }

  /** Leaves as a person would. */
  quit(): void {
    this.#self.tell({ type: "quit", code: 0 });
  }

  /** Ends the process without a word. */
  kill(): void {
    this.state = "killed";
    this.#clock.kill();
    this.history.crash();
    for (const { address } of this.#transports) this.#network.crash(address);
  }

  /** The process stands still, for so long or until `resume`; what comes for it waits in its sockets. */
  pause(ms?: number): void {
    this.#clock.pause(ms);
  }

  resume(): void {
    this.#clock.resume();
  }

  /** Somebody sets the clock of this machine. */
  setClock(byMs: number): void {
    this.#clock.jump(byMs);
  }

  #observe(): void {
    this.system.events.subscribe(MEMBERSHIP, (event) => {
      this.members.push(event);
      if (event.type === "joined") this.#present.add(event.member.name);
      if (event.type === "left" || event.type === "failed") this.#present.delete(event.member.name);
    });
    this.system.events.subscribe(CHAT, (event) => this.chat.push(event));
    this.system.events.subscribe(DIRECT, (event) => this.told.push(event));
  }

  #perform(audience: Audience): void {
    this.system.events.subscribe(MEMBERSHIP, (event) => audience.member(this, event));
    this.system.events.subscribe(CHAT, (event) => audience.chat(this, event));
  }

  /** As a process does: at each news of itself, and soon after news of others, with what it remembers by then. */
  #keepOn(disk: Disk): void {
    const write = (): void => {
      const last = lastRunOf(this.memory);
      if (last !== undefined) disk.write(last, this.#network.clock);
    };
    this.system.events.subscribe(MEMBERSHIP, ({ member }) => {
      if (member.name === this.name) return this.#clock.soon(write);
      this.#cancelSave ??= this.#clock.after(SAVE_CONTACTS_AFTER_MS, () => {
        this.#cancelSave = undefined;
        write();
      });
    });
  }

  /** Opens transports, and remembers them: their addresses vanish with the process. */
  #openTransport(): OpenTransport {
    const open = openSimulatedTransportOn(asSeenBy(this.#clock, this.#network));
    return async (bind, handler) => {
      const transport = await open(bind, handler);
      this.#transports.push(transport);
      return transport;
    };
  }

  #exit(code: number, why: string | undefined): void {
    this.state = "ended";
    this.exitCode = code;
    this.exitReason = why;
    this.#cancelSave?.();
    void this.system.stop({ mode: "drain" }).then(() => this.#clock.end());
  }
}

type Machine = NonNullable<StartOptions["machine"]>;

/** Listening at all addresses of a machine, which has at most one. */
function whereabouts(machine: Machine, open: OpenTransport): Pick<PeerOptions, "openTransport" | "isHere"> {
  return {
    openTransport: async (bind, handler) => {
      const address = joinAddress(machine.ip, splitAddress(bind).port);
      if (address === undefined) throw new TransportOpenError("no_such_address", "This machine has no address");
      return await open(address, handler);
    },
    isHere: (address) => splitAddress(address).hostname === machine.ip,
  };
}

/** The network of one process: what comes while it stands still waits, and its streams go by its clock. */
function asSeenBy(clock: ProcessClock, network: Network): SimulatedNetwork {
  return {
    clock,
    bind: (want, host) =>
      network.bind(want, {
        packet: (from, bytes) => clock.whenRead(() => host.packet(from, bytes)),
        segment: (from, segment) => clock.whenAwake(() => host.segment(from, segment)),
        undeliverable: (segment) => clock.whenAwake(() => host.undeliverable(segment)),
        vanish: () => host.vanish(),
      }),
    release: (address) => network.release(address),
    newStreamId: () => network.newStreamId(),
    carryPacket: (from, to, bytes) => network.carryPacket(from, to, bytes),
    carrySegment: (from, to, segment) => network.carrySegment(from, to, segment),
  };
}
