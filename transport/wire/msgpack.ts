/**
 * MessagePack as memberlist's Go library speaks it, the dialect from before str8 and bin: strings and bytes are one "raw"
 * family, integers are written in their shortest unsigned form, nil stands for the zero value of anything. There are no
 * floats, extensions or arrays among the things written, but a reader meets them in values that it skips.
 */
import type { DecodeReason } from "./decoded.ts";
import { INTERNED_BYTES_MAX, internedBytes, internedText } from "./interned.ts";

/** How deep a value that is skipped may be nested; Go has no limit. Ours keeps the recursion off the stack's end. */
export const SKIPPED_NESTING_MAX = 16;

/** Shared by everything that has no bytes. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

const INT_MAX = Number.MAX_SAFE_INTEGER;

const textEncoder = new TextEncoder();
// A byte order mark is part of a name like any other character: dropping it would make two names one.
const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A cursor over bytes that a stranger wrote. Each step returns its value and moves on, or returns `undefined` and leaves
 * the reason in {@linkcode MsgpackReader.failure}, where `"truncated"` means that the bytes ended before the value did:
 * the end of it for a packet, "more, please" for a stream. After a failure the cursor is of no use.
 *
 * Lengths are checked against the bytes that are there before anything is allocated. Bytes are returned as windows on the
 * input; whoever keeps them copies them.
 */
export class MsgpackReader {
  /** Where the next step begins. */
  position: number;
  /** Why a step returned `undefined`. */
  failure: DecodeReason | undefined;
  /** The offset of the byte that caused {@linkcode MsgpackReader.failure}. */
  failedAt = 0;
  readonly bytes: Uint8Array;
  readonly #end: number;
  readonly #claimEnd: number | undefined;

  /**
   * Reads `bytes` from `start` to `end`. A length that claims bytes beyond `claimEnd` is `"too_large"` even though they
   * have not arrived, and so need not be waited for.
   */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length, claimEnd?: number) {
    this.bytes = bytes;
    this.position = start;
    this.#end = end;
    this.#claimEnd = claimEnd;
  }

  /** Moves over `expected` if exactly those bytes come next, and stays where it is if not. */
  takeBytes(expected: Uint8Array): boolean {
    const { length } = expected;
    const start = this.position;
    if (start + length > this.#end) return false;
    for (let at = 0; at < length; at++) if (this.bytes[start + at] !== expected[at]) return false;
    this.position = start + length;
    return true;
  }

  /** The number of pairs of a map, whose keys and values follow; 0 for nil. */
  mapHeader(): number | undefined {
    const at = this.position;
    const head = this.#head();
    if (head === undefined) return undefined;
    if (head >= 0x80 && head <= 0x8f) return head & 0x0f;
    if (head === 0xc0) return 0;
    if (head === 0xde) return this.#unsigned(2);
    if (head === 0xdf) return this.#unsigned(4);
    return this.#fail(wrongKind(head), at);
  }

  /**
   * The length of a string whose bytes, all there, begin at the cursor; 0 for nil. The caller moves the cursor over them.
   * Bin is refused, as Go does up to memberlist 0.5.0.
   */
  textLength(): number | undefined {
    const at = this.position;
    const head = this.#head();
    if (head === undefined) return undefined;
    if (head >= 0xa0 && head <= 0xbf) return this.#available(head & 0x1f, at);
    if (head === 0xc0) return 0;
    if (head >= 0xd9 && head <= 0xdb) return this.#claimed(1 << (head - 0xd9), at);
    return this.#fail(wrongKind(head), at);
  }

  /** A string; bytes that are not UTF-8 are refused, though Go takes them. */
  text(): string | undefined {
    const length = this.textLength();
    if (length === undefined) return undefined;
    const start = this.position;
    const end = start + length;
    const text = decodeText(this.bytes, start, end);
    if (text === undefined) return this.#fail("not_utf8", start);
    this.position = end;
    return text;
  }

  /** Bytes, written as raw, str8, bin or an array of small integers; `null` for nil. */
  nilableBytes(): Uint8Array | null | undefined {
    return this.#bytesValue(false);
  }

  /** As {@linkcode MsgpackReader.nilableBytes}, but bytes that may be kept, and that nobody may change. */
  ownNilableBytes(): Uint8Array | null | undefined {
    return this.#bytesValue(true);
  }

  /** As {@linkcode MsgpackReader.ownNilableBytes}, with no bytes for nil. */
  ownBytes(): Uint8Array | undefined {
    const value = this.#bytesValue(true);
    return value === null ? NO_BYTES : value;
  }

  /** As {@linkcode MsgpackReader.nilableBytes}, with no bytes for nil. */
  byteString(): Uint8Array | undefined {
    const value = this.nilableBytes();
    return value === null ? NO_BYTES : value;
  }

  /** An integer from 0 to `max`, in any width, signed or not. */
  unsigned(max: number): number | undefined {
    const at = this.position;
    const value = this.#integer();
    if (value === undefined) return undefined;
    return value >= 0 && value <= max ? value : this.#fail("out_of_range", at);
  }

  /** An integer that a JavaScript number holds exactly, negative ones included. */
  int(): number | undefined {
    const at = this.position;
    const value = this.#integer();
    if (value === undefined) return undefined;
    return value >= -INT_MAX && value <= INT_MAX ? value : this.#fail("out_of_range", at);
  }

  /** True or false, also as the single byte 1 or 0. */
  bool(): boolean | undefined {
    const at = this.position;
    const head = this.#head();
    switch (head) {
      case undefined:
        return undefined;
      case 0xc3:
      case 0x01:
        return true;
      case 0xc2:
      case 0x00:
      case 0xc0:
        return false;
      default:
        return this.#fail(wrongKind(head), at);
    }
  }

  /** Steps over a value of any type. */
  skip(): true | undefined {
    return this.#skip(0);
  }

  #skip(depth: number): true | undefined {
    const at = this.position;
    if (depth > SKIPPED_NESTING_MAX) return this.#fail("too_deep", at);
    const head = this.#head();
    if (head === undefined) return undefined;
    if (head <= 0x7f || head >= 0xe0) return true;
    if (head <= 0x8f) return this.#skipMany(2 * (head & 0x0f), depth);
    if (head <= 0x9f) return this.#skipMany(head & 0x0f, depth);
    if (head <= 0xbf) return this.#stepOver(head & 0x1f, at);
    switch (head) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return true;
      case 0xc4: // bin
      case 0xc5:
      case 0xc6:
        return this.#stepOver(this.#unsigned(widthOf(head - 0xc4)), at);
      case 0xc7: // ext: a length, a type, as many bytes
      case 0xc8:
      case 0xc9:
        return this.#stepOver(this.#unsigned(widthOf(head - 0xc7)), at, 1);
      case 0xca: // float
      case 0xcb:
        return this.#stepOver(4 << (head - 0xca), at);
      case 0xcc: // uint
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.#stepOver(1 << (head - 0xcc), at);
      case 0xd0: // int
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return this.#stepOver(1 << (head - 0xd0), at);
      case 0xd4: // fixext
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#stepOver(1 << (head - 0xd4), at, 1);
      case 0xd9: // str
      case 0xda:
      case 0xdb:
        return this.#stepOver(this.#unsigned(widthOf(head - 0xd9)), at);
      case 0xdc: // array
      case 0xdd:
        return this.#skipMany(this.#unsigned(widthOf(head - 0xdc + 1)), depth);
      case 0xde: // map
      case 0xdf: {
        const pairs = this.#unsigned(widthOf(head - 0xde + 1));
        return this.#skipMany(pairs === undefined ? undefined : 2 * pairs, depth);
      }
      default: // 0xc1 is the one byte that begins nothing
        return this.#fail("malformed", at);
    }
  }

  #skipMany(count: number | undefined, depth: number): true | undefined {
    if (count === undefined) return undefined;
    for (let left = count; left > 0; left--) {
      if (this.#skip(depth + 1) === undefined) return undefined;
    }
    return true;
  }

  #stepOver(length: number | undefined, at: number, more = 0): true | undefined {
    if (length === undefined || this.#available(length + more, at) === undefined) return undefined;
    this.position += length + more;
    return true;
  }

  #bytesValue(isKept: boolean): Uint8Array | null | undefined {
    const head = this.bytes[this.position];
    if (head === 0xc0 && this.position < this.#end) {
      this.position++;
      return null;
    }
    if (head !== undefined && isArray(head)) return this.#bytesFromArray();
    const length = this.#bytesLength();
    if (length === undefined) return undefined;
    if (length === 0) return NO_BYTES;
    const start = this.position;
    this.position += length;
    return isKept ? keptBytes(this.bytes, start, this.position) : this.bytes.subarray(start, this.position);
  }

  #bytesLength(): number | undefined {
    const head = this.bytes[this.position];
    if (head === undefined || head < 0xc4 || head > 0xc6) return this.textLength();
    const at = this.position;
    return this.#head() === undefined ? undefined : this.#claimed(1 << (head - 0xc4), at);
  }

  #bytesFromArray(): Uint8Array | undefined {
    const at = this.position;
    const head = this.#head();
    if (head === undefined) return undefined;
    const count = head <= 0x9f ? this.#available(head & 0x0f, at) : this.#claimed(2 << (head - 0xdc), at);
    if (count === undefined) return undefined;
    const value = new Uint8Array(count);
    for (let index = 0; index < count; index++) {
      const byte = this.unsigned(0xff);
      if (byte === undefined) return undefined;
      value[index] = byte;
    }
    return value;
  }

  /** Any integer; beyond 2^53 only roughly, which is enough to refuse it. */
  #integer(): number | undefined {
    const at = this.position;
    const head = this.#head();
    if (head === undefined) return undefined;
    if (head <= 0x7f) return head;
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xc0:
        return 0;
      case 0xcc:
        return this.#unsigned(1);
      case 0xcd:
        return this.#unsigned(2);
      case 0xce:
        return this.#unsigned(4);
      case 0xcf:
        return this.#unsigned(8);
      case 0xd0:
        return this.#signed(1);
      case 0xd1:
        return this.#signed(2);
      case 0xd2:
        return this.#signed(4);
      case 0xd3:
        return this.#signed64();
      default:
        return this.#fail(wrongKind(head), at);
    }
  }

  #head(): number | undefined {
    return this.position < this.#end ? this.bytes[this.position++] : this.#fail("truncated", this.position);
  }

  #unsigned(width: number): number | undefined {
    const start = this.position;
    if (this.#available(width, start) === undefined) return undefined;
    let value = 0;
    for (let at = start; at < start + width; at++) value = value * 0x100 + this.bytes[at]!;
    this.position += width;
    return value;
  }

  #signed(width: 1 | 2 | 4): number | undefined {
    const value = this.#unsigned(width);
    if (value === undefined) return undefined;
    const sign = 2 ** (8 * width - 1);
    return value >= sign ? value - 2 * sign : value;
  }

  /** In two halves: as one unsigned number first, -1 would be rounded up to 2^64, and so become 0. */
  #signed64(): number | undefined {
    const high = this.#signed(4);
    const low = this.#unsigned(4);
    return high === undefined || low === undefined ? undefined : high * 2 ** 32 + low;
  }

  /** A length of `width` bytes, if that many bytes follow it. */
  #claimed(width: number, at: number): number | undefined {
    const length = this.#unsigned(width);
    return length === undefined ? undefined : this.#available(length, at);
  }

  /** `length` itself, if that many bytes are there. */
  #available(length: number, at: number): number | undefined {
    const needed = this.position + length;
    if (needed <= this.#end) return length;
    const isTooMuch = this.#claimEnd !== undefined && needed > this.#claimEnd;
    return isTooMuch ? this.#fail("too_large", at) : this.#fail("truncated", this.#end);
  }

  #fail(reason: DecodeReason, at: number): undefined {
    this.failure = reason;
    this.failedAt = at;
    return undefined;
  }
}

function widthOf(step: number): 1 | 2 | 4 {
  return step === 0 ? 1 : step === 1 ? 2 : 4;
}

function wrongKind(head: number): DecodeReason {
  return head === 0xc1 ? "malformed" : "wrong_kind";
}

function isArray(head: number): boolean {
  return (head >= 0x90 && head <= 0x9f) || head === 0xdc || head === 0xdd;
}

/** Copies a range; unlike `slice`, also when the bytes are one of Node's buffers, whose `slice` shares. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (start === end) return NO_BYTES;
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}

function keptBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return end - start <= INTERNED_BYTES_MAX ? internedBytes(bytes, start, end) : copyOf(bytes, start, end);
}

function decodeText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const known = end - start <= INTERNED_BYTES_MAX ? internedText(bytes, start, end) : undefined;
  if (known !== undefined) return known;
  try {
    return textDecoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined; // The only thing that a fatal decoder throws for is what we ask it to find.
  }
}

/** Up to here a loop over the bytes beats a call into the platform's copying. */
const SHORT_BYTES = 24;

/** Beyond this the writer gives its buffer back after use: a whole push/pull must not stay in memory for ever. */
const WRITER_KEPT_BYTES = 64 * 1024;

/**
 * Writes the dialect into a buffer that grows and is used again. Values that do not fit their field are the caller's
 * mistake and throw a `RangeError`.
 */
export class MsgpackWriter {
  #bytes = new Uint8Array(2048);
  #length = 0;

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    if (length > SHORT_BYTES) this.#bytes.set(bytes, this.#length);
    else for (let at = 0; at < length; at++) this.#bytes[this.#length + at] = bytes[at]!;
    this.#length += length;
  }

  /** One byte as it is. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** The beginning of a map of at most 15 pairs. */
  mapHeader(pairs: number): void {
    this.byte(0x80 | pairs);
  }

  /** A string in the raw family, never str8. */
  text(value: string): void {
    const length = value.length;
    this.#rawHeader(length);
    this.#reserve(length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) {
        this.#length -= rawHeaderBytes(length);
        this.byteString(textEncoder.encode(value));
        return;
      }
      bytes[at++] = unit;
    }
    this.#length = at;
  }

  /** Bytes in the raw family, never bin; nil for `null`. */
  byteString(value: Uint8Array | null): void {
    if (value === null) {
      this.byte(0xc0);
    } else {
      this.#rawHeader(value.length);
      this.raw(value);
    }
  }

  /** An integer from 0 to `max` in its shortest unsigned form. */
  unsigned(value: number, max: number = INT_MAX): void {
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw new RangeError(`Cannot write ${value}: not an integer from 0 to ${max}`);
    }
    if (value <= 0x7f) this.byte(value);
    else if (value <= 0xff) this.#sized(0xcc, value, 1);
    else if (value <= 0xffff) this.#sized(0xcd, value, 2);
    else if (value <= 0xffffffff) this.#sized(0xce, value, 4);
    else this.#sized(0xcf, value, 8);
  }

  bool(value: boolean): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  /** What was written, as bytes of its own; the writer is empty again. */
  finish(): Uint8Array {
    const written = cutFromSlab(this.#bytes, this.#length);
    this.clear();
    if (this.#bytes.length > WRITER_KEPT_BYTES) this.#bytes = new Uint8Array(2048);
    return written;
  }

  /** Forgets what was written, also what a writer that threw in the middle of something has left. */
  clear(): void {
    this.#length = 0;
  }

  #rawHeader(length: number): void {
    if (length <= 31) this.byte(0xa0 | length);
    else if (length <= 0xffff) this.#sized(0xda, length, 2);
    else this.#sized(0xdb, length, 4);
  }

  #sized(head: number, value: number, width: number): void {
    this.#reserve(1 + width);
    this.#bytes[this.#length++] = head;
    for (let at = width - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 0x100)) {
      this.#bytes[this.#length + at] = rest % 0x100;
    }
    this.#length += width;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/**
 * Making an array of bytes takes longer than encoding a message into it. So short ones are cut off a slab, which is
 * given up when it is full; it stays in memory until the last of them is gone, and none of them lives long.
 */
const SLAB_BYTES = 8 * 1024;
const CUT_BYTES_MAX = SLAB_BYTES / 8;

let slab = new Uint8Array(SLAB_BYTES);
let slabUsed = 0;

/** A copy of the first `length` bytes. */
function cutFromSlab(bytes: Uint8Array, length: number): Uint8Array {
  if (length > CUT_BYTES_MAX) return bytes.slice(0, length);
  if (slabUsed + length > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    slabUsed = 0;
  }
  const start = slabUsed;
  slabUsed += length;
  for (let at = 0; at < length; at++) slab[start + at] = bytes[at]!;
  return slab.subarray(start, slabUsed);
}

function rawHeaderBytes(length: number): number {
  return length <= 31 ? 1 : length <= 0xffff ? 3 : 5;
}
