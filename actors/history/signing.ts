/**
 * Signatures of authors: Ed25519 (RFC 8032). What is signed here says by itself what it is, as a hash over a body that
 * begins with its kind does, so that a signature made for one purpose cannot be shown for another.
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { AUTHOR_BYTES, type AuthorId, authorOf, keyOf } from "./author.ts";

/** Who can sign as its author; nobody else can. */
export type Signer = Readonly<{ author: AuthorId; sign(bytes: Uint8Array): Uint8Array }>;

/** Secret bytes that an author is made of. */
const SEED_BYTES = 32;

export const SIGNATURE_BYTES = 64;

/** Keys that are kept ready: to make one anew costs half of what a verification costs. Unused for longest goes first. */
export const KEYS_READY_MAX = 1024;

/** What stands in front of a raw key in DER, the form in which node:crypto takes it (RFC 8410). */
const PRIVATE_KEY_PREFIX = Uint8Array.fromHex("302e020100300506032b657004220420");
const PUBLIC_KEY_PREFIX = Uint8Array.fromHex("302a300506032b6570032100");

/** The field of the curve: its numbers are below this. */
const P = 2n ** 255n - 19n;

/** A root of d·y⁴ + 2y² = 1: where doubling leads to y = 0, whose order is 4. */
const ORDER_8_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

/**
 * The y of all eight points of small order. With such a key a signature can be made that is right for any message, by
 * anybody.
 */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  ORDER_8_Y,
  P - ORDER_8_Y,
]);

/** Keys by author, the one unused for longest first. They only save time: what is true does not hang on them. */
const ready = new Map<AuthorId, KeyObject>();

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
  const key = keyReadyFor(author);
  return key !== undefined && verify(null, bytes, key, signature);
}

/** The y of a point in its 32 bytes, which is below the field's size; `undefined` where it is written as a larger number. */
function pointY(key: Uint8Array): bigint | undefined {
  const y = BigInt(`0x${Uint8Array.from(key).reverse().toHex()}`) & (2n ** 255n - 1n); // the highest bit is the sign of x
  return y < P ? y : undefined;
}

/** Whether a key can be one author's alone. Whether its point is on the curve is not looked at. */
export function canBeAuthors(key: Uint8Array): boolean {
  if (key.length !== AUTHOR_BYTES) return false;
  const y = pointY(key);
  return y !== undefined && !SMALL_ORDER_Y.has(y);
}

function keyReadyFor(author: AuthorId): KeyObject | undefined {
  const key = ready.get(author) ?? publicKeyOf(author);
  if (key === undefined) return undefined;
  ready.delete(author); // to stand last
  if (ready.size >= KEYS_READY_MAX) ready.delete(ready.keys().next().value!);
  ready.set(author, key);
  return key;
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
