/** Several messages in one packet: type, count, the length of each as two bytes, then the messages themselves. */
import { accepted, type Decoded, refused } from "./decoded.ts";
import { MESSAGE_TYPE } from "./message_type.ts";

/**
 * The most parts that we send: memberlist 0.2.2 and 0.2.3 compute twice the count in 8 bits, cut the parts from the
 * wrong place from 128 on, and can be crashed by it. We read up to the 255 that the count can say.
 */
export const COMPOUND_PARTS_MAX = 127;

/** What the compound itself takes; each part then costs {@linkcode COMPOUND_PART_BYTES} more than its own bytes. */
export const COMPOUND_HEADER_BYTES = 2;
export const COMPOUND_PART_BYTES = 2;

const PART_BYTES_MAX = 0xffff;

/**
 * Joins messages into as few compounds as may carry them, in order; a message left alone is sent bare. Throws a
 * `RangeError` for a part that is empty, which would crash old Go nodes, or longer than 65,535 bytes.
 */
export function encodeCompounds(parts: readonly Uint8Array[]): Uint8Array[] {
  const compounds: Uint8Array[] = [];
  for (let first = 0; first < parts.length; first += COMPOUND_PARTS_MAX) {
    compounds.push(encodeCompound(parts.slice(first, first + COMPOUND_PARTS_MAX)));
  }
  return compounds;
}

function encodeCompound(parts: readonly Uint8Array[]): Uint8Array {
  const headerBytes = COMPOUND_HEADER_BYTES + COMPOUND_PART_BYTES * parts.length;
  let size = headerBytes;
  for (const { length } of parts) {
    if (length === 0 || length > PART_BYTES_MAX) {
      throw new RangeError(`Cannot join a message of ${length} bytes: not from 1 to ${PART_BYTES_MAX}`);
    }
    size += length;
  }
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(size);
  bytes[0] = MESSAGE_TYPE.compound;
  bytes[1] = parts.length;
  let lengthAt = COMPOUND_HEADER_BYTES;
  let partAt = headerBytes;
  for (const part of parts) {
    bytes[lengthAt++] = part.length >> 8;
    bytes[lengthAt++] = part.length;
    bytes.set(part, partAt);
    partAt += part.length;
  }
  return bytes;
}

/** What a compound held: the complete parts, as windows on its bytes, and how many were cut off. */
type Compound = Readonly<{ parts: readonly Uint8Array[]; truncated: number }>;

/**
 * Takes a compound apart. Parts that are there are given although later ones are cut off; without all the lengths the
 * whole is refused (`decodeCompoundMessage` of memberlist's `util.go`). Bytes after the last part are ignored.
 */
export function decodeCompound(bytes: Uint8Array): Decoded<Compound> {
  const count = bytes[1];
  if (count === undefined) return refused("truncated", bytes.length);
  let partAt = COMPOUND_HEADER_BYTES + COMPOUND_PART_BYTES * count;
  if (bytes.length < partAt) return refused("truncated", bytes.length);
  const parts: Uint8Array[] = [];
  for (let lengthAt = COMPOUND_HEADER_BYTES; parts.length < count; lengthAt += COMPOUND_PART_BYTES) {
    const end = partAt + (bytes[lengthAt]! << 8 | bytes[lengthAt + 1]!);
    if (end > bytes.length) break;
    parts.push(bytes.subarray(partAt, end));
    partAt = end;
  }
  return accepted({ parts, truncated: count - parts.length });
}
