import type { Profile } from "../pool/profile.ts";
import type { Random } from "../runtime/random.ts";
import { isListed, type Member, type NodeName, sameBytes } from "./member.ts";
import type { Suspicion } from "./suspicion.ts";
import { ToldLately } from "./told_lately.ts";

/** What the rules are told of the world: our monotonic time in ms, chance, and the numbers to go by. */
export type Moment = Readonly<{ now: number; random: Random; profile: Profile }>;

/** A forgotten member, kept a while against stragglers that still believe it alive. */
type Grave = Readonly<{ member: Member; until: number }>;

/** How much longer a grave is kept than the entry was: long enough for a few full exchanges. Our guess. */
const GRAVE_LIFE_MULT = 10;

/** Graves kept at most, the oldest given up first; without the limit a churn of names would grow it for minutes. */
const GRAVES_MAX = 10_000;

/**
 * How often an accuser is answered at most, in ms, and how many of them in that time. One accusation comes many ways,
 * within a few rounds of gossip; a question to a suspect comes again after half a second and more.
 */
const ANSWER_INTERVAL_MS = 250;
const ANSWERS_MAX = 16;

/**
 * The table of members in every state, ourselves included, in the order of the probe ring, with an index by name.
 * It belongs to one actor; the rules of membership change it in place, because copying thousands of rows for each
 * message would cost more than all the rest.
 */
export class Roster {
  readonly self: NodeName;
  /** Stands in for a port of 0 in what others say (`state.go`: port zero means "like yours"). */
  readonly bindPort: number;
  /** Our incarnation counter; hand in the last one used, to be heard at once after a restart. */
  incarnation: number;
  /** We said goodbye, and neither refute nor return in this life. */
  left = false;
  readonly suspicions: Map<string, Suspicion> = new Map();
  readonly graves: Map<string, Grave> = new Map();
  /** When we last repeated an accusation of a name to a stale alive, in ms. */
  readonly answeredAt: Map<string, number> = new Map();
  /** Who accused us and was answered of late. */
  readonly answered: ToldLately = new ToldLately(ANSWER_INTERVAL_MS, ANSWERS_MAX);
  /** Those of whom we know only from hearsay, the first heard of first. */
  readonly #unverified = new Set<string>();
  #ring: Member[] = [];
  readonly #position = new Map<string, number>();
  #listed = 0;
  #token = 0;

  constructor(options: Readonly<{ self: NodeName; bindPort: number; incarnation?: number }>) {
    this.self = options.self;
    this.bindPort = options.bindPort;
    this.incarnation = options.incarnation ?? 0;
  }

  /** Entries in any state: the n of every formula. */
  get size(): number {
    return this.#ring.length;
  }

  /** Members alive or suspect, ourselves included. */
  get listedCount(): number {
    return this.#listed;
  }

  /** Everything, in the order of the ring. Valid until the next change. */
  get ring(): readonly Member[] {
    return this.#ring;
  }

  /** Our own entry; `undefined` before the start. */
  get own(): Member | undefined {
    return this.get(this.self);
  }

  get(name: string): Member | undefined {
    const at = this.#position.get(name);
    return at === undefined ? undefined : this.#ring[at];
  }

  /** Members alive or suspect, ourselves included, in the order of the ring. */
  listed(): readonly Member[] {
    return this.#ring.filter(isListed);
  }

  /** Appends an unknown member and swaps it with a random one, so that it is probed at no foreseeable time. */
  insert(member: Member, random: Random): void {
    const last = this.#ring.length;
    const at = last === 0 ? 0 : random.below(last);
    this.#ring.push(member);
    if (isListed(member)) this.#listed++;
    this.#position.set(member.name, last);
    this.#swap(at, last);
    if (member.name !== this.self) this.#unverified.add(member.name);
  }

  /** Takes an entry out as if it had never been heard of, except ourselves. */
  remove(name: string): void {
    const at = this.#position.get(name);
    if (at === undefined || name === this.self) return;
    if (isListed(this.#ring[at]!)) this.#listed--;
    this.#swap(at, this.#ring.length - 1);
    this.#ring.pop();
    this.#position.delete(name);
    this.#unverified.delete(name);
    this.answeredAt.delete(name);
  }

  /** It answered us at the address of its entry, so it is there. */
  verify(name: string): void {
    this.#unverified.delete(name);
  }

  /** It is said to be elsewhere now, which again is hearsay. */
  doubt(name: string): void {
    this.#unverified.delete(name); // to the end of the order
    if (name !== this.self && this.#position.has(name)) this.#unverified.add(name);
  }

  /** Entries that nobody has verified, the oldest first. */
  get unverified(): ReadonlySet<string> {
    return this.#unverified;
  }

  /** Puts `member` in place of the entry of its name, which exists. */
  replace(member: Member): void {
    const at = this.#position.get(member.name);
    if (at === undefined) throw new RangeError(`No member of this name: "${member.name}"`);
    this.#listed += Number(isListed(member)) - Number(isListed(this.#ring[at]!));
    this.#ring[at] = member;
  }

  /** A number for the timer of a new suspicion. */
  nextToken(): number {
    return ++this.#token;
  }

  /**
   * Up to `count` random members that are `allowed`, all there are if fewer: draws without replacement until enough
   * are found (memberlist before 0.6.0 gives up after 3n draws, and misses some).
   */
  pick(count: number, allowed: (member: Member) => boolean, random: Random): readonly Member[] {
    const picked: Member[] = [];
    const moved = new Map<number, number>(); // a shuffle that touches only what it has looked at
    for (let i = 0; i < this.#ring.length && picked.length < count; i++) {
      const j = i + random.below(this.#ring.length - i);
      const member = this.#ring[moved.get(j) ?? j]!;
      moved.set(j, moved.get(i) ?? i);
      if (allowed(member)) picked.push(member);
    }
    return picked;
  }

  /**
   * Forgets who is dead or left for longer than gossip reaches them, except ourselves, and shuffles the ring; done
   * when the probe ring wraps (`resetNodes`; left ones as from 0.3.1 on). Returns the forgotten.
   */
  reap({ now, random, profile }: Moment): readonly Member[] {
    const isOver = (member: Member): boolean =>
      !isListed(member) && member.name !== this.self && now - member.changedAt > profile.gossipToTheDeadMs;
    const over = this.#ring.filter(isOver);
    if (over.length > 0) this.#ring = this.#ring.filter((member) => !isOver(member));
    for (const member of over) this.#bury(member, now, profile);
    this.#forgetGraves(now);
    this.#shuffle(random);
    return over;
  }

  /** The grave that an alive of this name and address would rise from. Another address is another life. */
  graveOf(name: string, addr: Uint8Array, port: number, now: number): Member | undefined {
    const grave = this.graves.get(name);
    if (grave === undefined || grave.until <= now) return undefined;
    return sameBytes(grave.member.addr, addr) && grave.member.port === port ? grave.member : undefined;
  }

  #bury(member: Member, now: number, profile: Profile): void {
    this.#position.delete(member.name);
    this.#unverified.delete(member.name);
    this.answeredAt.delete(member.name);
    if (!profile.mends.gravesKept) return;
    this.graves.delete(member.name); // to the end of the order
    this.graves.set(member.name, { member, until: now + GRAVE_LIFE_MULT * profile.gossipToTheDeadMs });
  }

  #forgetGraves(now: number): void {
    for (const [name, { until }] of this.graves) {
      if (until > now && this.graves.size <= GRAVES_MAX) break; // the oldest come first
      this.graves.delete(name);
      if (!this.#position.has(name)) this.answeredAt.delete(name);
    }
  }

  #shuffle(random: Random): void {
    const ring = this.#ring;
    for (let i = ring.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [ring[i], ring[j]] = [ring[j]!, ring[i]!];
    }
    ring.forEach((member, at) => this.#position.set(member.name, at));
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#ring[a]!, this.#ring[b]!];
    this.#ring[a] = other;
    this.#ring[b] = one;
    this.#position.set(other.name, a).set(one.name, b);
  }
}

/** Who gets gossip: others alive or suspect, and the dead for a while so that they may object; never who left. */
export function isGossipTarget(member: Member, self: NodeName, { now, profile }: Omit<Moment, "random">): boolean {
  if (member.name === self) return false;
  if (member.state === "dead") return now - member.changedAt <= profile.gossipToTheDeadMs;
  return member.state !== "left";
}

/** Who may ping `target` for us: an alive third one. */
export function isRelay(member: Member, self: NodeName, target: NodeName): boolean {
  return member.state === "alive" && member.name !== self && member.name !== target;
}

/** With whom to exchange tables: an alive other one. */
export function isPushPullPartner(member: Member, self: NodeName): boolean {
  return member.state === "alive" && member.name !== self;
}
