/**
 * A text for one other, which only the two can read, and both can read later as well:
 *
 *     1 (version) || salt (32) || AES-256-GCM(text padded) || tag (16)
 *
 * The key and the nonce are HKDF-SHA-256 of what the two authors' keys have in common, with a salt of its own for each
 * text. Bound to it are the room, the sender and the recipient: elsewhere it does not open. The padding hides how long a
 * short text is. X25519 takes the keys that authors sign with, in its own form (RFC 7748, 4.1; the private one as in
 * RFC 8032, 5.1.5), so who knows an author can write to it without a word before; in return, who gets hold of a device's
 * key can read what was ever sealed with it. Which of the two sealed a text is for the entry's signature to say.
 */
import { encode } from "@msgpack/msgpack";
import { createCipheriv, createDecipheriv, hash, hkdfSync } from "node:crypto";
import { concat } from "../../transport/concat.ts";
import { KeyPair } from "../../transport/link/x25519.ts";
import type { Secrets } from "../../transport/secrets.ts";
import { NONCE_BYTES, TAG_BYTES } from "../../transport/wire/key.ts";
import { isTextTooLong, type RoomName } from "../chat_room/entry.ts";
import { type AuthorId, keyOf } from "./author.ts";
import { SEALED_BYTES_MAX } from "./content.ts";
import { montgomeryOf } from "./curve.ts";
import { KeptReady } from "./kept_ready.ts";
import { signerFrom } from "./signing.ts";

/** Where a sealed text stands, all of which it is bound to. */
export type SealedPlace = Readonly<{ room: RoomName; from: AuthorId; to: AuthorId }>;

/** Others with whom what is in common is kept ready. */
export const OTHERS_READY_MAX = 256;

/** Padded texts are so many bytes long, or a multiple of it. */
export const PADDED_BYTES = 64;

const VERSION = 1;
const SALT_BYTES = 32;
const HEAD_BYTES = 1 + SALT_BYTES;
const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;

/** First byte of the padding, which zeros follow. */
const PADDING = 0x80;

/** Seals and opens for one author. */
export class Sealing {
  readonly #self: AuthorId;
  readonly #secrets: Secrets;
  readonly #keyPair: KeyPair;
  readonly #common = new KeptReady(OTHERS_READY_MAX, (other: AuthorId) => this.#agree(other));

  /** `seed` is the one that the author signs with; throws `RangeError` over one of a wrong length. */
  constructor(seed: Uint8Array, secrets: Secrets) {
    this.#self = signerFrom(seed).author;
    this.#secrets = secrets;
    this.#keyPair = new KeyPair(new Uint8Array(hash("sha512", seed, "buffer")).slice(0, KEY_BYTES));
  }

  /** `undefined` when `to` is nobody, or the text none that can be said. */
  seal(room: RoomName, to: AuthorId, text: string): Uint8Array | undefined {
    const common = this.#common.for(to);
    if (common === undefined || !text.isWellFormed() || isTextTooLong(text)) return undefined;
    const salt = this.#secrets(SALT_BYTES);
    const { key, nonce } = keyAndNonce(common, salt);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(boundTo({ room, from: this.#self, to }));
    const sealed = cipher.update(padded(text));
    cipher.final();
    return concat([Uint8Array.of(VERSION), salt, sealed, cipher.getAuthTag()]);
  }

  /** The text, if we are one of the two; `undefined` for everything that does not open. */
  open(place: SealedPlace, sealed: Uint8Array): string | undefined {
    if (place.from !== this.#self && place.to !== this.#self) return undefined;
    if (sealed[0] !== VERSION || sealed.length > SEALED_BYTES_MAX) return undefined;
    if (sealed.length < HEAD_BYTES + TAG_BYTES) return undefined;
    const common = this.#common.for(place.from === this.#self ? place.to : place.from);
    if (common === undefined) return undefined;
    const { key, nonce } = keyAndNonce(common, sealed.subarray(1, HEAD_BYTES));
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(place));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const opened = decipher.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES));
    try {
      decipher.final();
    } catch {
      return undefined; // not from the other, or not for here
    }
    return unpadded(opened);
  }

  #agree(other: AuthorId): Uint8Array | undefined {
    const theirs = montgomeryOf(keyOf(other));
    return theirs && this.#keyPair.agree(theirs);
  }
}

function keyAndNonce(common: Uint8Array, salt: Uint8Array): Readonly<{ key: Uint8Array; nonce: Uint8Array }> {
  const okm = new Uint8Array(hkdfSync("sha256", common, salt, "parley sealed text", KEY_BYTES + NONCE_BYTES));
  return { key: okm.subarray(0, KEY_BYTES), nonce: okm.subarray(KEY_BYTES) };
}

function boundTo({ room, from, to }: SealedPlace): Uint8Array {
  return encode(["parley sealed text", VERSION, room, keyOf(from), keyOf(to)]);
}

function padded(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const whole = new Uint8Array(PADDED_BYTES * Math.ceil((bytes.length + 1) / PADDED_BYTES));
  whole.set(bytes);
  whole[bytes.length] = PADDING;
  return whole;
}

function unpadded(bytes: Uint8Array): string | undefined {
  const end = bytes.findLastIndex((byte) => byte !== 0);
  if (bytes[end] !== PADDING) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end));
    return isTextTooLong(text) ? undefined : text;
  } catch {
    return undefined; // no text
  }
}
