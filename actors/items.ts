import type { BroadcasterMessage, RumourHeard } from "./broadcaster.ts";
import { RUMOURS } from "./broadcaster.ts";
import { isPlausible } from "./history/hybrid_time.ts";
import { type Item, ItemMap, ITEMS_MAX } from "./items/item_map.ts";
import {
  decodeItemMessage,
  encodeItemMessage,
  encodeItems,
  fits,
  ITEM_TEXT_BYTES_MAX,
  type ItemMessage,
  KEY_BYTES_MAX,
} from "./items/item_message.ts";
import { MEMBERSHIP, type MembershipEvent, type MembershipMessage, type MemberView } from "./membership.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { Bucket } from "./transport/budget.ts";

/** What the keeper of the items understands. */
export type ItemsMessage =
  | Readonly<{ type: "set"; key: string; text: string; replyTo: ActorRef<ItemReply> }>
  | Readonly<{ type: "delete"; key: string; replyTo: ActorRef<ItemReply> }>
  | Readonly<{ type: "list"; replyTo: ActorRef<Entries> }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>
  | Readonly<{ type: "heard"; rumour: RumourHeard }>
  | Readonly<{ type: "member"; event: MembershipEvent }>
  /** Timers, and what was asked because of them. */
  | Readonly<{ type: "greet" | "compare" }>
  | Readonly<{ type: "members"; members: readonly MemberView[]; about: "greet" | "compare" }>;

/** Keys and their texts, in the order of the keys. */
export type Entries = readonly (readonly [key: string, text: string])[];

/** What there is after the change; or why nothing changed. */
export type ItemReply = Readonly<{ ok: true; entries: Entries }> | Readonly<{ ok: false; why: string }>;

type ItemsDeps = Readonly<{
  self: string;
  memory: ItemMap;
  broadcaster: () => ActorRef<BroadcasterMessage>;
  membership: () => ActorRef<MembershipMessage>;
}>;

/** What is said about the items, among what else is spread. */
const TOPIC = "items";

/** Whoever has items compares them with somebody's so often: what a broken link has lost is found that way. */
const COMPARE_EVERY_MS = 15_000;

/** Newcomers are met together, and links to them may be under way. */
const GREET_AFTER_MS = 300;

/** Newcomers that wait to be greeted; whom there is no room for is found by comparing. */
const NEWCOMERS_MAX = 64;

/** Of all who could greet a newcomer, about so many do. */
const GREETERS = 4;

/** How often all items are sent to somebody: each time may be megabytes. */
const SENT_WHOLE = { burst: 16, perSecond: 2 } as const;

const MEMBERS_TIMEOUT_MS = 5_000;

/** Keeps a map of keys and texts that all peers have alike. While it is empty, it costs nothing. */
export function items(deps: ItemsDeps): Behavior<ItemsMessage> {
  return (ctx) => {
    const keeper = new Keeper(ctx, deps);
    ctx.subscribe(RUMOURS, (rumour) => ({ type: "heard", rumour }), (rumour) => rumour.topic === TOPIC);
    return (message) => {
      switch (message.type) {
        case "set":
          return message.replyTo.tell(keeper.set(message.key, message.text));
        case "delete":
          return message.replyTo.tell(keeper.delete(message.key));
        case "list":
          return message.replyTo.tell(deps.memory.entries);
        case "status":
          return message.replyTo.tell(keeper.status);
        case "heard":
          return keeper.heard(message.rumour);
        case "member":
          return keeper.member(message.event);
        case "greet":
        case "compare":
          return keeper.askMembers(message.type);
        case "members":
          return message.about === "greet" ? keeper.greet(message.members) : keeper.compare(message.members);
      }
    };
  };
}

class Keeper {
  readonly #ctx: Context<ItemsMessage>;
  readonly #deps: ItemsDeps;
  readonly #newcomers = new Set<string>();
  #isMinding = false;
  readonly #counters = { malformed: 0, "from the future": 0, "not sent whole": 0 };
  readonly #wholes: Bucket;

  constructor(ctx: Context<ItemsMessage>, deps: ItemsDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#wholes = new Bucket(SENT_WHOLE, ctx.clock.now());
    this.#mind();
  }

  get status(): Readonly<Record<string, number>> {
    return { ...this.#counters, "crowded out": this.#deps.memory.crowdedOut };
  }

  set(key: string, text: string): ItemReply {
    if (!fits(key, KEY_BYTES_MAX)) return refused(`A key has at most ${KEY_BYTES_MAX} bytes`);
    if (!fits(text, ITEM_TEXT_BYTES_MAX)) return refused(`A text has at most ${ITEM_TEXT_BYTES_MAX} bytes`);
    return this.#change(key, text, `There is no room for more than ${ITEMS_MAX} keys: broadcastdel makes some`);
  }

  delete(key: string): ItemReply {
    if (!this.#deps.memory.has(key)) return refused(`There is no key "${key}": broadcastlist shows them`);
    return this.#change(key, undefined, "This key cannot be changed any more");
  }

  heard({ author, payload }: RumourHeard): void {
    const message = decodeItemMessage(payload);
    if (message === undefined) return void this.#counters.malformed++;
    const { memory } = this.#deps;
    switch (message.type) {
      case "items":
        for (const item of message.items) this.#merge(item);
        return this.#mind();
      case "digest":
        if (message.digest === memory.digest()) return;
        this.#sendTo(author, { type: "want" });
        return this.#sendAll(author);
      case "want":
        return this.#sendAll(author);
    }
  }

  /** A claim from the far future would have the last word about its key until then. */
  #merge(item: Item): void {
    if (isPlausible(item.time, this.#ctx.clock.wallMs())) this.#deps.memory.merge(item);
    else this.#counters["from the future"]++;
  }

  member({ type, member }: MembershipEvent): void {
    if (type !== "joined" || member.name === this.#deps.self || this.#newcomers.size >= NEWCOMERS_MAX) return;
    this.#newcomers.add(member.name);
    if (!this.#ctx.timers.has("greet")) this.#ctx.timers.after("greet", GREET_AFTER_MS, { type: "greet" });
  }

  /** Who is there decides whom we compare with, and whether it takes us to greet a newcomer. */
  askMembers(about: "greet" | "compare"): void {
    const known = this.#ctx.ask(
      this.#deps.membership(),
      (replyTo: ActorRef<readonly MemberView[]>) => ({ type: "list" as const, replyTo }),
      MEMBERS_TIMEOUT_MS,
    );
    this.#ctx.pipeToSelf(
      known,
      (members) => ({ type: "members", members, about }),
      () => ({ type: "members", members: [], about }),
    );
  }

  greet(members: readonly MemberView[]): void {
    const greeters = Math.max(1, members.length - this.#newcomers.size);
    for (const name of this.#newcomers) {
      if (this.#ctx.random.below(greeters) < GREETERS) this.#sendDigest(name);
    }
    this.#newcomers.clear();
  }

  compare(members: readonly MemberView[]): void {
    const others = members.filter(({ name }) => name !== this.#deps.self);
    if (others.length > 0) this.#sendDigest(others[this.#ctx.random.below(others.length)]!.name);
  }

  #change(key: string, text: string | undefined, whyNot: string): ItemReply {
    const { memory, self, broadcaster } = this.#deps;
    const item = memory.set(key, text, self, this.#ctx.clock.wallMs());
    if (item === undefined) return refused(whyNot);
    for (const payload of encodeItems([item])) broadcaster().tell({ type: "publish", topic: TOPIC, payload });
    this.#mind();
    return { ok: true, entries: memory.entries };
  }

  /** From the first item on, others are minded. */
  #mind(): void {
    if (this.#isMinding || this.#deps.memory.isEmpty) return;
    this.#isMinding = true;
    this.#ctx.subscribe(MEMBERSHIP, (event) => ({ type: "member", event }));
    this.#ctx.timers.every("compare", COMPARE_EVERY_MS, { type: "compare" });
  }

  #sendDigest(to: string): void {
    this.#sendTo(to, { type: "digest", digest: this.#deps.memory.digest() });
  }

  #sendAll(to: string): void {
    if (!this.#wholes.spend(1, this.#ctx.clock.now())) return void this.#counters["not sent whole"]++;
    for (const payload of encodeItems(this.#deps.memory.claims)) this.#send(to, payload);
  }

  #sendTo(to: string, message: ItemMessage): void {
    this.#send(to, encodeItemMessage(message));
  }

  #send(to: string, payload: Uint8Array): void {
    this.#deps.broadcaster().tell({ type: "send_to", to, topic: TOPIC, payload });
  }
}

function refused(why: string): ItemReply {
  return { ok: false, why };
}
