import type { Address } from "../transport/address.ts";
import type { DecodeReason } from "../transport/wire/decoded.ts";
import type { User, WireMessage } from "../transport/wire/message.ts";
import { validateAlive } from "../transport/wire/validate.ts";
import { broadcaster } from "./broadcaster.ts";
import { failureDetector, type FailureDetectorMemory } from "./failure_detector.ts";
import { isAllowedAddress } from "./membership/allowed_addresses.ts";
import { membership, type MembershipDeps } from "./membership.ts";
import type { BroadcasterMemory } from "./broadcaster.ts";
import type { Behavior } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";
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
    const dropped = new Map<string, number>();
    const drop = (reason: string): void => void dropped.set(reason, (dropped.get(reason) ?? 0) + 1);

    let strangersNoted = false;
    /** Once is enough to look for the reason; whoever goes on is counted. */
    const noteStrangers = (reason: DecodeReason, from: Address): void => {
      if (strangersNoted) return;
      strangersNoted = true;
      ctx.log.warn("another_cluster_is_talking_to_us", { reason, from });
    };

    const route = (message: WireMessage, from: Address): void => {
      switch (message.type) {
        case "ping":
        case "indirect_ping":
        case "ack":
        case "nack":
          return cast.get("failureDetector").tell({ type: "heard", message, from });
        case "alive": {
          // Who may not be a member may not tell of others either; an exchange needs no such rule, for we know whom we ask.
          if (!isAllowedAddress(profile.addressesAllowed, from)) return drop("alive from an address not allowed");
          const problem = validateAlive(message);
          return problem === undefined
            ? cast.get("membership").tell({ type: "heard", message })
            : drop(`alive ${problem}`);
        }
        case "suspect":
        case "dead":
          return cast.get("membership").tell({ type: "heard", message });
        case "user":
          return deliver(message, "packet", from);
        case "push_pull":
        case "error":
          return drop(`${message.type} in a packet`);
      }
    };

    const deliver = ({ payload }: User, via: "packet" | "stream", from: Address): void => {
      if (!delegate?.wants.userMessages) return drop("user message");
      delegate.ref().tell({ type: "user_message", payload, via, from });
    };

    const serve = ({ session, from, message }: StreamRequest): void => {
      if (message.type === "push_pull") cast.get("membership").tell({ type: "push_pull_asked", session, message });
      else if (message.type === "ping") {
        cast.get("failureDetector").tell({ type: "pinged_on_stream", session, message });
      } else {
        if (message.type !== "user") drop(`${message.type} on a stream`);
        else if (message.payload.length > 0) deliver(message, "stream", from); // an empty one is not, though in a packet it is
        cast.get("transport").tell({ type: "answer", session });
      }
    };

    return (message) => {
      switch (message.type) {
        case "packet_arrived": {
          const { messages, drops } = guard.openPacket(message.bytes);
          for (const { reason } of drops) {
            drop(`packet ${reason}`);
            if (STRANGE.has(reason)) noteStrangers(reason, message.from);
          }
          for (const one of messages) route(one, message.from);
          return;
        }
        case "stream_request":
          return serve(message);
        case "status":
          return message.replyTo.tell(Object.fromEntries(dropped));
      }
    };
  };
}

const PERMANENT = { restart: "permanent" } as const;
