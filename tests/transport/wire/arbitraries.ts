/** Any message that the wire can carry, for properties. */
import fc from "fast-check";
import type { NodeState, WireMessage } from "../../../transport/wire/message.ts";
import type { StreamMessage } from "../../../transport/wire/stream.ts";

const uint16 = fc.oneof(fc.constantFrom(0, 127, 128, 255, 256, 65535), fc.integer({ min: 0, max: 0xffff }));
const uint32 = fc.oneof(fc.constantFrom(0, 127, 128, 0xffff, 0x10000, 0xffffffff), fc.nat(0xffffffff));
const name = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ minLength: 30, maxLength: 300 }),
  fc.constant("\ufeffmarked"),
).filter((text) => text.isWellFormed());

// Plain objects, as a decoder makes them: fast-check would give some of its own no prototype.
const record = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });

/** Up to so many bytes. */
export function bytes(maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength });
}

const nilable = fc.option(bytes(300));
const source = { sourceAddr: bytes(16), sourcePort: uint16, sourceNode: name };

const ping = record({ type: fc.constant("ping" as const), sequence: uint32, node: name, ...source });
const ack = record({ type: fc.constant("ack" as const), sequence: uint32, payload: nilable });
const user = record({ type: fc.constant("user" as const), payload: bytes(400) });
const accusation = { incarnation: uint32, node: name, from: name };

/** Any message that a packet may carry. */
export const packetMessage: fc.Arbitrary<PacketMessage> = fc.oneof(
  ping,
  ack,
  user,
  record({
    type: fc.constant("indirect_ping" as const),
    sequence: uint32,
    target: bytes(16),
    port: uint16,
    node: name,
    nack: fc.boolean(),
    ...source,
  }),
  record({ type: fc.constant("nack" as const), sequence: uint32 }),
  record({ type: fc.constant("suspect" as const), ...accusation }),
  record({ type: fc.constant("dead" as const), ...accusation }),
  record({
    type: fc.constant("alive" as const),
    incarnation: uint32,
    node: name,
    addr: bytes(16),
    port: uint16,
    meta: nilable,
    vsn: bytes(6),
  }),
);

export type PacketMessage = Exclude<WireMessage, { type: "push_pull" | "error" }>;

export const nodeState: fc.Arbitrary<NodeState> = record({
  name,
  addr: bytes(16),
  port: uint16,
  meta: nilable,
  incarnation: uint32,
  state: fc.oneof(fc.nat(3), fc.nat(Number.MAX_SAFE_INTEGER)),
  vsn: bytes(6),
});

/** Any message that a stream may carry. */
export const streamMessage: fc.Arbitrary<StreamMessage> = fc.oneof(
  ping,
  ack,
  user,
  record({ type: fc.constant("error" as const), text: name }),
  record({
    type: fc.constant("push_pull" as const),
    join: fc.boolean(),
    nodes: fc.array(nodeState, { maxLength: 20 }),
    userState: bytes(600),
  }),
);
