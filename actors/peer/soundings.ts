import type { Address } from "../../transport/address.ts";
import type { StreamCloseReason } from "../../transport/transport.ts";
import type { ChatPingReply } from "../chat_room.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { PingReply } from "../failure_detector.ts";
import type { MemberView } from "../membership.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { DialReply } from "../transport.ts";
import type { Cast } from "./cast.ts";
import type { PeerMemory } from "./memory.ts";
import { missingForMembers } from "./missing.ts";
import type { StepResult } from "./steps.ts";

/** Longest wait for an answer of our own actors, and of another peer besides. */
const ASK_TIMEOUT_MS = 10_000;

/** Whoever does not answer in a room, or at its port, by then does not answer. */
const ANSWER_TIMEOUT_MS = 3_000;

/** How long another took to answer, in ms of the monotonic clock. */
export type RoundTrip = Readonly<{ name: string; address: Address; roundTripMs: number }>;

/** What is known of our own place in the cluster. */
export type Standing = Readonly<{
  name: string;
  address: Address;
  incarnation: number;
  members: readonly MemberView[];
  /** Lifeguard's score: 0 is well. */
  healthScore: number;
}>;

type SoundingsDeps = Readonly<{
  name: string;
  cast: Cast;
  memory: PeerMemory;
  /** The monotonic clock. */
  now(): number;
}>;

/** How it is with other members, and with us. Nothing here changes anything. */
export class Soundings {
  readonly #deps: SoundingsDeps;

  constructor(deps: SoundingsDeps) {
    this.#deps = deps;
  }

  /** How we stand with the cluster. */
  async standing(): Promise<StepResult<Standing>> {
    const missing = missingForMembers(this.#deps.memory);
    if (missing !== undefined) return { ok: false, why: missing };
    const { name, cast, memory } = this.#deps;
    const members = await this.#members();
    const status = await cast.get("failureDetector").ask(
      (replyTo: ActorRef<Readonly<Record<string, number>>>) => ({ type: "status", replyTo }),
      ASK_TIMEOUT_MS,
    );
    const { incarnation, address } = memory.membership;
    const healthScore = status["health score"] ?? 0;
    return { ok: true, value: { name, address: address ?? memory.address!, incarnation, members, healthScore } };
  }

  /** Pings a member by a packet, as the failure detector does. */
  async ping(name: string): Promise<StepResult<RoundTrip>> {
    const found = await this.#find(name);
    if (!found.ok) return found;
    const { address } = found.value;
    const reply = await this.#deps.cast.get("failureDetector").ask(
      (replyTo: ActorRef<PingReply>) => ({ type: "ping", name, address, replyTo }),
      ASK_TIMEOUT_MS,
    );
    switch (reply.type) {
      case "answered":
        return { ok: true, value: { name, address, roundTripMs: reply.roundTripMs } };
      case "silent":
        return { ok: false, why: `${name} does not answer at ${address}` };
      case "refused":
        return { ok: false, why: reply.why };
    }
  }

  /** Asks somebody in a room whether he is there, over the way that speech takes. */
  async chatPing(room: RoomName, name: string): Promise<StepResult<number>> {
    let reply: ChatPingReply | Readonly<{ type: "not_in" }>;
    try {
      reply = await this.#deps.cast.get("rooms").ask(
        (replyTo: ActorRef<typeof reply>) => ({ type: "ping", room, name, replyTo }),
        ANSWER_TIMEOUT_MS,
      );
    } catch {
      return { ok: false, why: `${name} is in #${room} and does not answer` };
    }
    switch (reply.type) {
      case "answered":
        return { ok: true, value: reply.roundTripMs };
      case "not_there":
        return { ok: false, why: `${name} is not in #${room}: chatmemberlist shows who is` };
      case "not_in":
        return { ok: false, why: `You are not in #${room}` };
      case "too_many":
        return { ok: false, why: "Too many are being asked already" };
    }
  }

  /** Connects to a member's port, and closes again. */
  async connect(name: string): Promise<StepResult<RoundTrip>> {
    const found = await this.#find(name);
    if (!found.ok) return found;
    const { address } = found.value;
    const { cast, now } = this.#deps;
    const connected = Promise.withResolvers<StreamCloseReason | undefined>();
    const handler = {
      opened: () => connected.resolve(undefined),
      data: () => {},
      closed: (reason: StreamCloseReason) => connected.resolve(reason),
    };
    const begunAt = now();
    const dialled = await cast.get("transport").ask(
      (replyTo: ActorRef<DialReply>) => ({ type: "dial", to: address, timeoutMs: ANSWER_TIMEOUT_MS, handler, replyTo }),
      ASK_TIMEOUT_MS,
    );
    if (!dialled.ok) return dialled;
    const problem = await connected.promise;
    const roundTripMs = now() - begunAt;
    dialled.stream.end();
    if (problem === undefined) return { ok: true, value: { name, address, roundTripMs } };
    return { ok: false, why: `${name} cannot be reached at ${address}: ${problem.replaceAll("_", " ")}` };
  }

  async #find(name: string): Promise<StepResult<MemberView>> {
    const missing = missingForMembers(this.#deps.memory);
    if (missing !== undefined) return { ok: false, why: missing };
    const value = (await this.#members()).find((member) => member.name === name);
    return value === undefined
      ? { ok: false, why: `There is no member called "${name}": memberlist shows them` }
      : { ok: true, value };
  }

  #members(): Promise<readonly MemberView[]> {
    return this.#deps.cast.get("membership").ask(
      (replyTo: ActorRef<readonly MemberView[]>) => ({ type: "list", replyTo }),
      ASK_TIMEOUT_MS,
    );
  }
}
