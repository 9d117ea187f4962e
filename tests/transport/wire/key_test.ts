import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { Key, NONCE_BYTES, parseKey, TAG_BYTES } from "../../../transport/wire/key.ts";
import { keyOf } from "./secrets.ts";
import { bytesOf } from "./vectors.ts";

const SECRET = "000102030405060708090a0b0c0d0e0f";
const NONE = new Uint8Array(0);

function encrypted(key: Key, plain: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Uint8Array {
  const out = new Uint8Array(plain.length + TAG_BYTES);
  key.encrypt(plain, nonce, additional, out);
  return out;
}

function problem(text: string): string {
  const parsed = parseKey(text);
  return parsed.ok ? "none" : parsed.problem;
}

// "The Galois/Counter Mode of Operation", appendix B, cases 4, 10 and 16: one message with each size of key.
const GCM_KEY = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
const GCM_TAGS = [
  [16, "42831ec2", "5bc94fbc3221a5db94fae95ae7121a47"],
  [24, "3980ca0b", "2519498e80f1478f37ba55bd6d27618c"],
  [32, "522dc1f0", "76fc6ece0f4e1768cddf8853bb2d551b"],
] as const;
for (const [bytes, start, tag] of GCM_TAGS) {
  Deno.test(`Key with ${bytes} bytes is AES-GCM as its authors computed it`, () => {
    const key = keyOf(GCM_KEY.slice(0, 2 * bytes));
    const plain = bytesOf(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    const additional = bytesOf("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const nonce = bytesOf("cafebabefacedbaddecaf888");
    const sealed = encrypted(key, plain, nonce, additional);
    assertEquals(sealed.subarray(0, 4).toHex(), start);
    assertEquals(sealed.subarray(plain.length).toHex(), tag);
    assertEquals(key.decrypt(sealed, nonce, additional), plain);
  });
}

Deno.test("Key.decrypt() undoes Key.encrypt() for all sizes, even of nothing, and never throws", () => {
  const key = fc.constantFrom(16, 24, 32).chain((bytes) => fc.uint8Array({ minLength: bytes, maxLength: bytes }));
  const nonce = fc.uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES });
  fc.assert(
    fc.property(key, nonce, fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (bytes, nonce, aad, plain, noise) => {
      const key = keyOf(bytes.toHex());
      const sealed = encrypted(key, plain, nonce, aad);
      assertEquals(key.decrypt(sealed, nonce, aad), plain);
      assertEquals(key.decrypt(noise, nonce, aad), undefined);
      assertEquals(key.decrypt(sealed.subarray(1), nonce, aad), undefined);
    }),
  );
});

Deno.test("parseKey() takes 16, 24 and 32 bytes in base64, whitespace around it or not", () => {
  for (const bytes of [16, 24, 32]) {
    const text = new Uint8Array(bytes).fill(bytes).toBase64();
    for (const written of [text, ` ${text}\r\n`]) {
      const parsed = parseKey(written);
      assert(parsed.ok);
      assertEquals(parsed.key.toBase64(), text);
    }
  }
});

Deno.test("parseKey() says what is wrong without a word of the key", () => {
  assertEquals(problem(""), "A key must have 16, 24 or 32 bytes, not 0");
  assertEquals(problem(new Uint8Array(20).toBase64()), "A key must have 16, 24 or 32 bytes, not 20");
  const text = bytesOf(SECRET).toBase64();
  for (const wrong of [text.slice(0, -1), text + "=", text.replace("A", "-"), `"${text}"`, "geheim!", "\u{1f511}"]) {
    assertEquals(problem(wrong), "A key must be written in base64", wrong);
  }
});

Deno.test("Key.of() copies the bytes", () => {
  const bytes = bytesOf(SECRET);
  const made = Key.of(bytes);
  bytes.fill(0);
  assert(made.ok && made.key.equals(keyOf(SECRET)));
});

Deno.test("Key.equals() looks at all of the bytes", () => {
  assert(keyOf(SECRET).equals(keyOf(SECRET)));
  assert(!keyOf(SECRET).equals(keyOf(SECRET.slice(0, -1) + "e")));
  assert(!keyOf(SECRET).equals(keyOf(SECRET + SECRET)));
});

Deno.test("Key shows a fingerprint and nothing of its bytes, however it is looked at", () => {
  const key = keyOf(SECRET);
  const shown = `AES-128 key ${key.fingerprint}`;
  assertEquals(key.fingerprint.length, 8);
  assertNotEquals(key.fingerprint, keyOf(SECRET.slice(0, -1) + "e").fingerprint);
  assertEquals(`${key}`, shown);
  assertEquals(JSON.stringify({ key }), `{"key":"${shown}"}`);
  assertEquals(Deno.inspect({ key }), `{ key: ${shown} }`);
  assertEquals(Deno.inspect(key, { showHidden: true, depth: 9 }), shown);
  assertEquals(Object.values(structuredClone(key) as object), []);
  const out = new Uint8Array(TAG_BYTES);
  let error: unknown;
  try {
    key.encrypt(NONE, NONE, NONE, out);
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof Error && !`${error.stack}`.includes(SECRET));
});
