import { assert, assertEquals } from "@std/assert";
import { hash } from "node:crypto";
import fc from "fast-check";
import { keyOf } from "../../../actors/history/author.ts";
import { canBeAuthors, montgomeryOf } from "../../../actors/history/curve.ts";
import { signerFrom } from "../../../actors/history/signing.ts";
import { KeyPair } from "../../../transport/link/x25519.ts";
import { SMALL_ORDER_KEYS } from "../../support/small_order_keys.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex);
const anySeed = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** What X25519 has as public key for the secret that an author of this seed signs with (RFC 8032, 5.1.5). */
function exchangeKeyOf(seed: Uint8Array): Uint8Array {
  return new KeyPair(new Uint8Array(hash("sha512", seed, "buffer")).slice(0, 32)).publicKey;
}

/** Seeds and X25519 keys: of libsodium's test ed25519_convert, of an issue of ed2curve-js, of RFC 8032's test 1. */
const VECTORS = [
  [
    "421151a459faeade3d247115f94aedae42318124095afabe4d1451a559faedee",
    "f1814f0e8ff1043d8a44d25babff3cedcae6c22c3edaa48f857ae70de2baae50",
  ],
  [
    "9fc9b77445f8b077c29fe27fc581c52beb668ecd25f5bb2ba5777dee2a411e97",
    "26100e941bdd2103038d8dec9a1884694736f591ee814e66ae6e2e2284757136",
  ],
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e",
  ],
] as const;

Deno.test("an author's key leads to the X25519 key that libsodium says", () => {
  for (const [seed, expected] of VECTORS) {
    assertEquals(montgomeryOf(keyOf(signerFrom(bytes(seed)).author))?.toHex(), expected);
    assertEquals(exchangeKeyOf(bytes(seed)).toHex(), expected);
  }
});

Deno.test("an author's key leads to the X25519 key of the author's secret", () => {
  fc.assert(fc.property(anySeed, (seed) => {
    assertEquals(montgomeryOf(keyOf(signerFrom(seed).author)), exchangeKeyOf(seed));
  }));
});

Deno.test("an author's key can be an author's", () => {
  fc.assert(fc.property(anySeed, (seed) => assert(canBeAuthors(keyOf(signerFrom(seed).author)))));
});

Deno.test("a point of small order is nobody's key, however it is written", () => {
  for (const key of SMALL_ORDER_KEYS) {
    assert(!canBeAuthors(key), key.toHex());
    assertEquals(montgomeryOf(key), undefined);
  }
});

Deno.test("a key that is written as another number than its own is nobody's", () => {
  for (let above = 0; above < 19; above++) {
    const key = new Uint8Array(32).fill(0xff).with(0, 0xed + above); // the field's size and above
    for (const written of [key, key.with(31, 0x7f)]) {
      assert(!canBeAuthors(written), written.toHex());
      assertEquals(montgomeryOf(written), undefined);
    }
  }
});

Deno.test("bytes of another length are nobody's key", () => {
  for (const length of [0, 1, 31, 33, 64]) assert(!canBeAuthors(new Uint8Array(length).fill(9)));
});
