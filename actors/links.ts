import { type Address } from "../transport/address.ts";
import type { Secrets } from "../transport/secrets.ts";
import type { Stream, StreamHandler, Transport } from "../transport/transport.ts";
import type { Protection } from "../transport/wire/protection.ts";
import type { Connection } from "./links/connection.ts";
import type { Published } from "./links/exports.ts";
import type { Content, Parcel } from "./links/link.ts";
import type { LinksCounters } from "./links/counters.ts";
import { LinkKeeper } from "./links/keeper.ts";
import type { Behavior } from "./runtime/behavior.ts";
import type { RemoteWatch } from "./links/watches.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { ReplySlot, Waiting } from "./runtime/reply_slot.ts";
import type { StopMode } from "../transport/link/envelope.ts";

/** What the keeper of the links to other peers understands. */
export type LinksMessage =
  /** The transport is open: connect through it, and say this of yourself. */
  | Readonly<{ type: "attach"; transport: Pick<Transport, "connect">; self: LinkIdentity } & LinkGuard>
  /** The transport is closed: all links are gone. */
  | Readonly<{ type: "detach" }>
  /** Let other peers address this actor as `id`. */
  | Readonly<{ type: "publish"; id: string; actor: Published }>
  /** Carry a message; `slot` fails if that cannot be done. With `written`, which is told, it may wait for room. */
  | Readonly<{ type: "send"; to: Address; id: string; message: unknown } & Waiters>
  /** Carry a message to many, encoded once. Whoever is too slow goes without it; that is counted, and nobody is told. */
  | Readonly<{ type: "spread"; to: readonly Address[]; id: string; message: unknown }>
  | Readonly<{ type: "stop"; to: Address; id: string; mode: StopMode; deadlineMs: number | undefined }>
  | Readonly<{ type: "watch"; to: Address; watch: RemoteWatch }>
  | Readonly<{ type: "unwatch"; to: Address; watch: RemoteWatch }>
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
  | Readonly<{ type: "look_for_room"; peer: Address }>
  | Readonly<{ type: "housekeeping" }>;

type Waiters = { slot?: Waiting | undefined; written?: ReplySlot<void> | undefined };

/**
 * With what links are sealed, asked at each new connection and now and then for those that are open: one that was proven
 * by a key that is no longer on the ring is closed. Without, they are plain. `secrets` makes their ephemeral keys.
 */
export type LinkGuard =
  | Readonly<{ protection: () => Protection; secrets: Secrets }>
  | Readonly<{ protection?: never; secrets?: never }>;

export type LinkIdentity = Readonly<{ address: Address; name: string }>;

export type LinksStatus = Readonly<{
  links: readonly LinkStatus[];
  /** All that are open, also those that belong to no link. */
  connections: number;
  /** Our asks to whose reply slots others hold a ref. */
  slots: number;
  counters: Readonly<LinksCounters>;
}>;

export type LinkStatus = Readonly<{
  peer: Address;
  connections: number;
  /** Messages that wait; of those, the ones whose sender waits too. */
  queued: number;
  senders: number;
  /** Actors there that ours watch, and the other way round. */
  watches: number;
  theirWatches: number;
}>;

/** Carries messages between this peer's actors and other peers' published ones. At most once, in order. */
export const links: Behavior<LinksMessage> = (ctx) => {
  const keeper = new LinkKeeper(ctx);
  ctx.onStop(() => keeper.close());
  return (message) => {
    switch (message.type) {
      case "attach":
        return keeper.attach(message.transport, message.self, message);
      case "detach":
        return keeper.detach();
      case "publish":
        return keeper.exports.publish(message.id, message.actor);
      case "send":
        return keeper.send(message.to, toParcel(message));
      case "spread":
        return keeper.spread(message.to, message.id, message.message);
      case "stop":
        return keeper.send(message.to, { content: toStop(message) });
      case "watch":
        return keeper.watch(message.to, message.watch);
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
      case "look_for_room":
        return keeper.lookForRoom(message.peer);
      case "housekeeping":
        return keeper.housekeeping();
    }
  };
};

function toStop({ id, mode, deadlineMs }: Extract<LinksMessage, { type: "stop" }>): Content {
  return { type: "stop", id, mode, deadlineMs };
}

function toParcel({ id, message, slot, written }: Extract<LinksMessage, { type: "send" }>): Parcel {
  return { content: { type: "tell", id, message }, slot, written };
}
