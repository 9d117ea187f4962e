import type { Address } from "../../transport/address.ts";
import type { BroadcasterMessage } from "../broadcaster.ts";
import { published } from "../links/exports.ts";
import { LINK_BROKEN } from "../links/link.ts";
import type { LinksMessage } from "../links.ts";
import type { MembershipEvent, MemberView } from "../membership.ts";
import type { PoolCast } from "../pool/cast.ts";
import type { Context } from "../runtime/behavior.ts";
import { topic } from "../runtime/events.ts";
import type { ActorRef } from "../runtime/ref.ts";
import { isParley } from "../serf/tags.ts";
import { Neighbours } from "./neighbours.ts";
import { Plumtree, type PlumtreeEvent } from "./plumtree.ts";
import { type BroadcasterWord, decodeWord, newRumour, type Rumour, type Way } from "./rumour.ts";
import { Seen } from "./seen.ts";

/** A rumour that came the first time. */
export type RumourHeard = Readonly<
  Pick<Rumour, "topic" | "author" | "ageMs" | "payload"> & {
    /** It was said to us only. */
    direct: boolean;
    /** It came by way of others than its author, and may be anybody's. */
    handedOn?: true;
  }
>;
export const RUMOURS = topic<RumourHeard>("rumours");

/** What of the broadcaster outlives a crash: where the numbering of our own rumours stands, and which of others we had. */
export type BroadcasterMemory = { started: boolean; epoch: number; sequence: number; seen?: Seen };

type RumoursDeps = Readonly<{
  name: string;
  cast: PoolCast;
  memory: BroadcasterMemory;
  /** Carry rumours, if members are Parley peers; without, there are none. */
  links?: (() => ActorRef<LinksMessage>) | undefined;
}>;

/** The name under which other peers address this actor. */
const BROADCASTER_ID = "broadcaster";

/**
 * So many others are told by the author itself, in one hop: waking each process once is all that it costs. Of more, the
 * author's time is the bound, and a tree shares it out.
 */
export const DIRECT_MAX = 32;

/** A newcomer is told again what we said to everybody this recently: others may have known of it before we did. */
const RECENT_MS = 5_000;
const RECENT_MAX = 256;

const MEMBERS_TIMEOUT_MS = 5_000;

/** What rooms say, to all other Parley peers over links: straight where they are few, else along a tree. */
export class Rumours {
  readonly #counters = {
    "rumours heard twice": 0,
    "rumours heard too late": 0,
    "rumours not from their author": 0,
    "rumours to unknown members": 0,
    "rumours without links": 0,
  };
  readonly #ctx: Context<BroadcasterMessage>;
  readonly #deps: RumoursDeps;
  readonly #seen: Seen;
  readonly #neighbours: Neighbours;
  readonly #others: ReadonlyMap<string, Address>;
  readonly #tree: Plumtree;
  /** Nothing has come over the tree yet, nor gone: who is near us does not matter. */
  #isTreeAsleep = true;
  #near: readonly Address[] = [];
  readonly #recent: { readonly at: number; readonly rumour: Rumour }[] = [];

  constructor(ctx: Context<BroadcasterMessage>, deps: RumoursDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#seen = deps.memory.seen ??= new Seen();
    this.#neighbours = new Neighbours(deps.name);
    this.#others = this.#neighbours.others;
    this.#tree = new Plumtree({ self: deps.name, seen: this.#seen, random: ctx.random });
    const { cast, links } = deps;
    if (links === undefined) return;
    const actor = published<BroadcasterMessage>(ctx.self, (value, from) => {
      const word = decodeWord(value);
      return word && { type: "heard", from, word };
    });
    links().tell({ type: "publish", id: BROADCASTER_ID, actor });
    ctx.subscribe(LINK_BROKEN, ({ peer }) => ({ type: "link_broken", peer }));
    const known = ctx.ask(
      cast.get("membership"),
      (replyTo: ActorRef<readonly MemberView[]>) => ({ type: "list" as const, replyTo }),
      MEMBERS_TIMEOUT_MS,
    );
    ctx.pipeToSelf(known, (members) => ({ type: "members", members }), () => ({ type: "members", members: [] }));
  }

  /** What was said over the tree, and what came over it, is counted with the rest. */
  get counters(): Readonly<Record<string, number>> {
    const counters: Record<string, number> = { ...this.#counters };
    for (const [what, count] of Object.entries(this.#tree.counters)) counters[what] = (counters[what] ?? 0) + count;
    return counters;
  }

  publish(topic: string, payload: Uint8Array): void {
    const { memory } = this.#deps;
    if (memory.epoch === 0) memory.epoch = Math.max(1, Math.floor(this.#ctx.clock.wallMs()));
    const isDirect = this.#others.size <= DIRECT_MAX;
    const rumour = this.#rumour(isDirect ? "direct" : "tree", topic, payload, ++memory.sequence);
    if (!isDirect) return this.#step({ type: "publish", rumour });
    this.#recent.push({ at: this.#ctx.clock.now(), rumour });
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    this.#send([...this.#others.values()], rumour.bytes);
  }

  sendTo(name: string, topic: string, payload: Uint8Array): void {
    const address = this.#others.get(name);
    if (address === undefined) this.#counters["rumours to unknown members"]++;
    else this.#send([address], this.#rumour("direct", topic, payload, 0).bytes);
  }

  heard(from: Address, word: BroadcasterWord): void {
    switch (word.type) {
      case "rumour":
        if (!this.#mayBeFrom(from, word)) return void this.#counters["rumours not from their author"]++;
        return word.way === "direct" ? this.#heardDirectly(word) : this.#step({ type: "rumour", from, rumour: word });
      case "announce":
      case "graft":
      case "prune":
        return this.#step({ ...word, from });
    }
  }

  linkBroken(peer: Address): void {
    if (!this.#isTreeAsleep) this.#step({ type: "link_broken", peer });
  }

  treeDue(): void {
    this.#step({ type: "due" });
  }

  member({ type, member }: MembershipEvent): void {
    if (type === "left" || type === "failed") this.#neighbours.remove(member.name);
    else if (type === "joined" || type === "updated") this.#welcome(member);
    if (!this.#isTreeAsleep) this.#lookAround();
  }

  meet(members: readonly MemberView[]): void {
    for (const member of members) this.#note(member);
  }

  /** We are a member no more: nobody is there to be told, and whoever comes next has nothing to catch up with. */
  forgetOthers(): void {
    this.#neighbours.clear();
    this.#recent.length = 0;
    if (!this.#isTreeAsleep) this.#lookAround();
  }

  /**
   * What was not passed on comes from its author, and from where that is known to be; an author of whom we do not know yet
   * is at least none of those whom we know. What was passed on may come from anybody.
   */
  #mayBeFrom(from: Address, { way, hops, author }: Rumour): boolean {
    if (way !== "direct" && hops > 0) return true;
    const home = this.#others.get(author);
    return home === undefined ? !this.#neighbours.isHome(from) : home === from;
  }

  #heardDirectly({ topic, author, epoch, sequence, ageMs, payload }: Rumour): void {
    if (author === this.#deps.name) return;
    // What a newcomer is told again may be behind what it has heard since: rather a gap than the wrong order.
    if (ageMs > 0 && this.#seen.isBehind(author, epoch, sequence)) {
      this.#counters["rumours heard too late"]++;
      return;
    }
    if (sequence > 0 && !this.#seen.isNew(author, epoch, sequence)) {
      this.#counters["rumours heard twice"]++;
      return;
    }
    this.#ctx.events.publish(RUMOURS, { topic, author, ageMs, payload, direct: sequence === 0 });
  }

  /** Others than peers of ours have no links, and would complain of what comes. */
  #note({ name, address, meta }: MemberView): void {
    if (name === this.#deps.name) return;
    if (isParley(meta)) this.#neighbours.add(name, address);
    else this.#neighbours.remove(name);
  }

  #welcome(member: MemberView): void {
    const before = this.#others.get(member.name);
    this.#note(member);
    const now = this.#others.get(member.name);
    if (now === undefined || now === before) return;
    for (const { at, rumour } of this.#recent) {
      const ageMs = this.#ctx.clock.now() - at;
      if (ageMs <= RECENT_MS) this.#send([now], newRumour({ ...rumour, ageMs }).bytes);
    }
  }

  #step(event: PlumtreeEvent): void {
    if (this.#isTreeAsleep) {
      this.#isTreeAsleep = false;
      this.#lookAround();
    }
    const now = this.#ctx.clock.now();
    for (const effect of this.#tree.step(event, now)) {
      switch (effect.type) {
        case "send":
          this.#send(effect.to, effect.bytes);
          break;
        case "deliver": {
          const { topic, author, ageMs, payload, hops } = effect.rumour;
          const handedOn = hops > 0 ? { handedOn: true as const } : {};
          this.#ctx.events.publish(RUMOURS, { topic, author, ageMs, payload, direct: false, ...handedOn });
          break;
        }
        case "wake":
          this.#ctx.timers.after("tree", effect.at - now, { type: "tree_due" });
      }
    }
  }

  #lookAround(): void {
    const near = this.#neighbours.near();
    if (near !== this.#near) this.#step({ type: "neighbours", near: this.#near = near });
  }

  #rumour(way: Way, topic: string, payload: Uint8Array, sequence: number): Rumour {
    const { name, memory } = this.#deps;
    return newRumour({ way, topic, author: name, epoch: memory.epoch, sequence, ageMs: 0, payload });
  }

  #send(to: readonly Address[], message: Uint8Array): void {
    const { links } = this.#deps;
    if (links === undefined) this.#counters["rumours without links"]++;
    else if (to.length > 0) links().tell({ type: "spread", to, id: BROADCASTER_ID, message });
  }
}
