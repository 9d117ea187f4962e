/** One secret of a cluster, and AES-GCM with it. Its bytes leave this file only where a key file is written. */
import { gcm } from "@noble/ciphers/aes.js";
import { createCipheriv, createDecipheriv, hash, timingSafeEqual } from "node:crypto";

/** Sizes of keys in bytes, which choose AES-128, -192 and -256 (`ValidateKey` of memberlist's `keyring.go`). */
const KEY_SIZES: readonly number[] = [16, 24, 32];

/** node:crypto as Deno has it does not know AES-192-GCM; for keys of this size a library stands in. */
const AES_192_BYTES = 24;

/** What AES-GCM needs anew for every message: twice the same with one key gives both messages away. */
export const NONCE_BYTES = 12;

/** What AES-GCM adds behind the ciphertext, to prove that nothing was changed. */
export const TAG_BYTES = 16;

/** A key, or what is wrong with what should have been one; in words that give nothing of it away. */
type KeyResult = Readonly<{ ok: true; key: Key }> | Readonly<{ ok: false; problem: string }>;

/** Parses a key as it stands in Serf's key files: standard base64, padded. Whitespace around and in it is ignored. */
export function parseKey(text: string): KeyResult {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch {
    // Not the platform's words: they may quote the text.
    return { ok: false, problem: "A key must be written in base64" };
  }
  return Key.of(bytes);
}

/** A key of 16, 24 or 32 bytes. Wherever it is shown, it is only its fingerprint. */
export class Key {
  readonly #bytes: Uint8Array;
  #fingerprint: string | undefined;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The key of these bytes, which are copied. */
  static of(bytes: Uint8Array): KeyResult {
    if (!KEY_SIZES.includes(bytes.length)) {
      return { ok: false, problem: `A key must have 16, 24 or 32 bytes, not ${bytes.length}` };
    }
    return { ok: true, key: new Key(bytes.slice()) };
  }

  /**
   * Eight hex digits by which people tell keys apart. Of a random key they give nothing away; whoever took a password
   * for a key can be guessed at from any packet as well.
   */
  get fingerprint(): string {
    this.#fingerprint ??= hash("sha256", this.#bytes, "hex").slice(0, 8);
    return this.#fingerprint;
  }

  /** The secret itself, for a key file. */
  toBase64(): string {
    return this.#bytes.toBase64();
  }

  equals(other: Key): boolean {
    return this.#bytes.length === other.#bytes.length && timingSafeEqual(this.#bytes, other.#bytes);
  }

  /** Writes the ciphertext of `plain` and its tag into `out`, which has room for just that. */
  encrypt(plain: Uint8Array, nonce: Uint8Array, additional: Uint8Array, out: Uint8Array): void {
    if (this.#bytes.length === AES_192_BYTES) {
      out.set(gcm(this.#bytes, nonce, additional).encrypt(plain));
      return;
    }
    const cipher = createCipheriv(this.#algorithm(), this.#bytes, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(additional);
    out.set(cipher.update(plain));
    cipher.final();
    out.set(cipher.getAuthTag(), plain.length);
  }

  /**
   * The plaintext of a ciphertext with its tag behind it; `undefined` if key, nonce, additional data or bytes are not
   * those that it was made of.
   */
  decrypt(sealed: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Uint8Array | undefined {
    if (sealed.length < TAG_BYTES) return undefined;
    // A wrong tag is an exception in both libraries, and there is no other: sizes have been checked.
    try {
      if (this.#bytes.length === AES_192_BYTES) return gcm(this.#bytes, nonce, additional).decrypt(sealed);
      const tagAt = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv(this.#algorithm(), this.#bytes, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(additional);
      decipher.setAuthTag(sealed.subarray(tagAt));
      const plain = decipher.update(sealed.subarray(0, tagAt));
      decipher.final();
      return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
    } catch {
      return undefined;
    }
  }

  toString(): string {
    return `AES-${this.#bytes.length * 8} key ${this.fingerprint}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #algorithm(): "aes-128-gcm" | "aes-256-gcm" {
    return this.#bytes.length === 16 ? "aes-128-gcm" : "aes-256-gcm";
  }
}
