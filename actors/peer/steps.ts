import { type Address, parseAddress, splitAddress, withPort } from "../../transport/address.ts";
import type { StreamCloseReason } from "../../transport/transport.ts";
import type { BootstrapReply, RegistryCommand, RegistryConfig, RegistryPeer } from "../bootstrap.ts";
import type { Evidence } from "../chat_room/chronicle/delivery.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { Shown } from "../history/shown.ts";
import type { SayReply } from "../chat_room.ts";
import type { Occupant } from "../chat_room/occupants.ts";
import type { Entries, ItemReply, ItemsMessage } from "../items.ts";
import type { JoinReply, MemberView, UpdateReply } from "../membership.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { OpenReply } from "../transport.ts";
import { ArchiveSteps } from "./archive_steps.ts";
import type { Cast, Parts } from "./cast.ts";
import { joinFailure } from "./join_failure.ts";
import type { PeerMemory } from "./memory.ts";
import { MISSING, missingForChat, missingForMembers, missingForMembership } from "./missing.ts";
import { Soundings } from "./soundings.ts";
import { Talk } from "./talk.ts";

/** What a step gives: its result, or one sentence that says why not. */
export type StepResult<T> =
  | Readonly<{ ok: true; value: T }>
  | Readonly<{
    ok: false;
    why: string;
    refused?: true;
    /** Of those who were asked, who is there all the same, and only has nothing to say to us. */
    present?: readonly Address[];
  }>;

/** What the bootstrap answers: its limits, everybody on its list, and whether we are among them. */
export type Listing = Readonly<{ config: RegistryConfig; peers: readonly RegistryPeer[]; listed: boolean }>;

/** Longest time for one step that stays on this machine. */
const ASK_TIMEOUT_MS = 10_000;

/** To say to Serf's agents that we leave takes 2 s at most. */
const SERF_LEAVE_TIMEOUT_MS = 3_000;

/** A registry behind a network may take its own time-out before it says no. */
const BOOTSTRAP_TIMEOUT_MS = 15_000;

/** How an exchange ends with whom nobody hears of. Any other end was somebody's doing, as of a peer with another label. */
const ABSENT: ReadonlySet<string> = new Set(["refused", "timed_out", "unreachable"] satisfies StreamCloseReason[]);

/** Joining tries several addresses in parallel, each within the profile's stream time-out. */
const JOIN_TIMEOUT_MS = 60_000;

type StepsDeps = Readonly<{
  name: string;
  bind: Address;
  cast: Cast;
  memory: PeerMemory;
  wallMs(): number;
  /** The monotonic clock. */
  now(): number;
  uuid(): string;
}>;

/**
 * The steps by which a peer comes to chat and goes again, each on its own: what a person types with `--manual`, and
 * what a peer does by itself without. Each says which step is missing before it, and changes nothing then.
 */
export class Steps {
  readonly #deps: StepsDeps;
  /** The last time that we offered ourselves, perhaps still under way. */
  #offering: Promise<unknown> | undefined;
  /** What the bootstrap last said. */
  #known: Listing | undefined;

  /** For who only wants to know how it is with others, and with us. */
  readonly soundings: Soundings;

  /** What can be done in rooms besides speaking. */
  readonly talk: Talk;

  /** What can be done with everything that was ever said. */
  readonly archive: ArchiveSteps;

  constructor(deps: StepsDeps) {
    this.#deps = deps;
    this.soundings = new Soundings(deps);
    this.talk = new Talk(deps);
    this.archive = new ArchiveSteps(deps);
  }

  get name(): string {
    return this.#deps.name;
  }

  /** Where we listen, once configured. */
  get address(): Address | undefined {
    return this.#deps.memory.address;
  }

  /** Where others were in an earlier run. */
  get formerContacts(): readonly Address[] {
    return this.#deps.memory.formerContacts;
  }

  /** The rooms we are in, in the order of coming. */
  get rooms(): readonly RoomName[] {
    return [...this.#deps.memory.rooms.keys()];
  }

  /** Opens the port. */
  async configure(port?: number): Promise<StepResult<Address>> {
    const { memory } = this.#deps;
    if (memory.address !== undefined) return no(`Configured already: listening on ${memory.address}`);
    const announced = memory.membership.created ? memory.membership.address : undefined;
    if (announced !== undefined) return await this.#reopen(announced, port);
    const bind = port === undefined ? this.#preferredBind() : withPort(this.#deps.bind, port);
    let opened = await this.#open(bind);
    // A port that is only preferred, because it was ours before, gives way; one that was asked for does not.
    if (!opened.ok && bind !== this.#deps.bind && port === undefined) opened = await this.#open(this.#deps.bind);
    if (!opened.ok) return no(opened.error.message);
    memory.address = opened.address;
    return yes(opened.address);
  }

  /** Closes the port, and no more: others will find that we do not answer, unless it is opened again in time. */
  async shutdownTransport(): Promise<StepResult<undefined>> {
    if (this.#deps.memory.address === undefined) return no(MISSING.configured);
    await this.#closePort();
    return yes(undefined);
  }

  /** Makes us a member, of a cluster of one. */
  async create(): Promise<StepResult<MemberView>> {
    const { memory } = this.#deps;
    if (memory.address === undefined) return no(MISSING.configured);
    if (memory.membership.created) return no("There is a membership already");
    const address = memory.address;
    return yes(
      await this.#ask("membership", (replyTo: ActorRef<MemberView>) => ({ type: "create", address, replyTo })),
    );
  }

  /** Registers us with the bootstrap. A full list does not take us, but is one to join by. */
  async bootstrapJoin(): Promise<StepResult<Listing>> {
    const { memory } = this.#deps;
    const missing = missingForMembers(this.#deps.memory);
    if (missing !== undefined) return no(missing);
    const peer = this.#candidate(memory.address!);
    return await this.#offer({ type: "join", peer });
  }

  /** Takes us off the bootstrap's list; also after a shutdown, through a port that is opened for it. */
  async bootstrapLeave(): Promise<StepResult<Listing>> {
    const { candidate, listed } = this.#deps.memory;
    if (candidate === undefined) return no(MISSING.bootstrapped);
    if (!listed) return no("The bootstrap's list does not have you");
    return await this.#withdraw(candidate);
  }

  /** Who is registered with the bootstrap. */
  bootstrapList(): Promise<StepResult<Listing>> {
    return this.#registry({ type: "list" });
  }

  /** Under which id we offered ourselves to the bootstrap, if we did. */
  get candidateId(): string | undefined {
    return this.#deps.memory.candidate?.id;
  }

  /** Who was registered when the bootstrap was last heard; nothing is asked. */
  get bootstrapKnown(): StepResult<Listing> {
    return this.#known === undefined ? no(MISSING.asked) : yes(this.#known);
  }

  /** Makes the bootstrap forget everybody; the limits stay. Peers that run offer themselves again by and by. */
  bootstrapReset(): Promise<StepResult<Listing>> {
    return this.#registry({ type: "reset" });
  }

  /** Sets how many peers the bootstrap keeps, and below how many others offer themselves; nobody is evicted. */
  bootstrapConfig(maxPeers: number, minRefillCandidates: number): Promise<StepResult<Listing>> {
    return this.#registry({ type: "config", maxPeers, minRefillCandidates });
  }

  /** Offers us to the bootstrap, in place of somebody who is gone. */
  bootstrapRefill(): Promise<StepResult<Listing>> {
    const { candidate } = this.#deps.memory;
    if (candidate === undefined) return Promise.resolve(no(MISSING.bootstrapped));
    return this.#offer({ type: "refill", peer: candidate });
  }

  /** Tells the bootstrap that an entry is dead. */
  bootstrapEvict(id: string): Promise<StepResult<Listing>> {
    return this.#registry({ type: "leave", id });
  }

  /** Starts to spread what is said. */
  start(): Promise<StepResult<Address>> {
    const { memory } = this.#deps;
    const missing = missingForMembers(this.#deps.memory);
    if (missing !== undefined) return Promise.resolve(no(missing));
    memory.broadcaster.started = true;
    return Promise.resolve(yes(memory.address!));
  }

  /** Joins those who listen at `addresses`, by default those whom the bootstrap lists. */
  async join(
    addresses?: readonly Address[],
  ): Promise<StepResult<Readonly<{ contacted: number; members: readonly MemberView[] }>>> {
    const { memory } = this.#deps;
    const missing = missingForMembers(this.#deps.memory);
    if (missing !== undefined) return no(missing);
    let targets = addresses;
    if (targets === undefined) {
      if (memory.candidate === undefined) return no(MISSING.bootstrapped);
      const listed = await this.bootstrapList();
      if (!listed.ok) return listed;
      targets = addressesOf(listed.value.peers);
    }
    targets = targets.filter((address) => address !== memory.address);
    if (targets.length === 0) return yes({ contacted: 0, members: await this.members() });
    const reply = await this.#joinAt(targets);
    if (reply.type === "refused") return { ok: false, why: reply.why, refused: true };
    if (reply.contacted === 0 && reply.failures.length > 0) {
      const present = reply.failures.filter(({ reason }) => !ABSENT.has(reason)).map(({ address }) => address);
      return { ok: false, why: joinFailure(reply.failures), present };
    }
    return yes({ contacted: reply.contacted, members: await this.members() });
  }

  /** Has the membership look there now and then, until somebody is found. */
  seek(addresses: readonly Address[]): void {
    this.#deps.cast.get("membership").tell({ type: "seek", addresses });
  }

  /** Everybody alive or suspected, ourselves included. */
  async members(): Promise<readonly MemberView[]> {
    if (!this.#deps.memory.membership.created) return [];
    return await this.#ask("membership", (replyTo: ActorRef<readonly MemberView[]>) => ({ type: "list", replyTo }));
  }

  /** Whether we are a member. */
  get isMember(): boolean {
    return missingForMembers(this.#deps.memory) === undefined;
  }

  get created(): boolean {
    return this.#deps.memory.membership.created;
  }

  /**
   * Says goodbye to the membership, and with it to the rooms; others see us leave at once. What gossip has not told
   * enough of them within `withinMs` is left to those who know.
   */
  async leave(withinMs?: number): Promise<StepResult<undefined>> {
    const missing = missingForMembers(this.#deps.memory);
    if (missing !== undefined) return no(missing);
    this.#deps.memory.left = true;
    // First that we mean to go, and then that we are gone: who hears only the second takes it for a failure, in Serf.
    const said = this.#ask("serf", (replyTo: ActorRef<"said">) => ({ type: "leave", replyTo }), SERF_LEAVE_TIMEOUT_MS);
    await Promise.allSettled([said, this.#closeRooms()]); // whatever becomes of these, the rest have to be told
    await this.#ask(
      "membership",
      (replyTo: ActorRef<"left">) => ({ type: "leave", replyTo, ...(withinMs === undefined ? {} : { withinMs }) }),
      (withinMs ?? 0) + ASK_TIMEOUT_MS,
    );
    return yes(undefined);
  }

  /** Stops being a member, without a word, and closes the port. */
  async shutdown(): Promise<StepResult<undefined>> {
    const forgotten = await this.forget();
    if (forgotten.ok) await this.#closePort();
    return forgotten;
  }

  /** Stops being a member, without a word; the port stays as it is. */
  async forget(): Promise<StepResult<undefined>> {
    const { memory } = this.#deps;
    const missing = missingForMembership(memory);
    if (missing !== undefined) return no(missing);
    await this.#closeRooms();
    await this.#ask("membership", (replyTo: ActorRef<"down">) => ({ type: "shutdown", replyTo }));
    memory.broadcaster.started = false;
    memory.left = false;
    return yes(undefined);
  }

  /** Tells the others anew what we are; whether gossip has told enough of them within `withinMs`. */
  async update(withinMs: number): Promise<StepResult<"told" | "under_way">> {
    const { cast, memory } = this.#deps;
    const missing = missingForMembers(memory);
    if (missing !== undefined) return no(missing);
    const { meta } = memory.membership;
    const update = (replyTo: ActorRef<UpdateReply>) => ({ type: "update_meta", meta, withinMs, replyTo }) as const;
    const reply = await cast.get("membership").ask(update, withinMs + ASK_TIMEOUT_MS);
    if (reply.type === "refused") return no(reply.why);
    return yes(reply.type === "updated" ? "told" : "under_way");
  }

  /** Enters a room. */
  async chatJoin(room: RoomName): Promise<StepResult<RoomName>> {
    const missing = missingForChat(this.#deps.memory);
    if (missing !== undefined) return no(missing);
    const reply = await this.#ask(
      "rooms",
      (replyTo: ActorRef<"joined" | "was_in" | "full">) => ({ type: "join", room, replyTo }),
    );
    if (reply === "joined") return yes(room);
    return no(reply === "full" ? "You are in too many rooms" : `You are in #${room} already`);
  }

  /** Leaves a room. */
  async chatLeave(room: RoomName): Promise<StepResult<RoomName>> {
    const reply = await this.#ask(
      "rooms",
      (replyTo: ActorRef<"left" | "not_in">) => ({ type: "leave", room, replyTo }),
    );
    return reply === "left" ? yes(room) : no(`You are not in #${room}`);
  }

  say(room: RoomName, text: string): Promise<SayReply> {
    return this.#ask("rooms", (replyTo: ActorRef<SayReply>) => ({ type: "say", room, text, replyTo }));
  }

  /** The latest of what was said in a room, in the order that all peers share. */
  async history(room: RoomName, limit: number): Promise<StepResult<readonly Shown[]>> {
    const reply = await this.#ask(
      "rooms",
      (replyTo: ActorRef<readonly Shown[] | "not_in">) => ({ type: "history", room, limit, replyTo }),
    );
    return reply === "not_in" ? no(`You are not in #${room}`) : yes(reply);
  }

  /** Which of our latest messages in a room are held by whom. */
  async held(room: RoomName, limit: number): Promise<StepResult<readonly Evidence[]>> {
    const reply = await this.#ask(
      "rooms",
      (replyTo: ActorRef<readonly Evidence[] | "not_in">) => ({ type: "held", room, limit, replyTo }),
    );
    return reply === "not_in" ? no(`You are not in #${room}`) : yes(reply);
  }

  async occupants(room: RoomName): Promise<StepResult<readonly Occupant[]>> {
    const reply = await this.#ask(
      "rooms",
      (replyTo: ActorRef<readonly Occupant[] | "not_in">) => ({ type: "list", room, replyTo }),
    );
    return reply === "not_in" ? no(`You are not in #${room}`) : yes(reply);
  }

  /** Sets a key for all peers; everything that is set then. */
  broadcastAdd(key: string, text: string): Promise<StepResult<Entries>> {
    return this.#changeItem((replyTo) => ({ type: "set", key, text, replyTo }));
  }

  /** Deletes a key for all peers. */
  broadcastDelete(key: string): Promise<StepResult<Entries>> {
    return this.#changeItem((replyTo) => ({ type: "delete", key, replyTo }));
  }

  /** What peers have set, as far as it came here. */
  async broadcastList(): Promise<StepResult<Entries>> {
    const missing = missingForChat(this.#deps.memory);
    if (missing !== undefined) return no(missing);
    return yes(await this.#ask("items", (replyTo: ActorRef<Entries>) => ({ type: "list", replyTo })));
  }

  /** Goes for good: others see us leave, and nobody is sent to us any more. */
  async depart(): Promise<void> {
    // That one of them does not answer is no reason to leave the other without a word.
    const others = this.#ask("pools", (replyTo: ActorRef<"left">) => ({ type: "leave_all", replyTo }));
    await Promise.allSettled([this.isMember ? this.leave() : undefined, others]);
    await Promise.allSettled([this.#offering]); // what is asked for already cannot be called back
    const { candidate } = this.#deps.memory;
    if (candidate !== undefined) await Promise.allSettled([this.#withdraw(candidate)]);
  }

  async #changeItem(build: (replyTo: ActorRef<ItemReply>) => ItemsMessage): Promise<StepResult<Entries>> {
    const missing = missingForChat(this.#deps.memory);
    if (missing !== undefined) return no(missing);
    const reply = await this.#ask("items", build);
    return reply.ok ? yes(reply.entries) : reply;
  }

  async #joinAt(addresses: readonly Address[]): Promise<JoinReply> {
    const serf = this.#deps.cast.get("serf");
    serf.tell({ type: "joining" });
    let contacted = 0;
    try {
      const reply = await this.#ask(
        "membership",
        (replyTo: ActorRef<JoinReply>) => ({ type: "join", addresses, replyTo }),
        JOIN_TIMEOUT_MS,
      );
      if (reply.type === "joined") contacted = reply.contacted;
      return reply;
    } finally {
      serf.tell({ type: "joined", contacted });
    }
  }

  async #closeRooms(): Promise<void> {
    await this.#ask("rooms", (replyTo: ActorRef<"closed">) => ({ type: "close_all", replyTo }));
  }

  async #closePort(): Promise<void> {
    const { memory } = this.#deps;
    // Who comes back at the same address is known at once; elsewhere the name counts as taken for a minute.
    if (memory.address !== undefined) memory.lastPort = splitAddress(memory.address).port;
    delete memory.address;
    await this.#ask("transport", (replyTo: ActorRef<"closed">) => ({ type: "close", replyTo }));
  }

  /** Members know us at an address, and nowhere else the port is of any use. */
  async #reopen(announced: Address, port: number | undefined): Promise<StepResult<Address>> {
    const elsewhere = no(`Others know you at ${announced}: memberlistdelete comes first to listen anywhere else`);
    if (port !== undefined && port !== splitAddress(announced).port) return elsewhere;
    const opened = await this.#open(this.#preferredBind());
    if (!opened.ok) return no(opened.error.message);
    this.#deps.memory.address = opened.address;
    if (opened.address === announced) return yes(announced);
    await this.#closePort();
    return elsewhere;
  }

  #open(bind: Address): Promise<OpenReply> {
    const { name } = this.#deps;
    return this.#ask("transport", (replyTo: ActorRef<OpenReply>) => ({ type: "open", bind, name, replyTo }));
  }

  /** A registry in another process is reached through our port, which a shutdown has closed. */
  async #throughPort<T>(run: () => Promise<StepResult<T>>): Promise<StepResult<T>> {
    if (this.#deps.memory.address !== undefined) return await run();
    const opened = await this.configure();
    if (!opened.ok) return opened;
    try {
      return await run();
    } finally {
      await this.#closePort();
    }
  }

  /** The last port, if there was one: the same address again is what lets others know us at once. */
  #preferredBind(): Address {
    const { bind, memory } = this.#deps;
    const { port } = splitAddress(bind);
    return port === 0 && memory.lastPort !== undefined ? withPort(bind, memory.lastPort) : bind;
  }

  #candidate(address: Address): RegistryPeer {
    const { hostname, port } = splitAddress(address);
    const { name, memory } = this.#deps;
    // Registered before, we are still the same, only perhaps elsewhere.
    const { id, timestamp } = memory.candidate ??
      { id: this.#deps.uuid(), timestamp: String(Math.floor(this.#deps.wallMs() / 1_000)) };
    return { id, name, ip: hostname, port: String(port), protocol: "tcp", status: "0", timestamp };
  }

  async #offer(command: RegistryCommand & { readonly peer: RegistryPeer }): Promise<StepResult<Listing>> {
    const offering = this.#registry(command, command.peer);
    this.#offering = offering;
    const offered = await offering;
    if (offered.ok) this.#deps.memory.candidate = command.peer;
    return offered;
  }

  async #withdraw({ id }: RegistryPeer): Promise<StepResult<Listing>> {
    const left = await this.#throughPort(() => this.#registry({ type: "leave", id }));
    if (left.ok) delete this.#deps.memory.candidate;
    return left;
  }

  /** Asks the bootstrap, and notes whether it lists us: `own`, or whom we offered before. */
  async #registry(command: RegistryCommand, own?: RegistryPeer): Promise<StepResult<Listing>> {
    const { memory } = this.#deps;
    if (memory.address === undefined) return no(MISSING.configured);
    const reply = await this.#ask(
      "bootstrap",
      (replyTo: ActorRef<BootstrapReply>) => ({ command, replyTo }),
      BOOTSTRAP_TIMEOUT_MS,
    );
    if (!reply.ok) return no(reply.why);
    const { config, peers } = reply;
    const ownId = (own ?? memory.candidate)?.id;
    memory.listed = peers.some(({ id }) => id === ownId);
    this.#known = { config, peers, listed: memory.listed };
    return yes(this.#known);
  }

  #ask<P extends keyof Parts, A>(
    part: P,
    build: (replyTo: ActorRef<A>) => Parts[P],
    timeoutMs: number = ASK_TIMEOUT_MS,
  ): Promise<A> {
    return this.#deps.cast.get(part).ask(build, timeoutMs);
  }
}

/** The addresses of registered peers; entries that are no addresses are left out. */
export function addressesOf(peers: readonly RegistryPeer[]): Address[] {
  return peers.flatMap((peer) => {
    const address = parseAddress(`${peer.ip.includes(":") ? `[${peer.ip}]` : peer.ip}:${peer.port}`);
    return address === undefined ? [] : [address];
  });
}

function yes<T>(value: T): StepResult<T> {
  return { ok: true, value };
}

function no(why: string): Readonly<{ ok: false; why: string }> {
  return { ok: false, why };
}
