import type { BroadcastReply, UserReplacement } from "../../actors/broadcaster/user_broadcasts.ts";
import type { BroadcasterMessage, SendReply } from "../../actors/broadcaster.ts";
import type { FailureDetectorMessage, PingReply } from "../../actors/failure_detector.ts";
import type { LinksMessage } from "../../actors/links.ts";
import type { NodeName } from "../../actors/membership/member.ts";
import {
  type JoinReply,
  MEMBERSHIP,
  type MembershipMessage,
  type MemberView,
  type UpdateReply,
} from "../../actors/membership.ts";
import { Cast } from "../../actors/peer/cast.ts";
import { newMemory, type PeerMemory } from "../../actors/peer/memory.ts";
import type { DelegateMessage, DelegateWants, Verdict } from "../../actors/pool/delegate.ts";
import type { Profile } from "../../actors/pool/profile.ts";
import { pool } from "../../actors/pool.ts";
import type { Clock } from "../../actors/runtime/clock.ts";
import type { MailboxOptions } from "../../actors/runtime/mailbox.ts";
import type { LogRecord } from "../../actors/runtime/log.ts";
import type { Random } from "../../actors/runtime/random.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { ActorSystem } from "../../actors/runtime/system.ts";
import { type OpenReply, transport } from "../../actors/transport.ts";
import type { Address } from "../../transport/address.ts";
import { Guard } from "../../transport/guard.ts";
import type { OpenTransport } from "../../transport/transport.ts";

/** What it says when it is asked; nothing, and it never answers. */
export type Answers = {
  localState: (join: boolean) => Uint8Array | undefined;
  merge: (members: readonly MemberView[]) => Verdict | undefined;
  alive: (member: MemberView) => Verdict | undefined;
};

export type PoolMemberOptions = Readonly<{
  name: string;
  profile: Profile;
  /** None: the pool has no application. */
  wants?: DelegateWants;
  openTransport: OpenTransport;
  clock: Clock;
  random: Random;
  guard?: Guard;
  /** The application's. */
  mailbox?: Partial<MailboxOptions>;
}>;

/** Longer than anything that a member does before it says how it went. */
const ASK_MS = 60_000;

/** A member that is nothing but a transport and a gossip pool, with an application that writes down what it is told. */
export class PoolMember {
  readonly name: string;
  readonly system: ActorSystem;
  readonly memory: PeerMemory = newMemory();
  readonly guard: Guard;
  /** All that the application was told and asked, oldest first. */
  readonly heard: DelegateMessage[] = [];
  readonly records: LogRecord[] = [];
  readonly answers: Answers = {
    localState: () => new Uint8Array(),
    merge: () => ({ ok: true }),
    alive: () => ({ ok: true }),
  };
  /** Handed the agreement to each alive that is not answered at once. */
  onQuestion: (agree: () => void) => void = () => {};
  address = "" as Address;
  readonly #cast = new Cast();

  constructor(options: PoolMemberOptions) {
    const { name, profile, wants, openTransport, clock, random, guard = Guard.unguarded(), mailbox = {} } = options;
    this.name = name;
    this.guard = guard;
    const cast = this.#cast;
    this.system = new ActorSystem({ clock, random, log: (record) => this.records.push(record) });
    const links = this.system.spawn<LinksMessage>("links", () => () => {});
    const application = this.system.spawn<DelegateMessage>("application", () => (message) => this.#told(message), {
      mailbox,
    });
    cast.enter(
      "transport",
      this.system.spawn(
        "transport",
        transport({
          openTransport,
          memory: this.memory.transport,
          links: () => links,
          guard,
        }),
      ),
    );
    cast.enter(
      "pool",
      this.system.spawn(
        "pool",
        pool({
          name: name as NodeName, // others may be called as none of ours may
          profile,
          guard,
          cast,
          topic: MEMBERSHIP,
          memory: this.memory.membership,
          broadcasterMemory: this.memory.broadcaster,
          ...(wants === undefined ? {} : { delegate: { ref: () => application, wants } }),
        }),
      ),
    );
    const { streamTimeoutMs } = profile;
    const registration = { type: "pool", id: "main", guard, to: cast.get("pool"), streamTimeoutMs } as const;
    cast.get("transport").tell({ type: "register", registration });
  }

  get membership(): ActorRef<MembershipMessage> {
    return this.#cast.get("membership");
  }

  get broadcaster(): ActorRef<BroadcasterMessage> {
    return this.#cast.get("broadcaster");
  }

  get failureDetector(): ActorRef<FailureDetectorMessage> {
    return this.#cast.get("failureDetector");
  }

  /** Opens its sockets and is a member of a cluster of one. */
  async create(bind: Address): Promise<void> {
    const opened = await this.#cast.get("transport").ask<OpenReply>(
      (replyTo) => ({ type: "open", bind, name: this.name, replyTo }),
      ASK_MS,
    );
    if (!opened.ok) throw opened.error;
    this.address = opened.address;
    await this.membership.ask<MemberView>((replyTo) => ({ type: "create", address: this.address, replyTo }), ASK_MS);
  }

  join(...addresses: readonly string[]): Promise<JoinReply> {
    const to = addresses as readonly Address[];
    return this.membership.ask((replyTo) => ({ type: "join", addresses: to, replyTo }), ASK_MS);
  }

  leave(): Promise<"left"> {
    return this.membership.ask((replyTo) => ({ type: "leave", replyTo }), ASK_MS);
  }

  shutdown(): Promise<"down"> {
    return this.membership.ask((replyTo) => ({ type: "shutdown", replyTo }), ASK_MS);
  }

  /** Everybody alive or suspected, by name. */
  async members(): Promise<ReadonlyMap<string, MemberView>> {
    const list = (replyTo: ActorRef<readonly MemberView[]>) => ({ type: "list", replyTo }) as const;
    const views = await this.membership.ask<readonly MemberView[]>(list, ASK_MS);
    return new Map(views.map((view) => [view.name, view]));
  }

  updateMeta(meta: Uint8Array): Promise<UpdateReply> {
    return this.membership.ask((replyTo) => ({ type: "update_meta", meta, replyTo }), ASK_MS);
  }

  broadcast(payload: Uint8Array, replacement: UserReplacement = { kind: "unique" }): Promise<BroadcastReply> {
    return this.broadcaster.ask((replyTo) => ({ type: "broadcast_user", payload, replacement, replyTo }), ASK_MS);
  }

  send(to: string, payload: Uint8Array, reliable: boolean): Promise<SendReply> {
    const message = { type: "send_user", to: to as Address, payload, reliable } as const;
    return this.broadcaster.ask((replyTo) => ({ ...message, replyTo }), ASK_MS);
  }

  ping(name: string, address: string): Promise<PingReply> {
    const message = { type: "ping", name, address: address as Address } as const;
    return this.failureDetector.ask((replyTo) => ({ ...message, replyTo }), ASK_MS);
  }

  /** What was counted by one of its actors. */
  count(part: "pool" | "membership" | "broadcaster" | "failureDetector"): Promise<Readonly<Record<string, number>>> {
    const actor: ActorRef<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }> = this.#cast.get(
      part,
    );
    return actor.ask<Readonly<Record<string, number>>>((replyTo) => ({ type: "status", replyTo }), ASK_MS);
  }

  /** All of one kind that the application heard, oldest first. */
  told<T extends DelegateMessage["type"]>(type: T): readonly Extract<DelegateMessage, { type: T }>[] {
    return this.heard.filter((message): message is Extract<DelegateMessage, { type: T }> => message.type === type);
  }

  async stop(): Promise<void> {
    await this.system.stop();
  }

  #told(message: DelegateMessage): void {
    this.heard.push(message);
    switch (message.type) {
      case "local_state_wanted":
        return reply(message.replyTo, this.answers.localState(message.join));
      case "merge_proposed":
        return reply(message.replyTo, this.answers.merge(message.members));
      case "alive_proposed": {
        const verdict = this.answers.alive(message.member);
        if (verdict === undefined) this.onQuestion(() => message.replyTo.tell({ ok: true }));
        return reply(message.replyTo, verdict);
      }
    }
  }
}

function reply<A>(to: ActorRef<A>, answer: A | undefined): void {
  if (answer !== undefined) to.tell(answer);
}
