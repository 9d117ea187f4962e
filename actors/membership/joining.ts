import type { Address } from "../../transport/address.ts";
import type { JoinReply } from "../membership.ts";

/** Addresses contacted at once. */
const PARALLEL_MAX = 64;

/** A join under way: whom it still has to contact, and what came of those it did. */
export class Joining {
  readonly #queue: Address[];
  readonly #failures: { readonly address: Address; readonly reason: string }[] = [];
  readonly #done: (reply: JoinReply) => void;
  #waiting = 0;
  #contacted = 0;
  #refusal: string | undefined;
  #stranger: string | undefined;

  constructor(addresses: readonly Address[], done: (reply: JoinReply) => void) {
    this.#queue = [...addresses];
    this.#done = done;
  }

  /** Contacts as many as may be at once, and is done when there is nobody left. */
  proceed(contact: (address: Address) => void): void {
    while (this.#waiting < PARALLEL_MAX && this.#queue.length > 0) {
      this.#waiting++;
      contact(this.#queue.shift()!);
    }
    if (this.#waiting === 0) this.#done(this.#reply());
  }

  /** One was contacted; `problem` says why it came to nothing. */
  settle(address: Address, problem: string | undefined): void {
    this.#waiting--;
    if (problem === undefined) this.#contacted++;
    else this.#failures.push({ address, reason: problem });
  }

  /** We cannot be of this cluster; the first reason counts. */
  refuse(why: string): void {
    this.#refusal ??= why;
  }

  /** Somebody is there who is of another cluster; that matters if we find nobody of ours. */
  meetStranger(why: string): void {
    this.#stranger ??= why;
  }

  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  #reply(): JoinReply {
    if (this.#refusal !== undefined) return { type: "refused", why: this.#refusal };
    if (this.#contacted === 0 && this.#stranger !== undefined) return { type: "refused", why: this.#stranger };
    return { type: "joined", contacted: this.#contacted, failures: this.#failures };
  }
}
