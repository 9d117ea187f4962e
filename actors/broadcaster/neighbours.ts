import type { Address } from "../../transport/address.ts";

/**
 * Who is near us among all: on each of several rings, which order everybody by a hash of the name, the two who stand next
 * to us. Whoever knows the same members finds the same rings, so that who is near us has us near it, without a word; a
 * ring alone connects everybody, and several have short ways everywhere, as random graphs of such a degree do (Law and
 * Siu, "Distributed Construction of Random Expander Networks", 2003). Who comes or goes changes only who stands next to it.
 */
export class Neighbours {
  /** All who may be near: names and where they are. Changed by `add`, `remove` and `clear` only. */
  readonly others: ReadonlyMap<string, Address>;
  readonly #others = new Map<string, Address>();
  readonly #self: string;
  #isCurrent = false;
  #near: readonly Address[] = [];

  constructor(self: string) {
    this.#self = self;
    this.others = this.#others;
  }

  add(name: string, address: Address): void {
    if (this.#others.get(name) === address) return;
    this.#others.set(name, address);
    this.#isCurrent = false;
  }

  remove(name: string): void {
    const address = this.#others.get(name);
    if (!this.#others.delete(name) || !this.#isCurrent) return;
    // Who was not near leaves no gap beside us; one ring less there may be all the same.
    this.#isCurrent = !this.#near.includes(address!) &&
      ringsFor(this.#others.size) === ringsFor(this.#others.size + 1);
  }

  clear(): void {
    this.#others.clear();
    this.#isCurrent = false;
  }

  /** Whether any of them is there. */
  isHome(address: Address): boolean {
    for (const other of this.#others.values()) if (other === address) return true;
    return false;
  }

  /** Those on the first ring come first; nobody comes twice. The same array until that changes. */
  near(): readonly Address[] {
    if (this.#isCurrent) return this.#near;
    this.#isCurrent = true;
    const near = this.#look();
    if (near.join() !== this.#near.join()) this.#near = near;
    return this.#near;
  }

  #look(): readonly Address[] {
    const others = [...this.#others].map(([name, address]) => ({ name, address, hash: hashOf(name) }));
    const near = new Set<Address>();
    const self = hashOf(this.#self);
    for (let ring = 0; ring < ringsFor(others.length); ring++) {
      const place = placeOn(ring, self);
      let [next, nextSteps, previous, previousSteps]: [Other?, number?, Other?, number?] = [];
      for (const other of others) {
        const steps = stepsTo(place, this.#self, placeOn(ring, other.hash), other.name);
        if (nextSteps === undefined || isLess(steps, other, nextSteps, next!)) [next, nextSteps] = [other, steps];
        if (previousSteps === undefined || isLess(previousSteps, previous!, steps, other)) {
          [previous, previousSteps] = [other, steps];
        }
      }
      if (next !== undefined) near.add(next.address);
      if (previous !== undefined) near.add(previous.address);
    }
    return [...near];
  }
}

type Other = Readonly<{ name: string; address: Address; hash: number }>;

/** So many that twice as many neighbours are about the logarithm of how many there are (to the base of 2). */
export function ringsFor(others: number): number {
  return Math.max(1, Math.ceil(Math.log2(others + 1) / 2));
}

/** How far it is on a ring from one place to another, in one direction. Of two in one place, names decide. */
function stepsTo(from: number, self: string, to: number, name: string): number {
  const steps = (to - from) >>> 0;
  return steps === 0 && name < self ? PLACES : steps;
}

function isLess(steps: number, { name }: Other, otherSteps: number, other: Other): boolean {
  return steps === otherSteps ? name < other.name : steps < otherSteps;
}

const PLACES = 2 ** 32;

/** FNV-1a, of the characters. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** Another order on each ring: the last steps of MurmurHash3 mix every bit into every other. */
function placeOn(ring: number, hash: number): number {
  let place = hash ^ Math.imul(ring + 1, 0x9e3779b9);
  place = Math.imul(place ^ place >>> 16, 0x85ebca6b);
  place = Math.imul(place ^ place >>> 13, 0xc2b2ae35);
  return (place ^ place >>> 16) >>> 0;
}
