import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { authorOf } from "../../../actors/history/author.ts";
import { fingerprintOf, WORDS } from "../../../actors/history/fingerprint.ts";
import { signerFrom } from "../../../actors/history/signing.ts";
import { typingDistance } from "../../../actors/repl/nearest.ts";

const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 });

Deno.test("a fingerprint is ten words, and the same ten bytes in hexadecimal", () => {
  fc.assert(fc.property(anyKey, (key) => {
    const { words, hex } = fingerprintOf(authorOf(key)!);
    const fromWords = Uint8Array.from(words.split(" "), (word) => WORDS.indexOf(word));
    assertEquals(fromWords.length, 10);
    assertEquals(fromWords.toHex(), hex.replaceAll(" ", ""));
  }));
});

Deno.test("an author's fingerprint never changes from one version to another", () => {
  const { author } = signerFrom(Uint8Array.fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  assertEquals(fingerprintOf(author), {
    words: "lettuce mirror sponge oxygen cucumber button evening kangaroo elbow kayak",
    hex: "7887 d0a0 2d18 446f 3f70",
  });
});

Deno.test("keys that differ in one bit have nothing in common in their fingerprints", () => {
  fc.assert(
    fc.property(anyKey, fc.nat(255), (key, bit) => {
      const changed = key.with(bit >> 3, key[bit >> 3]! ^ (1 << bit % 8));
      const [one, other] = [key, changed].map((bytes) => fingerprintOf(authorOf(bytes)!).words.split(" "));
      assert(one!.filter((word, at) => word === other![at]).length <= 2);
    }),
    { numRuns: 50 },
  );
});

Deno.test("there are 256 words, short, of plain letters, in the order of the alphabet", () => {
  assertEquals(WORDS.length, 256);
  for (const word of WORDS) assert(/^[a-z]{4,9}$/.test(word), word);
  assertEquals([...WORDS].sort(), WORDS);
});

Deno.test("no word is taken for another: three typing mistakes lie between any two, and their beginnings differ", () => {
  for (const [at, word] of WORDS.entries()) {
    for (const other of WORDS.slice(at + 1)) {
      assert(typingDistance(word, other) >= 3, `${word} ${other}`);
      assert(word.slice(0, 3) !== other.slice(0, 3), `${word} ${other}`);
    }
  }
});
