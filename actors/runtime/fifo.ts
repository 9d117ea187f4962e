/** What {@linkcode Fifo.shift} returns when there is nothing: no message can be it. */
export const NOTHING: unique symbol = Symbol("nothing");

/** Enough for an actor that keeps up. */
const FIRST_CAPACITY = 4;

/** An emptied queue that had to grow beyond this gives its memory back. */
const CAPACITY_KEPT_MAX = 256;

/** First in, first out: a ring that grows by doubling and holds no memory before its first use. */
export class Fifo<T> {
  #ring: (T | undefined)[] | undefined;
  #head = 0;
  size = 0;

  push(item: T): void {
    let ring = this.#ring ??= new Array<T | undefined>(FIRST_CAPACITY).fill(undefined);
    if (this.size === ring.length) ring = this.#grow(ring);
    ring[(this.#head + this.size++) & (ring.length - 1)] = item;
  }

  /** Takes the oldest out. */
  shift(): T | typeof NOTHING {
    if (this.size === 0) return NOTHING;
    const ring = this.#ring!;
    const item = ring[this.#head] as T;
    ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (ring.length - 1);
    if (--this.size === 0 && ring.length > CAPACITY_KEPT_MAX) {
      this.#ring = undefined;
      this.#head = 0;
    }
    return item;
  }

  /** Takes all out, oldest first. */
  drain(): T[] {
    const all: T[] = [];
    for (let item = this.shift(); item !== NOTHING; item = this.shift()) all.push(item);
    return all;
  }

  #grow(ring: readonly (T | undefined)[]): (T | undefined)[] {
    const larger = new Array<T | undefined>(ring.length * 2).fill(undefined);
    for (let i = 0; i < ring.length; i++) larger[i] = ring[(this.#head + i) & (ring.length - 1)];
    this.#head = 0;
    this.#ring = larger;
    return larger;
  }
}
