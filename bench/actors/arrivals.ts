import type { Message } from "./contender.ts";

/** Waits for messages and adds them up, so that a lost, doubled or mixed-up one shows. The same small cost for all. */
export class Arrivals {
  #left = 0;
  #sum = 0;
  #done = (): void => {};

  /** Resolves when `count` more have arrived. */
  expect(count: number): Promise<void> {
    this.#left = count;
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  readonly receive = ({ amount }: Message): void => {
    this.#sum += amount;
    if (--this.#left === 0) this.#done();
  };

  /** Throws unless what arrived since the last call adds up to `expected`. */
  check(expected: number): void {
    const sum = this.#sum;
    this.#sum = 0;
    if (this.#left !== 0 || sum !== expected) {
      throw new Error(`The messages add up to ${sum}, not ${expected}, and ${this.#left} are missing`);
    }
  }
}
