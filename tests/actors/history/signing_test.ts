import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { type AuthorId, authorOf, keyOf } from "../../../actors/history/author.ts";
import { KEYS_READY_MAX, SIGNATURE_BYTES, signerFrom, verifies } from "../../../actors/history/signing.ts";
import { SMALL_ORDER_KEYS } from "../../support/small_order_keys.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex);
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const signerOf = (number: number) => {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(0, number);
  return signerFrom(seed);
};

/** RFC 8032, section 7.1: tests 1, 2, 3 and "SHA(abc)". */
const VECTORS = [
  {
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
  {
    seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    key: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    message: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    signature: "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589" +
      "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  },
];

Deno.test("a signature is the one of RFC 8032, and verifies", () => {
  for (const { seed, key, message, signature } of VECTORS) {
    const signer = signerFrom(bytes(seed));
    assertEquals(signer.author, key as AuthorId);
    assertEquals(signer.sign(bytes(message)).toHex(), signature);
    assert(verifies(signer.author, bytes(message), bytes(signature)));
  }
});

Deno.test("one bit of the message, the signature or the author makes it wrong", () => {
  const { author, sign } = signerOf(1);
  const said = text("said");
  const signature = sign(said);
  const flipped = (from: Uint8Array, bit: number) =>
    from.map((byte, at) => at === bit >> 3 ? byte ^ (1 << bit % 8) : byte);
  fc.assert(fc.property(fc.nat(SIGNATURE_BYTES * 8 - 1), (bit) => {
    assert(!verifies(author, said, flipped(signature, bit)));
    assert(!verifies(author, flipped(said, bit % 32), signature));
    assert(!verifies(authorOf(flipped(keyOf(author), bit % 256))!, said, signature));
  }));
});

Deno.test("strangers' bytes are wrong, and throw nothing", () => {
  const anyBytes = fc.uint8Array({ maxLength: 100 });
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), anyBytes, anyBytes, (key, said, signature) => {
    assert(!verifies(authorOf(key)!, said, signature));
    assert(!verifies(authorOf(key)!, said, new Uint8Array(SIGNATURE_BYTES)));
  }));
  for (const author of ["", "00", "d75a98", "zz".repeat(32), "D75A".repeat(16), "a".repeat(1000)]) {
    assert(!verifies(author as AuthorId, text("said"), new Uint8Array(SIGNATURE_BYTES)));
  }
});

Deno.test("a key with which anybody can sign is nobody's", () => {
  // R the neutral point, S zero: right for the neutral point as key and any message, by the equation alone.
  const crafted = new Uint8Array(SIGNATURE_BYTES).with(0, 1);
  for (const key of SMALL_ORDER_KEYS) {
    assert(!verifies(authorOf(key)!, text("anything"), crafted), key.toHex());
  }
});

Deno.test("the crafted signature would be taken if its key were", () => {
  const key = Buffer.concat([bytes("302a300506032b6570032100"), new Uint8Array(32).with(0, 1)]);
  const neutral = createPublicKey({ key, format: "der", type: "spki" });
  assert(verify(null, text("anything"), neutral, new Uint8Array(SIGNATURE_BYTES).with(0, 1)));
});

Deno.test("a signature cannot be written in a second way", () => {
  const { author, sign } = signerOf(2);
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const signature = sign(text("once"));
  let s = BigInt(`0x${signature.slice(32).reverse().toHex()}`) + order;
  const second = signature.map((byte, at) => {
    if (at < 32) return byte;
    const low = Number(s & 0xffn);
    s >>= 8n;
    return low;
  });
  assert(verifies(author, text("once"), signature));
  assert(!verifies(author, text("once"), second));
});

Deno.test("authors beyond those whose keys are kept ready are verified all the same", () => {
  const authors = KEYS_READY_MAX + 10;
  for (const _ of [1, 2]) {
    for (let number = 0; number < authors; number++) {
      const { author, sign } = signerOf(number);
      assert(verifies(author, text("said"), sign(text("said"))));
      assert(!verifies(author, text("heard"), sign(text("said"))));
    }
  }
});

Deno.test("a seed of another length is refused", () => {
  for (const length of [0, 31, 33, 64]) assertThrows(() => signerFrom(new Uint8Array(length)), RangeError, "32 bytes");
});
