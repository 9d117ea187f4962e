/** Pinging somebody for somebody else (SWIM 3.1; `handleIndirectPing` in `net.go`). */
import { type Address, addressFromBytes } from "../../transport/address.ts";
import type { IndirectPing } from "../../transport/wire/message.ts";
import { portMeant } from "../pool/capability.ts";
import type { Profile } from "../pool/profile.ts";

/**
 * When to say that the target is silent, as a share of the probe time-out. Lifeguard has 80 %; memberlist waits for
 * all of it, and its nacks come too late for a prober whose interval is twice the time-out.
 */
const NACK_AT = 0.8;

/** An indirect ping under way. */
export type Relay = Readonly<{
  /** Ours, in the ping to the target. */
  sequence: number;
  /** The requester's, in what we answer. */
  requestSequence: number;
  requester: Address;
  target: Address;
  isOver: boolean;
}>;

/** What can happen to it: the target answered `sequence`, or a timer fired. */
export type RelayEvent = Readonly<{ type: "acked" | "nack_due" | "over" }>;

/** What it wants done. */
export type RelayEffect =
  /** Send a ping of our own, expecting the answer ourselves. */
  | Readonly<{ type: "ping"; to: Address; node: string; sequence: number }>
  /** Bring `nack_due` or `over` after so many ms. */
  | Readonly<{ type: "start_timer"; timer: "nack_due" | "over"; afterMs: number }>
  /** Tell the requester that the target answered; without the payload. */
  | Readonly<{ type: "ack"; to: Address; sequence: number }>
  /** Tell the requester that we are here but the target is silent. */
  | Readonly<{ type: "nack"; to: Address; sequence: number }>
  /** Forget it, its timers too. */
  | Readonly<{ type: "done" }>;

type RelayStep = readonly [Relay, readonly RelayEffect[]];

/** What a relay needs to know besides the request. */
type RelayStart = Readonly<{
  request: IndirectPing;
  /** Where the packet came from: the requester, unless it names another address. */
  source: Address;
  /** A sequence number of our own. */
  sequence: number;
  /** Stands in for a port of 0. */
  bindPort: number;
  profile: Profile;
}>;

/** Who gets the answer to a request: whom it names, else where it came from. */
export function requesterOf({ sourceAddr, sourcePort }: IndirectPing, source: Address): Address {
  return (sourcePort === 0 ? undefined : addressFromBytes(sourceAddr, sourcePort)) ?? source;
}

/** Begins to relay; `undefined` if the request names no address. */
export function startRelay({ request, source, sequence, bindPort, profile }: RelayStart): RelayStep | undefined {
  const to = addressFromBytes(request.target, portMeant(request.port, bindPort, profile));
  if (to === undefined) return undefined;
  const requester = requesterOf(request, source);
  const relay = { sequence, requestSequence: request.sequence, requester, target: to, isOver: false };
  const timeoutMs = profile.probeTimeoutMs;
  const effects: RelayEffect[] = [
    { type: "ping", to, node: request.node, sequence },
    { type: "start_timer", timer: "over", afterMs: timeoutMs },
  ];
  if (request.nack) effects.push({ type: "start_timer", timer: "nack_due", afterMs: NACK_AT * timeoutMs });
  return [relay, effects];
}

/** The relay after an event. An answer after our nack is still passed on, until the time-out; one later is not. */
export function stepRelay(relay: Relay, event: RelayEvent): RelayStep {
  if (relay.isOver) return [relay, []];
  const { requester: to, requestSequence: sequence } = relay;
  switch (event.type) {
    case "acked":
      return [{ ...relay, isOver: true }, [{ type: "ack", to, sequence }, { type: "done" }]];
    case "nack_due":
      return [relay, [{ type: "nack", to, sequence }]];
    case "over":
      return [{ ...relay, isOver: true }, [{ type: "done" }]];
  }
}
