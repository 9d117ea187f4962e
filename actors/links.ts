import { type Address } from "../transport/address.ts";
import type { Stream, StreamHandler, Transport } from "../transport/transport.ts";
import type { Connection } from "./links/connection.ts";
import type { Published } from "./links/exports.ts";
import { LinkKeeper } from "./links/keeper.ts";
import type { Behavior } from "./runtime/behavior.ts";
import type { ActorRef, StopReason } from "./runtime/ref.ts";
import type { Waiting } from "./runtime/reply_slot.ts";

/** What the keeper of the links to other peers understands. */
export type LinksMessage =
  /** The transport is open: connect through it, and say this of yourself. */
  | Readonly<{ type: "attach"; transport: Pick<Transport, "connect">; self: LinkIdentity }>
  /** The transport is closed: all links are gone. */
  | Readonly<{ type: "detach" }>
  /** Let other peers address this actor as `id`. */
  | Readonly<{ type: "publish"; id: string; actor: Published }>
  /** Carry a message; `slot` fails if that cannot be done. */
  | Readonly<{ type: "send"; to: Address; id: string; message: unknown; slot?: Waiting | undefined }>
  | Readonly<{ type: "watch"; to: Address; id: string; watch: number; gone: (reason: StopReason) => void }>
  | Readonly<{ type: "unwatch"; to: Address; watch: number }>
  /** The failure detector's verdict, which is quicker than a connection's. */
  | Readonly<{ type: "peer_gone"; peer: Address }>
  | Readonly<{ type: "status"; replyTo: ActorRef<LinksStatus> }>
  /** From the transport: somebody opened a link; then what happens on connections. */
  | Readonly<{ type: "accepted"; stream: Stream; adopt: (handler: StreamHandler) => void }>
  | Readonly<{ type: "opened"; connection: Connection }>
  | Readonly<{ type: "received"; connection: Connection; piece: number; bytes: Uint8Array }>
  | Readonly<{ type: "ended"; connection: Connection }>
  | Readonly<{ type: "closed"; connection: Connection }>
  /** Timers. */
  | Readonly<{ type: "connect"; peer: Address }>
  | Readonly<{ type: "housekeeping" }>;

export type LinkIdentity = Readonly<{ address: Address; name: string }>;

export type LinksStatus = Readonly<{
  links: readonly Readonly<{ peer: Address; connections: number; queued: number }>[];
  /** All that are open, also those that belong to no link. */
  connections: number;
  counters: Readonly<LinksCounters>;
}>;

export type LinksCounters = {
  sent: number;
  received: number;
  /** Not carried: the peer cannot be reached, is too slow, or too many wait. */
  undelivered: number;
  /** Not carried: no plain data, too deep, too long, or with a ref that others may not have. */
  unsendable: number;
  /** From outside, for nobody we publish. */
  unknownTarget: number;
  /** From outside, refused by the decoder of the actor it was for. */
  refused: number;
  /** Connections closed because what came was no link. */
  malformed: number;
  /** Connections closed because no hello came in time, or nothing more. */
  timedOut: number;
  /** Connections closed because a piece of them was dropped on its way to us. */
  torn: number;
  /** Connections closed because there were too many. */
  crowdedOut: number;
};

/** How often links are looked after: hellos that are late, connections that are silent, links that nobody needs. */
const HOUSEKEEPING_MS = 2_000;

/** Carries messages between this peer's actors and other peers' published ones. At most once, in order. */
export const links: Behavior<LinksMessage> = (ctx) => {
  const keeper = new LinkKeeper(ctx);
  ctx.timers.every("housekeeping", HOUSEKEEPING_MS, { type: "housekeeping" });
  ctx.onStop(() => keeper.detach());
  return (message) => {
    switch (message.type) {
      case "attach":
        return keeper.attach(message.transport, message.self);
      case "detach":
        return keeper.detach();
      case "publish":
        return keeper.exports.publish(message.id, message.actor);
      case "send":
        return keeper.send(message.to, message.id, message.message, message.slot);
      case "watch":
        return keeper.watch(message.to, message.id, message.watch, message.gone);
      case "unwatch":
        return keeper.unwatch(message.to, message.watch);
      case "peer_gone":
        return keeper.peerGone(message.peer);
      case "status":
        return message.replyTo.tell(keeper.status());
      case "accepted":
        return keeper.accepted(message.stream, message.adopt);
      case "opened":
        return keeper.opened(message.connection);
      case "received":
        return keeper.received(message.connection, message.piece, message.bytes);
      case "ended":
        return keeper.ended(message.connection);
      case "closed":
        return keeper.closed(message.connection);
      case "connect":
        return keeper.connect(message.peer);
      case "housekeeping":
        return keeper.housekeeping();
    }
  };
};
