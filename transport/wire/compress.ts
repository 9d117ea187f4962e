/** One message packed into another: memberlist's compress message, whose content is LZW of a complete message. */
import { type Decoded, refused } from "./decoded.ts";
import { COMPRESS, type Compress } from "./fields.ts";
import { decodeLzw, encodeLzw } from "./lzw.ts";
import { MESSAGE_TYPE } from "./message_type.ts";
import { MsgpackReader, MsgpackWriter } from "./msgpack.ts";
import { readRecord, writeRecord } from "./record.ts";

/** The only algorithm there is. */
const LZW = 0;

const writer = new MsgpackWriter();

/**
 * Packs a message, type byte included, whether or not that makes it shorter. Throws a `RangeError` if it is empty, which
 * would crash Go nodes that receive it.
 */
export function encodeCompress(plain: Uint8Array): Uint8Array {
  if (plain.length === 0) throw new RangeError("Cannot compress nothing");
  writer.clear();
  writer.byte(MESSAGE_TYPE.compress);
  writeRecord(writer, COMPRESS, { algorithm: LZW, content: encodeLzw(plain) });
  return writer.finish();
}

/** Unpacks a compress message, type byte included, to at most `bytesMax` bytes. */
export function decodeCompress(bytes: Uint8Array, bytesMax: number): Decoded<Uint8Array> {
  const reader = new MsgpackReader(bytes, 1);
  const body = readRecord(reader, COMPRESS);
  if (body === undefined) return refused(reader.failure ?? "malformed", reader.failedAt);
  return decompress(body, bytesMax);
}

/**
 * Unpacks the body of a compress message. Beyond `bytesMax` bytes it is `"too_large"`, without any `"empty"`; an unknown
 * algorithm counts as `"bad_compression"`. Offsets are those in the packed content.
 */
export function decompress({ algorithm, content }: Compress, bytesMax: number): Decoded<Uint8Array> {
  if (algorithm !== LZW) return refused("bad_compression", 0);
  const plain = decodeLzw(content, bytesMax);
  return plain.ok && plain.value.length === 0 ? refused("empty", 0) : plain;
}
