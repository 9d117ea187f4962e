/**
 * What somebody may want of the one port, and why he may not have it: whatever comes must be for one only, by its first
 * bytes. The bytes `0xFE POOL` in front of a pool's traffic, and two bytes (big endian) in front of an application's, are
 * those of the package `gossip`.
 *
 * A pool without a byte of its own owns all that memberlist may begin with. That is more than it looks: a sealed packet
 * begins with its version, 0 or 1, which is also how a ping begins, and what follows is random. So no id can be told apart
 * from sealed packets by looking on, and beside such a pool no id may begin with any byte of memberlist's. Where all pools
 * have bytes of their own, it may.
 */
import { HTTP_METHODS } from "./http_methods.ts";
import { MESSAGE_TYPE } from "./wire/message_type.ts";

/** A gossip pool; what it begins with goes by its mark. */
type PoolKey = Readonly<{ type: "pool"; id: PoolId }>;

type ListenerKey =
  /** Streams, or packets, that begin with these two bytes. */
  | Readonly<{ type: "streams" | "packets"; protocol: ProtocolId }>
  /** Streams that begin with this byte, which is the first of what they say. */
  | Readonly<{ type: "text_streams"; first: number }>
  /** Streams that begin as a request over HTTP does and are none: with this text, and this line among the headers. */
  | Readonly<{ type: "http_streams"; start: string; header: string }>
  /** All streams, or packets, that are nobody else's. */
  | Readonly<{ type: "plain_streams" | "plain_packets" }>;

/** What is claimed. Nobody can have it twice. */
export type ClaimKey = PoolKey | ListenerKey;

/** What is claimed, and by which bytes it is known. */
export type Claim = PoolKey & Readonly<{ mark: PoolMark }> | ListenerKey;

/** Names a pool within its peer: 1 to 32 letters, digits, `-` and `_`. */
export type PoolId = string;

/** What a pool's packets and streams begin with: `0xFE` and a byte of its own, or memberlist's label, if it has one. */
export type PoolMark = Readonly<{ byte: number } | { label: Uint8Array }>;

/** An application's protocol: 0 to 65,535. */
export type ProtocolId = number;

/** What a pool with a byte of its own puts in front of it (`gossip`: `magicByte`). */
export const POOL_MAGIC = 0xfe;

/** How long that is with the pool's byte, and how long a protocol id is. */
export const MARK_BYTES = 2;

/** Claims at once: each of the 256 pools and as many protocols of both kinds, and the two plain ones. */
const CLAIMS_MAX = 1024;

/**
 * What memberlist starts a stream with (`net.go`, handleConn): ping, push/pull, user message, or these compressed,
 * encrypted or behind a label.
 */
const STREAM_TYPES: ReadonlySet<number> = new Set([
  MESSAGE_TYPE.ping,
  MESSAGE_TYPE.pushPull,
  MESSAGE_TYPE.user,
  MESSAGE_TYPE.compress,
  MESSAGE_TYPE.encrypt,
  MESSAGE_TYPE.label,
]);

/** Types of messages up to 13 are in use, and there will be more; sealed packets begin with 0 or 1. */
const PACKET_TYPE_MAX = 15;

export function isMemberlistStream(first: number): boolean {
  return STREAM_TYPES.has(first);
}

export function isMemberlistPacket(first: number): boolean {
  return first <= PACKET_TYPE_MAX || first === MESSAGE_TYPE.label;
}

/** The two bytes of a protocol id. */
export function protocolBytes(protocol: ProtocolId): Uint8Array {
  return Uint8Array.of(protocol >> 8, protocol & 0xff);
}

/** Whether both are for the same, so that one of them may take the other's place. */
export function isSameClaim(one: ClaimKey, other: ClaimKey): boolean {
  return nameOf(one) === nameOf(other);
}

/** What a claim is called where people read it. */
export function nameOf(claim: ClaimKey): string {
  switch (claim.type) {
    case "pool":
      return `pool ${claim.id}`;
    case "streams":
    case "packets":
      return `${claim.type} ${hex(claim.protocol)}`;
    case "text_streams":
      return `streams of text from ${JSON.stringify(String.fromCharCode(claim.first))}`;
    case "http_streams":
      return "streams like HTTP"; // one at most: to tell several apart would take a longer look at each request
    case "plain_streams":
      return "plain streams";
    case "plain_packets":
      return "plain packets";
  }
}

/** Why `claim` cannot stand beside `others`, in a sentence; `undefined` if it can. */
export function claimFault(claim: Claim, others: readonly Claim[]): string | undefined {
  if (others.length >= CLAIMS_MAX) return `No more than ${CLAIMS_MAX} can share a port`;
  if (others.some((other) => isSameClaim(claim, other))) return `Taken already: ${nameOf(claim)}`;
  switch (claim.type) {
    case "pool":
      return poolFault(claim.id, claim.mark, others);
    case "streams":
    case "packets":
      return protocolFault(claim.type, claim.protocol, others);
    case "text_streams":
      return textFault(claim.first, others);
    case "http_streams":
    case "plain_streams":
    case "plain_packets":
      return undefined;
  }
}

function poolFault(id: PoolId, mark: PoolMark, others: readonly Claim[]): string | undefined {
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(id)) return "A pool's id has 1 to 32 letters, digits, - and _";
  const pools = others.filter((other) => other.type === "pool");
  if ("byte" in mark) {
    if (!isInteger(mark.byte, 0xff)) return `A pool's byte is from 0 to 255, not ${mark.byte}`;
    const twin = pools.find((pool) => "byte" in pool.mark && pool.mark.byte === mark.byte);
    return twin === undefined ? undefined : `The byte ${mark.byte} is that of the pool "${twin.id}"`;
  }
  const twin = pools.find((pool) => "label" in pool.mark && sameBytes(pool.mark.label, mark.label));
  if (twin !== undefined) {
    const both = mark.label.length === 0 ? "neither has a label or a byte" : "both have the same label";
    return `The pools "${id}" and "${twin.id}" could not be told apart: ${both}`;
  }
  const clash = others.find((other) =>
    (other.type === "streams" || other.type === "packets") && isMemberlists(other.type, other.protocol)
  );
  return clash === undefined ? undefined : `The pool "${id}" needs a byte of its own beside ${nameOf(clash)}`;
}

function protocolFault(
  type: "streams" | "packets",
  protocol: ProtocolId,
  others: readonly Claim[],
): string | undefined {
  if (!isInteger(protocol, 0xffff)) return `A protocol id is from 0 to 65535, not ${protocol}`;
  const [first, second] = protocolBytes(protocol);
  if (first === POOL_MAGIC) return `The protocol id ${hex(protocol)} begins as pools do, with 0xfe`;
  if (type === "streams" && HTTP_METHODS.some((method) => method[0] === first && method[1] === second)) {
    return `The protocol id ${hex(protocol)} is how a request over HTTP begins`;
  }
  if (type === "streams" && others.some((other) => other.type === "text_streams" && other.first === first)) {
    return `The protocol id ${hex(protocol)} begins as text does that somebody reads`;
  }
  const pool = others.find((other) => other.type === "pool" && "label" in other.mark);
  if (pool?.type !== "pool" || !isMemberlists(type, protocol)) return undefined;
  return `The protocol id ${
    hex(protocol)
  } begins as ${type} of the pool "${pool.id}" may, which has no byte of its own`;
}

function textFault(first: number, others: readonly Claim[]): string | undefined {
  if (!isInteger(first, 0x7f) || first < 0x20) return `Text begins with a character of ASCII, not ${first}`;
  if (HTTP_METHODS.some((method) => method[0] === first)) return "Requests over HTTP begin with the same character";
  const twin = others.find((other) => other.type === "streams" && other.protocol >> 8 === first);
  return twin === undefined ? undefined : `Begins as ${nameOf(twin)} does`;
}

function isMemberlists(type: "streams" | "packets", protocol: ProtocolId): boolean {
  const first = protocol >> 8;
  return type === "streams" ? isMemberlistStream(first) : isMemberlistPacket(first);
}

function isInteger(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function hex(protocol: ProtocolId): string {
  return `0x${protocol.toString(16).padStart(4, "0")}`;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
