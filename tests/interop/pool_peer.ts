import type { DelegateWants } from "../../actors/pool/delegate.ts";
import { lan } from "../../actors/pool/profile.ts";
import { realClock } from "../../actors/runtime/clock.ts";
import { randomBytes, systemRandom } from "../../actors/runtime/random.ts";
import { parseKeyFile } from "../../config/key_file.ts";
import { parseAddress } from "../../transport/address.ts";
import { openDenoTransport } from "../../transport/deno_transport.ts";
import { Guard } from "../../transport/guard.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";
import { PoolMember } from "../support/pool_member.ts";

type PoolPeerOptions = Readonly<{
  name: string;
  /** IP:PORT. */
  bind: string;
  delegateVersions: readonly [number, number, number];
  wants: DelegateWants;
  /** In base64, the first for sending; none: nothing is sealed. */
  keys: readonly string[];
}>;

/**
 * A member of ours in this process, on real sockets: its application is the test's, so that what no command of a peer
 * does can be done.
 */
export class PoolPeer implements AsyncDisposable {
  readonly name: string;
  readonly pool: PoolMember;

  private constructor(pool: PoolMember) {
    this.name = pool.name;
    this.pool = pool;
  }

  /** Starts one, a member of a cluster of one. */
  static async start({ name, bind, delegateVersions, wants, keys }: PoolPeerOptions): Promise<PoolPeer> {
    const pool = new PoolMember({
      name,
      profile: { ...lan, delegateVersions },
      wants,
      openTransport: openDenoTransport,
      clock: realClock,
      random: systemRandom(),
      guard: guardOf(keys),
    });
    const peer = new PoolPeer(pool);
    try {
      await pool.create(parseAddress(bind)!);
      return peer;
    } catch (error) {
      await peer[Symbol.asyncDispose]();
      throw error;
    }
  }

  get address(): string {
    return this.pool.address;
  }

  /** What it logged so far; warnings as a peer shows them. */
  get log(): string {
    const lines = this.pool.records.map(({ level, event, fields }) => {
      const isWarning = level === "warn" || level === "error";
      return `${isWarning ? "parley: " : ""}${event} ${JSON.stringify(fields)}`;
    });
    return lines.join("\n");
  }

  async join(address: string): Promise<void> {
    const reply = await this.pool.join(address);
    if (reply.type !== "joined" || reply.contacted !== 1) {
      throw new Error(`${this.name} could not join ${address}: ${JSON.stringify(reply)}`);
    }
  }

  /** Everybody alive or suspected, by name. */
  async listed(): Promise<ReadonlyMap<string, string>> {
    const members = await this.pool.members();
    return new Map([...members].map(([name, { address }]) => [name, address]));
  }

  /** User messages that its application heard so far, as text, behind the way on which they came. */
  get messages(): readonly string[] {
    return this.pool.told("user_message").map(({ payload, via }) => `${via}: ${new TextDecoder().decode(payload)}`);
  }

  async leave(): Promise<void> {
    await this.pool.leave();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.stop();
  }
}

function guardOf(keys: readonly string[]): Guard {
  if (keys.length === 0) return new Guard(UNPROTECTED, randomBytes);
  const ring = parseKeyFile(keys.join("\n"));
  if (!ring.ok) throw new Error(ring.why);
  return new Guard({ ...UNPROTECTED, keyring: ring.value }, randomBytes);
}
