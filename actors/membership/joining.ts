import type { Address } from "../../transport/address.ts";
import type { JoinReply } from "../membership.ts";

/** Addresses contacted at once. */
const PARALLEL_MAX = 64;

/** All contacts of a join together take no longer; memberlist asks one after the other, without an end (issue 291). */
export const JOIN_WITHIN_MS = 50_000;

/** A join under way: whom it still has to contact, and what came of those it did. */
export class Joining {
  readonly #queue: Address[];
  readonly #failures: { readonly address: Address; readonly reason: string }[] = [];
  readonly #done: (reply: JoinReply) => void;
  readonly #underWay = new Set<Address>();
  readonly #introducedTo = new Set<string>();
  #isOver = false;
  #contacted = 0;
  #refusal: string | undefined;
  #stranger: string | undefined;

  constructor(addresses: readonly Address[], done: (reply: JoinReply) => void) {
    this.#queue = [...new Set(addresses)];
    this.#done = done;
  }

  /** Contacts as many as may be at once, and is done when there is nobody left. */
  proceed(contact: (address: Address) => void): void {
    while (this.#underWay.size < PARALLEL_MAX && this.#queue.length > 0 && !this.#isOver) {
      const address = this.#queue.shift()!;
      this.#underWay.add(address);
      contact(address);
    }
    if (this.#underWay.size === 0) this.#end();
  }

  /** Time is up: who has not answered counts as silent, and who was not asked yet is not. */
  giveUp(): void {
    if (this.#isOver) return;
    for (const address of this.#underWay) this.#failures.push({ address, reason: "timed_out" });
    for (const address of this.#queue) this.#failures.push({ address, reason: "no time left to ask" });
    this.#end();
  }

  /** One was contacted; `problem` says why it came to nothing. */
  settle(address: Address, problem: string | undefined): void {
    this.#underWay.delete(address);
    if (this.#isOver) return;
    if (problem === undefined) this.#contacted++;
    else this.#failures.push({ address, reason: problem });
  }

  /** Whether that member has not been told of us yet in this join. */
  isToHear(name: string): boolean {
    return !this.#introducedTo.has(name);
  }

  /** That member was told of us. */
  heard(name: string): void {
    this.#introducedTo.add(name);
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

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#done(this.#reply());
  }

  #reply(): JoinReply {
    if (this.#refusal !== undefined) return { type: "refused", why: this.#refusal };
    if (this.#contacted === 0 && this.#stranger !== undefined) return { type: "refused", why: this.#stranger };
    return { type: "joined", contacted: this.#contacted, failures: this.#failures };
  }
}
