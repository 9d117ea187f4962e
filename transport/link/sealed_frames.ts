/**
 * The frames of a sealed link: AES-256-GCM with a key for each direction. A frame's number is its nonce and is not sent:
 * one that is missing, twice, out of order or of the other direction does not open. What is sealed is a body, or nothing
 * at all, which says that this was the last one: a connection that ends without it was cut. Lengths are not sealed; who
 * changes one makes other bytes of the next frame, which do not open either.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { NONCE_BYTES, TAG_BYTES } from "../wire/key.ts";
import { FRAME_BYTES_MAX, FRAME_HEADER_BYTES, FrameReader, writeLength } from "./frame.ts";

/**
 * Frames under one key; the next one follows from it, on both sides alike and without a word, and does not lead back to
 * it. The longest frames, 32,768 blocks each, stay below the 2^34.5 blocks that TLS 1.3 allows a key (RFC 8446, 5.5).
 */
export const FRAMES_PER_KEY_MAX = 65_536;

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;

/** The keys and nonces of one direction, each once. */
class Nonces {
  readonly nonce: Uint8Array = new Uint8Array(NONCE_BYTES);
  key: Uint8Array;
  readonly #framesPerKey: number;
  #next = 0;

  constructor(key: Uint8Array, framesPerKey: number) {
    this.key = key;
    this.#framesPerKey = framesPerKey;
  }

  /** Moves on to the next frame. */
  advance(): void {
    if (this.#next === this.#framesPerKey) {
      this.key = new Uint8Array(hkdfSync("sha256", this.key, "", "parley link next key", KEY_BYTES));
      this.#next = 0;
    }
    new DataView(this.nonce.buffer).setUint32(NONCE_BYTES - 4, this.#next++);
  }
}

/** Seals what we say. */
export class FrameSealer {
  readonly #nonces: Nonces;

  constructor(key: Uint8Array, framesPerKey: number = FRAMES_PER_KEY_MAX) {
    this.#nonces = new Nonces(key, framesPerKey);
  }

  /** The frame around `body`; throws a `RangeError`, having used no number, beyond {@linkcode FRAME_BYTES_MAX}. */
  seal(body: Uint8Array): Uint8Array {
    if (body.length > FRAME_BYTES_MAX) throw new RangeError(`A frame of ${body.length} bytes is too long`);
    this.#nonces.advance();
    const { key, nonce } = this.#nonces;
    const frame = new Uint8Array(FRAME_HEADER_BYTES + body.length + TAG_BYTES);
    writeLength(frame, body.length + TAG_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    frame.set(cipher.update(body), FRAME_HEADER_BYTES);
    cipher.final();
    frame.set(cipher.getAuthTag(), FRAME_HEADER_BYTES + body.length);
    return frame;
  }

  /** The last frame. */
  end(): Uint8Array {
    return this.seal(new Uint8Array(0));
  }
}

/** Opens what the other side says, however it is chunked. */
export class FrameOpener {
  /** The other side has said that it has no more to say. */
  isEnded = false;
  readonly #nonces: Nonces;
  readonly #reader = new FrameReader(FRAME_BYTES_MAX + TAG_BYTES);

  constructor(key: Uint8Array, framesPerKey: number = FRAMES_PER_KEY_MAX) {
    this.#nonces = new Nonces(key, framesPerKey);
  }

  /** The beginning of a frame is held. */
  get isWithinFrame(): boolean {
    return this.#reader.isWithinFrame;
  }

  /** The bodies completed by `chunk`; `undefined` when one does not open, after which it is of no use. */
  push(chunk: Uint8Array): Uint8Array[] | undefined {
    const frames = this.#reader.push(chunk);
    if (frames === undefined) return undefined;
    const bodies: Uint8Array[] = [];
    for (const frame of frames) {
      const body = this.isEnded ? undefined : this.#open(frame);
      if (body === undefined) return undefined;
      if (body.length === 0) this.isEnded = true;
      else bodies.push(body);
    }
    return bodies;
  }

  #open(frame: Uint8Array): Uint8Array | undefined {
    const tagAt = frame.length - TAG_BYTES;
    if (tagAt < 0) return undefined;
    this.#nonces.advance();
    const { key, nonce } = this.#nonces;
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(frame.subarray(tagAt));
    const body = decipher.update(frame.subarray(0, tagAt));
    try {
      decipher.final();
    } catch {
      return undefined; // the only thing that it throws over is a wrong tag
    }
    return new Uint8Array(body.buffer, body.byteOffset, body.length);
  }
}
