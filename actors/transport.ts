import { type Address, splitAddress } from "../transport/address.ts";
import { type ClaimKey, protocolBytes, type ProtocolId } from "../transport/claim.ts";
import { Guard } from "../transport/guard.ts";
import { LINK_PREAMBLE } from "../transport/link/frame.ts";
import { Mux, withProtocol } from "../transport/mux.ts";
import {
  type HttpRequest,
  type HttpResponse,
  type OpenTransport,
  type Stream,
  type StreamHandler,
  STREAMS_MAX,
  type Transport,
  type TransportCounters,
  type UnsentCause,
  type WebSocketAnswer,
  type WebSocketRequest,
} from "../transport/transport.ts";
import type { Protection } from "../transport/wire/protection.ts";
import type { WireMessage } from "../transport/wire/message.ts";
import type { LinkIdentity, LinksMessage } from "./links.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import { MailboxFullError } from "./runtime/mailbox.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { SourceBudget } from "./transport/budget.ts";
import { Drops } from "./transport/drops.ts";
import { Owner, type RegisteredStatus, type Registration } from "./transport/registration.ts";
import { Reception } from "./transport/reception.ts";
import { Serving } from "./transport/serving.ts";
import { type SessionOver, Sessions } from "./transport/sessions.ts";
import { packetSource } from "../transport/source.ts";
import { topic } from "./runtime/events.ts";

/** What the keeper of the sockets understands. */
export type TransportMessage =
  /** Bind and listen; replies once. When it is open already, replies with where. */
  | Readonly<{ type: "open"; bind: Address; name: string; replyTo: ActorRef<OpenReply> }>
  | Readonly<{ type: "close"; replyTo: ActorRef<"closed"> }>
  /**
   * Give somebody his part of what comes in, until he gives it back or stops. It outlives closing and opening, and a crash
   * of the transport. Who claims again what is his keeps it as it is.
   */
  | Readonly<{ type: "register"; registration: Registration; replyTo?: ActorRef<RegisterReply> }>
  /** Take it back; streams that were taken over stay open. */
  | Readonly<{ type: "unregister"; claim: ClaimKey; replyTo?: ActorRef<"released" | "nobody"> }>
  | Readonly<{ type: "owner_gone"; owner: ActorRef<never> }>
  /**
   * One datagram; whoever wants to know is told if it could not be sent. With a protocol id, it is for whom has that at
   * the other end.
   */
  | Readonly<{
    type: "send_packet";
    to: Address;
    bytes: Uint8Array;
    protocol?: ProtocolId;
    unsent?: UnsentReceiver;
  }>
  /** Open a stream to whom has that protocol id at the other end, or without one to its plain listener. */
  | Readonly<{
    type: "dial";
    to: Address;
    protocol?: ProtocolId;
    timeoutMs: number;
    handler: StreamHandler;
    replyTo: ActorRef<DialReply>;
  }>
  /** Open a stream, write, and read one memberlist message, which that guard opens. */
  | Readonly<{
    type: "exchange";
    id: number;
    to: Address;
    request: Uint8Array;
    guard: Guard;
    timeoutMs: number;
    replyTo: ActorRef<ExchangeDone>;
  }>
  /** Open a stream, write, and wait until the other side has taken it and closes; nothing is read. */
  | Readonly<{
    type: "deliver";
    id: number;
    to: Address;
    request: Uint8Array;
    guard: Guard;
    timeoutMs: number;
    replyTo: ActorRef<Delivered>;
  }>
  /** The answer to a {@linkcode StreamRequest}, after which the stream is closed; without bytes it is just closed. */
  | Readonly<{ type: "answer"; session: number; bytes?: Uint8Array }>
  | Readonly<{ type: "status"; replyTo: ActorRef<TransportStatus> }>
  /** The links have started anew and do not know us. */
  | Readonly<{ type: "introduce_links" }>
  /** How the opening went, and which one it was: it may have been closed meanwhile. */
  | Readonly<{ type: "opened"; opening: number; transport: Transport }>
  | Readonly<{ type: "open_failed"; opening: number; error: Error }>
  /** Timers. */
  | SessionOver;

export type RegisterReply = Readonly<{ ok: true }> | Readonly<{ ok: false; why: string }>;
export type DialReply = Readonly<{ ok: true; stream: Stream }> | Readonly<{ ok: false; why: string }>;
export type OpenReply = Readonly<{ ok: true; address: Address }> | Readonly<{ ok: false; error: Error }>;

/** How an `exchange` ended. */
export type ExchangeDone = Readonly<{
  type: "exchange_done";
  id: number;
  outcome: Readonly<{ ok: true; message: WireMessage }> | Readonly<{ ok: false; reason: string }>;
}>;

/** How a `deliver` ended: well, if there was no problem. */
export type Delivered = Readonly<{ type: "delivered"; id: number; problem?: string }>;

/** A datagram with this id of its sender's could not be sent. */
export type PacketUnsent = Readonly<{ type: "packet_unsent"; id: number; cause: UnsentCause }>;
export type UnsentReceiver = Readonly<{ replyTo: ActorRef<PacketUnsent>; id: number }>;

export type TransportStatus = Readonly<{
  address: Address | undefined;
  counters: Readonly<TransportCounters> | undefined;
  /** By reason, and of those who sent most of it. */
  dropped: Readonly<Record<string, number>>;
  offenders: Readonly<Record<string, number>>;
  /** Who shares the port, in the order of coming. */
  registered: readonly RegisteredStatus[];
}>;

/** Published when the transport opens and closes. */
export type TransportEvent = Readonly<{ type: "opened"; address: Address }> | Readonly<{ type: "closed" }>;
export const TRANSPORT = topic<TransportEvent>("transport");

/**
 * What of the transport outlives a crash: whether and where to be open, that the old sockets have to go first, and who
 * shares the port.
 */
export type TransportMemory = {
  open?: { readonly bind: Address; readonly name: string };
  closing: Promise<void>;
  mux?: Mux<Owner>;
};

type TransportDeps = Readonly<{
  openTransport: OpenTransport;
  memory: TransportMemory;
  /** Without, the port is for streams of listeners only: no links, no datagrams. */
  links?: () => ActorRef<LinksMessage>;
  /** Has the ring for the links; without one, they are not sealed. */
  guard?: Guard;
  http?: (request: HttpRequest) => Promise<HttpResponse>;
  webSocket?: (request: WebSocketRequest) => WebSocketAnswer;
}>;

/**
 * Packets of one source that are looked at. A member of a thousand sends and gets some twenty a second, so that hundreds
 * of them may share an address; and a message of the largest size, cut into packets by an application, still passes.
 */
const PACKETS_PER_SOURCE = { burst: 4_000, perSecond: 2_000 };
/** A longer one counts as several. */
const ORDINARY_PACKET_BYTES = 1_500;
/** Sources whose packets are counted apart: some 100 bytes each. */
const PACKET_SOURCES_MAX = 4_096;

/** Owns the sockets: packets and streams go out through it, and what comes in is sorted by its first bytes. */
export function transport(deps: TransportDeps): Behavior<TransportMessage> {
  return (ctx) => {
    const door = new Door(ctx, deps);
    ctx.onStop(() => door.abandon());
    if (deps.memory.open !== undefined) door.open(deps.memory.open.bind, deps.memory.open.name);
    return (message) => {
      switch (message.type) {
        case "open":
          return door.open(message.bind, message.name, message.replyTo);
        case "close":
          return door.close(message.replyTo);
        case "register":
          return door.register(message.registration, message.replyTo);
        case "unregister":
          return door.unregister(message.claim, message.replyTo);
        case "owner_gone":
          return door.ownerGone(message.owner);
        case "send_packet":
          return door.sendPacket(message);
        case "dial":
          return message.replyTo.tell(door.dial(message));
        case "exchange":
          return door.exchange(message);
        case "deliver":
          return door.deliver(message);
        case "answer":
          return door.answer(message.session, message.bytes);
        case "status":
          return message.replyTo.tell(door.status());
        case "introduce_links":
          return door.introduceLinks();
        case "opened":
          return door.opened(message.opening, message.transport);
        case "open_failed":
          return door.openFailed(message.opening, message.error);
        case "session_over":
          return door.sessionOver(message.session);
      }
    };
  };
}

class Door {
  readonly #ctx: Context<TransportMessage>;
  readonly #deps: TransportDeps;
  readonly #guard: Guard;
  readonly #mux: Mux<Owner>;
  readonly #sessions: Sessions;
  readonly #reception: Reception;
  readonly #drops = new Drops();
  readonly #packetBudget = new SourceBudget(PACKETS_PER_SOURCE, PACKET_SOURCES_MAX);
  #transport: Transport | undefined;
  #waiting: ActorRef<OpenReply>[] = [];
  #opening: Promise<Transport> | undefined;
  #lastOpening = 0;

  constructor(ctx: Context<TransportMessage>, deps: TransportDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#guard = deps.guard ?? Guard.unguarded();
    this.#sessions = new Sessions(ctx.timers);
    const mux = deps.memory.mux ??= new Mux();
    const report = {
      drop: (reason: string, { remote }: Stream) => this.#drop(reason, remote),
      tell: <M>(to: ActorRef<M>, message: M) => this.#tell(to, message),
    };
    const serving = new Serving(this.#sessions, { now: () => ctx.clock.now(), ...report });
    const http = deps.http !== undefined;
    this.#reception = new Reception({ sessions: this.#sessions, mux, serving, http, ...report });
    this.#mux = mux;
    for (const { owner } of mux.entries) this.#watch(owner); // after a crash
    ctx.self.tell({ type: "introduce_links" }); // not at once: they may have to be started first
  }

  register(registration: Registration, replyTo?: ActorRef<RegisterReply>): void {
    const why = this.#register(registration);
    replyTo?.tell(why === undefined ? { ok: true } : { ok: false, why });
  }

  #register(registration: Registration): string | undefined {
    const owner = new Owner(registration);
    if (this.#mux.ownerOf(owner.claim)?.registration.to === registration.to) return undefined;
    const why = this.#mux.claim(owner.claim, owner);
    if (why === undefined) this.#watch(owner);
    return why;
  }

  unregister(claim: ClaimKey, replyTo?: ActorRef<"released" | "nobody">): void {
    const owner = this.#mux.release(claim);
    if (owner !== undefined) this.#reception.abandon(owner);
    replyTo?.tell(owner === undefined ? "nobody" : "released");
  }

  ownerGone(gone: ActorRef<never>): void {
    const claims = this.#mux.entries.filter(({ owner }) => owner.registration.to === gone).map(({ claim }) => claim);
    for (const claim of claims) this.unregister(claim);
  }

  open(bind: Address, name: string, replyTo?: ActorRef<OpenReply>): void {
    if (this.#transport !== undefined) return replyTo?.tell({ ok: true, address: this.#transport.address });
    if (replyTo !== undefined) this.#waiting.push(replyTo);
    if (this.#opening !== undefined) return;
    this.#deps.memory.open = { bind, name };
    const opening = ++this.#lastOpening;
    this.#opening = this.#deps.memory.closing.then(() => this.#openSockets(bind));
    this.#ctx.pipeToSelf(
      this.#opening,
      (transport) => ({ type: "opened", opening, transport }),
      (error) => ({ type: "open_failed", opening, error: error instanceof Error ? error : new Error(String(error)) }),
    );
  }

  opened(opening: number, transport: Transport): void {
    if (this.#opening === undefined || opening !== this.#lastOpening) return; // closed meanwhile, see `close`
    this.#opening = undefined;
    this.#transport = transport;
    const { memory } = this.#deps;
    const bind = transport.bound ?? transport.address; // after a crash, the same port again
    memory.open = { bind, name: memory.open?.name ?? "" };
    this.introduceLinks();
    this.#reply({ ok: true, address: transport.address });
    this.#ctx.events.publish(TRANSPORT, { type: "opened", address: transport.address });
  }

  /** The links are the first of those who listen; besides, they open streams of their own. */
  introduceLinks(): void {
    const transport = this.#transport;
    const links = this.#deps.links?.();
    if (links === undefined) return;
    this.register({ type: "streams", protocol: LINK_PROTOCOL, to: links, streamsMax: STREAMS_MAX });
    if (transport === undefined) return;
    const self: LinkIdentity = { address: transport.address, name: this.#deps.memory.open?.name ?? "" };
    const { secrets } = this.#guard;
    const protection = (): Protection => this.#guard.protection;
    links.tell({ type: "attach", transport, self, protection, secrets });
  }

  openFailed(opening: number, error: Error): void {
    if (this.#opening === undefined || opening !== this.#lastOpening) return;
    this.#opening = undefined;
    if (this.#waiting.length === 0) throw error; // it was open before: the supervisor tries again
    delete this.#deps.memory.open;
    this.#reply({ ok: false, error });
  }

  close(replyTo: ActorRef<"closed">): void {
    delete this.#deps.memory.open;
    this.abandon();
    this.#reply({ ok: false, error: new Error("Closed before it was open") });
    void this.#deps.memory.closing.then(() => replyTo.tell("closed"));
  }

  /** Closes what is open or about to be. */
  abandon(): void {
    if (this.#opening === undefined) return this.#closeSockets();
    this.#deps.memory.closing = this.#opening.then((opened) => opened.close(), () => {});
    this.#opening = undefined;
  }

  sendPacket({ to, bytes, protocol, unsent: receiver }: Extract<TransportMessage, { type: "send_packet" }>): void {
    const packet = protocol === undefined ? bytes : withProtocol(protocol, bytes);
    const unsent = receiver === undefined ? undefined : (cause: UnsentCause): void => {
      receiver.replyTo.tell({ type: "packet_unsent", id: receiver.id, cause });
    };
    if (this.#transport !== undefined) return this.#transport.sendPacket(to, packet, unsent);
    this.#drop("closed");
    unsent?.("local");
  }

  dial({ to, protocol, timeoutMs, handler }: Extract<TransportMessage, { type: "dial" }>): DialReply {
    if (this.#transport === undefined) return { ok: false, why: CLOSED.reason };
    const stream = this.#transport.connect(to, timeoutMs, handler);
    if (protocol !== undefined) stream.write(protocolBytes(protocol));
    return { ok: true, stream };
  }

  exchange({ id, to, request, guard, timeoutMs, replyTo }: Extract<TransportMessage, { type: "exchange" }>): void {
    if (this.#transport === undefined) return replyTo.tell({ type: "exchange_done", id, outcome: CLOSED });
    const done = (outcome: ExchangeDone["outcome"]): void => {
      if (this.#sessions.leave(session)) replyTo.tell({ type: "exchange_done", id, outcome });
    };
    const reader = guard.replyReader();
    const stream = this.#transport.connect(to, timeoutMs, {
      data: (bytes) => {
        const result = reader.push(bytes);
        if (result === "incomplete") return;
        done(result.ok ? { ok: true, message: result.value } : { ok: false, reason: result.reason });
        stream.destroy();
      },
      ended: () => stream.end(), // nothing more can come of it; `closed` follows
      closed: (reason) => done({ ok: false, reason: reason === "ended" ? "closed without an answer" : reason }),
    });
    const late = (): void => done({ ok: false, reason: "timed_out" });
    const session = this.#sessions.enter({ kind: "asked", stream, late }, timeoutMs);
    stream.write(request);
  }

  deliver({ id, to, request, guard, timeoutMs, replyTo }: Extract<TransportMessage, { type: "deliver" }>): void {
    if (this.#transport === undefined) return replyTo.tell({ type: "delivered", id, problem: CLOSED.reason });
    const done = (problem?: string): void => {
      if (!this.#sessions.leave(session)) return;
      replyTo.tell(problem === undefined ? { type: "delivered", id } : { type: "delivered", id, problem });
    };
    const reader = guard.replyReader();
    const stream = this.#transport.connect(to, timeoutMs, {
      data: (bytes) => {
        const result = reader.push(bytes); // no word is due: if there is one, it is a complaint
        if (result === "incomplete") return;
        done(
          result.ok && result.value.type === "error"
            ? `remote error: ${result.value.text}`
            : "an answer to no question",
        );
        stream.destroy();
      },
      closed: (reason) => done(reason === "ended" ? undefined : reason),
    });
    const session = this.#sessions.enter({ kind: "asked", stream, late: () => done("timed_out") }, timeoutMs);
    stream.write(request);
    stream.end();
  }

  answer(session: number, bytes?: Uint8Array): void {
    const served = this.#sessions.get(session);
    if (served?.kind !== "served") return;
    if (bytes !== undefined) served.stream.write(bytes);
    served.stream.end();
  }

  sessionOver(session: number): void {
    this.#sessions.expire(session);
  }

  status(): TransportStatus {
    return {
      address: this.#transport?.address,
      counters: this.#transport?.counters,
      dropped: this.#drops.reasons,
      offenders: this.#drops.offenders,
      registered: this.#mux.entries.map(({ owner }) => owner.status()),
    };
  }

  #openSockets(bind: Address): Promise<Transport> {
    const { http, webSocket } = this.#deps;
    return this.#deps.openTransport(bind, {
      ...(this.#deps.links === undefined ? {} : { packet: (from, bytes) => this.#packet(from, bytes) }),
      accept: (stream) => this.#reception.accept(stream),
      ...(http === undefined ? {} : { http }),
      ...(webSocket === undefined ? {} : { webSocket }),
    });
  }

  #packet(from: Address, bytes: Uint8Array): void {
    const cost = Math.ceil(bytes.length / ORDINARY_PACKET_BYTES) || 1;
    if (!this.#packetBudget.spend(packetSource(from), cost, this.#ctx.clock.now())) {
      return this.#drop("packet over budget", from);
    }
    const route = this.#mux.routePacket(bytes);
    if (route.type === "nobody") return this.#drop(route.why, from);
    const { owner } = route.entry;
    const { registration } = owner;
    if (isForStreams(registration)) return; // never: these own no packets
    owner.received++;
    const rest = route.skip === 0 ? bytes : bytes.subarray(route.skip);
    this.#tell(registration.to, { type: "packet_arrived", from, bytes: rest });
  }

  /** Whoever is told must not keep others from being told: a full mailbox that throws is his own loss. */
  #tell<M>(to: ActorRef<M>, message: M): boolean {
    try {
      to.tell(message);
      return true;
    } catch (error) {
      if (!(error instanceof MailboxFullError)) throw error;
      this.#drop("mailbox full");
      return false;
    }
  }

  #watch({ registration: { to } }: Owner): void {
    const owner = to as ActorRef<never>;
    this.#ctx.watch(owner, () => ({ type: "owner_gone", owner }));
  }

  /** Counts what is dropped, and tells of each source once a minute. */
  #drop(reason: string, from?: Address): void {
    if (from === undefined) return void this.#drops.count(reason);
    const source = splitAddress(from).hostname;
    if (this.#drops.count(reason, source, this.#ctx.clock.now())) this.#ctx.log.info("dropped", { reason, from });
  }

  #reply(reply: OpenReply): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const replyTo of waiting) replyTo.tell(reply);
  }

  #closeSockets(): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    this.#transport = undefined;
    this.#deps.links?.().tell({ type: "detach" });
    this.#deps.memory.closing = transport.close();
    this.#ctx.events.publish(TRANSPORT, { type: "closed" });
  }
}

function isForStreams(
  registration: Registration,
): registration is Extract<Registration, { type: `${string}streams` }> {
  return registration.type.endsWith("streams");
}

const LINK_PROTOCOL: ProtocolId = LINK_PREAMBLE[0]! << 8 | LINK_PREAMBLE[1]!;

const CLOSED = { ok: false, reason: "the transport is closed" } as const;
