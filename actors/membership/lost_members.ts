import type { Address } from "../../transport/address.ts";
import type { Random } from "../runtime/random.ts";
import type { NodeName } from "./member.ts";

/** Between two tries, in ms; what Serf takes (`ReconnectInterval`). */
export const REJOIN_INTERVAL_MS = 30_000;

/** Whoever is away longer is not sought any more, in ms; Serf forgets its failed members after as long. */
const SOUGHT_FOR_MS = 24 * 60 * 60 * 1_000;

/** Kept at most, the one lost longest ago given up first: a split of a large cluster, at some 100 bytes each. */
const LOST_MAX = 1_024;

/** Places kept at most where somebody should be whom we have not met: what a person names, and where others once were. */
const PLACES_MAX = 64;

/** Somebody who failed, where it was, and until when to look for it, in our monotonic ms. */
type Lost = Readonly<{ address: Address; until: number }>;

/**
 * The members that failed and were not heard of since. Both sides of a split forget each other as soon as gossip to the
 * dead ends, and in memberlist they never meet again (issue 222), so from time to time one of these is asked to exchange
 * tables: to whoever gets it, that is an ordinary join. Who left said so, and is not sought.
 *
 * Places at which nobody answered when we came are sought as well. Nobody has lost us who has never met us: of those who
 * come while the network is split, only who was told where the others are can bring the two sides together.
 */
export class LostMembers {
  readonly #lost = new Map<NodeName, Lost>();
  /** Until when each is looked at. */
  readonly #places = new Map<Address, number>();

  get size(): number {
    return this.#lost.size + this.#places.size;
  }

  /** Where they were, the one lost last first, and then the places in the order given. */
  get addresses(): readonly Address[] {
    return [...[...this.#lost.values()].map(({ address }) => address).reverse(), ...this.#places.keys()];
  }

  /** It failed; asked for until it is found, or a day has passed. */
  lost(name: NodeName, address: Address, now: number): void {
    this.#lost.delete(name); // to the end of the order
    this.#lost.set(name, { address, until: now + SOUGHT_FOR_MS });
    if (this.#lost.size <= LOST_MAX) return;
    const [oldest] = this.#lost.keys();
    this.#lost.delete(oldest!);
  }

  /** Somebody should be there; looked at until a member is, or a day has passed. */
  seek(address: Address, now: number): void {
    this.#places.delete(address); // to the end of the order
    this.#places.set(address, now + SOUGHT_FOR_MS);
    if (this.#places.size <= PLACES_MAX) return;
    const [oldest] = this.#places.keys();
    this.#places.delete(oldest!);
  }

  /** It is back, perhaps elsewhere, or said goodbye. Where it is now is not looked at any more. */
  found(name: NodeName, address: Address): void {
    this.#lost.delete(name);
    this.met(address);
  }

  /** Somebody answered there, by whatever address others know it. */
  met(address: Address): void {
    this.#places.delete(address);
  }

  clear(): void {
    this.#lost.clear();
    this.#places.clear();
  }

  /**
   * Whom to try this time, if anybody. Where `others` are many, all of whom lost the same one, each tries as seldom as
   * all of them together should: with the probability lost ÷ others, as Serf does.
   */
  pick(others: number, now: number, random: Random): Address | undefined {
    for (const [name, { until }] of this.#lost) {
      if (until > now) break; // the oldest come first
      this.#lost.delete(name);
    }
    for (const [address, until] of this.#places) {
      if (until > now) break;
      this.#places.delete(address);
    }
    const sought = this.addresses;
    if (sought.length === 0 || random.next() * Math.max(1, others) >= sought.length) return undefined;
    return sought[random.below(sought.length)]!;
  }
}
