/** What there is to know of a public key before it is used: a point of edwards25519 (RFC 8032, 5.1), 32 bytes. */
import { AUTHOR_BYTES } from "./author.ts";

/** The field of the curve: its numbers are below this. */
const P = 2n ** 255n - 19n;

/** A root of d·y⁴ + 2y² = 1: where doubling leads to y = 0, whose order is 4. */
const ORDER_8_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

/**
 * The y of all eight points of small order. With such a key a signature can be made that is right for any message, by
 * anybody.
 */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([0n, 1n, P - 1n, ORDER_8_Y, P - ORDER_8_Y]);

/**
 * Whether a key can be one author's alone, and is written in the one way that it should be. Whether its point is on the
 * curve is not looked at.
 */
export function canBeAuthors(key: Uint8Array): boolean {
  if (key.length !== AUTHOR_BYTES) return false;
  const y = yOf(key);
  return y < P && !SMALL_ORDER_Y.has(y);
}

/** The same point on curve25519 (RFC 7748, 4.1), as X25519 takes it; `undefined` for a key that cannot be an author's. */
export function montgomeryOf(key: Uint8Array): Uint8Array | undefined {
  if (!canBeAuthors(key)) return undefined;
  const y = yOf(key);
  const u = (1n + y) * inverse(P + 1n - y) % P;
  return Uint8Array.fromHex(u.toString(16).padStart(2 * AUTHOR_BYTES, "0")).reverse();
}

/** The highest bit is not of y: it tells which of two x belongs to it. */
function yOf(key: Uint8Array): bigint {
  return BigInt(`0x${Uint8Array.from(key).reverse().toHex()}`) & (2n ** 255n - 1n);
}

/** By Fermat: a^(P-2). Keys are public, so the time that it takes tells nothing. */
function inverse(a: bigint): bigint {
  let result = 1n;
  let square = a % P;
  for (let exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = result * square % P;
    square = square * square % P;
  }
  return result;
}
