/**
 * Signatures of authors: Ed25519 (RFC 8032). What is signed here says by itself what it is, as a hash over a body that
 * begins with its kind does, so that a signature made for one purpose cannot be shown for another.
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { type AuthorId, authorOf, keyOf } from "./author.ts";
import { canBeAuthors } from "./curve.ts";
import { KeptReady } from "./kept_ready.ts";

/** Who can sign as its author; nobody else can. */
export type Signer = Readonly<{ author: AuthorId; sign(bytes: Uint8Array): Uint8Array }>;

/** Secret bytes that an author is made of. */
export const SEED_BYTES = 32;

export const SIGNATURE_BYTES = 64;

/** Authors whose keys are kept ready: to make one anew costs half of what a verification costs. */
export const KEYS_READY_MAX = 1024;

/** What stands in front of a raw key in DER, the form in which node:crypto takes it (RFC 8410). */
const PRIVATE_KEY_PREFIX = Uint8Array.fromHex("302e020100300506032b657004220420");
const PUBLIC_KEY_PREFIX = Uint8Array.fromHex("302a300506032b6570032100");

const keys = new KeptReady(KEYS_READY_MAX, publicKeyOf);

/** The author whose secret is `seed`, 32 bytes that nobody can foretell; throws `RangeError` over another length. */
export function signerFrom(seed: Uint8Array): Signer {
  if (seed.length !== SEED_BYTES) throw new RangeError(`A seed has ${SEED_BYTES} bytes, not ${seed.length}`);
  const der = Buffer.concat([PRIVATE_KEY_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const author = authorOf(new Uint8Array(spki).subarray(PUBLIC_KEY_PREFIX.length))!;
  return { author, sign: (bytes) => new Uint8Array(sign(null, bytes, privateKey)) };
}

/**
 * Whether `author` signed these bytes. What strangers send as author or signature is merely not right; so is everything
 * by a key that is not one author's alone.
 */
export function verifies(author: AuthorId, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = keys.for(author);
  return key !== undefined && verify(null, bytes, key, signature);
}

function publicKeyOf(author: AuthorId): KeyObject | undefined {
  const key = keyOf(author);
  if (!canBeAuthors(key)) return undefined;
  try {
    return createPublicKey({ key: Buffer.concat([PUBLIC_KEY_PREFIX, key]), format: "der", type: "spki" });
  } catch {
    return undefined; // no point of the curve
  }
}
