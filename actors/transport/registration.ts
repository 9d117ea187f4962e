import type { Address } from "../../transport/address.ts";
import { type Claim, nameOf, type PoolId, type ProtocolId } from "../../transport/claim.ts";
import type { Guard } from "../../transport/guard.ts";
import type { Stream, StreamHandler } from "../../transport/transport.ts";
import type { WireMessage } from "../../transport/wire/message.ts";
import type { ActorRef } from "../runtime/ref.ts";

/** Who wants what of the port. */
export type Registration =
  /** A gossip pool, whose guard tells what its traffic begins with; and how long its profile waits for a stream. */
  | Readonly<{
    type: "pool";
    id: PoolId;
    guard: Guard;
    to: ActorRef<PacketArrived | StreamRequest>;
    streamTimeoutMs: number;
  }>
  | Readonly<{ type: "streams"; protocol: ProtocolId; to: ActorRef<StreamAccepted>; streamsMax?: number }>
  | Readonly<{ type: "text_streams"; first: number; to: ActorRef<StreamAccepted>; streamsMax?: number }>
  /** `silent` is what those are told before they are hung up on who do not say in time what they want. */
  | Readonly<{ type: "plain_streams"; to: ActorRef<StreamAccepted>; streamsMax?: number; silent?: Uint8Array }>
  | Readonly<{
    type: "http_streams";
    start: string;
    header: string;
    to: ActorRef<StreamAccepted>;
    streamsMax?: number;
  }>
  | Readonly<{ type: "packets"; protocol: ProtocolId; to: ActorRef<PacketArrived> }>
  | Readonly<{ type: "plain_packets"; to: ActorRef<PacketArrived> }>;

/** A datagram, without the bytes by which it was known whose it is. */
export type PacketArrived = Readonly<{ type: "packet_arrived"; from: Address; bytes: Uint8Array }>;

/** A memberlist message on a stream; to be answered by `answer` with the same session. */
export type StreamRequest = Readonly<{ type: "stream_request"; session: number; from: Address; message: WireMessage }>;

/**
 * Somebody opened a stream. Who takes it over with `adopt`, within 5 s, is told what it brings, without the bytes by which
 * it was known whose it is; who does not, loses it.
 */
export type StreamAccepted = Readonly<{
  type: "accepted";
  stream: Stream;
  adopt: (handler: StreamHandler) => void;
  /** By which claim it is the listener's. */
  by: Claim["type"];
}>;

/** Streams that one listener has open at once, unless it says otherwise: a quarter of all that there may be. */
const STREAMS_MAX_USUALLY = 256;

/** Somebody who has a part of the port. */
export class Owner {
  readonly registration: Registration;
  readonly claim: Claim;
  /** Packets and streams that were his so far. */
  received = 0;
  /** Of his streams, those that are open. */
  open = 0;

  constructor(registration: Registration) {
    this.registration = registration;
    this.claim = claimOf(registration);
  }

  get streamsMax(): number {
    const { registration } = this;
    return "streamsMax" in registration ? registration.streamsMax ?? STREAMS_MAX_USUALLY : STREAMS_MAX_USUALLY;
  }

  status(): RegisteredStatus {
    return { name: nameOf(this.claim), received: this.received, open: this.open };
  }
}

/** As people read it: `pool chat`, `streams 0x1234`, `plain packets`. */
export type RegisteredStatus = Readonly<{ name: string; received: number; open: number }>;

function claimOf(registration: Registration): Claim {
  switch (registration.type) {
    case "pool":
      return { type: "pool", id: registration.id, mark: registration.guard.mark };
    case "streams":
    case "packets":
      return { type: registration.type, protocol: registration.protocol };
    case "text_streams":
      return { type: registration.type, first: registration.first };
    case "http_streams":
      return { type: registration.type, start: registration.start, header: registration.header };
    case "plain_streams":
    case "plain_packets":
      return { type: registration.type };
  }
}
