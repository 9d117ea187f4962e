import { TIME_MAX } from "./fields.ts";

/**
 * A logical clock (Lamport 1978) as Serf keeps three: for intents, user events and queries. It begins at 1, so that what a
 * member says first is newer than the 0 of those who have said nothing.
 */
export class LamportClock {
  #time: number;

  constructor(time = 1) {
    this.#time = time;
  }

  /** What is said next is said at this time. */
  get time(): number {
    return this.#time;
  }

  /** After something was said. At the limit it stands. */
  increment(): void {
    this.#time = Math.min(this.#time + 1, TIME_MAX);
  }

  /** Something was said at this time: what we say next comes after it. */
  witness(time: number): void {
    if (time >= this.#time) this.#time = Math.min(time + 1, TIME_MAX);
  }
}
