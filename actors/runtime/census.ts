/** How many actors a system may have, and has. */
export class Census {
  readonly #actorsMax: number;
  #actors = 0;

  constructor(actorsMax: number) {
    this.#actorsMax = actorsMax;
  }

  get actors(): number {
    return this.#actors;
  }

  /** One more; throws a `RangeError` when there are too many. */
  add(): void {
    if (this.#actors >= this.#actorsMax) throw new RangeError(`There are ${this.#actors} actors already`);
    this.#actors++;
  }

  remove(): void {
    this.#actors--;
  }
}
