import type { Address } from "../../transport/address.ts";
import { type Envelope, EnvelopeCodec, LINK_VERSION } from "../../transport/link/envelope.ts";
import type { ChannelFault, ChannelTerms } from "../../transport/link/channel.ts";
import type { Stream, StreamHandler, Transport } from "../../transport/transport.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import type { LinkGuard, LinkIdentity, LinksMessage, LinksStatus, LinkStatus } from "../links.ts";
import type { Context } from "../runtime/behavior.ts";
import type { ActorRef } from "../runtime/ref.ts";
import { RemoteRef } from "../runtime/remote_ref.ts";
import { crowdedOut } from "../transport/half_open.ts";
import { Carrier } from "./carrier.ts";
import { Connection } from "./connection.ts";
import { newLinksCounters } from "./counters.ts";
import { linksCourier } from "./courier.ts";
import { Exports } from "./exports.ts";
import { Hearing } from "./hearing.ts";
import { Link, LINK_BROKEN, type Parcel } from "./link.ts";
import { Vigil } from "./vigil.ts";
import { notify, type RemoteWatch } from "./watches.ts";

/** How often links are looked after: hellos that are late, connections that are silent, links that nobody needs. */
const HOUSEKEEPING_MS = 2_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** A link that nobody needs is closed after this time without a message. */
const IDLE_CLOSE_MS = 120_000;
/** Links at once. One more peer takes the place of the oldest that has never answered; is there none, it is refused. */
const LINKS_MAX = 1_024;

/** All links of a peer, what is published on them, and the connections that belong to none (yet). */
export class LinkKeeper {
  readonly exports: Exports;
  readonly #ctx: Context<LinksMessage>;
  readonly #links = new Map<Address, Link>();
  readonly #vigil: Vigil;
  readonly #carrier: Carrier;
  readonly #hearing: Hearing;
  /** No link is idle for long enough to be closed before. */
  #idleFrom = 0;
  readonly #codec: EnvelopeCodec;
  readonly #counters = newLinksCounters();
  readonly #instance: string;
  #transport: Pick<Transport, "connect"> | undefined;
  #self: LinkIdentity | undefined;
  #guard: LinkGuard = {};

  constructor(ctx: Context<LinksMessage>) {
    this.#ctx = ctx;
    this.exports = new Exports(ctx);
    this.#instance = ctx.random.bytes(8).toHex();
    const courier = linksCourier(ctx.self, ctx);
    const codec = new EnvelopeCodec({
      isRef: isActorRef,
      describe: (ref) =>
        ref instanceof RemoteRef
          ? { address: ref.peer as Address, id: ref.id }
          : { address: this.#identity().address, id: this.exports.idOf(ref) },
      resolve: (address, id) => new RemoteRef(courier, address, id),
    });
    const counters = this.#counters;
    const linkOf = (connection: Connection): Link | undefined => this.#linkOf(connection);
    const vigil = new Vigil({
      everyMs: HOUSEKEEPING_MS,
      now: () => this.#now(),
      linkOf,
      ping: (connection) => this.#write(connection, { type: "ping" }),
      timedOut: (connection) => this.#timedOut(connection),
      outdated: (connection) => this.#outdated(connection),
    });
    this.#codec = codec;
    this.#vigil = vigil;
    const ensureConnected = (link: Link): void => this.#ensureConnected(link);
    this.#carrier = new Carrier({ ctx, codec, counters, vigil, ensureConnected });
    this.#hearing = new Hearing({
      ctx,
      exports: this.exports,
      counters,
      vigil,
      link: (peer) => this.#links.get(peer),
      linkOf,
      write: (connection, envelope) => this.#write(connection, envelope),
      refuse: (connection, fault) => this.#refuse(connection, fault),
      hangUp: (connection) => this.#hangUp(connection),
    });
  }

  attach(transport: Pick<Transport, "connect">, self: LinkIdentity, guard: LinkGuard): void {
    this.#transport = transport;
    this.#self = self;
    this.#guard = guard;
    for (const link of this.#links.values()) this.#ensureConnected(link);
  }

  detach(): void {
    this.#transport = undefined;
    this.#self = undefined;
    for (const link of [...this.#links.values()]) this.#giveUp(link);
    for (const connection of [...this.#vigil.connections]) this.#hangUp(connection);
  }

  /** The end of this keeper: leaves nothing behind. */
  close(): void {
    this.detach();
    this.exports.close();
  }

  send(to: Address, parcel: Parcel): void {
    if (parcel.written?.isOpen === false) return; // it gave up before this was read
    const link = this.#link(to);
    if (link === undefined) this.#carrier.undelivered(to, parcel);
    else this.#carrier.carry(link, parcel);
  }

  /** All get the same bytes: what becomes of them on one link is nobody else's affair. */
  spread(to: readonly Address[], id: string, message: unknown): void {
    const content = { type: "tell", id, message } as const;
    const shared = this.#carrier.share(content);
    if (shared !== undefined) { for (const peer of to) this.send(peer, { content, shared }); }
  }

  watch(to: Address, watch: RemoteWatch): void {
    const link = this.#link(to);
    const number = this.#carrier.nextNumber();
    if (!link?.watches.add(number, watch)) {
      this.#counters.undelivered++;
      return notify(watch, "unreachable", this.#ctx.log);
    }
    this.#vigil.stir(link);
    if (link.current === undefined) this.#ensureConnected(link);
    else this.#write(link.current, { type: "watch", watch: number, id: watch.id });
  }

  unwatch(to: Address, watch: RemoteWatch): void {
    const link = this.#links.get(to);
    const number = link?.watches.drop(watch);
    if (number !== undefined && link?.current !== undefined) {
      this.#write(link.current, { type: "unwatch", watch: number });
    }
  }

  peerGone(peer: Address): void {
    const link = this.#links.get(peer);
    if (link !== undefined) this.#giveUp(link);
  }

  status(): LinksStatus {
    const links = [...this.#links.values()];
    return {
      links: links.map(statusOf),
      connections: this.#vigil.size,
      slots: this.exports.slots,
      counters: { ...this.#counters },
    };
  }

  accepted(stream: Stream, adopt: (handler: StreamHandler) => void): void {
    if (this.#self === undefined) return stream.destroy(); // meant for who was here before a restart
    this.#makeRoomForStranger(stream);
    const connection = new Connection(stream, this.#codec, this.#terms(this.#self.address), this.#now());
    this.#admit(connection);
    adopt(this.#handler(() => connection));
  }

  opened(connection: Connection): void {
    if (!this.#vigil.has(connection)) return;
    connection.begin();
    if (connection.isOpen) this.#greet(connection);
  }

  received(connection: Connection, piece: number, bytes: Uint8Array): void {
    if (!this.#vigil.has(connection)) return; // hung up on, or from before a restart
    if (piece !== ++connection.taken) return this.#torn(connection);
    const wasProving = connection.isProving;
    const reading = connection.read(bytes, this.#now());
    if (!reading.ok) return this.#refuse(connection, reading.fault);
    if (connection.isWithinFrame) this.#vigil.lookSoon(connection);
    if (wasProving && connection.isOpen && connection.outgoing) this.#greet(connection);
    for (const envelope of reading.envelopes) if (this.#vigil.has(connection)) this.#receive(connection, envelope);
  }

  /** The other side has no more to say on this one: neither have we. */
  ended(connection: Connection): void {
    if (!this.#vigil.has(connection)) return;
    if (!connection.isWhole) return this.#torn(connection);
    this.#noteUnproven(connection);
    this.#retire(connection);
  }

  closed(connection: Connection): void {
    if (!this.#vigil.drop(connection)) return;
    this.#noteUnproven(connection);
    this.#lose(connection);
    this.#timeHousekeeping();
  }

  connect(peer: Address): void {
    const link = this.#links.get(peer);
    const transport = this.#transport;
    if (link === undefined || link.connections.size > 0 || transport === undefined) return;
    link.attempts++;
    const stream = transport.connect(peer, CONNECT_TIMEOUT_MS, this.#handler(() => connection));
    const connection = new Connection(stream, this.#codec, this.#terms(peer), this.#now(), peer);
    this.#admit(connection);
    link.add(connection);
  }

  /** Somebody waits for room on a link. */
  lookForRoom(peer: Address): void {
    const link = this.#links.get(peer);
    if (link?.current !== undefined) this.#carrier.drain(link, link.current);
  }

  housekeeping(): void {
    this.#vigil.look(this.#protection());
    const now = this.#now();
    if (now >= this.#idleFrom) this.#closeIdle(now);
    this.#timeHousekeeping();
  }

  #closeIdle(now: number): void {
    this.#idleFrom = now + IDLE_CLOSE_MS;
    for (const link of [...this.#links.values()]) {
      const idleFrom = link.usedAt + IDLE_CLOSE_MS;
      if (now < idleFrom || link.needed) {
        this.#idleFrom = Math.min(this.#idleFrom, Math.max(now, idleFrom));
        continue;
      }
      if (link.connections.size === 0) this.#forget(link);
      for (const connection of [...link.connections]) if (connection.outgoing) this.#retire(connection);
    }
  }

  /** With no link and no connection there is nothing to look after: an idle peer sleeps. */
  #timeHousekeeping(): void {
    const { timers } = this.#ctx;
    if (this.#vigil.size + this.#links.size === 0) timers.cancel("housekeeping");
    else if (!timers.has("housekeeping")) timers.after("housekeeping", HOUSEKEEPING_MS, { type: "housekeeping" });
  }

  #admit(connection: Connection): void {
    this.#vigil.add(connection);
    this.#timeHousekeeping();
  }

  #receive(connection: Connection, envelope: Envelope): void {
    if (envelope.type === "hello") return this.#greeted(connection, envelope);
    if (!connection.established) return this.#refuse(connection, "malformed");
    this.#hearing.hear(connection, envelope);
  }

  #greeted(connection: Connection, hello: Extract<Envelope, { type: "hello" }>): void {
    if (connection.established || hello.version !== LINK_VERSION) return this.#refuse(connection, "malformed");
    const link = connection.outgoing ? this.#linkOf(connection) : this.#link(hello.address);
    if (link === undefined) { // too many links
      this.#counters.crowdedOut++;
      return this.#hangUp(connection);
    }
    if (!connection.outgoing) {
      connection.peer = hello.address;
      link.add(connection);
      this.#greet(connection);
    }
    if (link.instance !== undefined && link.instance !== hello.instance) this.#replaced(link, connection);
    link.instance = hello.instance;
    link.attempts = 0;
    if (link.establish(connection)) this.#flush(link, connection);
  }

  /** Somebody else answers at that address now: what led to the former one is over. */
  #replaced(link: Link, by: Connection): void {
    this.#mourn(link);
    for (const connection of [...link.connections]) if (connection !== by) this.#hangUp(connection);
  }

  #greet(connection: Connection): void {
    const hello = { type: "hello", version: LINK_VERSION, instance: this.#instance, ...this.#identity() } as const;
    this.#write(connection, hello);
  }

  /** Says on the connection to write on, which is a new one, what the other side has to know. */
  #flush(link: Link, connection: Connection): void {
    for (const [watch, { id }] of link.watches.entries()) this.#write(connection, { type: "watch", watch, id });
    this.#carrier.drain(link, connection);
  }

  /** What is said about links is written also to a slow peer: a notice that is dropped would be waited for for ever. */
  #write(connection: Connection, envelope: Exclude<Envelope, { type: "tell" | "stop" }>): void {
    this.#counters.sent++;
    connection.write(envelope);
  }

  #ensureConnected(link: Link): void {
    if (link.connections.size > 0) return;
    const delayMs = link.nextAttemptInMs();
    if (delayMs === undefined) return this.#giveUp(link);
    const key = connectKey(link);
    if (delayMs === 0) this.connect(link.peer);
    else if (!this.#ctx.timers.has(key)) this.#ctx.timers.after(key, delayMs, { type: "connect", peer: link.peer });
  }

  /** The peer cannot be reached: says so to everybody who waits for it, and forgets it. */
  #giveUp(link: Link): void {
    this.#forget(link);
    for (const connection of link.connections) this.#hangUp(connection);
    for (const parcel of link.queue()) {
      link.dequeue(parcel);
      this.#carrier.undelivered(link.peer, parcel);
    }
    this.#mourn(link);
  }

  #forget(link: Link): void {
    this.#links.delete(link.peer);
    this.#ctx.timers.cancel(connectKey(link));
    this.#carrier.forget(link);
    this.#timeHousekeeping();
  }

  /** The actors that were there are gone: says so to everybody who watches one or waits for its reply. */
  #mourn(link: Link): void {
    for (const slot of [...link.slots.values()]) slot.fail("gone");
    for (const watch of link.watches.takeAll()) notify(watch, "unreachable", this.#ctx.log);
  }

  /** Closes at once. */
  #hangUp(connection: Connection): void {
    this.#vigil.drop(connection);
    connection.stream.destroy();
    this.#lose(connection);
    this.#timeHousekeeping();
  }

  /** Ends our half: what the other side has sent still comes, and nothing is lost in between. */
  #retire(connection: Connection): void {
    if (!connection.established) return this.#hangUp(connection);
    connection.retired = true;
    connection.askedAt = this.#now();
    this.#vigil.lookSoon(connection);
    connection.end();
    this.#lose(connection);
  }

  /** The link has to do without this connection, with another one or a new one if somebody needs it. */
  #lose(connection: Connection): void {
    connection.forgetWatches();
    const link = this.#linkOf(connection);
    if (link === undefined) return;
    const wasCurrent = link.current === connection;
    if (link.remove(connection)) this.#flush(link, link.current!);
    else if (wasCurrent && !connection.retired) this.#ctx.events.publish(LINK_BROKEN, { peer: link.peer });
    if (link.connections.size > 0) return;
    link.attempts = Math.max(1, link.attempts); // one that opens only to close again must not be dialled in a loop
    if (link.needed) this.#ensureConnected(link);
    else this.#forget(link);
  }

  /** Closes without a word: a stranger learns nothing from why. */
  #refuse(connection: Connection, fault: ChannelFault): void {
    this.#counters[fault]++;
    this.#ctx.log.warn("link_refused", { from: connection.stream.remote, why: fault });
    this.#hangUp(connection);
  }

  /**
   * Whoever has not the key of who dials it closes without a word, and so does whoever has one and is dialled without:
   * then this is all that is to be seen of it.
   */
  #noteUnproven(connection: Connection): void {
    if (connection.isProving) this.#counters.unproven++;
    else if (connection.isUnanswered) this.#counters.unwelcome++;
  }

  #timedOut(connection: Connection): void {
    this.#counters.timedOut++;
    this.#hangUp(connection);
  }

  /** Ends our half in good order; if the other side has not followed by the next look, it is not waited for. */
  #outdated(connection: Connection): void {
    if (connection.retired) return this.#hangUp(connection);
    this.#counters.outdated++;
    this.#retire(connection);
  }

  /** What follows a missing piece makes no sense, and whether there was one a broken end does not say. */
  #torn(connection: Connection): void {
    this.#counters.torn++;
    this.#hangUp(connection);
  }

  #link(peer: Address): Link | undefined {
    const known = this.#links.get(peer);
    if (known !== undefined) return known;
    if (this.#links.size >= LINKS_MAX && !this.#makeRoomForLink()) return undefined;
    const link = new Link(peer, this.#now());
    this.#links.set(peer, link);
    this.#timeHousekeeping();
    return link;
  }

  /** A stranger's refs can lead anywhere: where nobody has answered yet must not keep out who does. */
  #makeRoomForLink(): boolean {
    for (const link of this.#links.values()) {
      if (link.instance !== undefined) continue;
      this.#counters.crowdedOut++;
      this.#giveUp(link);
      return true;
    }
    return false;
  }

  /** The link that a connection belongs to: none before its hello, and none any more once it is retired or lost. */
  #linkOf(connection: Connection): Link | undefined {
    const link = connection.peer === undefined ? undefined : this.#links.get(connection.peer);
    return link?.connections.has(connection) ? link : undefined;
  }

  /** Who has not said hello is half open, as who has said nothing at all. */
  #makeRoomForStranger(newcomer: Stream): void {
    const strangers = [...this.#vigil.connections].filter(({ peer }) => peer === undefined);
    const gone = crowdedOut(strangers.map((connection) => [connection, connection.stream] as const), newcomer.remote);
    if (gone === undefined) return;
    this.#counters.crowdedOut++;
    this.#hangUp(gone);
  }

  #handler(connection: () => Connection): StreamHandler {
    const { self } = this.#ctx;
    return {
      opened: () => self.tell({ type: "opened", connection: connection() }),
      data: (bytes) => self.tell({ type: "received", connection: connection(), piece: ++connection().arrived, bytes }),
      ended: () => self.tell({ type: "ended", connection: connection() }),
      closed: () => self.tell({ type: "closed", connection: connection() }),
    };
  }

  #identity(): LinkIdentity {
    if (this.#self === undefined) throw new Error("A link was used before the transport was open");
    return this.#self;
  }

  #protection(): Protection {
    return this.#guard.protection?.() ?? UNPROTECTED;
  }

  /** On what terms a connection to `place` is opened now. */
  #terms(place: Address): ChannelTerms {
    return { protection: this.#protection(), place, secrets: this.#guard.secrets ?? noSecrets };
  }

  #now(): number {
    return this.#ctx.clock.now();
  }
}

/** Who has no ring proves nothing, and so has nothing to keep secret. */
function noSecrets(): never {
  throw new Error("A link without protection asked for a secret");
}

function connectKey({ peer }: Link): string {
  return `connect ${peer}`;
}

function statusOf({ peer, connections, queued, senders, watches }: Link): LinkStatus {
  const theirWatches = [...connections].reduce((sum, connection) => sum + connection.theirWatches.size, 0);
  return { peer, connections: connections.size, queued, senders, watches: watches.size, theirWatches };
}

function isActorRef(value: unknown): value is ActorRef<never> {
  return typeof value === "object" && value !== null && "tell" in value && typeof value.tell === "function";
}
