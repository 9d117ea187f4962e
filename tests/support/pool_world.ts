import type { DelegateWants } from "../../actors/pool/delegate.ts";
import { local, type Profile } from "../../actors/pool/profile.ts";
import type { MailboxOptions } from "../../actors/runtime/mailbox.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { Network } from "../../sim/network.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { ANY_PORT, outcomeOf } from "./linked_peers.ts";
import { PoolMember } from "./pool_member.ts";

/** All that an application can want. */
export const EVERYTHING: DelegateWants = {
  userMessages: true,
  localState: true,
  remoteState: true,
  mergeVeto: true,
  aliveVeto: true,
  pings: true,
  members: true,
};

/** Members of one gossip pool, on virtual time and a simulated network. */
export class PoolWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: Network;
  readonly #seed: string;
  readonly #profile: Profile;

  constructor(seed: string, profile: Partial<Profile> = {}) {
    this.#seed = seed;
    this.#profile = { ...local, ...profile };
    this.network = new Network(this.clock, seededRandom(seed));
  }

  /** A member of a cluster of one. */
  async start(
    name: string,
    wants: DelegateWants | null = EVERYTHING,
    mailbox: Partial<MailboxOptions> = {},
  ): Promise<PoolMember> {
    const member = new PoolMember({
      name,
      profile: this.#profile,
      ...(wants === null ? {} : { wants }),
      openTransport: openSimulatedTransportOn(this.network),
      clock: this.clock,
      random: seededRandom(`${this.#seed} ${name}`),
      mailbox,
    });
    await this.within(member.create(ANY_PORT));
    return member;
  }

  /** Members that know each other, and have nothing more to say about that. */
  async cluster<const N extends readonly string[]>(
    names: N,
    wants: DelegateWants = EVERYTHING,
  ): Promise<{ [K in keyof N]: PoolMember }> {
    const members: PoolMember[] = [];
    for (const name of names) members.push(await this.start(name, wants));
    for (const member of members.slice(1)) await this.within(member.join(members[0]!.address));
    await this.clock.advance(10_000);
    for (const { heard } of members) heard.length = 0;
    return members as { [K in keyof N]: PoolMember };
  }

  /** What a promise comes to, while time passes. */
  async within<T>(promise: Promise<T>, ms = 30_000): Promise<T> {
    const outcome = outcomeOf(promise);
    await this.clock.until(() => outcome.settled, ms, "it is done", 1);
    return await promise;
  }
}
