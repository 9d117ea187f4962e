import type { Address } from "../../transport/address.ts";
import { type Envelope, EnvelopeCodec, LINK_VERSION, type UndeliveredReason } from "../../transport/link/envelope.ts";
import { SharedFrame } from "../../transport/link/frame.ts";
import type { ChannelFault, ChannelTerms } from "../../transport/link/channel.ts";
import type { Stream, StreamHandler, Transport } from "../../transport/transport.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import type { LinkGuard, LinkIdentity, LinksCounters, LinksMessage, LinksStatus, LinkStatus } from "../links.ts";
import type { Context } from "../runtime/behavior.ts";
import type { DeadLetterReason } from "../runtime/dead_letters.ts";
import type { ActorRef, AskError, StopReason } from "../runtime/ref.ts";
import { RemoteRef } from "../runtime/remote_ref.ts";
import { crowdedOut } from "../transport/half_open.ts";
import { Connection } from "./connection.ts";
import { linksCourier } from "./courier.ts";
import { type Delivery, Exports } from "./exports.ts";
import { type Content, Link, LINK_BROKEN, type Parcel } from "./link.ts";
import { Rounds } from "./rounds.ts";
import { type RemoteWatch, WATCHES_PER_LINK_MAX } from "./watches.ts";

/** How often links are looked after: hellos that are late, connections that are silent, links that nobody needs. */
const HOUSEKEEPING_MS = 2_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** A connection that has not said hello by then is closed. */
const HELLO_TIMEOUT_MS = 5_000;
/** Silence after which a ping is sent where somebody waits for something of the other side, or it was told something. */
const PING_AFTER_MS = 4_000;
/**
 * The same where nobody does: often enough for what lies between to remember the connection, and for the next message
 * to find one that works; and no more, because a member may have as many links as there are others.
 */
const IDLE_PING_AFTER_MS = 8_000;
/**
 * How long an answer to a ping may take, until the connection counts as dead, and what was said into it as lost. Where
 * three of ten packets get lost, some living ones bring nothing for 8 s.
 */
const PONG_TIMEOUT_MS = 12_000;
/** How long a connection may be silent once our half of it is ended. */
const END_TIMEOUT_MS = 12_000;
/** A link that nobody needs is closed after this time without a message. */
const IDLE_CLOSE_MS = 120_000;
/**
 * How often a slow connection is looked at while somebody waits for room on it: a sender waits that much longer than it
 * has to, and a link that is waited for carries at most a backlog in that time (40 MB/s).
 */
const ROOM_POLL_MS = 25;
/** Links at once. One more peer takes the place of the oldest that has never answered; is there none, it is refused. */
const LINKS_MAX = 1_024;

/** All links of a peer, what is published on them, and the connections that belong to none (yet). */
export class LinkKeeper {
  readonly exports: Exports;
  readonly #ctx: Context<LinksMessage>;
  readonly #links = new Map<Address, Link>();
  /** All connections, oldest first: those of the links, those that have not said whose they are, and retired ones. */
  readonly #live = new Set<Connection>();
  /** When each of them is looked after next. */
  readonly #rounds = new Rounds<Connection>(HOUSEKEEPING_MS);
  /** No link is idle for long enough to be closed before. */
  #idleFrom = 0;
  readonly #codec: EnvelopeCodec;
  readonly #counters: LinksCounters = {
    sent: 0,
    received: 0,
    undelivered: 0,
    shed: 0,
    unsendable: 0,
    unknownTarget: 0,
    refused: 0,
    full: 0,
    overtaken: 0,
    malformed: 0,
    unproven: 0,
    unwelcome: 0,
    forged: 0,
    outdated: 0,
    timedOut: 0,
    torn: 0,
    crowdedOut: 0,
  };
  readonly #instance: string;
  /** The last number given to a watch, a tell or a stop: of all links, so that none means two things ever. */
  #number = 0;
  #transport: Pick<Transport, "connect"> | undefined;
  #self: LinkIdentity | undefined;
  #guard: LinkGuard = {};
  /** As it was when links were last looked after. */
  #protectionSeen: Protection | undefined;

  constructor(ctx: Context<LinksMessage>) {
    this.#ctx = ctx;
    this.exports = new Exports(ctx);
    this.#instance = ctx.random.bytes(8).toHex();
    const courier = linksCourier(ctx.self, ctx);
    this.#codec = new EnvelopeCodec({
      isRef: isActorRef,
      describe: (ref) =>
        ref instanceof RemoteRef
          ? { address: ref.peer as Address, id: ref.id }
          : { address: this.#identity().address, id: this.exports.idOf(ref) },
      resolve: (address, id) => new RemoteRef(courier, address, id),
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
    for (const connection of [...this.#live]) this.#hangUp(connection);
  }

  /** The end of this keeper: leaves nothing behind. */
  close(): void {
    this.detach();
    this.exports.close();
  }

  send(to: Address, parcel: Parcel): void {
    if (parcel.written?.isOpen === false) return; // it gave up before this was read
    const link = this.#link(to);
    if (link === undefined) this.#undelivered(to, parcel);
    else this.#dispatch(link, parcel);
  }

  /** All get the same bytes: what becomes of them on one link is nobody else's affair. */
  spread(to: readonly Address[], id: string, message: unknown): void {
    const content = { type: "tell", id, message } as const;
    const shared = this.#share(content);
    if (shared !== undefined) { for (const peer of to) this.send(peer, { content, shared }); }
  }

  watch(to: Address, watch: RemoteWatch): void {
    const link = this.#link(to);
    const number = ++this.#number;
    if (!link?.watches.add(number, watch)) {
      this.#counters.undelivered++;
      return this.#notify(watch, "unreachable");
    }
    this.#stir(link);
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
      connections: this.#live.size,
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
    if (!this.#live.has(connection)) return;
    connection.begin();
    if (connection.isOpen) this.#greet(connection);
  }

  received(connection: Connection, piece: number, bytes: Uint8Array): void {
    if (!this.#live.has(connection)) return; // hung up on, or from before a restart
    if (piece !== ++connection.taken) return this.#torn(connection);
    const wasProving = connection.isProving;
    const reading = connection.read(bytes, this.#now());
    if (!reading.ok) return this.#refuse(connection, reading.fault);
    if (connection.isWithinFrame) this.#rounds.plan(connection, 0);
    if (wasProving && connection.isOpen && connection.outgoing) this.#greet(connection);
    for (const envelope of reading.envelopes) if (this.#live.has(connection)) this.#receive(connection, envelope);
  }

  /** The other side has no more to say on this one: neither have we. */
  ended(connection: Connection): void {
    if (!this.#live.has(connection)) return;
    if (!connection.isWhole) return this.#torn(connection);
    this.#noteUnproven(connection);
    this.#retire(connection);
  }

  closed(connection: Connection): void {
    if (!this.#live.delete(connection)) return;
    this.#rounds.drop(connection);
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
    if (link?.current !== undefined) this.#drain(link, link.current);
  }

  housekeeping(): void {
    const now = this.#now();
    const protection = this.#protection();
    const isSame = protection === this.#protectionSeen;
    this.#protectionSeen = protection;
    for (const connection of isSame ? this.#rounds.take(now) : [...this.#live]) {
      this.#lookAfter(connection, protection, now);
    }
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
    if (this.#live.size + this.#links.size === 0) timers.cancel("housekeeping");
    else if (!timers.has("housekeeping")) timers.after("housekeeping", HOUSEKEEPING_MS, { type: "housekeeping" });
  }

  #admit(connection: Connection): void {
    this.#live.add(connection);
    this.#rounds.plan(connection, 0);
    this.#timeHousekeeping();
  }

  #lookAfter(connection: Connection, protection: Protection, now: number): void {
    if (!this.#live.has(connection)) return; // another one took it along in this round
    this.#rounds.plan(connection, now);
    if (isOverdue(connection, now)) {
      this.#counters.timedOut++;
      this.#hangUp(connection);
    } else if (!connection.isUpToDate(protection)) this.#outdated(connection);
    else if (connection.established && !connection.retired && connection.askedAt <= connection.heardAt) {
      this.#lookWhetherAlive(connection, now);
    }
  }

  #lookWhetherAlive(connection: Connection, now: number): void {
    const { heardAt, saidAt } = connection;
    // Half a frame keeps memory of ours, so it is waited for as well.
    const isAwaited = saidAt >= heardAt || connection.isWithinFrame || this.#linkOf(connection)?.needed === true;
    if (now - heardAt > (isAwaited ? PING_AFTER_MS : IDLE_PING_AFTER_MS)) {
      connection.askedAt = now;
      this.#write(connection, { type: "ping" });
    } else if (!isAwaited) this.#rounds.plan(connection, heardAt + IDLE_PING_AFTER_MS);
  }

  /** Somebody waits for something of the other side from now on: how it is has to be looked after closely. */
  #stir(link: Link): void {
    for (const connection of link.connections) this.#rounds.plan(connection, 0);
  }

  #receive(connection: Connection, envelope: Envelope): void {
    if (envelope.type === "hello") return this.#greeted(connection, envelope);
    if (!connection.established) return this.#refuse(connection, "malformed");
    switch (envelope.type) {
      case "tell":
      case "stop":
        return this.#deliver(connection, envelope);
      case "watch":
        return this.#watchForThem(connection, envelope.watch, envelope.id);
      case "unwatch":
        connection.theirWatches.get(envelope.watch)?.();
        return void connection.theirWatches.delete(envelope.watch);
      case "gone":
        return this.#theirActorGone(connection, envelope.watch, envelope.reason);
      case "undelivered":
        return this.#cameBack(connection, envelope);
      case "ping":
        return this.#write(connection, { type: "pong" });
      case "pong":
        return;
    }
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
    this.#drain(link, connection);
  }

  #deliver(connection: Connection, envelope: Extract<Envelope, { type: "tell" | "stop" }>): void {
    if (this.#isOvertaken(connection)) return;
    this.#counters.received++;
    const outcome = this.#outcomeOf(envelope, connection.peer!);
    if (outcome === "done") return;
    if (outcome === "refused") this.#counters.refused++;
    else if (outcome === "full") this.#counters.full++;
    else this.#counters.unknownTarget++;
    const { id, number } = envelope;
    this.#write(connection, { type: "undelivered", id, number, reason: outcome });
  }

  #outcomeOf(envelope: Extract<Envelope, { type: "tell" | "stop" }>, from: Address): Delivery {
    if (envelope.type === "tell") return this.exports.deliver(envelope.id, envelope.message, from);
    const { id, mode, deadlineMs } = envelope;
    return this.exports.stop(id, deadlineMs === undefined ? { mode } : { mode, deadlineMs });
  }

  /**
   * Whether what comes on this connection has to be dropped, so that nobody gets messages out of order. Then it is closed
   * too: if the other side writes on it in earnest, it will do so on a new one.
   */
  #isOvertaken(connection: Connection): boolean {
    if (connection.overtaken) {
      this.#counters.overtaken++;
      this.#hangUp(connection);
      return true;
    }
    const link = this.#links.get(connection.peer!);
    link?.hear(connection);
    if (link?.connections.has(connection)) link.usedAt = this.#now();
    return false;
  }

  #watchForThem(connection: Connection, watch: number, id: string): void {
    if (connection.theirWatches.size >= WATCHES_PER_LINK_MAX) return this.#refuse(connection, "malformed");
    const target = this.exports.find(id);
    if (target === undefined) return this.#write(connection, { type: "gone", watch, reason: "unknown" });
    if (connection.theirWatches.has(watch)) return;
    connection.theirWatches.set(watch, () => {});
    const link = this.#linkOf(connection);
    if (link !== undefined) this.#stir(link);
    const cancel = target.watch((reason) => {
      if (connection.theirWatches.delete(watch)) this.#write(connection, { type: "gone", watch, reason });
    });
    if (connection.theirWatches.has(watch)) connection.theirWatches.set(watch, cancel);
  }

  #theirActorGone(connection: Connection, number: number, reason: StopReason): void {
    const watch = this.#links.get(connection.peer!)?.watches.take(number);
    if (watch !== undefined) this.#notify(watch, reason);
  }

  /** Runs what somebody else registered: its fault must not cost the others their notices. */
  #notify({ id, gone }: RemoteWatch, reason: StopReason): void {
    try {
      gone(reason);
    } catch (error) {
      this.#ctx.log.error("watcher_failed", { id, error: String(error) });
    }
  }

  /** The peer did not deliver something: who asked it need not wait for the time-out. */
  #cameBack(connection: Connection, { id, number, reason }: Extract<Envelope, { type: "undelivered" }>): void {
    this.#links.get(connection.peer!)?.slots.get(number)?.fail(reason === "full" ? "mailbox_full" : "gone");
    this.#ctx.deadLetter({ to: `${connection.peer}/${id}`, message: undefined, reason: LETTERS[reason] });
  }

  /** Sends something, or keeps it until it can be sent. */
  #dispatch(link: Link, parcel: Parcel): void {
    link.usedAt = this.#now();
    const connection = link.current;
    if (connection !== undefined) return this.#postInTurn(link, connection, parcel);
    if (!link.enqueue(parcel)) return this.#tooMuchWaits(link.peer, parcel);
    this.#ensureConnected(link);
  }

  /** Who waits for room goes first, and without room only who waits for it stays. */
  #postInTurn(link: Link, connection: Connection, parcel: Parcel): void {
    this.#drain(link, connection);
    if (!connection.isBacklogged) return this.#post(link, connection, parcel);
    if (parcel.written === undefined || !link.enqueue(parcel)) return this.#tooMuchWaits(link.peer, parcel);
    this.#stir(link);
    this.#drainLater(link);
  }

  /** Writes what waits, oldest first, as long as there is room. */
  #drain(link: Link, connection: Connection): void {
    if (link.queued === 0) return;
    for (const parcel of link.queue()) {
      const isBacklogged = connection.isBacklogged;
      if (isBacklogged && parcel.written !== undefined) continue;
      link.dequeue(parcel);
      if (isBacklogged) this.#tooMuchWaits(link.peer, parcel);
      else this.#post(link, connection, parcel);
    }
    if (link.queued > 0) this.#drainLater(link);
  }

  #drainLater(link: Link): void {
    const key = roomKey(link);
    if (this.#ctx.timers.has(key)) return;
    this.#ctx.timers.after(key, ROOM_POLL_MS, { type: "look_for_room", peer: link.peer });
  }

  #post(link: Link, connection: Connection, parcel: Parcel): void {
    const { content, slot, written, shared } = parcel;
    const number = shared === undefined ? ++this.#number : NO_NUMBER;
    try {
      if (shared === undefined) connection.write({ ...content, number });
      else connection.writeShared(shared);
    } catch (error) { // the sender's mistake, for which the links of everybody else must not suffer
      return this.#unsendable(link.peer, parcel, error);
    }
    this.#counters.sent++;
    this.#noteSaid(connection);
    if (slot !== undefined) {
      link.expect(number, slot);
      this.#stir(link);
    }
    written?.tell();
  }

  /** Encodes what is for many; `undefined` if it cannot be sent. */
  #share(content: Content): SharedFrame | undefined {
    try {
      return new SharedFrame(this.#codec.encode({ ...content, number: ++this.#number }));
    } catch (error) {
      this.#unsendable("many", { content }, error);
      return undefined;
    }
  }

  /** What is said into a connection that is dead is lost, so it is not long believed to live. */
  #noteSaid(connection: Connection): void {
    if (connection.saidAt >= connection.heardAt) return;
    connection.saidAt = this.#now();
    this.#rounds.plan(connection, connection.saidAt + PING_AFTER_MS);
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
      this.#undelivered(link.peer, parcel);
    }
    this.#mourn(link);
  }

  #forget(link: Link): void {
    this.#links.delete(link.peer);
    this.#ctx.timers.cancel(connectKey(link));
    this.#ctx.timers.cancel(roomKey(link));
    this.#timeHousekeeping();
  }

  /** The actors that were there are gone: says so to everybody who watches one or waits for its reply. */
  #mourn(link: Link): void {
    for (const slot of [...link.slots.values()]) slot.fail("gone");
    for (const watch of link.watches.takeAll()) this.#notify(watch, "unreachable");
  }

  /** Closes at once. */
  #hangUp(connection: Connection): void {
    this.#live.delete(connection);
    this.#rounds.drop(connection);
    connection.stream.destroy();
    this.#lose(connection);
    this.#timeHousekeeping();
  }

  /** Ends our half: what the other side has sent still comes, and nothing is lost in between. */
  #retire(connection: Connection): void {
    if (!connection.established) return this.#hangUp(connection);
    connection.retired = true;
    connection.askedAt = this.#now();
    this.#rounds.plan(connection, 0);
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

  #tooMuchWaits(peer: Address, parcel: Parcel): void {
    if (parcel.shared === undefined) this.#undelivered(peer, parcel, "mailbox_full");
    else this.#counters.shed++;
  }

  /** A sender that waits hears of it; what nobody waits for is a dead letter. */
  #undelivered(peer: Address, { content, slot, written }: Parcel, why: AskError["reason"] = "gone"): void {
    this.#counters.undelivered++;
    slot?.fail("gone");
    if (written !== undefined) return written.fail(why);
    this.#ctx.deadLetter({ to: `${peer}/${content.id}`, message: messageOf(content), reason: "unreachable" });
  }

  #unsendable(peer: string, { content, slot, written }: Parcel, cause: unknown): void {
    const to = `${peer}/${content.id}`;
    this.#counters.unsendable++;
    slot?.fail("gone");
    written?.fail("gone");
    this.#ctx.log.error("message_unsendable", { to, error: String(cause) });
    this.#ctx.deadLetter({ to, message: messageOf(content), reason: "unsendable", cause });
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
    const strangers = [...this.#live].filter(({ peer }) => peer === undefined);
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

/** Whether something should have come of this connection by now. */
function isOverdue({ established, retired, openedAt, heardAt, askedAt }: Connection, now: number): boolean {
  if (!established) return now - openedAt > HELLO_TIMEOUT_MS;
  if (retired) return now - Math.max(heardAt, askedAt) > END_TIMEOUT_MS;
  return askedAt > heardAt && now - askedAt >= PONG_TIMEOUT_MS;
}

/** Of what is encoded already, the number is in it. */
const NO_NUMBER = 0;

/** Who has no ring proves nothing, and so has nothing to keep secret. */
function noSecrets(): never {
  throw new Error("A link without protection asked for a secret");
}

/** What a sender is shown of what the other side did not deliver. */
const LETTERS = { unknown: "no_such_actor", refused: "refused", full: "mailbox_full" } as const satisfies Record<
  UndeliveredReason,
  DeadLetterReason
>;

function connectKey({ peer }: Link): string {
  return `connect ${peer}`;
}

function roomKey({ peer }: Link): string {
  return `room ${peer}`;
}

function messageOf(content: Content): unknown {
  return content.type === "tell" ? content.message : content;
}

function statusOf({ peer, connections, queued, senders, watches }: Link): LinkStatus {
  const theirWatches = [...connections].reduce((sum, connection) => sum + connection.theirWatches.size, 0);
  return { peer, connections: connections.size, queued, senders, watches: watches.size, theirWatches };
}

function isActorRef(value: unknown): value is ActorRef<never> {
  return typeof value === "object" && value !== null && "tell" in value && typeof value.tell === "function";
}
