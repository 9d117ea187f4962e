import type { Address } from "../transport/address.ts";
import { claimFault, type PoolId, type PoolMark } from "../transport/claim.ts";
import { Guard } from "../transport/guard.ts";
import type { Secrets } from "../transport/secrets.ts";
import { type Protection, UNPROTECTED } from "../transport/wire/protection.ts";
import type { MembershipEvent, MembershipMessage } from "./membership.ts";
import type { NodeName } from "./membership/member.ts";
import { pool, type PoolMessage } from "./pool.ts";
import { CastOf, type PoolCast, type PoolParts } from "./pool/cast.ts";
import type { PoolDelegate } from "./pool/delegate.ts";
import { newPoolMemory, type PoolMemory } from "./pool/memory.ts";
import type { Profile } from "./pool/profile.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import { type Topic, topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { type RegisterReply, TRANSPORT, type TransportMessage, type TransportStatus } from "./transport.ts";

/** What the keeper of the pools beside the chat's understands. */
export type PoolsMessage =
  /** Start a pool. It is a member, of a cluster of one, as soon as the port is open, and whenever it is. */
  | Readonly<{ type: "open"; id: PoolId; options: PoolOptions; replyTo: ActorRef<OpenPoolReply> }>
  | Readonly<{ type: "get"; id: PoolId; replyTo: ActorRef<PoolView | undefined> }>
  | Readonly<{ type: "list"; replyTo: ActorRef<readonly PoolView[]> }>
  /** End a pool, without a word to its members: whoever wants to say goodbye tells its membership to leave first. */
  | Readonly<{ type: "close"; id: PoolId; replyTo: ActorRef<"closed" | "unknown"> }>
  /** Say goodbye in all pools. */
  | Readonly<{ type: "leave_all"; replyTo: ActorRef<"left"> }>
  /** What came of it. */
  | Readonly<{ type: "admitted"; id: PoolId; admission: RegisterReply }>
  | Readonly<{ type: "stopped"; id: PoolId }>
  | Readonly<{ type: "look_for_port" }>
  | Readonly<{ type: "port"; address: Address | undefined }>;

export type OpenPoolReply = Readonly<{ ok: true; pool: PoolView }> | Readonly<{ ok: false; why: string }>;

/** How a pool is told from others, what it runs on, and who its application is. */
export type PoolOptions = Readonly<{
  profile: Profile;
  /** What is in front of all it says: `0xFE` and this, 0 to 255. Without it, it is known by its label, or by having none. */
  byte?: number;
  /** Its label and keys; without, it has neither. */
  protection?: Protection;
  /** What its members are told of us at first. */
  meta?: Uint8Array;
  delegate?: PoolDelegate;
}>;

/** What can be done with a pool, and where it says what happens to its members. */
export type PoolView = Readonly<{
  id: PoolId;
  mark: PoolMark;
  /** Has the keys, which may be changed. */
  guard: Guard;
  topic: Topic<MembershipEvent>;
  pool: ActorRef<PoolMessage>;
  /** Its actors: to be asked for each time, because they may have been restarted. */
  cast: Pick<PoolCast, "get">;
}>;

/** What outlives a crash: the pools that are open, and what each remembers. */
export type PoolsMemory = Map<PoolId, PoolRecord>;

type PoolRecord = Readonly<{
  options: PoolOptions;
  guard: Guard;
  topic: Topic<MembershipEvent>;
  memory: PoolMemory;
}>;

type PoolsDeps = Readonly<{
  /** Under which we are a member of all of them. */
  name: NodeName;
  transport: () => ActorRef<TransportMessage>;
  /** What nonces are made of. */
  secrets: Secrets;
  memory: PoolsMemory;
}>;

/** Pools beside the chat's: each costs three actors with their timers, and a table. */
const POOLS_MAX = 64;

/** The transport answers in its next turn, unless it is just being restarted. */
const TRANSPORT_TIMEOUT_MS = 5_000;

/** The membership answers in its next turn, unless it is just being restarted. */
const MEMBERSHIP_TIMEOUT_MS = 5_000;

/** A farewell takes 2 s at most. */
const LEAVE_TIMEOUT_MS = 3_000;

/** Starts and ends gossip pools for applications, and gives each its part of the port. */
export function pools(deps: PoolsDeps): Behavior<PoolsMessage> {
  return (ctx) => {
    const keeper = new Keeper(ctx, deps);
    keeper.resume();
    return (message) => {
      switch (message.type) {
        case "open":
          return keeper.open(message.id, message.options, message.replyTo);
        case "get":
          return message.replyTo.tell(keeper.get(message.id));
        case "list":
          return message.replyTo.tell(keeper.list());
        case "close":
          return keeper.close(message.id, message.replyTo);
        case "leave_all":
          return keeper.leaveAll(message.replyTo);
        case "admitted":
          return keeper.admitted(message.id, message.admission);
        case "stopped":
          return keeper.stopped(message.id);
        case "look_for_port":
          return keeper.lookForPort();
        case "port":
          return keeper.port(message.address);
      }
    };
  };
}

/** A pool that runs. Before the transport has let it in and after it was told to end, it is nobody's business. */
type Running = {
  readonly record: PoolRecord;
  readonly view: PoolView;
  state: "opening" | "open" | "closing";
  /** Where it is a member. */
  at: Address | undefined;
  /** To be called once, with why it could not be opened, if that is so. */
  done: (fault?: string) => void;
};

class Keeper {
  readonly #ctx: Context<PoolsMessage>;
  readonly #deps: PoolsDeps;
  readonly #running = new Map<PoolId, Running>();
  #port: Address | undefined;

  constructor(ctx: Context<PoolsMessage>, deps: PoolsDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
  }

  /** Starts those that were open before a crash, and finds out where the port is. */
  resume(): void {
    for (const [id, record] of this.#deps.memory) this.#start(id, record, () => {});
    this.#ctx.subscribe(TRANSPORT, () => ({ type: "look_for_port" }));
    this.lookForPort();
  }

  /** A transport was opened or closed, which may be that of the registry. */
  lookForPort(): void {
    const status = this.#ctx.ask<TransportMessage, TransportStatus>(
      this.#deps.transport(),
      (replyTo) => ({ type: "status", replyTo }),
      TRANSPORT_TIMEOUT_MS,
    );
    this.#ctx.pipeToSelf(
      status,
      ({ address }) => ({ type: "port", address }),
      () => ({ type: "port", address: this.#port }),
    );
  }

  open(id: PoolId, options: PoolOptions, replyTo: ActorRef<OpenPoolReply>): void {
    const fault = this.#faultOf(id, options);
    if (fault !== undefined) return replyTo.tell({ ok: false, why: fault });
    const { byte, protection = UNPROTECTED, meta } = options;
    const record: PoolRecord = {
      options,
      guard: new Guard(protection, this.#deps.secrets, { byte }),
      topic: topic(`members of the pool ${id}`),
      memory: newPoolMemory(meta === undefined ? {} : { meta }),
    };
    const started = this.#start(id, record, (why) => {
      replyTo.tell(why === undefined ? { ok: true, pool: started.view } : { ok: false, why });
    });
  }

  get(id: PoolId): PoolView | undefined {
    return this.list().find((view) => view.id === id);
  }

  list(): readonly PoolView[] {
    return [...this.#running.values()].filter(({ state }) => state === "open").map(({ view }) => view);
  }

  admitted(id: PoolId, admission: RegisterReply): void {
    const running = this.#running.get(id);
    if (running?.state !== "opening") return;
    if (!admission.ok) {
      const { done } = running;
      this.#deps.memory.delete(id);
      return this.#end(running, () => done(admission.why));
    }
    running.state = "open";
    this.#deps.memory.set(id, running.record);
    this.#settle(running);
    running.done();
  }

  close(id: PoolId, replyTo: ActorRef<"closed" | "unknown">): void {
    const running = this.#running.get(id);
    if (running?.state !== "open") return replyTo.tell("unknown");
    this.#deps.memory.delete(id);
    this.#end(running, () => replyTo.tell("closed"));
  }

  /** The transport was told at the same time, and hears of that before anybody can claim the bytes again. */
  stopped(id: PoolId): void {
    const running = this.#running.get(id);
    this.#running.delete(id);
    running?.done();
  }

  leaveAll(replyTo: ActorRef<"left">): void {
    const goodbyes = this.list().map(({ cast }) =>
      this.#ctx.ask<MembershipMessage, "left">(
        cast.get("membership"),
        (replyTo) => ({ type: "leave", replyTo }),
        LEAVE_TIMEOUT_MS,
      )
    );
    void Promise.allSettled(goodbyes).then(() => replyTo.tell("left"));
  }

  port(address: Address | undefined): void {
    this.#port = address;
    for (const running of this.#running.values()) this.#settle(running);
  }

  #faultOf(id: PoolId, { byte, protection = UNPROTECTED }: PoolOptions): string | undefined {
    if (this.#running.has(id)) return `Taken already: pool ${id}`;
    if (this.#running.size >= POOLS_MAX) return `No more than ${POOLS_MAX} pools beside the chat's`;
    const mark = byte === undefined ? { label: protection.label.bytes } : { byte };
    return claimFault({ type: "pool", id, mark }, []);
  }

  #start(id: PoolId, record: PoolRecord, done: (fault?: string) => void): Running {
    const { name, transport } = this.#deps;
    const { options: { profile, delegate }, guard, topic, memory } = record;
    const cast = new CastOf<PoolParts>();
    cast.enter("transport", transport());
    const actor = this.#ctx.spawn(
      id,
      pool({
        name,
        profile,
        guard,
        cast,
        topic,
        memory: memory.membership,
        broadcasterMemory: memory.broadcaster,
        ...(delegate === undefined ? {} : { delegate }),
      }),
      { restart: "permanent", mailbox: { limit: profile.handoffQueueDepth, whenFull: "drop_oldest" } },
    );
    const view: PoolView = { id, mark: guard.mark, guard, topic, pool: actor, cast };
    const at = memory.membership.created ? memory.membership.address : undefined;
    const running: Running = { record, view, state: "opening", at, done };
    this.#running.set(id, running);
    const { streamTimeoutMs } = profile;
    const registration = { type: "pool", id, guard, to: actor, streamTimeoutMs } as const;
    const admission = this.#ctx.ask<TransportMessage, RegisterReply>(
      transport(),
      (replyTo) => ({ type: "register", registration, replyTo }),
      TRANSPORT_TIMEOUT_MS,
    );
    this.#ctx.pipeToSelf(
      admission,
      (admission) => ({ type: "admitted", id, admission }),
      () => ({ type: "admitted", id, admission: { ok: false, why: "The transport does not answer" } }),
    );
    return running;
  }

  #end(running: Running, done: () => void): void {
    const { view: { id, pool } } = running;
    running.state = "closing";
    running.done = done;
    this.#ctx.watch(pool, () => ({ type: "stopped", id }));
    this.#ctx.stop(pool);
  }

  /**
   * Makes us a member where the port is now. If it was elsewhere before, that is a cluster of one: the others would not
   * have us as long as they take us to be there.
   */
  #settle(running: Running): void {
    const port = this.#port;
    if (running.state !== "open" || port === undefined || running.at === port) return;
    const { cast } = running.view;
    if (running.at !== undefined) this.#say(cast, (replyTo) => ({ type: "shutdown", replyTo }));
    running.at = port;
    this.#say(cast, (replyTo) => ({ type: "create", address: port, replyTo }));
  }

  /** What comes of it is published. */
  #say(cast: Pick<PoolCast, "get">, build: (replyTo: ActorRef<unknown>) => MembershipMessage): void {
    this.#ctx.ask(cast.get("membership"), build, MEMBERSHIP_TIMEOUT_MS).catch(() => {});
  }
}
