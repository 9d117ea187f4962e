/**
 * Short texts and byte strings that come again and again: names, addresses, versions, tags. Making an array of bytes
 * takes ten times as long as finding one that was made before, and a table whose rows share them takes less memory.
 * So what is found here belongs to many, and nobody may change it.
 *
 * A table is a fixed number of places, and the newest of those with one hash has it: what strangers send can make the
 * others slower, but never more.
 */
const PLACE_BITS = 13;
const PLACES = 2 ** PLACE_BITS;

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Longer ones are hardly ever the same, or dear to compare. */
export const INTERNED_BYTES_MAX = 64;

const texts: string[] = new Array<string>(PLACES).fill("");
const byteStrings: Uint8Array[] = new Array<Uint8Array>(PLACES).fill(new Uint8Array(0));

/**
 * The text that stands in `bytes` from `start` to `end`, which are at most {@linkcode INTERNED_BYTES_MAX} apart;
 * `undefined` unless it is all ASCII.
 */
export function internedText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const place = placeOf(bytes, start, end);
  const known = texts[place]!;
  if (isText(known, bytes, start, end)) return known;
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  texts[place] = text;
  return text;
}

/** The same bytes in an array of their own; they are at most {@linkcode INTERNED_BYTES_MAX}. */
export function internedBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const place = placeOf(bytes, start, end);
  const known = byteStrings[place]!;
  if (isSame(known, bytes, start, end)) return known;
  const own = new Uint8Array(end - start);
  for (let at = start; at < end; at++) own[at - start] = bytes[at]!;
  byteStrings[place] = own;
  return own;
}

/** FNV-1a, four bytes at a step. Only the upper bits of a product depend on all of what is multiplied. */
function placeOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = FNV_BASIS ^ (end - start);
  let at = start;
  for (; at + 3 < end; at += 4) {
    const word = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
    hash = Math.imul(hash ^ word, FNV_PRIME);
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME);
  hash = Math.imul(hash ^ hash >>> 15, FNV_PRIME);
  return hash >>> 32 - PLACE_BITS;
}

function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) !== bytes[start + index]) return false;
  return true;
}

function isSame(one: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (one.length !== end - start) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== bytes[start + index]) return false;
  return true;
}
