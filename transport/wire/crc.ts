/** The checksum that memberlist puts around packets for nodes of protocol 5 and later: type, CRC-32 of the rest, rest. */
import { crc32 } from "node:zlib";
import { accepted, type Decoded, refused } from "./decoded.ts";
import { MESSAGE_TYPE } from "./message_type.ts";

/** What the checksum adds to a packet. Go counts it nowhere in its packet budget; we do. */
export const CRC_HEADER_BYTES = 5;

/** Puts a checksum in front of `content`. Throws a `RangeError` if that is empty, which would crash old Go nodes. */
export function encodeCrc(content: Uint8Array): Uint8Array {
  if (content.length === 0) throw new RangeError("Cannot put a checksum around nothing");
  const bytes = new Uint8Array(CRC_HEADER_BYTES + content.length);
  bytes[0] = MESSAGE_TYPE.crc;
  new DataView(bytes.buffer).setUint32(1, crc32(content));
  bytes.set(content, CRC_HEADER_BYTES);
  return bytes;
}

/** The content of a packet with a checksum, as a window on `bytes`, if the sum (IEEE polynomial) is right. */
export function decodeCrc(bytes: Uint8Array): Decoded<Uint8Array> {
  if (bytes.length < CRC_HEADER_BYTES) return refused("truncated", bytes.length);
  const claimed = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  const content = bytes.subarray(CRC_HEADER_BYTES);
  if (crc32(content) !== claimed) return refused("bad_crc", 1);
  return content.length === 0 ? refused("empty", CRC_HEADER_BYTES) : accepted(content);
}
