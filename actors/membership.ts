import { type Address, ipBytes, splitAddress } from "../transport/address.ts";
import type { Guard } from "../transport/guard.ts";
import type { Dead, PushPull } from "../transport/wire/message.ts";
import { encodeMessage } from "../transport/wire/messages.ts";
import { META_BYTES_MAX, validName } from "../transport/wire/validate.ts";
import { Application, type ApplicationAnswered } from "./membership/application.ts";
import { pausedMs } from "./failure_detector/pause.ts";
import { nextTarget } from "./failure_detector/probe_order.ts";
import { Announcer } from "./membership/announcer.ts";
import { Comeback } from "./membership/comeback.ts";
import { Exchanges } from "./membership/exchanges.ts";
import type { MembershipEffect } from "./membership/effect.ts";
import type { LostMembers } from "./membership/lost_members.ts";
import { type Member, type MemberState, type NodeName, viewOf } from "./membership/member.ts";
import { applyClaim, type Claim, isProposable, postponeSuspicions, suspicionExpired } from "./membership/merge.ts";
import { leave as leaveSelf, startSelf, updateSelf } from "./membership/own_entry.ts";
import { OwnWords } from "./membership/own_words.ts";
import { mergeRemote, pushPullAfterMs } from "./membership/push_pull.ts";
import { questionDue } from "./membership/questioning.ts";
import { Seeking } from "./membership/seeking.ts";
import { Vetting } from "./membership/vetting.ts";
import { isGossipTarget, isPushPullPartner, isRelay, type Moment, Roster } from "./membership/roster.ts";
import type { LinksMessage } from "./links.ts";
import type { PoolCast } from "./pool/cast.ts";
import type { PoolDelegate } from "./pool/delegate.ts";
import type { Profile } from "./pool/profile.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import { type Topic, topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { ExchangeDone } from "./transport.ts";
import { Offenders } from "./transport/offenders.ts";

/** What the keeper of the member table understands. */
export type MembershipMessage =
  /** Commands. */
  | Readonly<{ type: "create"; address: Address; replyTo: ActorRef<MemberView> }>
  | Readonly<{ type: "join"; addresses: readonly Address[]; replyTo: ActorRef<JoinReply> }>
  /** Somebody should be there: those who are not known yet are looked for, now and then. */
  | Readonly<{ type: "seek"; addresses: readonly Address[] }>
  /** It is answered at the latest after `withinMs`, by default 2 s. */
  | Readonly<{ type: "leave"; withinMs?: number; replyTo: ActorRef<"left"> }>
  /**
   * From the application: what it tells of us from now on (UpdateNode), at most 512 bytes. It is answered at the latest
   * after `withinMs`, by default 5 s.
   */
  | Readonly<{ type: "update_meta"; meta: Uint8Array; withinMs?: number; replyTo?: ActorRef<UpdateReply> }>
  | Readonly<{ type: "shutdown"; replyTo: ActorRef<"down"> }>
  | Readonly<{ type: "list"; replyTo: ActorRef<readonly MemberView[]> }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>
  /** From the network. */
  | Readonly<{ type: "heard"; claims: readonly Claim[] }>
  | Readonly<{ type: "push_pull_asked"; session: number; message: PushPull }>
  | ExchangeDone
  | ApplicationAnswered
  /** From the failure detector: our process stood still for so long. */
  | Readonly<{ type: "paused"; ms: number }>
  /** From the failure detector: whom to probe next, and who may relay. Its verdict comes as a `heard` suspicion. */
  | Readonly<{ type: "pick_probe" }>
  | Readonly<{ type: "pick_relays"; sequence: number; target: NodeName }>
  /** From the broadcaster: to whom to gossip; and that what we said of ourselves was sent often enough. */
  | Readonly<{ type: "pick_gossip_targets" }>
  | Readonly<{ type: "own_words_sent"; token: number }>
  /** From the failure detector: this one answered. */
  | Readonly<{ type: "answered"; node: NodeName; address: Address }>
  /** From a detector or broadcaster that started anew: tell it what it has to know. */
  | Readonly<{ type: "brief"; who: "failure_detector" | "broadcaster" }>
  /** Timers. */
  | Readonly<{ type: "own_words_late"; token: number }>
  | Readonly<{ type: "suspicion_over"; node: string; token: number; dueAt: number }>
  | Readonly<{ type: "question_due"; node: string; token: number; number: number }>
  | Readonly<{ type: "push_pull" | "catch_up" }>
  | Readonly<{ type: "join_late"; id: number }>
  | Readonly<{ type: "join_again" }>
  | Readonly<{ type: "rejoin" }>
  | Readonly<{ type: "ask_former"; timesLeft: number }>;

/** A member as others may see it. */
export type MemberView = Readonly<{
  name: string;
  address: Address;
  state: MemberState;
  incarnation: number;
  /** The application's bytes. */
  meta: Uint8Array;
}>;

export type JoinReply =
  | Readonly<{ type: "joined"; contacted: number; failures: readonly Readonly<{ address: Address; reason: string }>[] }>
  | Readonly<{ type: "refused"; why: string }>;

/**
 * What became of a new meta: told to everybody as far as gossip can tell; told to some by now, and still going round;
 * or refused, and nothing has changed.
 */
export type UpdateReply =
  | Readonly<{ type: "updated" }>
  | Readonly<{ type: "timed_out" }>
  | Readonly<{ type: "refused"; why: string }>;

/** What happens to members. `by` names who said so. */
export type MemberEvent =
  | Readonly<{ type: "joined" | "updated" | "refuted" | "left"; member: MemberView }>
  | Readonly<{ type: "suspected" | "failed"; member: MemberView; by: string }>;
export type MembershipEvent = MemberEvent | Readonly<{ type: "conflict"; member: MemberView; offered: string }>;
/** What happens in the pool of the chat; others have topics of their own. */
export const MEMBERSHIP = topic<MembershipEvent>("membership");

/**
 * What of the membership outlives a crash: that we are a member, our incarnation and meta, and whom to ask for the
 * rest.
 */
export type MembershipMemory = {
  created: boolean;
  incarnation: number;
  /** At most 512 bytes. */
  meta: Uint8Array;
  address?: Address;
  /** The others whom we announced and did not announce as gone, as they were then: whom to ask for the rest. */
  readonly present: Map<string, Member>;
  /** Joins that were asked for and are not over: a crash of ours begins them anew, or who asked would wait in vain. */
  readonly joins: Set<JoinAsked>;
  /** Members that failed, and places where somebody should be, to be sought. */
  readonly lost: LostMembers;
};

type JoinAsked = Readonly<{ addresses: readonly Address[]; replyTo: ActorRef<JoinReply> | undefined }>;

export type MembershipDeps = Readonly<{
  name: NodeName;
  profile: Profile;
  guard: Guard;
  memory: MembershipMemory;
  cast: PoolCast;
  /** Where to publish what happens to members. */
  topic: Topic<MembershipEvent>;
  /** Told of peers that failed, if members are Parley peers. */
  links?: (() => ActorRef<LinksMessage>) | undefined;
  delegate?: PoolDelegate;
}>;

/** How messages are counted that go to one member only. */
const TOLD_DIRECTLY = { accuse: "accused told", answer: "accusers answered" } as const;

/** If our farewell cannot be spread by then, we go all the same. */
const FAREWELL_TIMEOUT_MS = 2_000;

/** If a new meta was not sent often enough by then, who changed it is told so; it goes on being sent. */
const UPDATE_TIMEOUT_MS = 5_000;

/** Changes of meta whose end somebody waits for; each but the last is replaced in the queue, and over at once. */
const UPDATES_WAITING_MAX = 64;

/** Joins under way at once; who asks for more is told so. */
const JOINS_MAX = 64;

/** Owns the table and decides everybody's state, by memberlist's rules. It never pings. */
export function membership(deps: MembershipDeps): Behavior<MembershipMessage> {
  return (ctx) => {
    const keeper = new Keeper(ctx, deps);
    keeper.resume();
    return (message) => {
      switch (message.type) {
        case "create":
          return message.replyTo.tell(keeper.create(message.address));
        case "join":
          return keeper.join(message.addresses, message.replyTo);
        case "seek":
          return keeper.seeking.seek(message.addresses);
        case "leave":
          return keeper.leave(message.replyTo, message.withinMs);
        case "shutdown":
          keeper.shutdown();
          return message.replyTo.tell("down");
        case "list":
          return message.replyTo.tell(keeper.list());
        case "status":
          return message.replyTo.tell(keeper.status());
        case "heard":
          return keeper.heard(message.claims);
        case "push_pull_asked":
          return keeper.pushPullAsked(message.session, message.message);
        case "exchange_done":
          return keeper.exchangeDone(message);
        case "application_answered":
          return keeper.applicationAnswered(message);
        case "pick_probe":
          return keeper.pickProbe();
        case "answered":
          return keeper.answered(message.node, message.address);
        case "pick_relays":
          return keeper.pickRelays(message.sequence, message.target);
        case "pick_gossip_targets":
          return keeper.pickGossipTargets();
        case "brief":
          return keeper.brief(message.who);
        case "update_meta":
          return keeper.updateMeta(message.meta, message.replyTo, message.withinMs);
        case "own_words_sent":
          return keeper.ownWords.over(message.token, true);
        case "own_words_late":
          return keeper.ownWords.over(message.token, false);
        case "suspicion_over":
          return keeper.suspicionOver(message);
        case "question_due":
          return keeper.questionDue(message);
        case "paused":
          return keeper.paused(message.ms);
        case "push_pull":
          return keeper.pushPull();
        case "catch_up":
          return keeper.catchUp();
        case "join_late":
          return keeper.joinLate(message.id);
        case "join_again":
          return keeper.joinAgain();
        case "rejoin":
          return keeper.seeking.look();
        case "ask_former":
          return keeper.comeback.askFormer(message.timesLeft);
      }
    };
  };
}

class Keeper {
  readonly ownWords: OwnWords;
  readonly seeking: Seeking;
  readonly comeback: Comeback;
  readonly #ctx: Context<MembershipMessage>;
  readonly #deps: MembershipDeps;
  readonly #ignored = new Map<string, number>();
  /** Who accused us of being silent or dead, which we had to refute. */
  readonly #accusers = new Offenders();
  readonly #exchanges: Exchanges;
  readonly #application: Application;
  readonly #vetting: Vetting;
  readonly #announcer: Announcer;
  #roster: Roster | undefined;
  #probeIndex = 0;
  /** When this process was last found to have stood still. */
  #wokeAt = -Infinity;
  #size = 0;

  constructor(ctx: Context<MembershipMessage>, deps: MembershipDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    const { memory } = deps;
    const roster = (): Roster | undefined => this.#roster;
    const count = (what: string): void => this.#count(what);
    const application = new Application({ ctx, delegate: deps.delegate, count });
    const vetting = new Vetting({
      application,
      isProposable: (alive) => this.#roster !== undefined && isProposable(this.#roster, alive, this.#moment()),
      apply: (claim) => this.#apply(claim),
      count,
    });
    const exchanges = new Exchanges({
      ctx,
      deps,
      application,
      vetting,
      roster,
      merge: (roster, rows, knownTo) => this.#perform(mergeRemote(roster, rows, this.#moment(), knownTo)),
      count,
    });
    this.#application = application;
    this.#vetting = vetting;
    this.#exchanges = exchanges;
    this.ownWords = new OwnWords(ctx.timers);
    this.seeking = new Seeking({ ctx, memory, exchanges, roster, count });
    this.#announcer = new Announcer({ ctx, deps, application, seeking: this.seeking, roster });
    this.comeback = new Comeback({ ctx, memory, exchanges, announcer: this.#announcer, roster });
  }

  applicationAnswered(answered: ApplicationAnswered): void {
    this.#application.answered(answered);
  }

  /** After a crash: a member again, above the last incarnation, and the rest by asking who was there. */
  resume(): void {
    const { memory } = this.#deps;
    if (!memory.created || memory.address === undefined) return;
    this.create(memory.address);
    this.comeback.begin();
  }

  create(address: Address): MemberView {
    const { name, memory, profile } = this.#deps;
    const { port } = splitAddress(address);
    const roster = new Roster({ self: name, bindPort: port, incarnation: memory.incarnation });
    this.#roster = roster;
    memory.created = true;
    memory.address = address;
    this.#perform(startSelf(roster, { addr: ipBytes(address), port, meta: memory.meta }, this.#moment()));
    this.brief("failure_detector");
    this.brief("broadcaster");
    this.#schedulePushPull(this.#ctx.random.next() * profile.pushPullIntervalMs);
    this.seeking.begin();
    return viewOf(roster.own!);
  }

  /** Tells the others of the pool that we are a member, if we are. */
  brief(who: "failure_detector" | "broadcaster"): void {
    const { memory, name, cast } = this.#deps;
    if (this.#roster === undefined || memory.address === undefined) return;
    if (who === "failure_detector") {
      const self = { name, address: memory.address };
      return cast.get("failureDetector").tell({ type: "start", self, members: this.list() });
    }
    cast.get("broadcaster").tell({ type: "start_gossip" });
    cast.get("broadcaster").tell({ type: "cluster_size", size: this.#roster.size });
  }

  join(addresses: readonly Address[], replyTo: ActorRef<JoinReply> | undefined): void {
    if (this.#roster?.left) {
      return replyTo?.tell({
        type: "refused",
        why: "You left; memberlistshutdown, memberlistconfigure and memberlistcreate begin anew",
      });
    }
    const { joins } = this.#deps.memory;
    if (joins.size >= JOINS_MAX) {
      this.#count("joins refused");
      return replyTo?.tell({ type: "refused", why: "Too many joins at once" });
    }
    const asked = { addresses, replyTo };
    joins.add(asked);
    this.#join(asked);
  }

  /** Joins that a crash cut short. */
  joinAgain(): void {
    for (const asked of this.#deps.memory.joins) this.#join(asked);
  }

  #join(asked: JoinAsked): void {
    this.#exchanges.join(asked.addresses, (reply) => {
      this.#deps.memory.joins.delete(asked);
      asked.replyTo?.tell(reply);
    });
  }

  joinLate(id: number): void {
    this.#exchanges.joinLate(id);
  }

  exchangeDone(done: ExchangeDone): void {
    this.#exchanges.done(done);
  }

  pushPullAsked(session: number, message: PushPull): void {
    this.#exchanges.asked(session, message);
  }

  leave(replyTo: ActorRef<"left">, withinMs = FAREWELL_TIMEOUT_MS): void {
    const roster = this.#roster;
    if (roster === undefined || roster.left) return replyTo.tell("left");
    this.#exchanges.giveUpJoins();
    const others = roster.listed().filter(({ name }) => name !== roster.self);
    const goodbye = leaveSelf(roster, this.#moment());
    this.#deps.memory.present.clear();
    this.#deps.memory.lost.clear();
    // Who is just reading our table is going to know us, and has to hear it by gossip then.
    if (others.length === 0 && this.#exchanges.underWay === 0) {
      this.#perform(goodbye);
      return replyTo.tell("left");
    }
    this.#say(goodbye, withinMs, () => replyTo.tell("left"));
    const own = roster.own!;
    const dead: Dead = { type: "dead", node: own.name, from: own.name, incarnation: own.incarnation };
    this.#deps.cast.get("broadcaster").tell({ type: "farewell", message: encodeMessage(dead), to: others });
  }

  updateMeta(meta: Uint8Array, replyTo: ActorRef<UpdateReply> | undefined, withinMs = UPDATE_TIMEOUT_MS): void {
    const roster = this.#roster;
    const refuse = (why: string): void => {
      this.#count("meta refused");
      replyTo?.tell({ type: "refused", why });
    };
    if (meta.length > META_BYTES_MAX) return refuse(`Meta must be at most ${META_BYTES_MAX} bytes: ${meta.length}`);
    if (roster?.left) return refuse("We have left, and say nothing of ourselves any more");
    if (this.ownWords.size >= UPDATES_WAITING_MAX) return refuse("Too many changes of meta at once");
    const effects = roster === undefined ? [] : updateSelf(roster, meta, this.#moment());
    if (effects.some(({ type }) => type === "irrefutable")) return refuse("There is no higher incarnation");
    this.#deps.memory.meta = meta;
    if (roster === undefined || roster.listedCount <= 1) {
      this.#perform(effects);
      return replyTo?.tell({ type: "updated" });
    }
    this.#say(effects, withinMs, (sent) => replyTo?.tell({ type: sent ? "updated" : "timed_out" }));
  }

  /** Performs what we say of ourselves, and calls back when that was sent often enough, or `withinMs` later. */
  #say(effects: readonly MembershipEffect[], withinMs: number, over: (sent: boolean) => void): void {
    this.#perform(effects, this.ownWords.await(withinMs, over));
  }

  shutdown(): void {
    const { memory, cast } = this.#deps;
    this.ownWords.giveUp();
    for (const { token } of this.#roster?.suspicions.values() ?? []) this.#stopTimers(token);
    this.#ctx.timers.cancel("push_pull");
    this.#ctx.timers.cancel("catch_up");
    this.#ctx.timers.cancel("rejoin");
    this.#ctx.timers.cancel("ask_former");
    this.#ctx.timers.cancel("join_again");
    this.#roster = undefined;
    memory.created = false;
    memory.joins.clear();
    memory.present.clear();
    memory.lost.clear();
    cast.get("failureDetector").tell({ type: "stop" });
    cast.get("broadcaster").tell({ type: "stop_gossip" });
  }

  list(): readonly MemberView[] {
    const members = this.#roster?.listed() ?? [];
    return members.map(viewOf).toSorted((a, b) => a.name < b.name ? -1 : 1);
  }

  status(): Readonly<Record<string, number>> {
    return { ...Object.fromEntries(this.#ignored), ...this.#accusers.worst("accused by") };
  }

  heard(claims: readonly Claim[]): void {
    const isVetted = this.#application.wants("aliveVeto");
    for (const claim of claims) isVetted ? this.#vetting.hear(claim) : this.#apply(claim);
  }

  #apply(claim: Claim): void {
    const roster = this.#roster;
    if (roster === undefined) return this.#count("not a member yet");
    const { incarnation } = roster;
    this.#perform(applyClaim(roster, claim, this.#moment()));
    // Of ourselves, and we had to refute it.
    if (roster.incarnation !== incarnation && claim.type !== "alive") this.#blame(claim.from);
  }

  #blame(accuser: string): void {
    this.#accusers.blame(validName(accuser) ? accuser : "an invalid name", this.#ctx.clock.now());
  }

  suspicionOver({ node, token, dueAt }: Extract<MembershipMessage, { type: "suspicion_over" }>): void {
    if (this.#roster === undefined) return;
    const ms = pausedMs(dueAt, this.#ctx.clock.now(), this.#deps.profile.probeIntervalMs);
    if (ms > 0) return this.paused(ms);
    // A refutation may be waiting for the application's word; it came in time.
    this.#vetting.afterwards(node, () => {
      if (this.#roster !== undefined) this.#perform(suspicionExpired(this.#roster, node, token, this.#moment()));
    });
  }

  questionDue(question: Extract<MembershipMessage, { type: "question_due" }>): void {
    if (this.#roster !== undefined) this.#perform(questionDue(this.#roster, question, this.#moment()));
  }

  /** What came meanwhile is read first; then suspects have what was left to them, and an interval more to object. */
  paused(ms: number): void {
    const roster = this.#roster;
    const { probeIntervalMs } = this.#deps.profile;
    const now = this.#ctx.clock.now();
    if (roster === undefined || now - this.#wokeAt < probeIntervalMs) return; // told of this pause already
    this.#wokeAt = now;
    this.#perform(postponeSuspicions(roster, ms + probeIntervalMs, now));
  }

  pickProbe(): void {
    if (this.#roster === undefined) return;
    const { index, target } = nextTarget(this.#probeIndex, this.#roster, this.#moment());
    this.#probeIndex = index;
    this.#deps.cast.get("failureDetector").tell({ type: "probe", target });
    this.#sizeChanged(); // the ring may have wrapped, and the dead been forgotten
  }

  /** Somebody is where its entry says. */
  answered(node: string, address: Address): void {
    if (this.#roster?.get(node)?.address === address) this.#roster.verify(node);
  }

  pickRelays(sequence: number, target: NodeName): void {
    const roster = this.#roster;
    if (roster === undefined) return;
    const { indirectChecks } = this.#deps.profile;
    const relays = roster.pick(indirectChecks, (member) => isRelay(member, roster.self, target), this.#ctx.random);
    this.#deps.cast.get("failureDetector").tell({ type: "relays", sequence, relays });
  }

  pickGossipTargets(): void {
    const roster = this.#roster;
    if (roster === undefined) return;
    const moment = this.#moment();
    const targets = roster.pick(
      this.#deps.profile.gossipNodes,
      (member) => isGossipTarget(member, roster.self, moment),
      this.#ctx.random,
    );
    this.#deps.cast.get("broadcaster").tell({ type: "gossip_to", targets });
  }

  /** The next one is counted from here and not from its end as in memberlist: an answer that never comes stops nothing. */
  pushPull(): void {
    if (this.#roster === undefined) return;
    this.#withPartner((partner) => this.#exchanges.begin(partner.address));
    this.#schedulePushPull(0);
  }

  catchUp(): void {
    this.#withPartner((partner) => this.#exchanges.catchUp(partner.address));
  }

  #withPartner(exchange: (partner: Member) => void): void {
    const roster = this.#roster;
    if (roster === undefined || roster.left) return;
    const [partner] = roster.pick(1, (member) => isPushPullPartner(member, roster.self), this.#ctx.random);
    if (partner !== undefined) exchange(partner);
  }

  #schedulePushPull(staggerMs: number): void {
    const { pushPullIntervalMs } = this.#deps.profile;
    if (pushPullIntervalMs === 0) return;
    const delayMs = staggerMs + pushPullAfterMs(pushPullIntervalMs, this.#roster?.size ?? 1);
    this.#ctx.timers.after("push_pull", delayMs, { type: "push_pull" });
  }

  /** `ownWords` is the number under which to hear that what we say of ourselves was sent. */
  #perform(effects: readonly MembershipEffect[], ownWords?: number): void {
    for (const effect of effects) this.#performOne(effect, ownWords);
    this.#sizeChanged();
    this.#deps.memory.incarnation = this.#roster?.incarnation ?? this.#deps.memory.incarnation;
  }

  #performOne(effect: MembershipEffect, ownWords: number | undefined): void {
    const { cast } = this.#deps;
    switch (effect.type) {
      case "broadcast": {
        const message = encodeMessage(effect.message);
        return cast.get("broadcaster").tell({ type: "gossip", key: effect.key, message, notify: ownWords });
      }
      case "accuse":
      case "answer": {
        this.#count(TOLD_DIRECTLY[effect.type]);
        const message = encodeMessage(effect.message);
        return cast.get("broadcaster").tell({ type: "send", to: effect.to, message, with: [] });
      }
      case "announce":
        return this.#announcer.announce(effect);
      case "conflict":
        return this.#announcer.conflict(effect.known, effect.offered);
      case "health":
        return cast.get("failureDetector").tell({ type: "adjust_health", delta: effect.delta });
      case "ignored":
        return this.#count(effect.rule);
      case "crowded_out":
      case "accuser_put_off":
        return this.#count(effect.type);
      case "irrefutable":
        return this.#ctx.log.error("irrefutable_accusation", { incarnation: effect.incarnation });
      case "start_timer": {
        const { node, token, afterMs } = effect;
        const dueAt = this.#ctx.clock.now() + afterMs;
        return this.#ctx.timers.after(`suspicion ${token}`, afterMs, { type: "suspicion_over", node, token, dueAt });
      }
      case "start_question": {
        const { node, token, number, afterMs } = effect;
        return this.#ctx.timers.after(`question ${token}`, afterMs, { type: "question_due", node, token, number });
      }
      case "stop_timer":
        return this.#stopTimers(effect.token);
    }
  }

  #stopTimers(token: number): void {
    this.#ctx.timers.cancel(`suspicion ${token}`);
    this.#ctx.timers.cancel(`question ${token}`);
  }

  #sizeChanged(): void {
    const size = this.#roster?.size ?? 0;
    if (size === this.#size) return;
    this.#size = size;
    this.#deps.cast.get("broadcaster").tell({ type: "cluster_size", size });
  }

  #count(reason: string): void {
    this.#ignored.set(reason, (this.#ignored.get(reason) ?? 0) + 1);
  }

  #moment(): Moment {
    return { now: this.#ctx.clock.now(), random: this.#ctx.random, profile: this.#deps.profile };
  }
}
