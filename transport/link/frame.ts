/**
 * A link is a stream of frames: a length (4 bytes, big endian), then that many bytes of msgpack, which are sealed
 * (`sealed_frames.ts`) where there is a ring of keys. The stream begins with {@linkcode LINK_PREAMBLE}, once, from the
 * side that connected; on a sealed link the proofs of `handshake.ts` follow.
 */

/** What the side that connected writes first, so that the stream is told apart from others on the same port. */
export const LINK_PREAMBLE: Uint8Array = Uint8Array.of(0xca, 0x11);

/**
 * Longest frame: a page of history fits, and the longest answer of a registry (256 peers with words of three bytes a
 * letter, 300 KiB); a stranger's claim of gigabytes does not.
 */
export const FRAME_BYTES_MAX = 512 * 1024;

export const FRAME_HEADER_BYTES = 4;

/** What a reader that waits for the rest of a frame begins with; it grows with what comes, never by the claim. */
const HELD_BYTES_MIN = 1024;

/** The frame around `body`; throws a `RangeError` beyond {@linkcode FRAME_BYTES_MAX}. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  if (body.length > FRAME_BYTES_MAX) throw new RangeError(`A frame of ${body.length} bytes is too long`);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + body.length);
  writeLength(frame, body.length);
  frame.set(body, FRAME_HEADER_BYTES);
  return frame;
}

/** One body for many connections: in plain, they share the whole frame. Throws as {@linkcode encodeFrame} does. */
export class SharedFrame {
  readonly frame: Uint8Array;
  readonly body: Uint8Array;

  constructor(body: Uint8Array) {
    this.frame = encodeFrame(body);
    this.body = this.frame.subarray(FRAME_HEADER_BYTES);
  }
}

/** Cuts a stream of bytes into frames, however it is chunked. Holds one frame at most. */
export class FrameReader {
  /** The beginning of a frame: the first `#length` bytes. Given away with the bodies in it, never written again. */
  #held: Uint8Array = NOTHING;
  #length = 0;
  readonly #bytesMax: number;

  /** For frames up to `bytesMax` long. */
  constructor(bytesMax: number = FRAME_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** The beginning of a frame is held. */
  get isWithinFrame(): boolean {
    return this.#length > 0;
  }

  /** The bodies completed by `chunk`; `undefined` when a frame is empty or too long, after which it is of no use. */
  push(chunk: Uint8Array): Uint8Array[] | undefined {
    const bytes = this.#length === 0 ? chunk : this.#append(chunk);
    const bodies: Uint8Array[] = [];
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = readLength(bytes, at);
      if (length === 0 || length > this.#bytesMax) return undefined;
      if (bytes.length - at - FRAME_HEADER_BYTES < length) break;
      bodies.push(bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + length));
      at += FRAME_HEADER_BYTES + length;
    }
    if (bodies.length > 0 || this.#length === 0) this.#hold(bytes, at);
    return bodies;
  }

  /** All bytes held, in memory that doubles: single bytes must not cost a copy of the whole each. */
  #append(chunk: Uint8Array): Uint8Array {
    const length = this.#length + chunk.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(2 * length, HELD_BYTES_MIN));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(chunk, this.#length);
    this.#length = length;
    return this.#held.subarray(0, length);
  }

  /** Keeps what is behind the last whole frame. */
  #hold(bytes: Uint8Array, from: number): void {
    this.#held = from === bytes.length ? NOTHING : bytes.slice(from);
    this.#length = this.#held.length;
  }
}

/** Writes a frame's length before it. Byte by byte: a view of the memory would cost more than a short frame. */
export function writeLength(frame: Uint8Array, length: number): void {
  frame[0] = length >>> 24;
  frame[1] = length >>> 16;
  frame[2] = length >>> 8;
  frame[3] = length;
}

function readLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

const NOTHING = new Uint8Array(0);
