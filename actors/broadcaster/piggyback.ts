/** How much gossip a packet may carry, and what goes into it (`sendMsg` and `gossip` in memberlist's `state.go`). */
import { COMPOUND_HEADER_BYTES, COMPOUND_PART_BYTES } from "../../transport/wire/compound.ts";
import { SEAL_BYTES_MAX } from "../../transport/wire/encryption.ts";
import { LABEL_HEADER_BYTES } from "../../transport/wire/label.ts";
import { isSealing, type Protection } from "../../transport/wire/protection.ts";
import type { Broadcast, TransmitQueue } from "./transmit_queue.ts";

/** The type byte in front of an application's payload. */
const USER_HEADER_BYTES = 1;

/** What the packet is wrapped in. */
type Wrapping = Readonly<{ packetBytesMax: number; protection: Protection }>;

/**
 * Bytes for gossip in a packet: after `firstBytes` of a ping or ack on which it rides, or in one of its own (0). May be
 * below 0. As in the original, a checksum header (5) and the first part's length (2) are not counted, so a packet can
 * be 7 bytes longer than its maximum.
 */
export function gossipBudget(wrapping: Wrapping, firstBytes: number): number {
  const { packetBytesMax, protection } = wrapping;
  const labelBytes = protection.label.bytes.length;
  const label = labelBytes === 0 ? 0 : LABEL_HEADER_BYTES + labelBytes;
  const seal = isSealing(protection) ? SEAL_BYTES_MAX[protection.encryptionVersion] : 0;
  return packetBytesMax - firstBytes - COMPOUND_HEADER_BYTES - label - seal;
}

/** Asks the application for payloads whose lengths, each plus `overheadBytes`, stay within `limitBytes`. */
type AskApplication = (overheadBytes: number, limitBytes: number) => readonly Uint8Array[];

/** What goes into a packet: our own messages, encoded, and the application's payloads, still to be framed as `user`. */
type PacketFill<T> = Readonly<{
  own: readonly Uint8Array[];
  user: readonly Uint8Array[];
  finished: readonly Broadcast<T>[];
}>;

/**
 * Fills `limitBytes` from the queue and then, if more than the overhead is left, from the application. Payloads of an
 * application that exceeds what it was given are left out.
 */
export function fillPacket<T>(
  queue: TransmitQueue<T>,
  limitBytes: number,
  transmitLimit: number,
  ask: AskApplication = () => [],
): PacketFill<T> {
  const { taken, finished } = queue.take(COMPOUND_PART_BYTES, limitBytes, transmitLimit);
  const own = taken.map((broadcast) => broadcast.bytes);
  const free = limitBytes - own.reduce((sum, bytes) => sum + bytes.length + COMPOUND_PART_BYTES, 0);
  return { own, user: askWithin(ask, free), finished };
}

function askWithin(ask: AskApplication, limitBytes: number): readonly Uint8Array[] {
  const overhead = COMPOUND_PART_BYTES + USER_HEADER_BYTES;
  if (limitBytes <= overhead) return [];
  let free = limitBytes;
  return ask(overhead, limitBytes).filter((payload) => {
    const fits = payload.length + overhead <= free;
    if (fits) free -= payload.length + overhead;
    return fits;
  });
}
