import { INTERNED_BYTES_MAX, internedText } from "./wire/interned.ts";

/** How deep arrays may be nested here. */
const DEPTH_MAX = 8;

/** The bytes may be a value all the same, which somebody else has to find out. */
export const NOT_PLAIN: unique symbol = Symbol("not plain");

/** Stands where bytes were no UTF-8, or where somebody wrote it. */
const REPLACEMENT = "\ufffd";

const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// Of the value that is being read: nobody else's turn comes in between, and an object for each would cost as much again.
let input: Uint8Array = new Uint8Array(0);
let at = 0;

/**
 * The value in bytes that are nothing but arrays of whole numbers, texts, bytes, truths and nils, as nearly all of our
 * messages are: in one pass, where a check and a library take two. Bytes in it are windows on the input.
 */
export function decodePlain(bytes: Uint8Array): unknown {
  input = bytes;
  at = 0;
  const value = readValue(0);
  return at === bytes.length ? value : NOT_PLAIN;
}

/** The next value; the cursor stands anywhere after what is not plain. */
function readValue(depth: number): unknown {
  const head = input[at++];
  if (head === undefined) return NOT_PLAIN;
  if (head <= 0x7f) return head;
  if (head >= 0xe0) return head - 0x100;
  if (head >= 0xa0 && head <= 0xbf) return readText(head & 0x1f);
  if (head >= 0x90 && head <= 0x9f) return readArray(head & 0x0f, depth);
  switch (head) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return readBytes(readUnsigned(1));
    case 0xc5:
      return readBytes(readUnsigned(2));
    case 0xcc:
      return readUnsigned(1);
    case 0xcd:
      return readUnsigned(2);
    case 0xce:
      return readUnsigned(4);
    case 0xcf:
      return readSafe();
    case 0xd9:
      return readText(readUnsigned(1));
    case 0xda:
      return readText(readUnsigned(2));
    case 0xdc:
      return readArray(readUnsigned(2), depth);
    default:
      return NOT_PLAIN;
  }
}

/** Grows with what is there, never by what is claimed. */
function readArray(count: number | typeof NOT_PLAIN, depth: number): unknown {
  if (count === NOT_PLAIN || depth === DEPTH_MAX) return NOT_PLAIN;
  const values: unknown[] = [];
  for (let left = count; left > 0; left--) {
    const value = readValue(depth + 1);
    if (value === NOT_PLAIN) return NOT_PLAIN;
    values.push(value);
  }
  return values;
}

function readUnsigned(width: 1 | 2 | 4): number | typeof NOT_PLAIN {
  if (at + width > input.length) return NOT_PLAIN;
  let value = 0;
  for (const end = at + width; at < end; at++) value = value * 0x100 + input[at]!;
  return value;
}

/** Eight bytes of a number that is exact. */
function readSafe(): number | typeof NOT_PLAIN {
  const high = readUnsigned(4);
  const low = readUnsigned(4);
  if (high === NOT_PLAIN || low === NOT_PLAIN || high > 0x1fffff) return NOT_PLAIN;
  return high * 0x1_0000_0000 + low;
}

function readBytes(length: number | typeof NOT_PLAIN): Uint8Array | typeof NOT_PLAIN {
  if (length === NOT_PLAIN || at + length > input.length) return NOT_PLAIN;
  return input.subarray(at, at += length);
}

function readText(length: number | typeof NOT_PLAIN): string | typeof NOT_PLAIN {
  if (length === NOT_PLAIN || at + length > input.length) return NOT_PLAIN;
  const start = at;
  at += length;
  const interned = length <= INTERNED_BYTES_MAX ? internedText(input, start, at) : undefined;
  if (interned !== undefined) return interned;
  const text = Buffer.from(input.buffer, input.byteOffset + start, length).toString(); // a quarter of what `decode` costs
  if (!text.includes(REPLACEMENT)) return text;
  try {
    return textDecoder.decode(input.subarray(start, at));
  } catch {
    return NOT_PLAIN; // not UTF-8
  }
}
