import { type Address } from "../transport/address.ts";
import { type Envelope, EnvelopeCodec, LINK_VERSION } from "../transport/link/envelope.ts";
import { LINK_PREAMBLE } from "../transport/link/frame.ts";
import type { Stream, StreamHandler, Transport } from "../transport/transport.ts";
import { Connection } from "./links/connection.ts";
import { Exports, type Published } from "./links/exports.ts";
import { Link } from "./links/link.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { Clock } from "./runtime/clock.ts";
import { type ActorRef, AskError, type StopReason } from "./runtime/ref.ts";
import { type Courier, RemoteRef } from "./runtime/remote_ref.ts";
import type { ReplySlot } from "./runtime/reply_slot.ts";

/** What the keeper of the links to other peers understands. */
export type LinksMessage =
  /** The transport is open: connect through it, and say this of yourself. */
  | Readonly<{ type: "attach"; transport: Pick<Transport, "connect">; self: LinkIdentity }>
  /** The transport is closed: all links are gone. */
  | Readonly<{ type: "detach" }>
  /** Let other peers address this actor as `id`. */
  | Readonly<{ type: "publish"; id: string; actor: Published }>
  /** Carry a message; `slot` fails if that cannot be done. */
  | Readonly<{ type: "send"; to: Address; id: string; message: unknown; slot?: ReplySlot<never> | undefined }>
  | Readonly<{ type: "watch"; to: Address; id: string; watch: number; gone: (reason: StopReason) => void }>
  | Readonly<{ type: "unwatch"; to: Address; watch: number }>
  /** The failure detector's verdict, which is quicker than a connection's. */
  | Readonly<{ type: "peer_gone"; peer: Address }>
  | Readonly<{ type: "status"; replyTo: ActorRef<LinksStatus> }>
  /** From the transport: somebody opened a link; then what happens on connections. */
  | Readonly<{ type: "accepted"; stream: Stream; adopt: (handler: StreamHandler) => void }>
  | Readonly<{ type: "opened"; connection: Connection }>
  | Readonly<{ type: "received"; connection: Connection; bytes: Uint8Array }>
  | Readonly<{ type: "closed"; connection: Connection }>
  /** Timers. */
  | Readonly<{ type: "connect"; peer: Address }>
  | Readonly<{ type: "housekeeping" }>;

export type LinkIdentity = Readonly<{ address: Address; name: string }>;

export type LinksStatus = Readonly<{
  links: readonly Readonly<{ peer: Address; connections: number; queued: number }>[];
  counters: Readonly<LinksCounters>;
}>;

type LinksCounters = {
  sent: number;
  received: number;
  /** Not carried: the peer cannot be reached, is too slow, or too many wait. */
  undelivered: number;
  /** From outside, for nobody we publish. */
  unknownTarget: number;
  /** From outside, refused by the decoder of the actor it was for. */
  refused: number;
  /** Connections closed because what came was no link. */
  malformed: number;
};

const CONNECT_TIMEOUT_MS = 3_000;
const HOUSEKEEPING_MS = 2_000;
/** A connection that has not said hello by then is closed. */
const HELLO_TIMEOUT_MS = 5_000;
/** Silence after which a ping is sent, and after which the connection counts as dead. */
const PING_AFTER_MS = 4_000;
const DEAD_AFTER_MS = 12_000;
/** A link that nobody needs is closed after this time without a message. */
const IDLE_CLOSE_MS = 120_000;
/** Links at once; further peers are refused. */
const LINKS_MAX = 1_024;

/** Carries messages between this peer's actors and other peers' published ones. At most once, in order. */
export function links(clock: Clock): Behavior<LinksMessage> {
  return (ctx) => {
    const keeper = new LinkKeeper(ctx, clock);
    ctx.timers.every("housekeeping", HOUSEKEEPING_MS, { type: "housekeeping" });
    ctx.onStop(() => keeper.detach());
    return (message) => {
      switch (message.type) {
        case "attach":
          return keeper.attach(message.transport, message.self);
        case "detach":
          return keeper.detach();
        case "publish":
          return keeper.exports.publish(message.id, message.actor);
        case "send":
          return keeper.send(message.to, message.id, message.message, message.slot);
        case "watch":
          return keeper.watch(message.to, message.id, message.watch, message.gone);
        case "unwatch":
          return keeper.unwatch(message.to, message.watch);
        case "peer_gone":
          return keeper.peerGone(message.peer);
        case "status":
          return message.replyTo.tell(keeper.status());
        case "accepted":
          return keeper.accepted(message.stream, message.adopt);
        case "opened":
          return keeper.opened(message.connection);
        case "received":
          return keeper.received(message.connection, message.bytes);
        case "closed":
          return keeper.closed(message.connection);
        case "connect":
          return keeper.connect(message.peer);
        case "housekeeping":
          return keeper.housekeeping();
      }
    };
  };
}

/** The courier that remote refs need, over the keeper of links. */
export function linksCourier(keeper: ActorRef<LinksMessage>, clock: Clock, late: Courier["late"]): Courier {
  let watches = 0;
  return {
    clock,
    late,
    send: (peer, id, message, slot) => keeper.tell({ type: "send", to: peer as Address, id, message, slot }),
    watch(peer, id, gone) {
      const watch = ++watches;
      keeper.tell({ type: "watch", to: peer as Address, id, watch, gone });
      return () => keeper.tell({ type: "unwatch", to: peer as Address, watch });
    },
  };
}

class LinkKeeper {
  readonly exports: Exports;
  readonly #ctx: Context<LinksMessage>;
  readonly #links = new Map<Address, Link>();
  /** Incoming connections that have not said hello. */
  readonly #strangers = new Set<Connection>();
  readonly #codec: EnvelopeCodec;
  readonly #counters: LinksCounters = {
    sent: 0,
    received: 0,
    undelivered: 0,
    unknownTarget: 0,
    refused: 0,
    malformed: 0,
  };
  readonly #instance: string;
  #transport: Pick<Transport, "connect"> | undefined;
  #self: LinkIdentity | undefined;

  constructor(ctx: Context<LinksMessage>, clock: Clock) {
    this.#ctx = ctx;
    this.exports = new Exports(ctx.random);
    this.#instance = ctx.random.bytes(8).toHex();
    const courier = linksCourier(ctx.self, clock, (path, message) => this.#late(path, message));
    this.#codec = new EnvelopeCodec({
      isRef: isActorRef,
      describe: (ref) =>
        ref instanceof RemoteRef
          ? { address: ref.peer as Address, id: ref.id }
          : { address: this.#identity().address, id: this.exports.idOf(ref) },
      resolve: (address, id) => new RemoteRef(courier, address, id),
    });
  }

  attach(transport: Pick<Transport, "connect">, self: LinkIdentity): void {
    this.#transport = transport;
    this.#self = self;
    for (const link of this.#links.values()) this.#ensureConnected(link);
  }

  detach(): void {
    this.#transport = undefined;
    for (const connection of [...this.#strangers, ...this.#connections()]) connection.stream.destroy();
    for (const link of [...this.#links.values()]) this.#giveUp(link);
  }

  send(to: Address, id: string, message: unknown, slot?: ReplySlot<never>): void {
    const link = this.#link(to);
    if (link === undefined) return this.#undelivered(to, id, message, slot);
    if (slot !== undefined) {
      link.slots.add(slot);
      slot.watch(() => link.slots.delete(slot));
    }
    this.#dispatch(link, { type: "tell", id, message });
  }

  watch(to: Address, id: string, watch: number, gone: (reason: StopReason) => void): void {
    const link = this.#link(to);
    if (link === undefined) return gone("unreachable");
    link.watches.set(watch, { id, gone });
    if (link.current === undefined) this.#ensureConnected(link);
    else this.#write(link.current, { type: "watch", watch, id });
  }

  unwatch(to: Address, watch: number): void {
    const link = this.#links.get(to);
    if (link?.watches.delete(watch) && link.current !== undefined) {
      this.#write(link.current, { type: "unwatch", watch });
    }
  }

  peerGone(peer: Address): void {
    const link = this.#links.get(peer);
    if (link === undefined) return;
    for (const connection of [...link.connections]) connection.stream.destroy();
    this.#giveUp(link);
  }

  status(): LinksStatus {
    const links = [...this.#links.values()];
    return {
      links: links.map((link) => ({ peer: link.peer, connections: link.connections.size, queued: link.queued })),
      counters: { ...this.#counters },
    };
  }

  accepted(stream: Stream, adopt: (handler: StreamHandler) => void): void {
    const connection = new Connection(stream, this.#codec, this.#now());
    this.#strangers.add(connection);
    adopt(this.#handler(connection));
  }

  opened(connection: Connection): void {
    connection.stream.write(LINK_PREAMBLE);
    this.#greet(connection);
  }

  received(connection: Connection, bytes: Uint8Array): void {
    const envelopes = connection.read(bytes, this.#now());
    if (envelopes === undefined) return this.#malformed(connection);
    for (const envelope of envelopes) this.#receive(connection, envelope);
  }

  closed(connection: Connection): void {
    connection.forgetWatches();
    this.#strangers.delete(connection);
    const link = connection.peer === undefined ? undefined : this.#links.get(connection.peer);
    if (link === undefined || !link.connections.delete(connection)) return;
    if (link.connections.size > 0) return;
    link.attempts = Math.max(1, link.attempts); // one that opens only to close again must not be dialled in a loop
    if (link.needed) this.#ensureConnected(link);
    else this.#links.delete(link.peer);
  }

  connect(peer: Address): void {
    const link = this.#links.get(peer);
    if (link === undefined || link.connections.size > 0 || this.#transport === undefined) return;
    link.attempts++;
    const handler: StreamHandler = {
      opened: () => this.#ctx.self.tell({ type: "opened", connection }),
      data: (bytes) => this.#ctx.self.tell({ type: "received", connection, bytes }),
      closed: () => this.#ctx.self.tell({ type: "closed", connection }),
    };
    const stream = this.#transport.connect(peer, CONNECT_TIMEOUT_MS, handler);
    const connection = new Connection(stream, this.#codec, this.#now(), peer);
    link.connections.add(connection);
  }

  housekeeping(): void {
    const now = this.#now();
    for (const connection of [...this.#strangers, ...this.#connections()]) {
      const silentMs = now - connection.heardAt;
      if (silentMs > (connection.established ? DEAD_AFTER_MS : HELLO_TIMEOUT_MS)) connection.stream.destroy();
      else if (connection.established && silentMs > PING_AFTER_MS) this.#write(connection, { type: "ping" });
    }
    for (const link of this.#links.values()) {
      if (link.needed || now - link.usedAt < IDLE_CLOSE_MS) continue;
      for (const connection of link.connections) if (connection.outgoing) connection.stream.end();
    }
  }

  #receive(connection: Connection, envelope: Envelope): void {
    if (envelope.type === "hello") return this.#greeted(connection, envelope);
    if (!connection.established) return this.#malformed(connection);
    switch (envelope.type) {
      case "tell":
        return this.#deliver(connection, envelope.id, envelope.message);
      case "watch":
        return this.#watchForThem(connection, envelope.watch, envelope.id);
      case "unwatch":
        connection.theirWatches.get(envelope.watch)?.();
        return void connection.theirWatches.delete(envelope.watch);
      case "gone":
        return this.#theirActorGone(connection, envelope.watch, envelope.reason);
      case "undelivered":
        return this.#ctx.deadLetter({
          to: `${connection.peer}/${envelope.id}`,
          message: undefined,
          reason: "no_such_actor",
        });
      case "ping":
        return this.#write(connection, { type: "pong" });
      case "pong":
        return;
    }
  }

  #greeted(connection: Connection, hello: Extract<Envelope, { type: "hello" }>): void {
    if (connection.established || hello.version !== LINK_VERSION) return this.#malformed(connection);
    if (!connection.outgoing) {
      const link = this.#link(hello.address);
      if (link === undefined) return connection.stream.destroy();
      connection.peer = hello.address;
      this.#strangers.delete(connection);
      link.connections.add(connection);
      this.#greet(connection);
    }
    const link = this.#links.get(connection.peer!);
    if (link === undefined) return connection.stream.destroy(); // given up meanwhile
    connection.established = true;
    if (link.instance !== undefined && link.instance !== hello.instance) this.#replaced(link, connection);
    link.instance = hello.instance;
    this.#flush(link, connection);
  }

  /** Somebody else answers at that address now: what led to the former one is over. */
  #replaced(link: Link, by: Connection): void {
    for (const connection of link.connections) if (connection !== by) connection.stream.destroy();
    this.#mourn(link);
  }

  #greet(connection: Connection): void {
    const hello = { type: "hello", version: LINK_VERSION, instance: this.#instance, ...this.#identity() } as const;
    this.#write(connection, hello);
  }

  #flush(link: Link, connection: Connection): void {
    link.attempts = 0;
    if (link.current !== connection) return;
    for (const [watch, { id }] of link.watches) this.#write(connection, { type: "watch", watch, id });
    for (const envelope of link.takeQueue()) this.#dispatch(link, envelope);
  }

  #deliver(connection: Connection, id: string, message: unknown): void {
    this.#counters.received++;
    const link = this.#links.get(connection.peer!);
    if (link !== undefined) link.usedAt = this.#now();
    const outcome = this.exports.deliver(id, message);
    if (outcome === "refused") this.#counters.refused++;
    if (outcome !== "unknown") return;
    this.#counters.unknownTarget++;
    this.#write(connection, { type: "undelivered", id });
  }

  #watchForThem(connection: Connection, watch: number, id: string): void {
    const target = this.exports.find(id);
    if (target === undefined) return this.#write(connection, { type: "gone", watch, reason: "unknown" });
    if (connection.theirWatches.has(watch)) return;
    connection.theirWatches.set(watch, () => {});
    const cancel = target.watch((reason) => {
      if (connection.theirWatches.delete(watch)) this.#write(connection, { type: "gone", watch, reason });
    });
    if (connection.theirWatches.has(watch)) connection.theirWatches.set(watch, cancel);
  }

  #theirActorGone(connection: Connection, watch: number, reason: StopReason): void {
    const link = this.#links.get(connection.peer!);
    const entry = link?.watches.get(watch);
    link?.watches.delete(watch);
    entry?.gone(reason);
  }

  /** Writes on the link's connection, or keeps the envelope until it has one. */
  #dispatch(link: Link, envelope: Envelope): void {
    link.usedAt = this.#now();
    const connection = link.current;
    if (connection !== undefined) return this.#write(connection, envelope);
    if (!link.enqueue(envelope)) return this.#drop(link.peer, envelope);
    this.#ensureConnected(link);
  }

  #write(connection: Connection, envelope: Envelope): void {
    if (connection.write(envelope)) this.#counters.sent++;
    else this.#drop(connection.peer, envelope);
  }

  #ensureConnected(link: Link): void {
    if (link.connections.size > 0) return;
    const delayMs = link.nextAttemptInMs();
    if (delayMs === undefined) return this.#giveUp(link);
    const key = `connect ${link.peer}`;
    if (delayMs === 0) this.connect(link.peer);
    else if (!this.#ctx.timers.has(key)) this.#ctx.timers.after(key, delayMs, { type: "connect", peer: link.peer });
  }

  /** The peer cannot be reached: says so to everybody who waits for it, and forgets it. */
  #giveUp(link: Link): void {
    this.#links.delete(link.peer);
    this.#ctx.timers.cancel(`connect ${link.peer}`);
    for (const envelope of link.takeQueue()) this.#drop(link.peer, envelope);
    this.#mourn(link);
  }

  /** The actors that were there are gone: says so to everybody who watches one or waits for its reply. */
  #mourn(link: Link): void {
    for (const slot of [...link.slots]) slot.fail(new AskError("gone", link.peer));
    const watches = [...link.watches.values()];
    link.watches.clear();
    for (const { gone } of watches) gone("unreachable");
  }

  #drop(peer: Address | undefined, envelope: Envelope): void {
    if (envelope.type === "tell") this.#undelivered(peer, envelope.id, envelope.message);
  }

  #undelivered(peer: Address | undefined, id: string, message: unknown, slot?: ReplySlot<never>): void {
    this.#counters.undelivered++;
    slot?.fail(new AskError("gone", `${peer}/${id}`));
    this.#ctx.deadLetter({ to: `${peer}/${id}`, message, reason: "unreachable" });
  }

  #malformed(connection: Connection): void {
    this.#counters.malformed++;
    this.#ctx.log.warn("link_refused", { from: connection.stream.remote });
    connection.stream.destroy();
  }

  #late(path: string, message: unknown): void {
    this.#ctx.deadLetter({ to: path, message, reason: "late_reply" });
  }

  #link(peer: Address): Link | undefined {
    const known = this.#links.get(peer);
    if (known !== undefined) return known;
    if (this.#links.size >= LINKS_MAX) return undefined;
    const link = new Link(peer, this.#now());
    this.#links.set(peer, link);
    return link;
  }

  #connections(): Connection[] {
    return [...this.#links.values()].flatMap((link) => [...link.connections]);
  }

  #handler(connection: Connection): StreamHandler {
    return {
      data: (bytes) => this.#ctx.self.tell({ type: "received", connection, bytes }),
      closed: () => this.#ctx.self.tell({ type: "closed", connection }),
    };
  }

  #identity(): LinkIdentity {
    if (this.#self === undefined) throw new Error("A link was used before the transport was open");
    return this.#self;
  }

  #now(): number {
    return this.#ctx.clock.now();
  }
}

function isActorRef(value: unknown): value is ActorRef<never> {
  return typeof value === "object" && value !== null && "tell" in value && typeof value.tell === "function";
}
