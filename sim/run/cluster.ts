import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { ChatEvent } from "../../actors/chat_room.ts";
import type { MembershipEvent } from "../../actors/membership.ts";
import type { Profile } from "../../actors/pool/profile.ts";
import type { Cancel } from "../../actors/runtime/clock.ts";
import { type Random, seededRandom } from "../../actors/runtime/random.ts";
import type { Address } from "../../transport/address.ts";
import { Disk } from "../disk.ts";
import type { Episode, FaultStage } from "../faults/fault.ts";
import { faultNamed } from "../faults/table.ts";
import { MachineClock } from "../machine_clock.ts";
import type { Rule } from "../rule.ts";
import { settle } from "../settled.ts";
import { type SimulatedPeer, type Traffic, World } from "../world.ts";
import { PROFILES, type RunParameters } from "./parameters.ts";
import type { Plan } from "./plan.ts";
import type { Views } from "./views.ts";

/** What happens to processes, and what they show, for who counts it or judges it. */
export type Witness = Readonly<{
  started?(name: string): void;
  /** How it came to an end: without a word, with a goodbye, or by itself. */
  ended?(name: string, how: Ending): void;
  member?(observer: string, event: MembershipEvent): void;
  chat?(observer: string, event: ChatEvent): void;
  /** It is in its room now. */
  entered?(name: string, room: string): void;
  episode?(episode: Episode, phase: "begins" | "ends"): void;
}>;
export type Ending = "killed" | "left" | "gave_up";

/** Ports of peers, from this one on: each keeps its own through all its lives. */
const PORT_FIRST = 10_000;

/** Who could not join, or whom everybody left, asks somebody else after so long. */
const JOIN_AGAIN_MS = 5_000;

/** How long a goodbye takes at most, until the process is gone; the peer's own limit is 8 s. */
const DEPARTURE_MS_MAX = 10_000;

/** The peers of a run: machines with a disk and a clock, the processes on them, and what faults do to both. */
export class Cluster {
  readonly world: World;
  readonly names: readonly string[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #plan: Plan;
  readonly #witnesses: readonly Witness[];
  readonly #random: Random;
  readonly #disks = new Map<string, Disk>();
  readonly #clocks = new Map<string, MachineClock>();
  readonly #processes = new Map<string, SimulatedPeer>();
  /** Those who said goodbye last, perhaps not gone yet. */
  readonly #departing = new Map<string, SimulatedPeer>();
  /** Of those that are over. */
  readonly #sentBefore = { packets: 0, packetBytes: 0, streams: 0, streamBytes: 0 };
  readonly #said = new Map<string, number>();
  readonly #views: Views;
  readonly #profile: Profile;
  #isFounded = false;

  constructor(parameters: RunParameters, plan: Plan, views: Views, witnesses: readonly Witness[]) {
    this.#views = views;
    this.names = plan.names;
    this.#index = new Map(plan.names.map((name, at) => [name, at]));
    this.#plan = plan;
    this.#witnesses = witnesses;
    this.#random = seededRandom(`${parameters.seed} cluster`);
    this.#profile = PROFILES[parameters.profile];
    this.world = new World({
      seed: parameters.seed,
      profile: this.#profile,
      audience: {
        member: (peer, event) => this.#isCurrent(peer) && this.#member(peer, event),
        chat: (peer, event) => this.#isCurrent(peer) && this.#tell("chat", peer.name, event),
      },
    });
    for (const name of plan.names) {
      this.#disks.set(name, new Disk(() => this.world.clock.now()));
      this.#clocks.set(name, new MachineClock(this.world.clock));
    }
  }

  /** Puts everything that the plan has on the clock. */
  schedule(): void {
    const at = (atMs: number, run: () => void): void => void this.world.clock.after(atMs - this.now(), run);
    for (const { atMs, name, contact } of this.#plan.arrivals) at(atMs, () => this.start(name, contact));
    for (const { atMs, name } of this.#plan.talks) at(atMs, () => this.say(name));
    for (const episode of this.#plan.episodes) at(episode.fromMs, () => this.#strike(episode));
  }

  /** Starts all, who know each other from then on; a little time passes over it, each time as `pass` lets it. */
  async settle(pass: (ms: number) => Promise<void>): Promise<void> {
    this.#isFounded = true;
    const peers = this.names.map((name) => this.#launch(name));
    await pass(1);
    await settle(this.world, peers, this.#profile, pass);
    for (const peer of peers) void this.#begin(peer).catch(() => undefined);
  }

  now(): number {
    return this.world.clock.now();
  }

  /** The process that runs under this name, if one does. */
  process(name: string): SimulatedPeer | undefined {
    return this.#processes.get(name);
  }

  get processes(): Iterable<SimulatedPeer> {
    return this.#processes.values();
  }

  /** What all sent since the start of the run. */
  get traffic(): Traffic {
    const total = { ...this.#sentBefore };
    for (const { traffic } of this.processes) add(total, traffic);
    return total;
  }

  addressOf(name: string): Address {
    return `127.0.0.1:${this.#portOf(name)}` as Address;
  }

  /** Starts a process that asks `contact`, or whoever else runs, to be let in. */
  start(name: string, contact: string | undefined = this.#anybodyBut(name)): void {
    if (this.#processes.has(name)) return;
    const peer = this.#launch(name);
    // Who does not get in is missed by all others, which is what the run is judged by.
    this.world.clock.after(0, () => void this.#arrive(peer, contact).catch(() => undefined));
  }

  #launch(name: string): SimulatedPeer {
    this.#endDeparture(name);
    const disk = this.#disks.get(name)!;
    const last = { port: this.#portOf(name), ...disk.read() };
    const peer = this.world.start(name, { manual: true, last, disk, clock: this.#clocks.get(name)! });
    this.#processes.set(name, peer);
    this.#tell("started", name);
    peer.system.onStopped(() => this.#isCurrent(peer) && this.#over(peer, "gave_up"));
    return peer;
  }

  kill(name: string, powerCut = false): void {
    const peer = this.#processes.get(name);
    if (peer === undefined) return;
    this.#over(peer, "killed");
    peer.kill();
    if (powerCut) this.#disks.get(name)!.cutPower();
  }

  quit(name: string): void {
    const peer = this.#processes.get(name);
    if (peer === undefined) return;
    this.#over(peer, "left");
    peer.quit();
    this.#departing.set(name, peer);
    this.world.clock.after(DEPARTURE_MS_MAX, () => this.#departing.get(name) === peer && this.#endDeparture(name));
  }

  /** A process that stands still does not get to its goodbye; before the next one starts, it is ended. */
  #endDeparture(name: string): void {
    const peer = this.#departing.get(name);
    this.#departing.delete(name);
    if (peer?.state === "running") peer.kill();
  }

  say(name: string): void {
    const room = this.#plan.rooms.get(name);
    const peer = this.#processes.get(name);
    if (room === undefined || peer === undefined || !peer.memory.rooms.has(room as RoomName)) return;
    const number = (this.#said.get(name) ?? 0) + 1;
    this.#said.set(name, number);
    // That it was said shows on its own screen; who is over by then has said nothing.
    void peer.steps.say(room as RoomName, `${name} ${number}`).catch(() => undefined);
  }

  async #arrive(peer: SimulatedPeer, contact: string | undefined): Promise<void> {
    const { steps } = peer;
    await steps.configure();
    await steps.create();
    // As a peer does that is told to join somebody and has no registry.
    steps.seek([...steps.formerContacts, ...(contact === undefined ? [] : [this.addressOf(contact)])]);
    await this.#join(peer, contact);
    await this.#begin(peer);
  }

  /** A member already: does what it came for. */
  async #begin(peer: SimulatedPeer): Promise<void> {
    const { steps, name } = peer;
    await steps.start();
    const room = this.#plan.rooms.get(name);
    if (room === undefined || !this.#isCurrent(peer)) return;
    const entered = await steps.chatJoin(room as RoomName);
    if (entered.ok && this.#isCurrent(peer)) this.#tell("entered", name, room);
  }

  #member(peer: SimulatedPeer, event: MembershipEvent): void {
    this.#tell("member", peer.name, event);
    const isGone = event.type === "left" || event.type === "failed";
    if (isGone && this.#views.listed(peer.name) <= 1) this.#seekCompany(peer);
  }

  /** Who is alone looks for others, as a peer does that arrived by itself. */
  #seekCompany(peer: SimulatedPeer): void {
    this.world.clock.after(JOIN_AGAIN_MS, () => {
      if (!this.#isCurrent(peer) || this.#views.listed(peer.name) > 1) return;
      const other = this.#anybodyBut(peer.name);
      if (other !== undefined) peer.steps.join([this.addressOf(other)]).catch(() => undefined);
      this.#seekCompany(peer);
    });
  }

  /**
   * First those whom its disk names, as when a peer arrives by itself; whose contact does not answer tries the next. Who
   * comes when nobody else runs asks on until somebody does: only the first of all has nobody to look for.
   */
  async #join(peer: SimulatedPeer, first: string | undefined): Promise<void> {
    const isFounder = !this.#isFounded;
    this.#isFounded = true;
    if (isFounder) return;
    const { formerContacts } = peer.steps;
    if (formerContacts.length > 0 && (await peer.steps.join(formerContacts)).ok) return;
    for (let contact = first; this.#isCurrent(peer); contact = this.#anybodyBut(peer.name)) {
      if (contact !== undefined && (await peer.steps.join([this.addressOf(contact)])).ok) return;
      await new Promise<void>((resolve) => this.world.clock.after(JOIN_AGAIN_MS, resolve));
    }
  }

  #portOf(name: string): number {
    return PORT_FIRST + this.#index.get(name)!;
  }

  #anybodyBut(name: string): string | undefined {
    const others = [...this.#processes.keys()].filter((other) => other !== name);
    return others[this.#random.below(Math.max(1, others.length))];
  }

  #over(peer: SimulatedPeer, how: Ending): void {
    this.#processes.delete(peer.name);
    add(this.#sentBefore, peer.traffic);
    this.#tell("ended", peer.name, how);
  }

  #isCurrent(peer: SimulatedPeer): boolean {
    return this.#processes.get(peer.name) === peer;
  }

  #strike(episode: Episode): void {
    const end = faultNamed(episode.fault).begin(this.#stage(episode), episode);
    this.#tell("episode", episode, "begins");
    this.world.clock.after(episode.toMs - episode.fromMs, () => {
      end?.();
      this.#tell("episode", episode, "ends");
    });
  }

  #stage({ number }: Episode): FaultStage {
    return {
      names: this.names,
      random: this.#random.child(`episode ${number}`),
      now: () => this.now(),
      add: (rule: Rule): Cancel => this.world.network.add(rule),
      addressOf: (name) => this.addressOf(name),
      kill: (name, how) => this.kill(name, how?.powerCut),
      start: (name) => this.start(name),
      replaceDisk: (name) => this.#disks.get(name)!.replace(),
      quit: (name) => this.quit(name),
      crashActor: (name, path) => void this.#processes.get(name)?.system.crash(path),
      pause: (name) => this.#processes.get(name)?.pause(),
      resume: (name) => this.#processes.get(name)?.resume(),
      moveClock: (name, byMs) => this.#clocks.get(name)!.jump(byMs),
      setClockRate: (name, rate) => this.#clocks.get(name)!.rate = rate,
    };
  }

  #tell<E extends keyof Witness>(event: E, ...args: Parameters<NonNullable<Witness[E]>>): void {
    for (const witness of this.#witnesses) {
      (witness[event] as ((...args: Parameters<NonNullable<Witness[E]>>) => void) | undefined)?.apply(witness, args);
    }
  }
}

function add(total: { -readonly [K in keyof Traffic]: number }, more: Traffic): void {
  total.packets += more.packets;
  total.packetBytes += more.packetBytes;
  total.streams += more.streams;
  total.streamBytes += more.streamBytes;
}
