import type { Address } from "../../transport/address.ts";

/** Lines that wait for one receiver. Who is slower than that loses the oldest. */
const LINES_MAX = 64;

type Delivery = Readonly<{ to: Address; line: Uint8Array }>;

/** Lines for one receiver, one under way at a time. */
export class Outbox {
  readonly #waiting: Delivery[] = [];
  #isBusy = false;

  /** False if an older line had to give way. */
  put(to: Address, line: Uint8Array): boolean {
    this.#waiting.push({ to, line });
    if (this.#waiting.length <= LINES_MAX) return true;
    this.#waiting.shift();
    return false;
  }

  /** The line to deliver now, if none is under way. */
  next(): Delivery | undefined {
    const next = this.#isBusy ? undefined : this.#waiting.shift();
    if (next !== undefined) this.#isBusy = true;
    return next;
  }

  done(): void {
    this.#isBusy = false;
  }
}
