import type { Address } from "../../transport/address.ts";
import type { Random } from "../runtime/random.ts";
import { Announcements, FARTHER, NEAREST } from "./plumtree/announcements.ts";
import { MessageCache } from "./plumtree/message_cache.ts";
import { MissingRumours } from "./plumtree/missing.ts";
import { type Span, SPANS_MAX, toSpans } from "./plumtree/span.ts";
import { type Tree, Trees } from "./plumtree/tree.ts";
import { bytesOnward, encodeWord, type GraftWants, HOPS_MAX, type Rumour } from "./rumour.ts";
import type { Seen } from "./seen.ts";

/** What happens to a node of the trees. */
export type PlumtreeEvent =
  /** We say something. */
  | Readonly<{ type: "publish"; rumour: Rumour }>
  /** What others sent us. */
  | Readonly<{ type: "rumour"; from: Address; rumour: Rumour }>
  | Readonly<{ type: "announce"; from: Address; spans: readonly Span[] }>
  | Readonly<{ type: "graft"; from: Address; wants: GraftWants; spans: readonly Span[] }>
  | Readonly<{ type: "prune"; from: Address; author: string }>
  /** Who is near us now, those on the first ring first. */
  | Readonly<{ type: "neighbours"; near: readonly Address[] }>
  | Readonly<{ type: "link_broken"; peer: Address }>
  /** The time that a `wake` named. */
  | Readonly<{ type: "due" }>;

/** What is to be done then, in this order. */
export type PlumtreeEffect =
  | Readonly<{ type: "deliver"; rumour: Rumour }>
  | Readonly<{ type: "send"; to: readonly Address[]; bytes: Uint8Array }>
  /** Say `due` at that time, instead of at any later one that was named before. */
  | Readonly<{ type: "wake"; at: number }>;

/**
 * To whom somebody's first words go on: the nearest of those from whom they did not come. Two are enough for all to be
 * reached, because each has two neighbours on the first ring; and with more, few would do most of the work later on.
 */
export const CHILDREN_MAX = 2;
/** To whom the author's own go. */
export const CHILDREN_OF_AUTHOR = 4;
/** The paper's threshold (3.8): a way that is shorter by so many hops is taken. */
export const SHORTCUT_HOPS_MIN = 2;
/** Rumours that one graft is answered with. */
const ANSWERS_MAX = 512;
/** While nobody has said anything for so long, nobody is woken to mend a tree. */
const QUIET_AFTER_MS = 10_000;

/**
 * One node of epidemic broadcast trees (Leitão, Pereira, Rodrigues, "Epidemic Broadcast Trees", 2007). What comes the
 * first time goes on to the eager neighbours at once; the lazy ones are told later that it is here, and whoever lacks it
 * then asks for it, and becomes eager. From whom something comes twice, it need not come. What is left is a tree, along
 * which what was said comes to each once. The paper's neighbours are eager for everybody's messages; here they are for
 * each author apart, in our `children` in its tree, since one tree that is cut to what many authors' messages come by first
 * grows long and thin, and never rests.
 */
export class Plumtree {
  readonly #counters = {
    "rumours heard twice": 0,
    "rumours passed on": 0,
    "announcements sent": 0,
    "announcements heard": 0,
    "grafts sent": 0,
    "grafts heard": 0,
    "grafts refused": 0,
    "grafts not served": 0,
    "prunes sent": 0,
    "prunes heard": 0,
    "shortcuts tried": 0,
    "tree links lost": 0,
  };
  readonly #self: string;
  readonly #seen: Seen;
  readonly #trees = new Trees();
  readonly #cache = new MessageCache();
  readonly #missing = new MissingRumours();
  readonly #announcements: Announcements;
  #near: readonly Address[] = [];
  #now = 0;
  #wakeAt = Infinity;
  #spokenAt = -Infinity;
  #effects: PlumtreeEffect[] = [];

  constructor({ self, seen, random }: Readonly<{ self: string; seen: Seen; random: Random }>) {
    this.#self = self;
    this.#seen = seen;
    this.#announcements = new Announcements(random);
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#counters, ...this.#missing.counters, "announcements dropped": this.#announcements.dropped };
  }

  /** Our place in an author's tree, if it has one. */
  placeIn(author: string): Readonly<{ parent: Address | undefined; children: ReadonlySet<Address> }> | undefined {
    return this.#trees.get(author);
  }

  step(event: PlumtreeEvent, now: number): readonly PlumtreeEffect[] {
    this.#now = now;
    this.#effects = [];
    this.#handle(event);
    this.#setAlarm();
    return this.#effects;
  }

  #handle(event: PlumtreeEvent): void {
    switch (event.type) {
      case "publish":
        return this.#publish(event.rumour);
      case "rumour":
        return this.#heard(event.from, event.rumour);
      case "announce":
        return this.#announced(event.from, event.spans);
      case "graft":
        return this.#grafted(event.from, event.wants, event.spans);
      case "prune":
        this.#counters["prunes heard"]++;
        return void this.#trees.get(event.author)?.children.delete(event.from);
      case "neighbours":
        return this.#meet(event.near);
      case "link_broken":
        return this.#lose(new Set([event.peer]));
      case "due":
        return this.#due();
    }
  }

  /** 3.6: the author pushes to all who are eager. */
  #publish(rumour: Rumour): void {
    const tree = this.#tree(rumour.author);
    // Others may have pruned us one after the other.
    if (tree.children.size === 0) {
      for (const peer of this.#near.slice(0, CHILDREN_OF_AUTHOR)) {
        tree.children.add(peer);
      }
    }
    this.#passOn(rumour, rumour.bytes, 0, undefined, tree);
  }

  #heard(from: Address, rumour: Rumour): void {
    const { author, epoch, sequence, way } = rumour;
    if (author === this.#self || !this.#seen.isNew(author, epoch, sequence)) return this.#heardTwice(from, rumour);
    this.#missing.came(rumour);
    const tree = this.#tree(author, from);
    if (way === "tree") tree.parent = from;
    tree.children.delete(from);
    const hops = Math.min(HOPS_MAX, rumour.hops + 1);
    this.#passOn(rumour, bytesOnward(rumour, "tree", hops), hops, from, tree);
    this.#effects.push({ type: "deliver", rumour });
  }

  /** 3.6: whoever sends what is here already is told that it need not. */
  #heardTwice(from: Address, { author, epoch, sequence, way }: Rumour): void {
    this.#counters["rumours heard twice"]++;
    if (way !== "tree") return;
    const cached = this.#cache.get(author, epoch, sequence);
    const wasPulled = cached?.wasPulled === true;
    if (wasPulled) cached.wasPulled = false; // of two who bring the next one, one will be the second
    else this.#prune(from, author);
  }

  #passOn(rumour: Rumour, bytes: Uint8Array, hops: number, from: Address | undefined, tree: Tree): void {
    this.#spokenAt = this.#now;
    this.#cache.put({ ...rumour, hops, bytes, payload: NO_BYTES }, rumour.way === "answer");
    const to = [...tree.children].filter((peer) => peer !== from);
    if (to.length > 0 && hops < HOPS_MAX) {
      if (from !== undefined) this.#counters["rumours passed on"] += to.length;
      this.#effects.push({ type: "send", to, bytes });
    }
    this.#announcements.add({ ...rumour, hops }, from, to, this.#now);
  }

  /** 3.7: what was announced may still come over the tree; a while later, who announced it is asked. */
  #announced(from: Address, spans: readonly Span[]): void {
    this.#counters["announcements heard"]++;
    this.#announcements.known(from, spans);
    for (const span of spans) {
      const { author, epoch, first, last } = span;
      if (author === this.#self) continue;
      for (const sequence of this.#seen.lacking(author, epoch, first, last)) {
        this.#missing.announced({ author, epoch, sequence }, from, this.#now);
      }
      this.#lookForShortcut(from, span);
    }
  }

  /**
   * 3.8: who had something so much earlier would bring it earlier. It is not graft and prune at once, as in the paper: the
   * former way is pruned when what comes by it comes second.
   */
  #lookForShortcut(from: Address, { author, epoch, last, hops }: Span): void {
    const tree = this.#trees.get(author);
    const here = this.#cache.get(author, epoch, last)?.rumour.hops;
    if (tree === undefined || here === undefined || hops + 1 + SHORTCUT_HOPS_MIN > here) return;
    if (this.#now < tree.noShortcutBefore || !this.#near.includes(from)) return;
    tree.noShortcutBefore = this.#now + tree.shortcutRestMs;
    tree.shortcutRestMs *= 2;
    this.#counters["shortcuts tried"]++;
    this.#graft(from, "more", [allOf(author)]);
  }

  /** 3.7: whoever lacks something gets it, and is eager from now on; here only as long as there is room. */
  #grafted(from: Address, wants: GraftWants, spans: readonly Span[]): void {
    this.#counters["grafts heard"]++;
    if (wants !== "more") this.#answer(from, spans);
    if (wants === "these") return;
    for (const author of new Set(spans.map(({ author }) => author))) {
      const tree = this.#trees.get(author);
      if (tree !== undefined && this.#hasRoom(author, tree, from)) tree.children.add(from);
      else {
        this.#counters["grafts refused"]++;
        this.#prune(from, author);
      }
    }
  }

  #hasRoom(author: string, { parent, children }: Tree, peer: Address): boolean {
    if (peer === parent || !this.#near.includes(peer)) return false;
    return children.has(peer) || children.size < CHILDREN_MAX || author === this.#self;
  }

  #answer(to: Address, spans: readonly Span[]): void {
    let left = ANSWERS_MAX;
    for (const { author, epoch, first, last } of spans) {
      for (let sequence = first; sequence <= last; sequence++) {
        const rumour = left-- > 0 ? this.#cache.get(author, epoch, sequence)?.rumour : undefined;
        if (rumour === undefined) this.#counters["grafts not served"]++;
        else this.#effects.push({ type: "send", to: [to], bytes: bytesOnward(rumour, "answer", rumour.hops) });
      }
    }
  }

  /** 3.8, the changes of the neighbourhood: who comes to stand next to us on the first rings is eager, if there is room. */
  #meet(near: readonly Address[]): void {
    const before = new Set(this.#near);
    const now = new Set(near);
    this.#near = near;
    const gone = before.difference(now);
    for (const peer of gone) this.#announcements.drop(peer);
    this.#lose(gone);
    for (const [rank, peer] of near.entries()) {
      const isNearest = rank < CHILDREN_OF_AUTHOR;
      this.#announcements.meet(peer, isNearest ? NEAREST : FARTHER);
      if (isNearest && !before.has(peer)) this.#welcome(peer);
    }
  }

  #welcome(peer: Address): void {
    for (const [author, tree] of this.#trees.entries()) if (this.#hasRoom(author, tree, peer)) tree.children.add(peer);
  }

  /**
   * These are gone, or the links to them: what they would bring is asked for now, and another is asked to bring what
   * comes. A link may break between two who are well: then one of them will ask the other again.
   */
  #lose(peers: ReadonlySet<Address>): void {
    const orphaned: string[] = [];
    for (const [author, tree] of this.#trees.entries()) {
      for (const peer of peers) if (tree.children.delete(peer)) this.#counters["tree links lost"]++;
      if (tree.parent === undefined || !peers.has(tree.parent)) continue;
      this.#counters["tree links lost"]++;
      tree.parent = undefined;
      orphaned.push(author);
    }
    if (orphaned.length === 0 || this.#now - this.#spokenAt > QUIET_AFTER_MS) return;
    this.#missing.hurry(this.#now);
    const another = this.#near.find((peer) => !peers.has(peer));
    if (another !== undefined) this.#graft(another, "more", orphaned.slice(0, SPANS_MAX).map(allOf));
  }

  #due(): void {
    this.#wakeAt = Infinity;
    for (const [peer, ids] of this.#missing.take(this.#now)) {
      this.#graft(peer, this.#near.includes(peer) ? "these_and_more" : "these", toSpans(ids));
    }
    for (const [peer, spans] of this.#announcements.take(this.#now)) {
      this.#counters["announcements sent"]++;
      this.#send(peer, encodeWord({ type: "announce", spans }));
    }
  }

  #graft(peer: Address, wants: GraftWants, spans: readonly Span[]): void {
    this.#counters["grafts sent"]++;
    // Whoever is to bring us something is not to have it from us.
    if (wants !== "these") { for (const { author } of spans) this.#trees.get(author)?.children.delete(peer); }
    this.#send(peer, encodeWord({ type: "graft", wants, spans }));
  }

  #prune(peer: Address, author: string): void {
    this.#counters["prunes sent"]++;
    this.#send(peer, encodeWord({ type: "prune", author }));
  }

  /** The tree of somebody who speaks now; what comes the first time goes on to the nearest but `from`. */
  #tree(author: string, from?: Address): Tree {
    return this.#trees.speaking(author, () => {
      const isOurs = author === this.#self;
      const eager = this.#near.slice(0, CHILDREN_OF_AUTHOR).filter((peer) => peer !== from);
      return isOurs ? eager : eager.slice(0, CHILDREN_MAX);
    });
  }

  #send(to: Address, bytes: Uint8Array): void {
    this.#effects.push({ type: "send", to: [to], bytes });
  }

  #setAlarm(): void {
    const at = Math.min(this.#missing.earliest, this.#announcements.earliest);
    if (at >= this.#wakeAt) return;
    this.#wakeAt = at;
    this.#effects.push({ type: "wake", at: Math.max(at, this.#now) });
  }
}

/** Where more of an author is wanted, which it is does not matter. */
function allOf(author: string): Span {
  return { author, epoch: 0, first: 1, last: 1, hops: 0 };
}

const NO_BYTES = new Uint8Array(0);
