import type { Address } from "../../transport/address.ts";
import type { DeliveryNote } from "./delivery_notes.ts";

/** Lines that wait for one receiver. Who is slower than that loses the oldest. */
const LINES_MAX = 64;

/** A line for one receiver, and how to tell others that it was brought there. */
export type Delivery = Readonly<{ to: Address; line: Uint8Array; note: DeliveryNote }>;

/** Lines for one receiver, one under way at a time. */
export class Outbox {
  readonly #waiting: Delivery[] = [];
  #underWay: Delivery | undefined;

  /** False if an older line had to give way. */
  put(delivery: Delivery): boolean {
    this.#waiting.push(delivery);
    if (this.#waiting.length <= LINES_MAX) return true;
    this.#waiting.shift();
    return false;
  }

  /** The line to deliver now, if none is under way. */
  next(): Delivery | undefined {
    if (this.#underWay !== undefined) return undefined;
    this.#underWay = this.#waiting.shift();
    return this.#underWay;
  }

  /** The one under way is no more. */
  done(): Delivery | undefined {
    const done = this.#underWay;
    this.#underWay = undefined;
    return done;
  }
}
