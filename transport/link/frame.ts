/**
 * A link is a stream of frames: a length (4 bytes, big endian), then that many bytes of msgpack. The stream begins
 * with {@linkcode LINK_PREAMBLE}, once, from the side that connected.
 */

/** What the side that connected writes first, so that the stream is told apart from others on the same port. */
export const LINK_PREAMBLE: Uint8Array = Uint8Array.of(0xca, 0x11);

/** Longest frame: a page of history fits, a stranger's claim of gigabytes does not. */
export const FRAME_BYTES_MAX = 256 * 1024;

const HEADER_BYTES = 4;

/** The frame around `body`; throws a `RangeError` beyond {@linkcode FRAME_BYTES_MAX}. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  if (body.length > FRAME_BYTES_MAX) throw new RangeError(`A frame of ${body.length} bytes is too long`);
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** Cuts a stream of bytes into frames, however it is chunked. Holds one frame at most. */
export class FrameReader {
  #held: Uint8Array = new Uint8Array(0);

  /** The bodies completed by `chunk`; `undefined` when a frame is empty or too long, after which it is of no use. */
  push(chunk: Uint8Array): Uint8Array[] | undefined {
    const bytes = this.#held.length === 0 ? chunk : concat(this.#held, chunk);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const bodies: Uint8Array[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const length = view.getUint32(at);
      if (length === 0 || length > FRAME_BYTES_MAX) return undefined;
      if (bytes.length - at - HEADER_BYTES < length) break;
      bodies.push(bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
      at += HEADER_BYTES + length;
    }
    this.#held = bytes.slice(at);
    return bodies;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
