import { type Address, isLoopback, splitAddress } from "../../transport/address.ts";
import type { CliChatMemory } from "../cli_chat.ts";
import type { MemberView } from "../membership.ts";
import { isParley } from "../serf/tags.ts";
import { type ChatRecord, isBefore } from "./format.ts";

/** The members of the cluster: who of them runs cli-chat, who is one of us, and which of us lets the others in. */
export class Company {
  readonly #self: string;
  readonly #memory: CliChatMemory;
  readonly #members = new Map<string, MemberView>();

  constructor(self: string, memory: CliChatMemory) {
    this.#self = self;
    this.#memory = memory;
  }

  add(member: MemberView): void {
    this.#members.set(member.name, member);
  }

  remove(name: string): void {
    this.#members.delete(name);
  }

  get(name: string): MemberView | undefined {
    return this.#members.get(name);
  }

  /** Those of cli-chat who are members of the cluster, at the address that their record names. */
  get persons(): readonly ChatRecord[] {
    return this.#memory.records.all.filter(({ name, sender }) => {
      const member = this.#members.get(name);
      return member !== undefined && !isParley(member.meta) && isSameHost(sender, member.address);
    });
  }

  /** Of the peers that are in their chat, the one that came first lets them in, if that is us. */
  get isHost(): boolean {
    const { own, records } = this.#memory;
    return own !== undefined && records.all.every((other) => !this.isOurs(other.name) || isBefore(own, other));
  }

  /** The other members that run what we run. */
  get ours(): readonly MemberView[] {
    return [...this.#members.values()].filter(({ name, meta }) => name !== this.#self && isParley(meta));
  }

  /** Whether there is anybody who does not. */
  get hasOthers(): boolean {
    return [...this.#members.values()].some(({ name, meta }) => name !== this.#self && !isParley(meta));
  }

  isOurs(name: string): boolean {
    const member = this.#members.get(name);
    return member !== undefined && isParley(member.meta);
  }

  /** Whether that member is in their chat as one of theirs. */
  isTheirs(name: string): boolean {
    const member = this.#members.get(name);
    return member !== undefined && !isParley(member.meta) && this.#memory.records.get(name) !== undefined;
  }
}

/** Nobody is connected to somewhere else because gossip says so. */
function isSameHost(sender: Address, member: Address): boolean {
  return splitAddress(sender).hostname === splitAddress(member).hostname || isLoopback(sender) && isLoopback(member);
}
