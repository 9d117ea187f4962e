/**
 * What is dear to make, kept for those who were asked about lately. It only saves time: what is kept is what would be
 * made again, so nothing is lost with the one that goes, which is the one unused for longest.
 */
export class KeptReady<K, V> {
  readonly #max: number;
  readonly #make: (key: K) => V | undefined;
  /** The one unused for longest first. */
  readonly #kept = new Map<K, V>();

  /** `make` says `undefined` where nothing can be made, which is not kept. */
  constructor(max: number, make: (key: K) => V | undefined) {
    this.#max = max;
    this.#make = make;
  }

  get size(): number {
    return this.#kept.size;
  }

  for(key: K): V | undefined {
    const value = this.#kept.get(key) ?? this.#make(key);
    if (value === undefined) return undefined;
    this.#kept.delete(key); // to stand last
    if (this.#kept.size >= this.#max) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(key, value);
    return value;
  }
}
