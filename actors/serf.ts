import { type Address, addressFromBytes, ipBytes, splitAddress } from "../transport/address.ts";
import type { Guard } from "../transport/guard.ts";
import type { BroadcastReply } from "./broadcaster/user_broadcasts.ts";
import type { MemberEvent, MemberView } from "./membership.ts";
import { sameBytes } from "./membership/member.ts";
import type { PoolCast } from "./pool/cast.ts";
import { type DelegateMessage, type DelegateWants, LOCAL_STATE_BYTES_MAX } from "./pool/delegate.ts";
import type { Profile } from "./pool/profile.ts";
import { ROOMS } from "./rooms.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import { topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { type Answer, answerTo, CONFLICT_QUERY } from "./serf/answers.ts";
import { decodeCoordinate } from "./serf/coordinate.ts";
import { TIME_MAX } from "./serf/fields.ts";
import { isMeant } from "./serf/filters.ts";
import { Intents, type Verdict } from "./serf/intents.ts";
import { LamportClock } from "./serf/lamport.ts";
import {
  ACK_FLAGS,
  type ConflictAnswer,
  decodeSerf,
  encodeSerf,
  type Query,
  type QueryResponse,
  type Relay,
  type SerfWireMessage,
  type UserEvent,
} from "./serf/messages.ts";
import { type Hearing, SeenEvents, SeenQueries } from "./serf/seen.ts";
import { decodeState, encodeState, type SerfState } from "./serf/state.ts";
import { decodeTags, encodeTags, ownTags } from "./serf/tags.ts";
import { Bucket } from "./transport/budget.ts";

/** What the one who minds Serf's manners understands. */
export type SerfMessage =
  | DelegateMessage
  /** We are about to join others; we have, or have not. */
  | Readonly<{ type: "joining" }>
  | Readonly<{ type: "joined"; contacted: number }>
  /** We are about to leave the membership: replies when that was said, or cannot be said in time. */
  | Readonly<{ type: "leave"; replyTo: ActorRef<"said"> }>
  | Readonly<{ type: "leave_said"; replyTo: ActorRef<"said"> }>
  | Readonly<{ type: "rooms" }>
  | Readonly<{ type: "members"; members: readonly MemberView[] }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>
  /** Timers. */
  | Readonly<{ type: "announce" }>
  | Readonly<{ type: "expire" }>;

/** What members of a Serf cluster said, to all or about one. */
export type SerfEvent =
  | Readonly<{ type: "user_event"; name: string; payload: Uint8Array }>
  | Readonly<{ type: "query"; name: string; payload: Uint8Array; from: string }>
  /** Somebody said of a member that failed that it has left. */
  | Readonly<{ type: "ruled_out"; name: string }>
  /** Somebody changed the keys of all, ours too. */
  | Readonly<{ type: "keys_changed"; from: string }>;
export const SERF = topic<SerfEvent>("serf");

/** What outlives a crash: the clocks, or what we say next would be old news. */
export type SerfMemory = Readonly<{ intents: LamportClock; events: LamportClock; queries: LamportClock }>;

export function newSerfMemory(): SerfMemory {
  return { intents: new LamportClock(), events: new LamportClock(), queries: new LamportClock() };
}

type SerfDeps = Readonly<{
  name: string;
  version: string;
  profile: Profile;
  guard: Guard;
  cast: PoolCast;
  memory: SerfMemory;
  rooms(): readonly string[];
  /** Our meta as others have it. */
  announced(): Uint8Array;
}>;

/** The delegate versions that Serf 0.9.4 understands (`ProtocolVersionMin`, `ProtocolVersionMax`). */
const SERF_VERSIONS = { min: 2, max: 5 } as const;

/** Coming and going of rooms is told together: each time costs everybody a message. */
const ANNOUNCE_AFTER_MS = 100;

const EXPIRE_EVERY_MS = 15_000;

/** If our leave cannot be spread by then, we go all the same. */
const LEAVE_TIMEOUT_MS = 2_000;

/** Members to whom we say directly that we leave; gossip reaches the rest. */
const LEAVE_DIRECT_MAX = 16;

/** The longest response (`QueryResponseSizeLimit`). */
const RESPONSE_BYTES_MAX = 1_024;

/** Events and queries that people are shown; what is more is passed on and counted. */
const SHOWN = { burst: 20, perSecond: 2 } as const;

/** Answers to queries: nobody asks more, and each costs a packet to an address that may be forged. */
const ANSWERED = { burst: 64, perSecond: 16 } as const;

const MEMBERS_TIMEOUT_MS = 5_000;

const NO_BYTES = new Uint8Array();

/** What of a pool is told to its delegate: all that Serf's manners are about, if we say that we have them. */
export function serfWants(profile: Profile): DelegateWants {
  if (!speaksSerf(profile)) return { members: true };
  return { members: true, userMessages: true, localState: true, remoteState: true, pings: true };
}

/** What a peer of this version in these rooms says of itself. */
export function ownMeta(version: string, rooms: readonly string[]): Uint8Array {
  return encodeTags(ownTags({ version, rooms }));
}

/** The delegate versions are the application's own: whoever announces Serf's is believed to have its manners. */
function speaksSerf({ delegateVersions: [, , version] }: Profile): boolean {
  return version >= SERF_VERSIONS.min && version <= SERF_VERSIONS.max;
}

/**
 * What makes a peer a member that Serf's agents take for one of theirs: tags, intents, and an ear for events and queries.
 * Where nobody speaks Serf, only the tags are left: they are how Parley's peers know each other.
 */
export function serf(deps: SerfDeps): Behavior<SerfMessage> {
  return (ctx) => {
    const keeper = new Manners(ctx, deps);
    ctx.subscribe(ROOMS, () => ({ type: "rooms" }));
    ctx.timers.every("expire", EXPIRE_EVERY_MS, { type: "expire" });
    return (message) => {
      switch (message.type) {
        case "user_message":
          return keeper.heard(message.payload);
        case "local_state_wanted":
          return message.replyTo.tell(keeper.state());
        case "remote_state":
          return keeper.merge(message.state);
        case "ping_completed":
          return keeper.located(message.payload);
        case "member":
          return keeper.member(message.event);
        case "members":
          return keeper.meet(message.members);
        case "joining":
          return keeper.joining();
        case "joined":
          return keeper.joined(message.contacted);
        case "leave":
          return keeper.leave(message.replyTo);
        case "leave_said":
          return message.replyTo.tell("said");
        case "rooms":
          return keeper.roomsChanged();
        case "announce":
          return keeper.announce();
        case "expire":
          return keeper.expire();
        case "status":
          return message.replyTo.tell(keeper.status);
        case "conflict": // membership tells people; among agents it is the one whose name it is who asks
          return;
        case "merge_proposed":
        case "alive_proposed":
          return message.replyTo.tell({ ok: true }); // not asked for
      }
    };
  };
}

/** Where to answer a query. */
type Asker = Pick<MemberView, "name" | "address">;

class Manners {
  readonly #ctx: Context<SerfMessage>;
  readonly #deps: SerfDeps;
  readonly #speaks: boolean;
  readonly #counts = new Map<string, number>();
  readonly #members = new Map<string, MemberView>();
  readonly #shown: Bucket;
  readonly #answered: Bucket;
  #intents: Intents;
  #events = new SeenEvents();
  #queries = new SeenQueries();
  #isJoining = false;
  #isLeaving = false;

  constructor(ctx: Context<SerfMessage>, deps: SerfDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#speaks = speaksSerf(deps.profile);
    this.#intents = new Intents(deps.name);
    this.#shown = new Bucket(SHOWN, ctx.clock.now());
    this.#answered = new Bucket(ANSWERED, ctx.clock.now());
    const known = ctx.ask(
      deps.cast.get("membership"),
      (replyTo: ActorRef<readonly MemberView[]>) => ({ type: "list" as const, replyTo }),
      MEMBERS_TIMEOUT_MS,
    );
    ctx.pipeToSelf(known, (members) => ({ type: "members", members }), () => ({ type: "members", members: [] }));
    this.roomsChanged();
  }

  get status(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  member({ type, member }: MemberEvent): void {
    const { name } = member;
    if (name === this.#deps.name) return type === "joined" ? this.#begin() : undefined;
    if (type === "left" || type === "failed") {
      this.#members.delete(name);
      this.#intents.gone(name, this.#ctx.clock.now());
      return;
    }
    if (!this.#members.has(name)) this.#intents.joined(name);
    this.#members.set(name, member);
  }

  /** Who was there before we began, or began again. */
  meet(members: readonly MemberView[]): void {
    for (const member of members) {
      if (member.name !== this.#deps.name) this.member({ type: "joined", member });
    }
  }

  roomsChanged(): void {
    if (!this.#isLeaving) this.#ctx.timers.after("announce", ANNOUNCE_AFTER_MS, { type: "announce" });
  }

  announce(): void {
    const { version, rooms, announced, cast } = this.#deps;
    const meta = ownMeta(version, rooms());
    if (!sameBytes(meta, announced())) cast.get("membership").tell({ type: "update_meta", meta });
  }

  joining(): void {
    this.#isJoining = true;
  }

  /** Says that we are there: a leave of ours that somebody remembers is over (`broadcastJoin`). */
  joined(contacted: number): void {
    this.#isJoining = false;
    if (this.#speaks && contacted > 0) this.#sayJoin();
  }

  /** `Leave` up to where memberlist's own begins. */
  leave(replyTo: ActorRef<"said">): void {
    this.#isLeaving = true;
    this.#ctx.timers.cancel("announce");
    if (!this.#speaks || this.#members.size === 0) return replyTo.tell("said");
    const { name, cast, memory } = this.#deps;
    const intent = { type: "leave", time: memory.intents.time, node: name, prune: false } as const;
    memory.intents.increment();
    this.#intents.beginLeaving();
    this.#intents.hearLeave(intent, this.#ctx.clock.now());
    const payload = encodeSerf(intent);
    for (const { address } of [...this.#members.values()].slice(0, LEAVE_DIRECT_MAX)) this.#send(address, payload);
    const said = this.#ctx.ask(
      cast.get("broadcaster"),
      (replyTo: ActorRef<BroadcastReply>) => ({
        type: "broadcast_user" as const,
        payload,
        replacement: { kind: "unique" as const },
        replyTo,
      }),
      LEAVE_TIMEOUT_MS,
    );
    this.#ctx.pipeToSelf(said, () => ({ type: "leave_said", replyTo }), () => ({ type: "leave_said", replyTo }));
  }

  expire(): void {
    this.#intents.expire(this.#ctx.clock.now());
  }

  /** A message from any member, perhaps passed on by another. What is new is passed on. */
  heard(payload: Uint8Array): void {
    const decoded = decodeSerf(payload);
    if (!decoded.ok) return this.#count(`message ${decoded.reason}`);
    if (this.#take(decoded.value)) this.#broadcast(payload);
  }

  /** What goes along with our table of members (`LocalState`). */
  state(): Uint8Array {
    const { memory } = this.#deps;
    const state: SerfState = {
      time: memory.intents.time,
      statusTimes: this.#intents.times,
      left: this.#intents.left,
      eventTime: memory.events.time,
      events: this.#events.events,
      queryTime: memory.queries.time,
    };
    const bytes = encodeState(state);
    if (bytes.length <= LOCAL_STATE_BYTES_MAX) return bytes;
    this.#count("state too long for its lists");
    return encodeState({ ...state, statusTimes: new Map(), left: [], events: [] });
  }

  /** Takes over what another member knows (`MergeRemoteState`). */
  merge(bytes: Uint8Array): void {
    const decoded = decodeState(bytes);
    if (!decoded.ok) return this.#count(`state ${decoded.reason}`);
    const { time, statusTimes, left, eventTime, events, queryTime } = decoded.value;
    const { memory } = this.#deps;
    const now = this.#ctx.clock.now();
    // One less: at its own time it has not said anything yet.
    memory.intents.witness(time - 1);
    memory.events.witness(eventTime - 1);
    memory.queries.witness(queryTime - 1);
    for (const node of left) {
      // When it was said that they leave is not told, only that it was after their last intent.
      const since = Math.min((statusTimes.get(node) ?? 0) + 1, TIME_MAX);
      memory.intents.witness(since);
      this.#verdict(this.#intents.hearLeave({ node, time: since, prune: false }, now));
    }
    for (const [node, time] of statusTimes) { // of those who have left, this is older than what was just heard
      memory.intents.witness(time);
      this.#verdict(this.#intents.hearJoin({ node, time }, now));
    }
    // What was said before we came is no news for us.
    if (this.#isJoining) this.#events.ignoreBefore(eventTime);
    for (const at of events) {
      for (const { name, payload } of at?.events ?? []) this.#takeEvent({ time: at!.time, name, payload });
    }
  }

  /** Where somebody believes to be. We have no use for it yet, but a bad one should be seen. */
  located(payload: Uint8Array): void {
    if (payload.length === 0) return;
    const coordinate = decodeCoordinate(payload);
    this.#count(coordinate.ok ? "coordinates heard" : `coordinate ${coordinate.reason}`);
  }

  /** Whether it is to be passed on. */
  #take(message: SerfWireMessage): boolean {
    const { memory } = this.#deps;
    const now = this.#ctx.clock.now();
    switch (message.type) {
      case "leave":
        memory.intents.witness(message.time);
        return this.#verdict(this.#intents.hearLeave(message, now));
      case "join":
        memory.intents.witness(message.time);
        return this.#verdict(this.#intents.hearJoin(message, now));
      case "user_event":
        return this.#takeEvent(message);
      case "query":
        return this.#takeQuery(message);
      case "query_response": // we asked nothing
        this.#count("responses unasked for");
        return false;
      case "relay":
        this.#relay(message);
        return false;
    }
  }

  #verdict(verdict: Verdict): boolean {
    switch (verdict.type) {
      case "news":
        if (verdict.ruledOut !== undefined) {
          this.#ctx.events.publish(SERF, { type: "ruled_out", name: verdict.ruledOut });
        }
        return true;
      case "refute":
        this.#count("leave intents refuted");
        this.#sayJoin();
        return false;
      case "bad_name":
        this.#count("intents about no name");
        return false;
      case "old":
        return false;
    }
  }

  #takeEvent({ time, name, payload }: Omit<UserEvent, "type" | "coalesce">): boolean {
    const clock = this.#deps.memory.events;
    clock.witness(time);
    if (!this.#isNew(this.#events.hear({ time, name, payload }, clock.time), "user events")) return false;
    this.#show({ type: "user_event", name, payload: payload ?? NO_BYTES });
    return true;
  }

  #takeQuery(query: Query): boolean {
    const clock = this.#deps.memory.queries;
    clock.witness(query.time);
    if (!this.#isNew(this.#queries.hear(query, clock.time), "queries")) return false;
    this.#answer(query);
    return !query.noBroadcast;
  }

  #isNew(hearing: Hearing, what: string): boolean {
    if (hearing === "new") this.#count(`${what} heard`);
    else if (hearing !== "seen") this.#count(`${what} ${hearing === "old" ? "too old" : "beyond the limit"}`);
    return hearing === "new";
  }

  #answer(query: Query): void {
    const { name, version, rooms, guard } = this.#deps;
    const meant = isMeant(query.filters, { name, tags: ownTags({ version, rooms: rooms() }) });
    if (meant === "unclear") this.#count("queries with an unclear filter");
    if (meant !== "yes") return;
    const asker = this.#askerOf(query);
    // Elsewhere, an answer would be a packet to whomever a stranger chose.
    if (asker === undefined) return this.#count("queries from no member");
    if (!this.#answered.spend(1, this.#ctx.clock.now())) return this.#count("queries not answered");
    const { protection } = guard;
    const answer = answerTo(query, { self: name, protection, whereIs: (name) => this.#whereIs(name) });
    if (query.ackWanted) this.#respond(query, asker, { flags: ACK_FLAGS, payload: null });
    if (answer.payload !== undefined) this.#respond(query, asker, { flags: 0, payload: answer.payload });
    this.#note(query, answer, asker);
  }

  /** Who asks whether its name is another's may be right, and be no member for that very reason. */
  #askerOf({ name, addr, port, sourceNode }: Query): Asker | undefined {
    const address = addressFromBytes(addr, port);
    if (address === undefined) return undefined;
    return this.#memberAt(address) ?? (name === CONFLICT_QUERY ? { name: sourceNode, address } : undefined);
  }

  #note({ name, payload }: Query, { kind, keyring }: Answer, asker: Asker): void {
    const { guard } = this.#deps;
    if (kind === "person") this.#show({ type: "query", name, payload, from: asker.name });
    if (kind === "unknown_internal") this.#count("queries unknown");
    if (keyring === undefined || keyring === guard.protection.keyring) return;
    guard.changeKeys(keyring);
    this.#ctx.log.info("keys_changed", { by: asker.name, query: name });
    this.#ctx.events.publish(SERF, { type: "keys_changed", from: asker.name });
  }

  #respond(query: Query, asker: Asker, what: Pick<QueryResponse, "flags" | "payload">): void {
    const { time, id, addr, port, sourceNode, relayFactor } = query;
    const response = encodeSerf({ type: "query_response", time, id, from: this.#deps.name, ...what });
    if (response.length > RESPONSE_BYTES_MAX) return this.#count("responses too long");
    this.#send(asker.address, response);
    const relay = encodeSerf({ type: "relay", addr, port, name: sourceNode, content: response });
    if (relayFactor === 0 || this.#members.size < relayFactor || relay.length > RESPONSE_BYTES_MAX) return;
    const members = [...this.#members.values()];
    const first = this.#ctx.random.below(members.length);
    for (let at = 0; at < relayFactor; at++) this.#send(members[(first + at) % members.length]!.address, relay);
  }

  /** Passes a message on to a member, and to nobody else. */
  #relay({ addr, port, content }: Relay): void {
    const address = addressFromBytes(addr, port);
    const to = address === undefined ? undefined : this.#memberAt(address);
    if (to === undefined || content.length === 0) return this.#count("relays to no member");
    this.#count("relayed");
    this.#send(to.address, content);
  }

  #memberAt(address: Address): MemberView | undefined {
    for (const member of this.#members.values()) if (member.address === address) return member;
    return undefined;
  }

  #whereIs(name: string): ConflictAnswer | undefined {
    const member = this.#members.get(name);
    if (member === undefined) return undefined;
    const tags = decodeTags(member.meta);
    const { port } = splitAddress(member.address);
    return { name, addr: ipBytes(member.address), port, tags: tags.ok ? tags.value : new Map() };
  }

  /** A membership begins, with ourselves as the only member that is known. */
  #begin(): void {
    this.#members.clear();
    this.#intents = new Intents(this.#deps.name);
    this.#isLeaving = false;
    this.roomsChanged();
  }

  #sayJoin(): void {
    const { name, memory } = this.#deps;
    const intent = { type: "join", time: memory.intents.time, node: name } as const;
    memory.intents.witness(intent.time);
    this.#intents.hearJoin(intent, this.#ctx.clock.now());
    this.#broadcast(encodeSerf(intent));
  }

  #show(event: SerfEvent): void {
    if (this.#shown.spend(1, this.#ctx.clock.now())) this.#ctx.events.publish(SERF, event);
    else this.#count("not shown");
  }

  #broadcast(payload: Uint8Array): void {
    this.#deps.cast.get("broadcaster").tell({ type: "broadcast_user", payload, replacement: { kind: "unique" } });
  }

  #send(to: Address, payload: Uint8Array): void {
    this.#deps.cast.get("broadcaster").tell({ type: "send_user", to, payload, reliable: false });
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}
