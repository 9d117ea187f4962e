import { Neighbours } from "../../actors/broadcaster/neighbours.ts";
import { Plumtree, type PlumtreeEffect, type PlumtreeEvent } from "../../actors/broadcaster/plumtree.ts";
import { decodeWord, newRumour } from "../../actors/broadcaster/rumour.ts";
import { Seen } from "../../actors/broadcaster/seen.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import type { Address } from "../../transport/address.ts";

const LATENCY_MS = 1;

/** Many nodes of one tree, and nothing else: what one sends, another gets a moment later. */
export class Grove {
  readonly clock = new VirtualClock();
  readonly nodes = new Map<Address, TreeNode>();
  /** What becomes of a message: false, and it is lost. */
  carries: (from: Address, to: Address, bytes: Uint8Array) => boolean = () => true;
  /** How long it takes. */
  latencyMs: (from: Address, to: Address) => number = () => LATENCY_MS;

  constructor(count: number, seed = "grove") {
    for (let n = 0; n < count; n++) this.add(`n${n}`, seed);
    this.lookAround();
  }

  /** They live, and know each other. */
  get living(): readonly TreeNode[] {
    return [...this.nodes.values()].filter(({ isAlive }) => isAlive);
  }

  add(name: string, seed = "grove"): TreeNode {
    const node = new TreeNode(this, name, `${seed} ${name}`);
    this.nodes.set(node.address, node);
    return node;
  }

  /** Everybody knows who lives. */
  lookAround(): void {
    for (const node of this.living) node.lookAround(this.living);
  }

  /** It is gone; who had a link to it notices that at once or, if it is said so, later. */
  kill(node: TreeNode, noticed = true): void {
    node.isAlive = false;
    if (!noticed) return;
    for (const other of this.living) other.take({ type: "link_broken", peer: node.address });
  }

  carry(from: Address, to: Address, bytes: Uint8Array): void {
    if (!this.carries(from, to, bytes)) return;
    this.clock.after(this.latencyMs(from, to), () => this.nodes.get(to)?.receive(from, bytes));
  }
}

export class TreeNode {
  readonly name: string;
  readonly address: Address;
  readonly tree: Plumtree;
  isAlive = true;
  /** Payloads it was given, as `author number`, and after how many hops each came. */
  readonly heard: string[] = [];
  readonly hops: number[] = [];
  /** Copies of payloads it has sent, and other messages. */
  copies = 0;
  words = 0;
  readonly #grove: Grove;
  #sequence = 0;
  #cancelWake = (): void => {};

  constructor(grove: Grove, name: string, seed: string) {
    this.#grove = grove;
    this.name = name;
    this.address = `127.0.0.1:${10_000 + grove.nodes.size}` as Address;
    this.tree = new Plumtree({ self: name, seen: new Seen(), random: seededRandom(seed) });
  }

  lookAround(others: readonly TreeNode[]): void {
    const neighbours = new Neighbours(this.name);
    for (const { name, address } of others) if (name !== this.name) neighbours.add(name, address);
    this.take({ type: "neighbours", near: neighbours.near() });
  }

  say(): void {
    const sequence = ++this.#sequence;
    const payload = new Uint8Array(200);
    const rumour = newRumour({ way: "tree", topic: "t", author: this.name, epoch: 1, sequence, ageMs: 0, payload });
    this.take({ type: "publish", rumour });
  }

  receive(from: Address, bytes: Uint8Array): void {
    const word = decodeWord(bytes);
    if (word === undefined) throw new Error("A node has said something that is none of its words");
    this.take(word.type === "rumour" ? { type: "rumour", from, rumour: word } : { ...word, from });
  }

  take(event: PlumtreeEvent): void {
    if (!this.isAlive) return;
    for (const effect of this.tree.step(event, this.#grove.clock.now())) this.#perform(effect);
  }

  #perform(effect: PlumtreeEffect): void {
    switch (effect.type) {
      case "deliver":
        this.heard.push(`${effect.rumour.author} ${effect.rumour.sequence}`);
        this.hops.push(effect.rumour.hops + 1);
        return;
      case "send":
        for (const to of effect.to) {
          if (decodeWord(effect.bytes)?.type === "rumour") this.copies++;
          else this.words++;
          this.#grove.carry(this.address, to, effect.bytes);
        }
        return;
      case "wake":
        this.#cancelWake();
        this.#cancelWake = this.#grove.clock.after(
          effect.at - this.#grove.clock.now(),
          () => this.take({ type: "due" }),
        );
    }
  }
}
