import { type Address, splitAddress } from "../transport/address.ts";
import type { DecodeReason } from "../transport/wire/decoded.ts";
import type { User, WireMessage } from "../transport/wire/message.ts";
import { validateAlive } from "../transport/wire/validate.ts";
import { broadcaster } from "./broadcaster.ts";
import { failureDetector, type FailureDetectorMemory } from "./failure_detector.ts";
import { isAllowedAddress } from "./membership/allowed_addresses.ts";
import { membership, type MembershipDeps } from "./membership.ts";
import type { Claim } from "./membership/merge.ts";
import type { BroadcasterMemory } from "./broadcaster/rumours.ts";
import type { Behavior } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { tellApplication } from "./pool/delegate.ts";
import { SourceBudget } from "./transport/budget.ts";
import { Drops } from "./transport/drops.ts";
import { Offenders } from "./transport/offenders.ts";
import { packetSource } from "../transport/source.ts";
import type { PacketArrived, StreamRequest } from "./transport/registration.ts";

/** What a gossip pool understands. */
export type PoolMessage =
  | PacketArrived
  | StreamRequest
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>;

/**
 * With a cast in which the transport is entered; the pool enters its own actors there. Without a `delegate` user messages
 * are dropped and counted.
 */
type PoolDeps = MembershipDeps & Readonly<{ broadcasterMemory: BroadcasterMemory }>;

/** Refusals of what is right in itself, but of a cluster with other keys or another label. */
const STRANGE: ReadonlySet<DecodeReason> = new Set([
  "encrypted",
  "unencrypted",
  "undecryptable",
  "labelled",
  "unlabelled",
  "wrong_label",
]);

/**
 * Messages of one source that are looked at: a packet may hold thousands. Who gossips as fast as it may, with as much as
 * fits into a packet, says some six hundred a second.
 */
const MESSAGES_PER_SOURCE = { burst: 16_384, perSecond: 8_192 };
const MESSAGE_SOURCES_MAX = 4_096;
/** With no more in it than that, a packet is counted by the transport alone: most are a ping or its answer. */
const MESSAGES_UNCOUNTED = 4;

/** One gossip pool: its three actors, and which of them a message from the wire belongs to. */
export function pool(deps: PoolDeps): Behavior<PoolMessage> {
  const { name, profile, guard, cast, topic, links, delegate, broadcasterMemory: memory } = deps;
  const detectorMemory: FailureDetectorMemory = { ackPayload: new Uint8Array() };
  return (ctx) => {
    ctx.supervise({ strategy: "rest_for_one" });
    cast.enter("membership", ctx.spawn("membership", membership(deps), PERMANENT));
    cast.enter(
      "failureDetector",
      ctx.spawn(
        "failure_detector",
        failureDetector({ name, profile, guard, cast, topic, delegate, memory: detectorMemory }),
        PERMANENT,
      ),
    );
    cast.enter(
      "broadcaster",
      ctx.spawn("broadcaster", broadcaster({ name, profile, guard, cast, topic, links, memory }), PERMANENT),
    );
    const drops = new Drops();
    const drop = (reason: string, from: Address): void => {
      const isToldOf = drops.count(reason, splitAddress(from).hostname, ctx.clock.now());
      if (isToldOf) ctx.log.info("dropped", { reason, from });
    };

    const budget = new SourceBudget(MESSAGES_PER_SOURCE, MESSAGE_SOURCES_MAX);
    const accusers = new Offenders();

    let strangersNoted = false;
    /** Once is enough to look for the reason; whoever goes on is counted. */
    const noteStrangers = (reason: DecodeReason, from: Address): void => {
      if (strangersNoted) return;
      strangersNoted = true;
      ctx.log.warn("another_cluster_is_talking_to_us", { reason, from });
    };

    /** Delivers a message, or puts it with what else the packet says of members. */
    const route = (message: WireMessage, from: Address, claims: Claim[]): void => {
      switch (message.type) {
        case "ping":
        case "indirect_ping":
        case "ack":
        case "nack":
          return cast.get("failureDetector").tell({ type: "heard", message, from });
        case "alive": {
          // Who may not be a member may not tell of others either; an exchange needs no such rule, for we know whom we ask.
          if (!isAllowedAddress(profile.addressesAllowed, from)) return drop("alive from an address not allowed", from);
          const problem = validateAlive(message);
          return problem === undefined ? void claims.push(message) : drop(`alive ${problem}`, from);
        }
        case "suspect":
        case "dead":
          // Others pass on what they heard; but whoever makes it up is among those who say it most.
          if (message.node === name && message.from !== name) {
            accusers.blame(splitAddress(from).hostname, ctx.clock.now());
          }
          return void claims.push(message);
        case "user":
          return deliver(message, "packet", from);
        case "push_pull":
        case "error":
          return drop(`${message.type} in a packet`, from);
      }
    };

    const deliver = ({ payload }: User, via: "packet" | "stream", from: Address): void => {
      if (!delegate?.wants.userMessages) return drop("user message", from);
      if (!tellApplication(delegate, { type: "user_message", payload, via, from })) {
        drop("user message to a full application", from);
      }
    };

    const serve = ({ session, from, message }: StreamRequest): void => {
      if (message.type === "push_pull") cast.get("membership").tell({ type: "push_pull_asked", session, message });
      else if (message.type === "ping") {
        cast.get("failureDetector").tell({ type: "pinged_on_stream", session, message });
      } else {
        if (message.type !== "user") drop(`${message.type} on a stream`, from);
        else if (message.payload.length > 0) deliver(message, "stream", from); // an empty one is not, though in a packet it is
        cast.get("transport").tell({ type: "answer", session });
      }
    };

    return (message) => {
      switch (message.type) {
        case "packet_arrived": {
          const { messages, drops: refused } = guard.openPacket(message.bytes);
          for (const { reason } of refused) {
            drop(`packet ${reason}`, message.from);
            if (STRANGE.has(reason)) noteStrangers(reason, message.from);
          }
          const source = packetSource(message.from);
          const claims: Claim[] = [];
          const isCounted = messages.length > MESSAGES_UNCOUNTED;
          for (const one of messages) {
            if (!isCounted || budget.spend(source, 1, ctx.clock.now())) route(one, message.from, claims);
            else drop("message over budget", message.from);
          }
          if (claims.length > 0) cast.get("membership").tell({ type: "heard", claims });
          return;
        }
        case "stream_request":
          return serve(message);
        case "status":
          return message.replyTo.tell({
            ...drops.reasons,
            ...drops.offenders,
            ...accusers.worst("accusations of us from"),
          });
      }
    };
  };
}

const PERMANENT = { restart: "permanent" } as const;
