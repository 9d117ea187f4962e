import type { Address } from "../transport/address.ts";
import type { Guard } from "../transport/guard.ts";
import { encodeMessage } from "../transport/wire/messages.ts";
import type { Protection } from "../transport/wire/protection.ts";
import { fillPacket, gossipBudget, packetBudget, USER_OVERHEAD_BYTES } from "./broadcaster/piggyback.ts";
import type { BroadcasterWord } from "./broadcaster/rumour.ts";
import { type BroadcasterMemory, Rumours } from "./broadcaster/rumours.ts";
import { TickGrid } from "./broadcaster/tick_grid.ts";
import { type Broadcast, retransmitLimit, TransmitQueue } from "./broadcaster/transmit_queue.ts";
import { type BroadcastReply, UserBroadcasts, type UserReplacement } from "./broadcaster/user_broadcasts.ts";
import type { MembershipEvent, MemberView } from "./membership.ts";
import type { Member } from "./membership/member.ts";
import type { LinksMessage } from "./links.ts";
import type { PoolCast } from "./pool/cast.ts";
import { takesCrc } from "./pool/capability.ts";
import type { Profile } from "./pool/profile.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { Topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { Delivered, UnsentReceiver } from "./transport.ts";

/** What the broadcaster understands. */
export type BroadcasterMessage =
  /**
   * From membership: gossip from now on; how many members count; what to gossip, in place of what has that key, and
   * under which number to say that it was sent often enough.
   */
  | Readonly<{ type: "start_gossip" }>
  | Readonly<{ type: "stop_gossip" }>
  | Readonly<{ type: "cluster_size"; size: number }>
  | Readonly<{ type: "gossip"; key: string; message: Uint8Array; notify?: number | undefined }>
  | Readonly<{ type: "gossip_to"; targets: readonly Member[] }>
  /** Say this to these at once, besides gossiping it. */
  | Readonly<{ type: "farewell"; message: Uint8Array; to: readonly Member[] }>
  /** Send one message now, with as much gossip as fits, or with the given companions and no gossip. */
  | Readonly<{
    type: "send";
    to: Address;
    message: Uint8Array;
    with?: readonly Uint8Array[];
    /** The receiver is known to take a checksum. */
    crc?: boolean;
    /** Who is told if it could not be sent. */
    unsent?: UnsentReceiver;
  }>
  /**
   * From the application: gossip this to everybody; send this to one, in a packet of its own or over a stream. Each
   * replies once, if that is wanted.
   */
  | Readonly<{
    type: "broadcast_user";
    payload: Uint8Array;
    replacement: UserReplacement;
    replyTo?: ActorRef<BroadcastReply>;
  }>
  | Readonly<{
    type: "send_user";
    to: Address;
    payload: Uint8Array;
    reliable: boolean;
    replyTo?: ActorRef<SendReply>;
  }>
  | Delivered
  /** From rooms: say this to everybody, or to one. */
  | Readonly<{ type: "publish"; topic: string; payload: Uint8Array }>
  | Readonly<{ type: "send_to"; to: string; topic: string; payload: Uint8Array }>
  /** From the broadcaster of the peer at that address. */
  | Readonly<{ type: "heard"; from: Address; word: BroadcasterWord }>
  | Readonly<{ type: "link_broken"; peer: Address }>
  | Readonly<{ type: "member"; event: MembershipEvent }>
  | Readonly<{ type: "members"; members: readonly MemberView[] }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>
  /** Timers. */
  | Readonly<{ type: "tick" }>
  | Readonly<{ type: "tree_due" }>;

/**
 * What became of a user message for one: given to the network, which may lose it; taken by the other side, if it was
 * `reliable`; or not sent, and why.
 */
export type SendReply = Readonly<{ type: "sent" }> | Readonly<{ type: "failed"; why: string }>;

export { type RumourHeard, RUMOURS } from "./broadcaster/rumours.ts";

type BroadcasterDeps = Readonly<{
  name: string;
  profile: Profile;
  guard: Guard;
  cast: PoolCast;
  memory: BroadcasterMemory;
  topic: Topic<MembershipEvent>;
  /** Carry rumours, if members are Parley peers; without, there are none. */
  links?: (() => ActorRef<LinksMessage>) | undefined;
}>;

/** Members to whom a farewell goes directly; gossip reaches the rest. */
const FAREWELL_DIRECT_MAX = 16;

/** Spreads what others are to know: memberlist's messages by gossip, rooms' messages over links. */
export function broadcaster(deps: BroadcasterDeps): Behavior<BroadcasterMessage> {
  return (ctx) => {
    const gossip = new Gossip(ctx, deps);
    const rumours = new Rumours(ctx, deps);
    const sending = new Sending(ctx, deps);
    ctx.subscribe(deps.topic, (event) => ({ type: "member", event }));
    deps.cast.get("membership").tell({ type: "brief", who: "broadcaster" });
    return (message) => {
      switch (message.type) {
        case "start_gossip":
          return gossip.start();
        case "stop_gossip":
          rumours.forgetOthers();
          return gossip.stop();
        case "cluster_size":
          return gossip.resize(message.size);
        case "gossip":
          return gossip.enqueue(message.key, message.message, message.notify);
        case "gossip_to":
          return gossip.gossipTo(message.targets);
        case "farewell":
          return gossip.farewell(message.message, message.to);
        case "send":
          return gossip.send(message);
        case "broadcast_user":
          return gossip.broadcast(message);
        case "send_user":
          return sending.send(message);
        case "delivered":
          return sending.delivered(message);
        case "publish":
          return rumours.publish(message.topic, message.payload);
        case "send_to":
          return rumours.sendTo(message.to, message.topic, message.payload);
        case "heard":
          return rumours.heard(message.from, message.word);
        case "link_broken":
          return rumours.linkBroken(message.peer);
        case "member":
          return rumours.member(message.event);
        case "members":
          return rumours.meet(message.members);
        case "status":
          return message.replyTo.tell({ ...gossip.counters, ...sending.counters, ...rumours.counters });
        case "tick":
          return gossip.tick();
        case "tree_due":
          return rumours.treeDue();
      }
    };
  };
}

/** Gossip waiting to be sent often enough: one message a member, and a table of as many is the most there can be. */
const GOSSIP_QUEUE_MAX = 8_192;

/** The number under which to tell membership that a queued message was sent often enough, if it wants to know. */
type Notify = number | undefined;

/** memberlist's way: a queue from which every packet takes what fits, each message a limited number of times. */
class Gossip {
  readonly #ctx: Context<BroadcasterMessage>;
  readonly #deps: BroadcasterDeps;
  readonly #queue = new TransmitQueue<Notify>(GOSSIP_QUEUE_MAX);
  readonly #users = new UserBroadcasts();
  #sent = 0;
  #ticks: TickGrid | undefined;
  #size = 1;

  constructor(ctx: Context<BroadcasterMessage>, deps: BroadcasterDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
  }

  get counters(): Readonly<Record<string, number>> {
    return { "gossip messages sent": this.#sent, ...this.#users.counters };
  }

  start(): void {
    const { gossipIntervalMs } = this.#deps.profile;
    if (gossipIntervalMs === 0) return;
    // A random first tick, so that peers started together do not gossip in step.
    const firstAt = this.#ctx.clock.now() + this.#ctx.random.next() * gossipIntervalMs;
    this.#ticks = new TickGrid(firstAt, gossipIntervalMs);
    this.#scheduleTick();
  }

  stop(): void {
    this.#noteFinished(this.#queue.prune(0));
    this.#users.stop();
    this.#ticks = undefined;
    this.#ctx.timers.cancel("gossip");
  }

  resize(size: number): void {
    this.#size = size;
  }

  enqueue(key: string, message: Uint8Array, notify: Notify): void {
    const replacement = { kind: "named", name: key } as const;
    const isUrgent = notify !== undefined; // somebody waits for it
    this.#noteFinished(this.#queue.enqueue({ bytes: message, about: notify, replacement, isUrgent }));
    this.#scheduleTick();
  }

  /** A payload that does not even fit an empty packet would never be sent. */
  broadcast(message: Extract<BroadcasterMessage, { type: "broadcast_user" }>): void {
    this.#users.enqueue(message, gossipBudget(this.#wrapping, 0) - USER_OVERHEAD_BYTES);
    this.#scheduleTick();
  }

  tick(): void {
    if (!this.#isIdle) this.#deps.cast.get("membership").tell({ type: "pick_gossip_targets" });
    this.#scheduleTick();
  }

  gossipTo(targets: readonly Member[]): void {
    for (const target of targets) {
      const parts = this.#take(0);
      if (parts.length === 0) return;
      this.#packet(target.address, parts, takesCrc(target));
    }
  }

  send({ to, message, with: companions, crc = false, unsent }: Extract<BroadcasterMessage, { type: "send" }>): void {
    this.#packet(to, [message, ...(companions ?? this.#take(message.length))], crc, unsent);
  }

  /** The dead message of our own is queued already, but who is told directly hears it in any case. */
  farewell(message: Uint8Array, to: readonly Member[]): void {
    for (const member of to.slice(0, FAREWELL_DIRECT_MAX)) {
      this.#packet(member.address, [message], takesCrc(member));
    }
  }

  /** While nothing waits there is no tick: an idle peer would do little else. */
  #scheduleTick(): void {
    if (this.#ticks === undefined || this.#isIdle || this.#ctx.timers.has("gossip")) return;
    this.#ctx.timers.after("gossip", this.#ticks.takeNext(this.#ctx.clock.now()), { type: "tick" });
  }

  get #isIdle(): boolean {
    return this.#queue.size === 0 && this.#users.isEmpty;
  }

  /** Our own messages first, then the application's (`sendMsg` and `gossip` in `state.go`). */
  #take(firstBytes: number): readonly Uint8Array[] {
    const users = this.#users;
    const transmitLimit = retransmitLimit(this.#deps.profile.retransmitMult, this.#size);
    const limitBytes = gossipBudget(this.#wrapping, firstBytes);
    const { own, user, finished } = fillPacket(
      this.#queue,
      limitBytes,
      transmitLimit,
      (overheadBytes, freeBytes, itemsMax) => users.take(overheadBytes, freeBytes, transmitLimit, itemsMax),
      users.reserve(limitBytes),
    );
    this.#sent += own.length;
    this.#noteFinished(finished);
    return [...own, ...user.map((payload) => encodeMessage({ type: "user", payload }))];
  }

  #noteFinished(finished: readonly Broadcast<Notify>[]): void {
    for (const { about: token } of finished) {
      if (token !== undefined) this.#deps.cast.get("membership").tell({ type: "own_words_sent", token });
    }
  }

  get #wrapping(): Readonly<{ packetBytesMax: number; protection: Protection }> {
    const { profile, guard } = this.#deps;
    return { packetBytesMax: profile.packetBytesMax - guard.frontBytes, protection: guard.protection };
  }

  #packet(to: Address, parts: readonly Uint8Array[], crc: boolean, unsent?: UnsentReceiver): void {
    const bytes = this.#deps.guard.sealPacket(parts, { crc });
    const packet = { type: "send_packet", to, bytes } as const;
    this.#deps.cast.get("transport").tell(unsent === undefined ? packet : { ...packet, unsent });
  }
}

/** User messages to one that wait for their stream at most, and the bytes of one. */
const DELIVERIES_MAX = 256;
const RELIABLE_BYTES_MAX = 1024 * 1024;

/** What an application says to one member (`SendBestEffort` and `SendReliable`). */
class Sending {
  readonly counters = { "user messages sent": 0, "user messages not sent": 0 };
  readonly #ctx: Context<BroadcasterMessage>;
  readonly #deps: BroadcasterDeps;
  readonly #deliveries = new Map<number, ActorRef<SendReply> | undefined>();
  #lastDelivery = 0;

  constructor(ctx: Context<BroadcasterMessage>, deps: BroadcasterDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
  }

  send({ to, payload, reliable, replyTo }: Extract<BroadcasterMessage, { type: "send_user" }>): void {
    if (reliable) return this.#deliver(to, payload, replyTo);
    // A packet that the path must cut to pieces is lost with any of them; the original sends it all the same (issue 348).
    const { profile, guard, cast } = this.#deps;
    const message = encodeMessage({ type: "user", payload });
    const packetBytesMax = profile.packetBytesMax - guard.frontBytes;
    const bytesMax = packetBudget({ packetBytesMax, protection: guard.protection });
    if (message.length > bytesMax) {
      return this.#end(replyTo, `At most ${bytesMax - 1} bytes fit a packet: ${payload.length}`);
    }
    cast.get("transport").tell({ type: "send_packet", to, bytes: guard.sealPacket([message], { crc: false }) });
    this.#end(replyTo);
  }

  delivered({ id, problem }: Delivered): void {
    if (!this.#deliveries.has(id)) return;
    const replyTo = this.#deliveries.get(id);
    this.#deliveries.delete(id);
    this.#end(replyTo, problem);
  }

  #deliver(to: Address, payload: Uint8Array, replyTo: ActorRef<SendReply> | undefined): void {
    const { profile, guard, cast } = this.#deps;
    if (payload.length > RELIABLE_BYTES_MAX) {
      return this.#end(replyTo, `At most ${RELIABLE_BYTES_MAX} bytes go over a stream: ${payload.length}`);
    }
    if (this.#deliveries.size >= DELIVERIES_MAX) return this.#end(replyTo, "Too many user messages at once");
    const id = ++this.#lastDelivery;
    this.#deliveries.set(id, replyTo);
    cast.get("transport").tell({
      type: "deliver",
      id,
      to,
      request: guard.sealRequest({ type: "user", payload }),
      guard,
      timeoutMs: profile.streamTimeoutMs,
      replyTo: this.#ctx.self,
    });
  }

  #end(replyTo: ActorRef<SendReply> | undefined, problem?: string): void {
    this.counters[problem === undefined ? "user messages sent" : "user messages not sent"]++;
    replyTo?.tell(problem === undefined ? { type: "sent" } : { type: "failed", why: problem });
  }
}
