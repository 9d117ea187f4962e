import type { DelegateMessage } from "../../actors/pool/delegate.ts";
import { local } from "../../actors/pool/profile.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import type { World } from "../../sim/world.ts";
import { type Address, parseAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { Stream, StreamHandler, Transport } from "../../transport/transport.ts";
import { ANY_PORT, outcomeOf } from "./linked_peers.ts";
import { PoolMember } from "./pool_member.ts";

/** A member of their chat, as their program keeps it: zero values are not there. */
export type TheirRecord = {
  msgType?: number;
  name?: string;
  sender?: string;
  timestamp?: { seconds?: number; nanos?: number };
};

/** How often it looks at what was gossiped to it. */
const LOOK_MS = 5;

/** What each connection is given to do; nothing in their program ever gives up. */
const DIAL_MS = 2_000;

/**
 * A stand-in for the chat program cli-chat, written from the description of what it says and does, with its faults: a
 * known name is never taken anew, state counts at a join only, who is not in the chat announces an empty record, and a
 * message stops at the first member that cannot be reached. Nothing of ours is used for what it says.
 */
export class CliChatPeer {
  readonly name: string;
  readonly node: string;
  /** Its map of members. */
  readonly members = new Map<string, TheirRecord>();
  /** Every line that came, without its end. */
  readonly lines: string[] = [];
  /** Payloads that others gossiped, as text. */
  readonly heard: string[] = [];
  /** What it prints about members. */
  readonly printed: string[] = [];
  /** Connections that it leaves open, as a process does that stands still. */
  isStuck = false;
  readonly #world: World;
  readonly #member: PoolMember;
  readonly #transport: Transport;
  #self: TheirRecord = {};
  #isDead = false;
  #seen = 0;

  private constructor(world: World, name: string, node: string, member: PoolMember, transport: Transport) {
    this.#world = world;
    this.name = name;
    this.node = node;
    this.#member = member;
    this.#transport = transport;
    member.answers.localState = () => bytes(JSON.stringify(Object.fromEntries(this.members)));
    this.#look();
  }

  /** A node of its own; `join` and `chatJoin` come next. */
  static async start(world: World, name: string, number = 1): Promise<CliChatPeer> {
    const node = `my-host-${name}-0f8fad5b-d9cb-11e9-a165-${String(number).padStart(12, "0")}`;
    const open = openSimulatedTransportOn(world.network);
    const member = new PoolMember({
      name: node,
      profile: local,
      wants: { members: true, userMessages: true, localState: true, remoteState: true },
      openTransport: open,
      clock: world.clock,
      random: seededRandom(node),
    });
    await within(world, member.create(ANY_PORT));
    const accept: { handler?: (stream: Stream) => StreamHandler } = {};
    const transport = await within(
      world,
      open(ANY_PORT, { packet: () => {}, accept: (stream) => accept.handler!(stream) }),
    );
    const peer = new CliChatPeer(world, name, node, member, transport);
    accept.handler = (stream) => peer.#accept(stream);
    return peer;
  }

  get address(): Address {
    return this.#member.address;
  }

  get sender(): Address {
    return this.#transport.address;
  }

  async join(address: Address): Promise<void> {
    await within(this.#world, this.#member.join(address));
  }

  chatJoin(): void {
    const wallMs = this.#world.clock.wallMs();
    const timestamp = { seconds: Math.floor(wallMs / 1_000), nanos: (wallMs % 1_000) * 1_000_000 };
    this.#self = { name: this.node, sender: this.sender, timestamp };
    this.announce();
  }

  chatLeave(): void {
    this.members.clear();
    this.#self = { msgType: 1, ...this.#self };
    this.gossip(JSON.stringify(this.#self));
  }

  /** Asks by gossip whether that member is there; spoils its own record of it, as theirs does. */
  ping(node: string): void {
    const { name, sender } = this.members.get(node)!;
    const record = { msgType: 2, name, sender, timestamp: { seconds: Math.floor(this.#world.clock.wallMs() / 1_000) } };
    this.members.set(node, record as TheirRecord);
    this.gossip(JSON.stringify(record));
  }

  gossip(payload: string): void {
    this.#member.broadcaster.tell({
      type: "broadcast_user",
      payload: bytes(payload),
      replacement: { kind: "unique" },
    });
  }

  /** Says something to all members, one after the other, until one of them cannot be reached. */
  async msg(text: string): Promise<void> {
    for (const [name, { sender }] of this.members) {
      if (name === this.node) continue;
      const reached = await this.send(sender, `<Nov 20 20:53:36.494 ${this.name}> ${text}\n`);
      if (!reached) return void this.printed.push(`could not dial to ${sender ?? ""}`);
    }
  }

  /** Connects, writes, closes; whether it could. */
  async send(to: string | undefined, ...parts: string[]): Promise<boolean> {
    const address = parseAddress(to ?? "");
    if (address === undefined) return false;
    const done = Promise.withResolvers<boolean>();
    let isOpen = false;
    const stream = this.#transport.connect(address, DIAL_MS, {
      opened: () => isOpen = true,
      data: () => {},
      closed: () => done.resolve(isOpen),
    });
    for (const part of parts) stream.write(bytes(part));
    stream.end();
    return await within(this.#world, done.promise);
  }

  /** Ends without a word. */
  kill(): void {
    this.#isDead = true;
    this.#world.network.crash(this.address);
    this.#world.network.crash(this.sender);
    void this.#member.system.stop();
  }

  async leave(): Promise<void> {
    await within(this.#world, this.#member.leave());
  }

  /** Says again who it is, as it does whenever it hears of somebody. */
  announce(): void {
    this.members.set(this.#self.name ?? "", this.#self);
    this.gossip(JSON.stringify(this.#self));
  }

  #look(): void {
    if (this.#isDead) return;
    for (const message of this.#member.heard.slice(this.#seen)) this.#told(message);
    this.#seen = this.#member.heard.length;
    this.#world.clock.after(LOOK_MS, () => this.#look());
  }

  #told(message: DelegateMessage): void {
    if (message.type === "user_message") return this.#notified(text(message.payload));
    if (message.type === "remote_state") {
      if (!message.join) return;
      const theirs = JSON.parse(text(message.state)) as Record<string, TheirRecord>;
      for (const [name, record] of Object.entries(theirs)) this.members.set(name, record);
    }
  }

  #notified(payload: string): void {
    this.heard.push(payload);
    let record: TheirRecord;
    try {
      record = JSON.parse(payload) as TheirRecord;
    } catch {
      return;
    }
    const { msgType = 0, name = "" } = record;
    if (msgType === 1) return void this.members.delete(name);
    if (msgType === 2) {
      if (name === this.#self.name) this.gossip(JSON.stringify({ ...record, timestamp: {} }));
      else this.printed.push(`Ping returned: ${name}`);
      return;
    }
    if (this.members.has(name)) return;
    this.announce();
    this.members.set(name, record);
  }

  #accept(stream: Stream): StreamHandler {
    let line = "";
    return {
      data: (part) => {
        if (this.isStuck) return;
        line += text(part);
        const end = line.indexOf("\n");
        if (end < 0) return;
        this.lines.push(line.slice(0, end));
        stream.end();
      },
      ended: () => this.isStuck ? undefined : stream.end(),
      closed: () => {},
    };
  }
}

async function within<T>(world: World, promise: Promise<T>): Promise<T> {
  const outcome = outcomeOf(promise);
  await world.clock.until(() => outcome.settled, 30_000, "it is done", 1);
  return await promise;
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
