import type { Address } from "../../transport/address.ts";
import type { MembershipEvent, MemberView } from "../membership.ts";

/**
 * Where members are, as far as membership says so. To them an answer may be longer than the question and bring gossip.
 * Everybody else gets the bare minimum: a question may come under any sender's address, and what we say to strangers is
 * not heard by members, for whom each piece of gossip is sent only so often.
 */
export class Acquaintances {
  readonly #at = new Map<string, Address>();
  /** How many members are at an address: after a quarrel over it, it may be two. */
  readonly #members = new Map<Address, number>();

  has(address: Address): boolean {
    return this.#members.has(address);
  }

  meet({ name, address }: Pick<MemberView, "name" | "address">): void {
    this.part(name);
    this.#at.set(name, address);
    this.#members.set(address, (this.#members.get(address) ?? 0) + 1);
  }

  part(name: string): void {
    const address = this.#at.get(name);
    if (address === undefined) return;
    this.#at.delete(name);
    const left = this.#members.get(address)! - 1;
    if (left > 0) this.#members.set(address, left);
    else this.#members.delete(address);
  }

  hear({ type, member }: MembershipEvent): void {
    if (type === "left" || type === "failed") this.part(member.name);
    else if (type !== "conflict") this.meet(member);
  }
}
