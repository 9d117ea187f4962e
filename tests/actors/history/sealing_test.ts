import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { createCipheriv, hash, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { type RoomName, TEXT_BYTES_MAX } from "../../../actors/chat_room/entry.ts";
import { type AuthorId, authorOf, keyOf } from "../../../actors/history/author.ts";
import { SEALED_BYTES_MAX } from "../../../actors/history/content.ts";
import { OTHERS_READY_MAX, PADDED_BYTES, Sealing } from "../../../actors/history/sealing.ts";
import { signerFrom } from "../../../actors/history/signing.ts";
import { concat } from "../../../transport/concat.ts";
import { KeyPair } from "../../../transport/link/x25519.ts";
import { SMALL_ORDER_KEYS } from "../../support/small_order_keys.ts";

const GARDEN = "garden" as RoomName;
const HEAD_BYTES = 33;
const TAG_BYTES = 16;

/** Other bytes each time, as a simulation has them. */
function secrets(): (length: number) => Uint8Array {
  let next = 0;
  return (length) => new Uint8Array(length).fill(next++);
}

function personOf(seed: Uint8Array, from: (length: number) => Uint8Array = secrets()) {
  return { author: signerFrom(seed).author, sealing: new Sealing(seed, from) };
}

const ada = personOf(new Uint8Array(32).fill(1));
const bob = personOf(new Uint8Array(32).fill(2));
const eve = personOf(new Uint8Array(32).fill(3));
const TO_BOB = { room: GARDEN, from: ada.author, to: bob.author };

Deno.test("the sender and the recipient open a sealed text, and nobody else", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const sealed = ada.sealing.seal(GARDEN, bob.author, text)!;
    assertEquals(bob.sealing.open(TO_BOB, sealed), text);
    assertEquals(ada.sealing.open(TO_BOB, sealed), text);
    assertEquals(eve.sealing.open(TO_BOB, sealed), undefined);
    for (const self of [ada, bob]) {
      assertEquals(eve.sealing.open({ ...TO_BOB, from: self.author, to: eve.author }, sealed), undefined);
      assertEquals(eve.sealing.open({ ...TO_BOB, from: eve.author, to: self.author }, sealed), undefined);
    }
  }));
});

Deno.test("a text sealed elsewhere, by the same rules, opens", () => {
  // Computed with Python's cryptography package from the seeds of RFC 8032's tests 1 and 2 and the salt 00 01 … 1f.
  const sealed = "01000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1faf7b1aab188e8f65f0e355dfc76d6877" +
    "c0425560f0fc69d62250c7012f2b037b0ba3804401705de668a4239b927110a1a561edd62d38a12d93f7e121015116257141f6287c588ab9" +
    "735bb945dec00a44";
  const salt = Uint8Array.from({ length: 32 }, (_, at) => at);
  const seeds = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
  ];
  const [first, second] = seeds.map((seed) => personOf(Uint8Array.fromHex(seed), () => salt)) as [
    typeof ada,
    typeof ada,
  ];
  assertEquals(first.sealing.seal(GARDEN, second.author, "grüß dich")!.toHex(), sealed);
  const place = { room: GARDEN, from: first.author, to: second.author };
  assertEquals(second.sealing.open(place, Uint8Array.fromHex(sealed)), "grüß dich");
});

Deno.test("a sealed text opens in its room only, and in its direction only", () => {
  const sealed = ada.sealing.seal(GARDEN, bob.author, "here")!;
  for (const self of [ada, bob]) {
    assertEquals(self.sealing.open({ ...TO_BOB, room: "kitchen" as RoomName }, sealed), undefined);
    assertEquals(self.sealing.open({ ...TO_BOB, from: bob.author, to: ada.author }, sealed), undefined);
  }
});

Deno.test("one bit changed, and it does not open", () => {
  const sealed = ada.sealing.seal(GARDEN, bob.author, "whole")!;
  for (let bit = 0; bit < 8 * sealed.length; bit++) {
    const flipped = sealed.with(bit >> 3, sealed[bit >> 3]! ^ (1 << bit % 8));
    assertEquals(bob.sealing.open(TO_BOB, flipped), undefined);
  }
});

Deno.test("strangers' bytes do not open, and throw nothing", () => {
  const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((key) => authorOf(key)!);
  const anySealed = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }).map((rest) => Uint8Array.of(1, ...rest)),
  );
  fc.assert(fc.property(anyKey, anySealed, (other, sealed) => {
    assertEquals(bob.sealing.open(TO_BOB, sealed), undefined);
    assertEquals(bob.sealing.open({ ...TO_BOB, from: other }, sealed), undefined);
    assertEquals(bob.sealing.open({ ...TO_BOB, from: bob.author, to: other }, sealed), undefined);
  }));
  const whole = ada.sealing.seal(GARDEN, bob.author, "whole")!;
  for (let length = 0; length < whole.length; length++) {
    assertEquals(bob.sealing.open(TO_BOB, whole.subarray(0, length)), undefined);
  }
  assertEquals(bob.sealing.open(TO_BOB, new Uint8Array(SEALED_BYTES_MAX + 1).fill(1)), undefined);
});

/** What Ada, who has the key, could seal for Bob with a program of her own: any bytes instead of a padded text. */
function forged(bytes: Uint8Array): Uint8Array {
  const secretOf = (byte: number) =>
    new Uint8Array(hash("sha512", new Uint8Array(32).fill(byte), "buffer")).slice(0, 32);
  const common = new KeyPair(secretOf(1)).agree(new KeyPair(secretOf(2)).publicKey)!;
  const salt = new Uint8Array(32).fill(7);
  const okm = new Uint8Array(hkdfSync("sha256", common, salt, "parley sealed text", 44));
  const cipher = createCipheriv("aes-256-gcm", okm.subarray(0, 32), okm.subarray(32), { authTagLength: TAG_BYTES });
  cipher.setAAD(encode(["parley sealed text", 1, GARDEN, keyOf(ada.author), keyOf(bob.author)]));
  const sealed = cipher.update(bytes);
  cipher.final();
  return concat([Uint8Array.of(1), salt, sealed, cipher.getAuthTag()]);
}

Deno.test("a text that opens, and is none that could be said, is no text", () => {
  const open = (...bytes: number[]) => bob.sealing.open(TO_BOB, forged(Uint8Array.from(bytes)));
  assertEquals(open(0x68, 0x69, 0x80), "hi"); // whatever the length
  assertEquals(open(), undefined);
  assertEquals(open(0, 0), undefined);
  assertEquals(open(0x68, 0x69), undefined);
  assertEquals(open(0x68, 0x80, 0x69), undefined);
  assertEquals(open(0xff, 0x80), undefined);
  assertEquals(open(0xed, 0xa0, 0x80, 0x80), undefined); // half a pair of surrogates
  const padded = (
    text: number,
    padding: number,
  ) => [...new Array(text).fill(0x78), 0x80, ...new Array(padding).fill(0)];
  const overhead = HEAD_BYTES + TAG_BYTES + 1;
  assertEquals(open(...padded(2, SEALED_BYTES_MAX - overhead - 2)), "xx");
  assertEquals(open(...padded(2, SEALED_BYTES_MAX - overhead - 1)), undefined);
  assertEquals(open(...padded(TEXT_BYTES_MAX, 0))?.length, TEXT_BYTES_MAX);
  assertEquals(open(...padded(TEXT_BYTES_MAX + 1, 0)), undefined);
});

Deno.test("nothing is sealed for, or opened from, a key with which everybody has the same in common", () => {
  for (const key of SMALL_ORDER_KEYS) {
    const nobody = authorOf(key)!;
    assertEquals(ada.sealing.seal(GARDEN, nobody, "to nobody"), undefined);
    assertEquals(ada.sealing.open({ ...TO_BOB, from: nobody, to: ada.author }, new Uint8Array(100).fill(1)), undefined);
  }
  assertEquals(ada.sealing.seal(GARDEN, "abc" as AuthorId, "to nobody"), undefined);
});

Deno.test("a text of the longest length is sealed within what an entry holds, and none that is longer", () => {
  const longest = "x".repeat(TEXT_BYTES_MAX);
  const sealed = ada.sealing.seal(GARDEN, bob.author, longest)!;
  assert(sealed.length <= SEALED_BYTES_MAX);
  assertEquals(bob.sealing.open(TO_BOB, sealed), longest);
  assertEquals(ada.sealing.seal(GARDEN, bob.author, `${longest}x`), undefined);
});

Deno.test("a text is sealed as it is, or not at all", () => {
  for (const text of ["", "\0", "a\0\0", "\ufeffmarked", "\u0080"]) {
    assertEquals(bob.sealing.open(TO_BOB, ada.sealing.seal(GARDEN, bob.author, text)!), text);
  }
  assertEquals(ada.sealing.seal(GARDEN, bob.author, "half \ud800"), undefined);
});

Deno.test("short texts of different lengths look alike", () => {
  const lengthOf = (bytes: number) =>
    ada.sealing.seal(GARDEN, bob.author, "x".repeat(bytes))!.length - HEAD_BYTES - TAG_BYTES;
  assertEquals([0, 2, PADDED_BYTES - 1, PADDED_BYTES].map(lengthOf), [64, 64, 64, 128]);
});

Deno.test("the same text is sealed otherwise each time", () => {
  const [first, second] = [1, 2].map(() => ada.sealing.seal(GARDEN, bob.author, "again")!);
  assertNotEquals(first!.subarray(HEAD_BYTES), second!.subarray(HEAD_BYTES));
});

Deno.test("what one seals for oneself, one opens", () => {
  const place = { room: GARDEN, from: ada.author, to: ada.author };
  const sealed = ada.sealing.seal(GARDEN, ada.author, "a note")!;
  assertEquals(ada.sealing.open(place, sealed), "a note");
  assertEquals(bob.sealing.open(place, sealed), undefined);
});

Deno.test("others beyond those who are kept ready are written to all the same", () => {
  for (let number = 0; number < OTHERS_READY_MAX + 2; number++) {
    const other = personOf(new Uint8Array(32).fill(9).with(0, number & 0xff).with(1, number >> 8));
    const sealed = ada.sealing.seal(GARDEN, other.author, "hello")!;
    assertEquals(other.sealing.open({ ...TO_BOB, to: other.author }, sealed), "hello");
  }
});

Deno.test("a seed of another length is refused", () => {
  assertThrows(() => new Sealing(new Uint8Array(31), secrets()), RangeError, "32 bytes");
});
