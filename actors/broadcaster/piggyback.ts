/** How much gossip a packet may carry, and what goes into it (`sendMsg` and `gossip` in memberlist's `state.go`). */
import { COMPOUND_HEADER_BYTES, COMPOUND_PART_BYTES, COMPOUND_PARTS_MAX } from "../../transport/wire/compound.ts";
import { SEAL_BYTES_MAX } from "../../transport/wire/encryption.ts";
import { LABEL_HEADER_BYTES } from "../../transport/wire/label.ts";
import { isSealing, type Protection } from "../../transport/wire/protection.ts";
import type { Broadcast, TransmitQueue } from "./transmit_queue.ts";

/** What an application's payload costs in a packet: its length, and the type byte in front of it. */
export const USER_OVERHEAD_BYTES = COMPOUND_PART_BYTES + 1;

/** What the packet is wrapped in. */
type Wrapping = Readonly<{ packetBytesMax: number; protection: Protection }>;

/**
 * Bytes for gossip in a packet: after `firstBytes` of a ping or ack on which it rides, or in one of its own (0). May be
 * below 0. As in the original, a checksum header (5) and the first part's length (2) are not counted, so a packet can
 * be 7 bytes longer than its maximum.
 */
export function gossipBudget(wrapping: Wrapping, firstBytes: number): number {
  return packetBudget(wrapping) - firstBytes - COMPOUND_HEADER_BYTES;
}

/** Bytes for a message that is alone in a packet. */
export function packetBudget({ packetBytesMax, protection }: Wrapping): number {
  const labelBytes = protection.label.bytes.length;
  const label = labelBytes === 0 ? 0 : LABEL_HEADER_BYTES + labelBytes;
  const seal = isSealing(protection) ? SEAL_BYTES_MAX[protection.encryptionVersion] : 0;
  return packetBytesMax - label - seal;
}

/** Messages that a packet may carry besides the one on which they ride. */
const RIDERS_MAX = COMPOUND_PARTS_MAX - 1;

/** Asks the application for at most `itemsMax` payloads whose lengths, each plus `overheadBytes`, stay within `limitBytes`. */
type AskApplication = (overheadBytes: number, limitBytes: number, itemsMax: number) => readonly Uint8Array[];

/** What goes into a packet: our own messages, encoded, and the application's payloads, still to be framed as `user`. */
type PacketFill<T> = Readonly<{
  own: readonly Uint8Array[];
  user: readonly Uint8Array[];
  finished: readonly Broadcast<T>[];
}>;

/**
 * Fills `limitBytes` from the queue and then, if more than the overhead is left, from the application, for which
 * `reservedBytes` are kept free. Payloads of an application that exceeds what it was given are left out.
 */
export function fillPacket<T>(
  queue: TransmitQueue<T>,
  limitBytes: number,
  transmitLimit: number,
  ask: AskApplication = () => [],
  reservedBytes = 0,
): PacketFill<T> {
  const ownBytes = limitBytes - reservedBytes;
  const { taken, finished } = queue.take(COMPOUND_PART_BYTES, ownBytes, transmitLimit, RIDERS_MAX);
  const own = taken.map((broadcast) => broadcast.bytes);
  const free = limitBytes - own.reduce((sum, bytes) => sum + bytes.length + COMPOUND_PART_BYTES, 0);
  return { own, user: askWithin(ask, free, RIDERS_MAX - own.length), finished };
}

function askWithin(ask: AskApplication, limitBytes: number, itemsMax: number): readonly Uint8Array[] {
  if (limitBytes <= USER_OVERHEAD_BYTES || itemsMax <= 0) return [];
  let free = limitBytes;
  return ask(USER_OVERHEAD_BYTES, limitBytes, itemsMax).filter((payload) => {
    const fits = payload.length + USER_OVERHEAD_BYTES <= free;
    if (fits) free -= payload.length + USER_OVERHEAD_BYTES;
    return fits;
  });
}
