import { Fifo, NOTHING } from "./fifo.ts";

/**
 * Failures on their way from actor to actor over links, one after the other: a chain of links may be longer than a
 * stack is deep.
 */
export class Falls {
  readonly #due = new Fifo<() => unknown>();
  #isFalling = false;

  add(fall: () => unknown): void {
    this.#due.push(fall);
    if (this.#isFalling) return;
    this.#isFalling = true;
    try {
      for (let next = this.#due.shift(); next !== NOTHING; next = this.#due.shift()) next();
    } finally {
      this.#isFalling = false;
    }
  }
}
