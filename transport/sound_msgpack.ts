import { Decoder } from "@msgpack/msgpack";
import { decodePlain, NOT_PLAIN } from "./plain_msgpack.ts";
import { MsgpackReader } from "./wire/msgpack.ts";

/** Made once: to make one costs as much as a short message does. */
const decoder = new Decoder();

/**
 * Whether the bytes are one value of MessagePack, all there and not nested too deep. Asked before a library decodes them,
 * because it believes what an array claims of its length: five bytes would cost a quarter of a gigabyte.
 */
export function isSound(bytes: Uint8Array): boolean {
  const reader = new MsgpackReader(bytes);
  return reader.skip() === true && reader.position === bytes.length;
}

/** The value in a stranger's bytes; `undefined` where there is none, which no value of MessagePack is. */
export function decodeSound(bytes: Uint8Array): unknown {
  const plain = decodePlain(bytes);
  if (plain !== NOT_PLAIN) return plain;
  if (!isSound(bytes)) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined; // such as keys that are no text
  }
}
