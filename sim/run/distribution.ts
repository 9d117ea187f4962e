/** What many measurements come to; times in ms. */
export type Summary = Readonly<{ count: number; median: number; p90: number; max: number }>;

/** Measurements, as many as there are, to be summed up. */
export class Distribution {
  readonly #values: number[] = [];
  #isSorted = true;

  add(value: number): void {
    this.#values.push(value);
    this.#isSorted = false;
  }

  /** In ascending order. */
  get values(): readonly number[] {
    if (!this.#isSorted) this.#values.sort((a, b) => a - b);
    this.#isSorted = true;
    return this.#values;
  }

  /** The least value that so large a share of all does not exceed (nearest rank); 0 of none. */
  quantile(share: number): number {
    const { values } = this;
    return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
  }

  summary(): Summary {
    return { count: this.#values.length, median: this.quantile(0.5), p90: this.quantile(0.9), max: this.quantile(1) };
  }
}
