import type { Address } from "../address.ts";
import { streamSource } from "../source.ts";

/** Bounds how many of something there are at once of one source, for those sources that have a bound. */
export class Shares {
  readonly #perSourceMax: number;
  readonly #sourceOf: typeof streamSource;
  readonly #taken = new Map<string, number>();
  readonly #owners = new Map<object, string>();

  constructor(perSourceMax: number, sourceOf = streamSource) {
    this.#perSourceMax = perSourceMax;
    this.#sourceOf = sourceOf;
  }

  /** Counts `what`, until it is released, as one more of its source; false if that has its share. */
  take(what: object, from: Address): boolean {
    const source = this.#sourceOf(from);
    if (source === undefined) return true;
    const taken = this.#taken.get(source) ?? 0;
    if (taken >= this.#perSourceMax) return false;
    this.#taken.set(source, taken + 1);
    this.#owners.set(what, source);
    return true;
  }

  /** Does nothing the second time. */
  release(what: object): void {
    const source = this.#owners.get(what);
    if (source === undefined) return;
    this.#owners.delete(what);
    const left = this.#taken.get(source)! - 1;
    if (left === 0) this.#taken.delete(source);
    else this.#taken.set(source, left);
  }

  /** Sources that are remembered. */
  get size(): number {
    return this.#taken.size;
  }
}
