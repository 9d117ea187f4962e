import { archive } from "./archive.ts";
import type { Address } from "../transport/address.ts";
import type { PoolId } from "../transport/claim.ts";
import type { Guard } from "../transport/guard.ts";
import type { HttpRequest, HttpResponse, OpenTransport } from "../transport/transport.ts";
import type { BootstrapMessage } from "./bootstrap.ts";
import type { HistoryDeps } from "./chat_room.ts";
import type { Retention } from "./history/store.ts";
import type { RoomName } from "./chat_room/entry.ts";
import { CLI_CHAT_WANTS, cliChat, type CliChatMessage } from "./cli_chat.ts";
import { items } from "./items.ts";
import { gateway, type GatewayOptions } from "./gateway.ts";
import { webSocketAnswer } from "./gateway/web_socket.ts";
import { links, type LinksMessage } from "./links.ts";
import { MEMBERSHIP, type MembershipEvent } from "./membership.ts";
import type { NodeName } from "./membership/member.ts";
import { type Arrival, arrive } from "./peer/arrival.ts";
import { Cast } from "./peer/cast.ts";
import { cleanUpAfter, seekCompany } from "./peer/company.ts";
import type { PeerMemory } from "./peer/memory.ts";
import { Relocation } from "./peer/relocation.ts";
import { type StepResult, Steps } from "./peer/steps.ts";
import { pool } from "./pool.ts";
import type { Profile } from "./pool/profile.ts";
import type { ReplMessage, SessionEnd } from "./repl.ts";
import { pools } from "./pools.ts";
import { rooms } from "./rooms.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { Clock } from "./runtime/clock.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { Courier } from "./runtime/remote_ref.ts";
import { linksCourier } from "./links/courier.ts";
import { ownMeta, serf, serfWants } from "./serf.ts";
import { transport } from "./transport.ts";

/** What a peer understands. */
export type PeerMessage =
  /** Come to chat: everything up to a room, by itself. */
  | Readonly<{ type: "arrive" }>
  | Readonly<{ type: "arrived"; arrival: Arrival }>
  /** Say goodbye and end with this exit code. */
  | Readonly<{ type: "quit"; code: number }>
  | Readonly<{ type: "departed"; code: number }>
  | Readonly<{ type: "member"; event: MembershipEvent }>
  /** Clients of older systems are let in there, or cannot be. */
  | Readonly<{ type: "door_opened"; what: string }>
  | Readonly<{ type: "door_failed"; why: string }>
  /** Timers. */
  | Readonly<{ type: "seek_company" }>
  | Readonly<{ type: "company_sought"; found: number }>
  | Readonly<{ type: "relocated"; result: StepResult<Address> }>;

export type PeerOptions = Readonly<{
  name: NodeName;
  /** What we say of ourselves besides our name. */
  version: string;
  /** Asked at each opening of the port. */
  bind: Address;
  /** Its numbers may change while nobody is a member; but for the versions, and the depth of the queue. */
  profile: Profile;
  /** The room to arrive in, and peers to contact besides those that the bootstrap lists. */
  room: RoomName;
  contacts: readonly Address[];
  memory: PeerMemory;
  /** Where what is said in rooms is kept, and by which key we sign it. */
  history: HistoryDeps;
  /** How much of it; without, all. */
  retention?: Retention;
  /** Members that run cli-chat are guests in that room; the cluster has no keys, no label and no Serf then. */
  cliChat?: boolean;
  clock: Clock;
  openTransport: OpenTransport;
  /** Answers requests over HTTP on our port; without it, they are refused. */
  http?(request: HttpRequest): Promise<HttpResponse>;
  /** Whether this machine still has an address that we told others; without it, that never changes. */
  isHere?(address: Address): boolean;
  /** Our cluster's keys and label. */
  guard: Guard;
  /** Where first contacts come from: the one place that knows whether the registry is local or remote. */
  bootstrap(courier: () => Courier): Behavior<BootstrapMessage>;
  /** Whether, and where, clients of older systems are let in. */
  gateway?: GatewayOptions;
  /** The person's side, if there is one; `quit` asks the peer to go. */
  repl?(steps: Steps, cast: Cast, quit: (end: SessionEnd) => void): Behavior<ReplMessage>;
  /** Called at each start with the steps that the peer can take and its actors, for who drives it without a person. */
  onSteps?(steps: Steps, cast: Cast): void;
  /** Called once, when the peer has gone. `why` is for the person, when something went wrong. */
  exit(code: number, why?: string): void;
}>;

/** A peer that is alone looks for company this often. */
const SEEK_COMPANY_MS = 3_000;

/** Every so many times it looks also when it is not alone, for those beyond a split that has healed. */
const SEEK_THOROUGHLY_EVERY = 10;

/** Longest time for the goodbyes: those to Serf's agents and to all, the registry's silence, and something for the road. */
const DEPART_TIMEOUT_MS = 10_000;

/**
 * One peer. Its supervision tree, in the order of start; when one of them crashes, it and those below it start again:
 *
 * | actor     | owns                                                                  |
 * | --------- | --------------------------------------------------------------------- |
 * | transport | the sockets                                                           |
 * | links     | connections to other peers' actors                                    |
 * | pool      | membership, failure detector, broadcaster                             |
 * | rooms     | one chat room each                                                    |
 * | archive   | what is kept of all rooms                                             |
 * | items     | keys and texts that all peers keep alike                              |
 * | bootstrap | first contacts; after the rooms, so that its crash disturbs nobody    |
 * | serf      | our tags, and what else Serf's agents expect of a member              |
 * | cli_chat  | members that run cli-chat, if they are let in                          |
 * | pools     | gossip pools of applications, beside the chat's                       |
 * | gateway   | clients of older systems, if they are let in                          |
 * | repl      | the person at the terminal                                            |
 */
export function peer(options: PeerOptions): Behavior<PeerMessage> {
  return (ctx) => {
    const { name, version, memory, profile, guard } = options;
    const cast = new Cast();
    const roomNames = () => [...memory.rooms.keys()];
    // From the first word on: by its tags a peer of ours is known to others.
    memory.membership.meta = ownMeta(version, roomNames());
    ctx.supervise({ strategy: "rest_for_one" });
    cast.enter(
      "transport",
      ctx.spawn(
        "transport",
        transport({
          openTransport: options.openTransport,
          memory: memory.transport,
          links: () => cast.get("links"),
          guard,
          ...(options.http !== undefined && { http: options.http }),
          ...(options.gateway?.onPeersPort === true && {
            webSocket: (request) => webSocketAnswer(request, () => cast.get("gateway"), options.gateway?.talks),
          }),
        }),
        PERMANENT,
      ),
    );
    const keeper: ActorRef<LinksMessage> = ctx.spawn("links", introduced(links, cast), PERMANENT);
    cast.enter("links", keeper);
    const courier = linksCourier(keeper, ctx);
    cast.enter(
      "pool",
      ctx.spawn(
        "pool",
        pool({
          name,
          profile,
          guard,
          cast,
          topic: MEMBERSHIP,
          links: () => keeper,
          memory: memory.membership,
          broadcasterMemory: memory.broadcaster,
          delegate: options.cliChat === true
            ? { ref: () => cast.get("cliChat"), wants: CLI_CHAT_WANTS }
            : { ref: () => cast.get("serf"), wants: serfWants(profile) },
        }),
        { ...PERMANENT, mailbox: { limit: profile.handoffQueueDepth, whenFull: "drop_oldest" } }, // old news is least missed
      ),
    );
    const registration = {
      type: "pool",
      id: CHAT_POOL,
      guard,
      to: cast.get("pool"),
      get streamTimeoutMs() {
        return profile.streamTimeoutMs;
      },
    } as const;
    cast.get("transport").tell({ type: "register", registration });
    const broadcaster = () => cast.get("broadcaster");
    const { rooms: memoryOfRooms, hostedRooms: hosted } = memory;
    cast.enter(
      "rooms",
      ctx.spawn(
        "rooms",
        rooms({
          self: name,
          history: options.history,
          memory: memoryOfRooms,
          hosted,
          person: memory.person,
          broadcaster,
          direct: { memory: memory.direct, membership: () => cast.get("membership") },
        }),
        PERMANENT,
      ),
    );
    cast.enter("archive", ctx.spawn("archive", archive(options), PERMANENT));
    cast.enter(
      "items",
      ctx.spawn(
        "items",
        items({ self: name, memory: memory.items, broadcaster, membership: () => cast.get("membership") }),
        PERMANENT,
      ),
    );
    cast.enter("bootstrap", ctx.spawn("bootstrap", options.bootstrap(() => courier), PERMANENT));
    cast.enter(
      "serf",
      ctx.spawn(
        "serf",
        serf({
          name,
          version,
          profile,
          guard,
          cast,
          memory: memory.serf,
          rooms: roomNames,
          announced: () => memory.membership.meta,
        }),
        PERMANENT,
      ),
    );
    if (options.cliChat === true) {
      const { room } = options;
      const behavior: Behavior<CliChatMessage> = cliChat({
        self: name,
        room,
        address: () => memory.address,
        cast,
        memory: memory.cliChat,
      });
      cast.enter("cliChat", ctx.spawn("cli_chat", behavior, PERMANENT));
    }
    const { secrets } = guard;
    cast.enter(
      "pools",
      ctx.spawn(
        "pools",
        pools({ name, secrets, memory: memory.pools, transport: () => cast.get("transport") }),
        PERMANENT,
      ),
    );

    const { gateway: doors, room } = options;
    if (doors !== undefined) {
      const opened = (what: string): void => ctx.self.tell({ type: "door_opened", what });
      const failed = (why: string): void => ctx.self.tell({ type: "door_failed", why });
      const behavior = gateway({
        ...doors,
        self: name,
        room,
        memory: memory.gateway,
        transport: () => cast.get("transport"),
        rooms: () => cast.get("rooms"),
        opened,
        failed,
      });
      cast.enter("gateway", ctx.spawn("gateway", behavior, PERMANENT));
    }

    const steps = new Steps({
      name,
      get bind() {
        return options.bind;
      },
      cast,
      memory,
      wallMs: () => ctx.clock.wallMs(),
      now: () => ctx.clock.now(),
      uuid: () => ctx.random.uuid(),
    });
    options.onSteps?.(steps, cast);
    const person = options.repl === undefined ? undefined : ctx.spawn(
      "repl",
      options.repl(steps, cast, (end) => ctx.self.tell({ type: "quit", code: EXIT_CODES[end] })),
      PERMANENT,
    );
    ctx.subscribe(MEMBERSHIP, (event) => ({ type: "member", event }));
    const session = new PeerSession(ctx, options, steps, person);
    return (message) => {
      switch (message.type) {
        case "arrive":
          return session.arrive();
        case "arrived":
          return session.arrived(message.arrival);
        case "quit":
          return session.quit(message.code);
        case "departed":
          return session.exit(message.code);
        case "member":
          return session.member(message.event);
        case "door_opened":
          return session.doorOpened(message.what);
        case "door_failed":
          return session.exit(DOOR_FAILED, message.why);
        case "seek_company":
          return session.seek();
        case "company_sought":
          return session.sought(message.found);
        case "relocated":
          return session.relocated(message.result);
      }
    };
  };
}

/** Asked to quit again so soon, it is the same wish. */
const SAME_WISH_MS = 300;

/** As the command line documents them. */
const EXIT_CODES: Readonly<Record<SessionEnd, number>> = { well: 0, failed: 1 };

/** A port that was asked for cannot be had: as when the peer's own cannot. */
const DOOR_FAILED = 3;

/** The pool whose members chat; an application may have others beside it. */
const CHAT_POOL: PoolId = "chat";

const PERMANENT = { restart: "permanent" } as const;

/** Links that ask the transport to introduce them at each start, so that they know it also after their own crash. */
function introduced(behavior: Behavior<LinksMessage>, cast: Cast): Behavior<LinksMessage> {
  return (ctx) => {
    cast.get("transport").tell({ type: "introduce_links" });
    return behavior(ctx);
  };
}

class PeerSession {
  readonly #ctx: Context<PeerMessage>;
  readonly #options: PeerOptions;
  readonly #steps: Steps;
  readonly #person: ActorRef<ReplMessage> | undefined;
  #seeking = false;
  #seeks = 0;
  #relocation: Relocation | undefined;
  #leavingSince: number | undefined;
  #gone = false;

  constructor(
    ctx: Context<PeerMessage>,
    options: PeerOptions,
    steps: Steps,
    person: ActorRef<ReplMessage> | undefined,
  ) {
    this.#ctx = ctx;
    this.#options = options;
    this.#steps = steps;
    this.#person = person;
  }

  arrive(): void {
    const { room, contacts } = this.#options;
    const say = (text: string): void => this.#person?.tell({ type: "notice", text });
    this.#ctx.pipeToSelf(
      arrive(this.#steps, { room, contacts, say, pause: (ms) => this.#pause(ms) }),
      (arrival) => ({ type: "arrived", arrival }),
      (error) => ({
        type: "arrived",
        arrival: { ok: false, exitCode: 1, why: error instanceof Error ? error.message : String(error) },
      }),
    );
  }

  arrived(arrival: Arrival): void {
    if (this.#isLeaving) return; // that an arrival comes to nothing then is no news
    if (!arrival.ok) return this.exit(arrival.exitCode, arrival.why);
    this.#person?.tell({ type: "arrived", room: this.#options.room });
    this.#ctx.timers.every("seek", SEEK_COMPANY_MS, { type: "seek_company" });
  }

  doorOpened(what: string): void {
    this.#person?.tell({ type: "notice", text: what });
  }

  quit(code: number): void {
    const now = this.#ctx.clock.now();
    // Asked twice: now. But Ctrl-C to a pipeline is a signal, and the end of input besides: one wish, heard twice.
    if (this.#leavingSince !== undefined) return now - this.#leavingSince < SAME_WISH_MS ? undefined : this.exit(code);
    this.#leavingSince = now;
    this.#ctx.timers.cancel("seek");
    const departed = { type: "departed", code } as const;
    this.#ctx.timers.after("depart", DEPART_TIMEOUT_MS, departed);
    this.#ctx.pipeToSelf(this.#steps.depart(), () => departed, () => departed);
  }

  /** Says once that this peer is over. */
  exit(code: number, why?: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#options.exit(code, why);
  }

  member(event: MembershipEvent): void {
    if (event.type !== "failed" || this.#isLeaving) return;
    cleanUpAfter(this.#steps, event.member).catch((error) => {
      this.#ctx.log.warn("bootstrap_clean_up_failed", { error: String(error) });
    });
  }

  /** Alone after a split, or because everybody started at once: the bootstrap may know of others by now. */
  seek(): void {
    if (this.#seeking || this.#isLeaving) return;
    this.#seeking = true;
    if (this.#relocation !== undefined || this.#isAstray) return this.#relocate();
    const none = { type: "company_sought", found: 0 } as const;
    const thorough = ++this.#seeks % SEEK_THOROUGHLY_EVERY === 0;
    this.#ctx.pipeToSelf(
      seekCompany(this.#steps, thorough),
      (found) => ({ type: "company_sought", found }),
      () => none,
    );
  }

  sought(found: number): void {
    this.#seeking = false;
    if (found > 0) this.#ctx.log.info("company_found", { found });
  }

  relocated(result: StepResult<Address>): void {
    this.#seeking = false;
    if (!result.ok) return this.#ctx.log.warn("relocation_goes_on", { why: result.why });
    this.#relocation = undefined;
    this.#ctx.log.info("relocated", { address: result.value });
    this.#person?.tell({ type: "notice", text: `The address of this machine has changed: you are at ${result.value}` });
  }

  #relocate(): void {
    const relocation = this.#relocation ??= new Relocation(this.#steps);
    const failed = (error: unknown) => ({ ok: false, why: String(error) }) as const;
    this.#ctx.pipeToSelf(
      relocation.attempt(),
      (result) => ({ type: "relocated", result }),
      (error) => ({ type: "relocated", result: failed(error) }),
    );
  }

  /** The address by which others know us has gone from this machine. */
  get #isAstray(): boolean {
    const { address } = this.#steps;
    return address !== undefined && this.#options.isHere?.(address) === false;
  }

  get #isLeaving(): boolean {
    return this.#leavingSince !== undefined;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(ms, resolve));
  }
}
