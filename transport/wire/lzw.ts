/**
 * LZW as Go's `compress/lzw` writes it in LSB order with 8-bit literals (GIF's flavour, not TIFF's): codes 0–255 are
 * bytes, 256 clears the table, 257 ends, 258 and up are strings. Codes are 9 to 12 bits wide and fill each byte from its
 * low end.
 */
import { accepted, type Decoded, refused } from "./decoded.ts";

const CLEAR = 256;
const END = 257;
const WIDTH_MIN = 9;
const WIDTH_MAX = 12;
const CODES = 1 << WIDTH_MAX;

/** The writer's table: hashed with open addressing, four slots for each code, so that chains stay short. */
const SLOTS = 4 * CODES;
/** A key is the prefix code (12 bits) and the byte that follows it (8 bits); above them stands its generation. */
const KEY_BITS = 20;
/** Up to so many bytes, and so no more strings, half of so many slots twice over are enough. */
const SHORT_BYTES_MAX = 2048;
const GENERATIONS = 1 << (31 - KEY_BITS);

// Kept between calls, for a packet would spend more time on clearing 16,384 slots than on the rest. A slot of an older
// generation counts as empty.
const slotKeys = new Int32Array(SLOTS);
const slotCodes = new Uint16Array(SLOTS);
let generation = 0;

function forgetStrings(): void {
  generation = (generation + 1) % GENERATIONS;
  if (generation > 0) return;
  slotKeys.fill(0);
  generation = 1;
}

/** Compresses, byte for byte as Go does; at worst half as long again. Nothing becomes a clear and an end. */
export function encodeLzw(plain: Uint8Array): Uint8Array {
  // A code of at most 12 bits for each byte, a clear for every 3,838 codes, and the first clear, end and padding.
  const out = new Uint8Array(plain.length + (plain.length >> 1) + (plain.length >> 11) + 8);
  forgetStrings();
  let written = 0;
  let bits = CLEAR;
  let bitCount = WIDTH_MIN;
  let width = WIDTH_MIN;
  /** 257 plus the data codes since the last clear: the code that the reader gives the next string. */
  let next = END;
  const { length } = plain;
  // A packet has few strings, and a part of the table that stays in the nearest cache has room for them.
  const mask = length <= SHORT_BYTES_MAX ? 2 * SHORT_BYTES_MAX - 1 : SLOTS - 1;

  for (let at = 0; at < length;) {
    // The longest string that the table has.
    let prefix = plain[at++]!;
    let slot = -1;
    let key = 0;
    while (at < length) {
      key = generation << KEY_BITS | prefix << 8 | plain[at]!;
      slot = (key ^ key >>> 8) & mask;
      while (slotKeys[slot] !== key && slotKeys[slot]! >>> KEY_BITS === generation) slot = (slot + 1) & mask;
      if (slotKeys[slot] !== key) break;
      prefix = slotCodes[slot]!;
      at++;
    }
    bits |= prefix << bitCount;
    bitCount += width;
    while (bitCount >= 8) {
      out[written++] = bits;
      bits >>>= 8;
      bitCount -= 8;
    }
    next++;
    if (next === CODES - 1) { // the table is full
      bits |= CLEAR << bitCount;
      bitCount += width;
      width = WIDTH_MIN;
      next = END;
      forgetStrings();
    } else {
      if (next === 1 << width) width++;
      if (at < length) {
        slotKeys[slot] = key;
        slotCodes[slot] = next;
      }
    }
  }
  bits |= END << bitCount;
  bitCount += width;
  while (bitCount > 0) {
    out[written++] = bits;
    bits >>>= 8;
    bitCount -= 8;
  }
  return out.subarray(0, written);
}

// Where each code's string stands in the output: that of the code before it, and the byte after that. Kept between calls;
// what is left from the last one is never read, because no code beyond the entries made so far is taken.
const stringStarts = new Int32Array(CODES);
const stringEnds = new Int32Array(CODES);

/** Memory taken at first for each byte of input; text compresses about so well, and a bomb has to earn more. */
const GROWTH_FIRST = 4;

/**
 * Decompresses up to `bytesMax` bytes, beyond which the input is refused as `"too_large"`; memory grows with what has
 * been decompressed. A code that cannot be, or a missing end, is `"bad_compression"`. Bytes after the end are ignored.
 */
export function decodeLzw(packed: Uint8Array, bytesMax: number): Decoded<Uint8Array> {
  let out = new Uint8Array(Math.min(bytesMax, GROWTH_FIRST * packed.length));
  let length = 0;
  let bits = 0;
  let bitCount = 0;
  let width = WIDTH_MIN;
  let next = END;
  /** Where the string of the last code stands, or -1 if the next code makes no entry. */
  let lastStart = -1;

  for (let at = 0; at < packed.length;) {
    bits |= packed[at++]! << bitCount;
    bitCount += 8;
    if (bitCount < width) continue;
    const code = bits & ((1 << width) - 1);
    bits >>>= width;
    bitCount -= width;

    if (code === END) return accepted(out.subarray(0, length));
    if (code === CLEAR) {
      width = WIDTH_MIN;
      next = END;
      lastStart = -1;
      continue;
    }
    if (lastStart >= 0) {
      stringStarts[next] = lastStart;
      stringEnds[next] = length + 1;
    }
    // The entry just made may be the code itself: its last byte is then the first one that is copied.
    if (code > next) return refused("bad_compression", at - 1);

    const from = code < CLEAR ? 0 : stringStarts[code]!;
    const size = code < CLEAR ? 1 : stringEnds[code]! - from;
    if (length + size > bytesMax) return refused("too_large", at - 1);
    if (length + size > out.length) out = grown(out, length, Math.min(bytesMax, 2 * (length + size)));
    lastStart = length;
    if (code < CLEAR) out[length++] = code;
    else for (let index = 0; index < size; index++) out[length++] = out[from + index]!;

    // A full table stays as it is: no more entries, no more width, until a clear comes.
    if (next < CODES - 1) next++;
    else lastStart = -1;
    if (next === 1 << width && width < WIDTH_MAX) width++;
  }
  return refused("bad_compression", packed.length);
}

function grown(bytes: Uint8Array, length: number, capacity: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(capacity);
  larger.set(bytes.subarray(0, length));
  return larger;
}
