/** X25519 (RFC 7748) with raw keys of 32 bytes. */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";

/** Bytes of a secret, of a public key and of what two of them have in common. */
export const X25519_BYTES = 32;

/** What stands in front of a raw key in DER, the form in which node:crypto takes it (RFC 8410). */
const PRIVATE_KEY_PREFIX = Uint8Array.fromHex("302e020100300506032b656e04220420");
const PUBLIC_KEY_PREFIX = Uint8Array.fromHex("302a300506032b656e032100");

/** A secret for one exchange, and what the other side is told of it. */
export class KeyPair {
  readonly publicKey: Uint8Array;
  readonly #privateKey: KeyObject;

  /** From 32 secret bytes. */
  constructor(secret: Uint8Array) {
    this.#privateKey = createPrivateKey({ key: der(PRIVATE_KEY_PREFIX, secret), format: "der", type: "pkcs8" });
    const spki = createPublicKey(this.#privateKey).export({ format: "der", type: "spki" });
    this.publicKey = new Uint8Array(spki).subarray(PUBLIC_KEY_PREFIX.length);
  }

  /**
   * What both sides have in common and nobody else; `undefined` when the other side sent one of the points with which
   * everybody has the same in common, all zeros.
   */
  agree(publicKey: Uint8Array): Uint8Array | undefined {
    let shared: Uint8Array;
    try {
      const theirs = createPublicKey({ key: der(PUBLIC_KEY_PREFIX, publicKey), format: "der", type: "spki" });
      shared = diffieHellman({ privateKey: this.#privateKey, publicKey: theirs });
    } catch {
      return undefined; // OpenSSL refuses such points itself
    }
    // Each byte is looked at, so that the time taken says nothing of them; and not every library refuses by itself.
    return shared.reduce((any, byte) => any | byte, 0) === 0 ? undefined : shared;
  }
}

/** Only node:crypto's own kind of bytes is taken here. */
function der(prefix: Uint8Array, key: Uint8Array): Buffer {
  if (key.length !== X25519_BYTES) throw new RangeError(`An X25519 key has ${X25519_BYTES} bytes, not ${key.length}`);
  return Buffer.concat([prefix, key]);
}
