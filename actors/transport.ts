import { type Address, splitAddress } from "../transport/address.ts";
import { Guard } from "../transport/guard.ts";
import type {
  HttpRequest,
  HttpResponse,
  OpenTransport,
  Stream,
  Transport,
  TransportCounters,
  UnsentCause,
} from "../transport/transport.ts";
import type { Protection } from "../transport/wire/protection.ts";
import type { WireMessage } from "../transport/wire/message.ts";
import type { LinkIdentity, LinksMessage } from "./links.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { SourceBudget } from "./transport/budget.ts";
import { Drops } from "./transport/drops.ts";
import { Reception } from "./transport/reception.ts";
import { Serving } from "./transport/serving.ts";
import { type SessionOver, Sessions } from "./transport/sessions.ts";
import { packetSource } from "./transport/source.ts";
import { topic } from "./runtime/events.ts";

/** What the keeper of the sockets understands. */
export type TransportMessage =
  /** Bind and listen; replies once. When it is open already, replies with where. */
  | Readonly<{ type: "open"; bind: Address; name: string; replyTo: ActorRef<OpenReply> }>
  | Readonly<{ type: "close"; replyTo: ActorRef<"closed"> }>
  /** One datagram; whoever wants to know is told if it could not be sent. */
  | Readonly<{ type: "send_packet"; to: Address; bytes: Uint8Array; unsent?: UnsentReceiver }>
  /** Open a stream, write, and read one memberlist message if a reply is expected. */
  | Readonly<{
    type: "exchange";
    id: number;
    to: Address;
    request: Uint8Array;
    timeoutMs: number;
    replyTo: ActorRef<ExchangeDone>;
  }>
  /** Open a stream, write, and wait until the other side has taken it and closes; nothing is read. */
  | Readonly<{
    type: "deliver";
    id: number;
    to: Address;
    request: Uint8Array;
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

/** A datagram for the gossip pool. */
export type PacketArrived = Readonly<{ type: "packet_arrived"; from: Address; bytes: Uint8Array }>;

/** A memberlist message on a stream; to be answered by `answer` with the same session. */
export type StreamRequest = Readonly<{
  type: "stream_request";
  session: number;
  from: Address;
  message: WireMessage;
}>;

export type TransportStatus = Readonly<{
  address: Address | undefined;
  counters: Readonly<TransportCounters> | undefined;
  /** By reason, and of those who sent most of it. */
  dropped: Readonly<Record<string, number>>;
  offenders: Readonly<Record<string, number>>;
}>;

/** Published when the transport opens and closes. */
export type TransportEvent = Readonly<{ type: "opened"; address: Address }> | Readonly<{ type: "closed" }>;
export const TRANSPORT = topic<TransportEvent>("transport");

/** What of the transport outlives a crash: whether and where to be open, and that the old sockets have to go first. */
export type TransportMemory = { open?: { readonly bind: Address; readonly name: string }; closing: Promise<void> };

type TransportDeps = Readonly<{
  openTransport: OpenTransport;
  memory: TransportMemory;
  links: () => ActorRef<LinksMessage>;
  /** Who gets packets and memberlist streams; without a pool they are dropped and counted. */
  pool?: () => ActorRef<PacketArrived | StreamRequest>;
  /** Opens what comes for the pool, and has the ring for the links; without one, nothing is sealed. */
  guard?: Guard;
  http?: (request: HttpRequest) => Promise<HttpResponse>;
}>;

/**
 * Packets of one source that are looked at. A member of a thousand sends and gets some twenty a second, so that hundreds
 * of them may share an address; and a message of the largest size, cut into packets by an application, still passes.
 */
const PACKETS_PER_SOURCE = { burst: 4_000, perSecond: 2_000 };
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
        case "send_packet":
          return door.sendPacket(message.to, message.bytes, message.unsent);
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
    const { links, pool } = deps;
    const drop = (reason: string, { remote }: Stream): void => this.#drop(reason, remote);
    const serving = new Serving(this.#sessions, { now: () => ctx.clock.now(), drop });
    this.#reception = new Reception(this.#sessions, serving, {
      links,
      guard: this.#guard,
      ...(pool === undefined ? {} : { pool }),
      http: deps.http !== undefined,
      drop,
    });
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
    memory.open = { bind: transport.address, name: memory.open?.name ?? "" }; // after a crash, the same port again
    this.introduceLinks();
    this.#reply({ ok: true, address: transport.address });
    this.#ctx.events.publish(TRANSPORT, { type: "opened", address: transport.address });
  }

  introduceLinks(): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    const self: LinkIdentity = { address: transport.address, name: this.#deps.memory.open?.name ?? "" };
    const { secrets } = this.#guard;
    const protection = (): Protection => this.#guard.protection;
    this.#deps.links().tell({ type: "attach", transport, self, protection, secrets });
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

  sendPacket(to: Address, bytes: Uint8Array, receiver?: UnsentReceiver): void {
    const unsent = receiver === undefined ? undefined : (cause: UnsentCause): void => {
      receiver.replyTo.tell({ type: "packet_unsent", id: receiver.id, cause });
    };
    if (this.#transport !== undefined) return this.#transport.sendPacket(to, bytes, unsent);
    this.#drop("closed");
    unsent?.("local");
  }

  exchange({ id, to, request, timeoutMs, replyTo }: Extract<TransportMessage, { type: "exchange" }>): void {
    if (this.#transport === undefined) return replyTo.tell({ type: "exchange_done", id, outcome: CLOSED });
    const done = (outcome: ExchangeDone["outcome"]): void => {
      if (this.#sessions.leave(session)) replyTo.tell({ type: "exchange_done", id, outcome });
    };
    const reader = this.#guard.replyReader();
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

  deliver({ id, to, request, timeoutMs, replyTo }: Extract<TransportMessage, { type: "deliver" }>): void {
    if (this.#transport === undefined) return replyTo.tell({ type: "delivered", id, problem: CLOSED.reason });
    const done = (problem?: string): void => {
      if (!this.#sessions.leave(session)) return;
      replyTo.tell(problem === undefined ? { type: "delivered", id } : { type: "delivered", id, problem });
    };
    const reader = this.#guard.replyReader();
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
    };
  }

  #openSockets(bind: Address): Promise<Transport> {
    const { http } = this.#deps;
    return this.#deps.openTransport(bind, {
      packet: (from, bytes) => this.#packet(from, bytes),
      accept: (stream) => this.#reception.accept(stream),
      ...(http === undefined ? {} : { http }),
    });
  }

  #packet(from: Address, bytes: Uint8Array): void {
    if (!this.#packetBudget.spend(packetSource(from), 1, this.#ctx.clock.now())) {
      return this.#drop("packet over budget", from);
    }
    if (this.#deps.pool === undefined) return this.#drop("no pool");
    this.#deps.pool().tell({ type: "packet_arrived", from, bytes });
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
    this.#deps.links().tell({ type: "detach" });
    this.#deps.memory.closing = transport.close();
    this.#ctx.events.publish(TRANSPORT, { type: "closed" });
  }
}

const CLOSED = { ok: false, reason: "the transport is closed" } as const;
