import { links, type LinksMessage } from "../../actors/links.ts";
import type { JoinReply, MembershipEvent, MembershipMessage, MemberView } from "../../actors/membership.ts";
import { parseNodeName } from "../../actors/membership/member.ts";
import type { DelegateMessage } from "../../actors/pool/delegate.ts";
import { lan, type Profile } from "../../actors/pool/profile.ts";
import { type OpenPoolReply, type PoolOptions, pools, type PoolsMessage, type PoolView } from "../../actors/pools.ts";
import { type Clock, realClock } from "../../actors/runtime/clock.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { ActorSystem } from "../../actors/runtime/system.ts";
import {
  type DialReply,
  type OpenReply,
  type RegisterReply,
  transport,
  type TransportMemory,
  type TransportMessage,
  type TransportStatus,
} from "../../actors/transport.ts";
import type { PacketArrived, Registration, StreamAccepted } from "../../actors/transport/registration.ts";
import { Network } from "../../sim/network.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import type { Address } from "../../transport/address.ts";
import type { ClaimKey } from "../../transport/claim.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { OpenTransport, Stream } from "../../transport/transport.ts";
import { StreamRecorder, TransportRecorder } from "../transport/recorder.ts";
import { ANY_PORT, outcomeOf, Stranger } from "./linked_peers.ts";
import { waitUntil } from "./wait.ts";

/** `lan`, quickened for tests. */
export const hasty: Profile = {
  ...lan,
  gossipIntervalMs: 50,
  probeIntervalMs: 250,
  probeTimeoutMs: 100,
  suspicionMult: 2,
};

/** Where nodes run: on a simulated network and virtual time, or on this machine's sockets. */
export class PoolWorld implements AsyncDisposable {
  readonly clock: Clock;
  readonly openTransport: OpenTransport;
  readonly nodes: PoolNode[] = [];
  readonly #virtual: VirtualClock | undefined;
  readonly #strangers: Stranger[] = [];

  private constructor(clock: Clock, openTransport: OpenTransport, virtual?: VirtualClock) {
    this.clock = clock;
    this.openTransport = openTransport;
    this.#virtual = virtual;
  }

  static simulated(): PoolWorld {
    const clock = new VirtualClock();
    return new PoolWorld(clock, openSimulatedTransportOn(new Network(clock, seededRandom("pools"))), clock);
  }

  /** On real sockets. Who wants them brings what opens them, which needs permissions as soon as it is loaded. */
  static on(openTransport: OpenTransport): PoolWorld {
    return new PoolWorld(realClock, openTransport);
  }

  /** A node with an open port, on which nobody is yet but the links. */
  async node(name: string, bind?: Address): Promise<PoolNode> {
    const node = new PoolNode(name, this);
    this.nodes.push(node);
    await node.openPort(bind);
    return node;
  }

  async stranger(): Promise<Stranger> {
    const told = new TransportRecorder();
    const stranger = new Stranger(await this.openTransport(ANY_PORT, told), told);
    this.#strangers.push(stranger);
    return stranger;
  }

  /** Waits until `holds`, at most 30 s. */
  until(holds: () => boolean, what: string): Promise<void> {
    return this.#virtual?.until(holds, 30_000, what) ?? waitUntil(holds, 30_000, what);
  }

  /** Asks again and again until the answer is as it should be, at most for 30 s; `ask` must not wait for this world. */
  async eventually<T>(ask: () => Promise<T>, holds: (answer: T) => boolean, what: () => string): Promise<void> {
    let isAsking = false;
    let answer: T | undefined;
    const look = (): boolean => {
      if (answer !== undefined && holds(answer)) return true;
      if (isAsking) return false;
      isAsking = true;
      ask().then((got) => answer = got, () => {}).finally(() => isAsking = false);
      return false;
    };
    await this.until(look, what()).catch((error) => {
      throw new Error(`${error}: ${JSON.stringify(answer)}`);
    });
  }

  /** What becomes of a promise, while time passes. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    const outcome = outcomeOf(promise);
    await this.until(() => outcome.settled, "an answer");
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.settled(node.system.stop())));
    await Promise.all(this.#strangers.map(({ transport }) => transport.close()));
  }
}

/** One process: a transport, links, and pools; without any chat. */
export class PoolNode {
  readonly name: string;
  readonly world: PoolWorld;
  readonly system: ActorSystem;
  readonly transport: ActorRef<TransportMessage>;
  readonly pools: ActorRef<PoolsMessage>;
  readonly memory: TransportMemory = { closing: Promise.resolve() };
  address: Address = "" as Address;
  /** How often an actor was made to crash. */
  crashes = 0;
  #applications = 0;

  constructor(name: string, world: PoolWorld) {
    this.name = name;
    this.world = world;
    const random = seededRandom(`pools ${name}`);
    this.system = new ActorSystem({ clock: world.clock, random });
    const keeper: ActorRef<LinksMessage> = this.system.spawn("links", links);
    const { openTransport } = world;
    this.transport = this.system.spawn(
      "transport",
      transport({ openTransport, memory: this.memory, links: () => keeper }),
    );
    const secrets = random.child("secrets");
    this.pools = this.system.spawn(
      "pools",
      pools({
        name: parseNodeName(name)!,
        transport: () => this.transport,
        secrets: (length) => secrets.bytes(length),
        memory: new Map(),
      }),
    );
  }

  async openPort(bind: Address = ANY_PORT): Promise<void> {
    const reply = await this.#ask<TransportMessage, OpenReply>(
      this.transport,
      (replyTo) => ({ type: "open", bind, name: this.name, replyTo }),
    );
    if (!reply.ok) throw reply.error;
    this.address = reply.address;
  }

  async closePort(): Promise<void> {
    await this.#ask<TransportMessage, "closed">(this.transport, (replyTo) => ({ type: "close", replyTo }));
  }

  /**
   * A pool that must be allowed; by default a hasty one. Its application passes on what it
   * hears the first time, as Serf does: memberlist itself only sends it some times to some members.
   */
  async pool(id: string, options: Partial<PoolOptions> = {}): Promise<TestPool> {
    const heard: DelegateMessage[] = [];
    const made: { pool?: TestPool } = {};
    const application = this.system.spawn<DelegateMessage>(this.#name(), () => (message) => {
      const isNew = message.type === "user_message" && !made.pool?.said.includes(textOf(message.payload));
      heard.push(message);
      if (isNew) made.pool?.broadcast(textOf(message.payload));
    });
    const reply = await this.open(id, {
      profile: hasty,
      delegate: { ref: () => application, wants: { userMessages: true } },
      ...options,
    });
    if (!reply.ok) throw new Error(reply.why);
    return made.pool = new TestPool(this, reply.pool, heard);
  }

  open(id: string, options: PoolOptions): Promise<OpenPoolReply> {
    return this.#ask<PoolsMessage, OpenPoolReply>(this.pools, (replyTo) => ({ type: "open", id, options, replyTo }));
  }

  close(id: string): Promise<"closed" | "unknown"> {
    return this.#ask<PoolsMessage, "closed" | "unknown">(this.pools, (replyTo) => ({ type: "close", id, replyTo }));
  }

  async list(): Promise<readonly string[]> {
    const views = await this.#ask<PoolsMessage, readonly PoolView[]>(
      this.pools,
      (replyTo) => ({ type: "list", replyTo }),
    );
    return views.map(({ id }) => id);
  }

  async register(registration: Registration): Promise<string> {
    const reply = await this.#ask<TransportMessage, RegisterReply>(
      this.transport,
      (replyTo) => ({ type: "register", registration, replyTo }),
    );
    return reply.ok ? "ok" : reply.why;
  }

  unregister(claim: ClaimKey): Promise<"released" | "nobody"> {
    return this.#ask<TransportMessage, "released" | "nobody">(
      this.transport,
      (replyTo) => ({ type: "unregister", claim, replyTo }),
    );
  }

  status(): Promise<TransportStatus> {
    return this.world.settled(this.#status());
  }

  /** Waits until exactly so much was dropped, by reason. */
  async untilDropped(wanted: Readonly<Record<string, number>>): Promise<void> {
    const rows = (counts: Readonly<Record<string, number>>): string =>
      Object.entries(counts).map(([reason, count]) => `${count} ${reason}`).toSorted().join(", ");
    const what = (): string => `dropped at ${this.name}: ${rows(wanted)}`;
    await this.world.eventually(() => this.#status(), ({ dropped }) => rows(dropped) === rows(wanted), what);
  }

  /** Waits until these share the port. */
  async untilRegistered(...wanted: readonly string[]): Promise<void> {
    const isSo = ({ registered }: TransportStatus): boolean =>
      registered.map(({ name }) => name).join() === wanted.join();
    await this.world.eventually(() => this.#status(), isSo, () => `registered at ${this.name}: ${wanted}`);
  }

  #status(): Promise<TransportStatus> {
    return this.transport.ask<TransportStatus>((replyTo) => ({ type: "status", replyTo }), 10_000);
  }

  /** Who takes streams; each is answered by `act`, and what it brings is written down. */
  listener(act: (stream: Stream, told: StreamRecorder) => void = () => {}): Listener {
    const streams: { stream: Stream; told: StreamRecorder }[] = [];
    const ref = this.system.spawn<StreamAccepted>(this.#name(), () => ({ stream, adopt }) => {
      const told = new EchoingRecorder(stream, act);
      streams.push({ stream, told });
      adopt(told);
    });
    return { ref, streams };
  }

  /** Who takes packets, and writes them down. */
  receiver(): { readonly ref: ActorRef<PacketArrived>; readonly packets: PacketArrived[] } {
    const packets: PacketArrived[] = [];
    return {
      ref: this.system.spawn<PacketArrived>(this.#name(), () => (packet) => void packets.push(packet)),
      packets,
    };
  }

  /** The id of the pool, as `get` tells it. */
  async get(id: string): Promise<string | undefined> {
    const view = await this.#ask<PoolsMessage, PoolView | undefined>(
      this.pools,
      (replyTo) => ({ type: "get", id, replyTo }),
    );
    return view?.id;
  }

  tryToDial(to: Address, handler = new StreamRecorder(), protocol?: number): Promise<DialReply> {
    const dial = { type: "dial", to, timeoutMs: 5_000, handler } as const;
    return this.#ask<TransportMessage, DialReply>(this.transport, (replyTo) => ({
      ...dial,
      replyTo,
      ...(protocol === undefined ? {} : { protocol }),
    }));
  }

  /** Opens a stream to an application elsewhere. */
  async dial(to: Address, protocol?: number): Promise<{ stream: Stream; told: StreamRecorder }> {
    const told = new StreamRecorder();
    const reply = await this.tryToDial(to, told, protocol);
    if (!reply.ok) throw new Error(reply.why);
    return { stream: reply.stream, told };
  }

  /** How often any of its actors was restarted. */
  get restarts(): number {
    const count = (nodes: ReturnType<ActorSystem["tree"]>): number =>
      nodes.reduce((sum, { restarts, children }) => sum + restarts + count(children), 0);
    return count(this.system.tree());
  }

  #name(): string {
    return `application-${++this.#applications}`;
  }

  #ask<M, R>(ref: ActorRef<M>, build: (replyTo: ActorRef<R>) => M): Promise<R> {
    return this.world.settled(ref.ask<R>(build, 10_000));
  }
}

export type Listener = Readonly<{
  ref: ActorRef<StreamAccepted>;
  streams: readonly Readonly<{ stream: Stream; told: StreamRecorder }>[];
}>;

class EchoingRecorder extends StreamRecorder {
  readonly #stream: Stream;
  readonly #act: (stream: Stream, told: StreamRecorder) => void;

  constructor(stream: Stream, act: (stream: Stream, told: StreamRecorder) => void) {
    super();
    this.#stream = stream;
    this.#act = act;
  }

  override data(bytes: Uint8Array): void {
    super.data(bytes);
    this.#act(this.#stream, this);
  }
}

/** A pool of a node, and what its application has heard. */
export class TestPool {
  readonly view: PoolView;
  readonly heard: readonly DelegateMessage[];
  readonly events: MembershipEvent[] = [];
  readonly #node: PoolNode;

  constructor(node: PoolNode, view: PoolView, heard: readonly DelegateMessage[]) {
    this.#node = node;
    this.view = view;
    this.heard = heard;
    node.system.events.subscribe(view.topic, (event) => this.events.push(event));
  }

  /** Names of those it believes to be there, sorted. */
  async alive(): Promise<string> {
    const members = await this.#ask<readonly MemberView[]>((replyTo) => ({ type: "list", replyTo }));
    return aliveOf(members);
  }

  async join(other: Readonly<{ address: Address }>): Promise<JoinReply> {
    return await this.#node.world.settled(this.tryToJoin(other));
  }

  /** As `join`, for who lets time pass himself. */
  tryToJoin(other: Readonly<{ address: Address }>): Promise<JoinReply> {
    const build = (replyTo: ActorRef<JoinReply>) => ({ type: "join", addresses: [other.address], replyTo }) as const;
    return this.view.cast.get("membership").ask<JoinReply>(build, 20_000);
  }

  async leave(): Promise<void> {
    await this.#ask<"left">((replyTo) => ({ type: "leave", replyTo }));
  }

  /** What it has to report in `status`. */
  async dropped(): Promise<Readonly<Record<string, number>>> {
    const { pool } = this.view;
    return await this.#node.world.settled(pool.ask((replyTo) => ({ type: "status", replyTo }), 5_000));
  }

  broadcast(what: string | Uint8Array): void {
    const payload = typeof what === "string" ? new TextEncoder().encode(what) : what;
    this.view.cast.get("broadcaster").tell({ type: "broadcast_user", payload, replacement: { kind: "unique" } });
  }

  /** What others said to it, once each, sorted. */
  get said(): readonly string[] {
    const texts = this.heard.flatMap((message) => message.type === "user_message" ? [textOf(message.payload)] : []);
    return [...new Set(texts)].toSorted();
  }

  #ask<R>(build: (replyTo: ActorRef<R>) => MembershipMessage): Promise<R> {
    return this.#node.world.settled(this.view.cast.get("membership").ask(build, 20_000));
  }
}

/** Waits until each of `members` lists exactly all of them. */
export async function allSeeAll(world: PoolWorld, members: readonly (readonly [PoolNode, TestPool])[]): Promise<void> {
  const wanted = members.map(([{ name }]) => name).toSorted().join();
  for (const [{ name }, { view }] of members) {
    const list = () =>
      view.cast.get("membership").ask<readonly MemberView[]>((replyTo) => ({ type: "list", replyTo }), 10_000);
    await world.eventually(list, (members) => aliveOf(members) === wanted, () => `${name} sees ${wanted}`);
  }
}

function textOf(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}

function aliveOf(members: readonly MemberView[]): string {
  return members.filter(({ state }) => state === "alive").map(({ name }) => name).toSorted().join();
}
