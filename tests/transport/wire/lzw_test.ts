import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeLzw, encodeLzw } from "../../../transport/wire/lzw.ts";
import { bytesOf } from "./vectors.ts";

const NO_LIMIT = 64 * 1024 * 1024;

/** Bytes that look random, the same every time. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) >>> 24);
}

/** Packs codes of given widths as LZW does: from the low end of each byte. */
function packed(...codes: [code: number, width: number][]): Uint8Array {
  const bits = codes.flatMap(([code, width]) => Array.from({ length: width }, (_, bit) => code >> bit & 1));
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, at) => bytes[at >> 3]! |= bit << (at & 7));
  return bytes;
}

Deno.test("LZW of any bytes gives the same bytes back", () => {
  const repetitive = fc.array(fc.constantFrom(0, 1, 255), { maxLength: 3000 }).map((bytes) => Uint8Array.from(bytes));
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 3000 }), repetitive), (plain) => {
    assertEquals(decodeLzw(encodeLzw(plain), plain.length), { ok: true, value: plain });
  }));
});

Deno.test("LZW gives the same back at every number of codes around each change of width and the full table", () => {
  const all = noise(8200);
  for (const middle of [255, 767, 1791, 3838, 3838 + 255, 2 * 3838]) {
    for (let length = middle - 3; length <= middle + 3; length++) {
      const plain = all.subarray(0, length);
      const result = decodeLzw(encodeLzw(plain), length);
      assert(result.ok);
      assertEquals(result.value.toHex(), plain.toHex());
    }
  }
});

Deno.test("encodeLzw() gives the same bytes however often it was used before", () => {
  const plain = noise(600);
  const first = encodeLzw(plain).toHex();
  for (let round = 0; round < 5000; round++) encodeLzw(plain.subarray(round % 7, 40));
  assertEquals(encodeLzw(plain).toHex(), first);
});

Deno.test("encodeLzw() makes noise at most half as long again, and 14 bits more", () => {
  for (const length of [0, 1, 2, 255, 4000, 100_000]) {
    assert(encodeLzw(noise(length)).length <= Math.ceil(length * 1.5 + length / 2048 + 4));
  }
});

Deno.test("decodeLzw() keeps a full table when no clear comes", () => {
  // 3,839 literals fill the table up to entry 4095, which is the first two-byte string not entered by Go's writer.
  const widths = (count: number) => count < 255 ? 9 : count < 767 ? 10 : count < 1791 ? 11 : 12;
  const literals = noise(3839);
  const codes = [...literals].map((code, count): [number, number] => [code, widths(count)]);
  const tail = [...literals.subarray(-2)];
  const result = decodeLzw(packed(...codes, [4095, 12], [258, 12], [4095, 12], [257, 12]), NO_LIMIT);
  assert(result.ok);
  assertEquals([...result.value.subarray(3839)], [...tail, ...literals.subarray(0, 2), ...tail]);
});

Deno.test("decodeLzw() reads codes without a clear in front of them, and ignores bytes after the end", () => {
  assertEquals(decodeLzw(packed([65, 9], [257, 9], [300, 9]), 9), { ok: true, value: bytesOf("41") });
});

Deno.test("decodeLzw() refuses codes that cannot be, and a missing end", () => {
  const reason = (...codes: [number, number][]) => {
    const result = decodeLzw(packed(...codes), NO_LIMIT);
    return result.ok || result.reason;
  };
  assertEquals(reason([256, 9], [258, 9], [257, 9]), "bad_compression", "a string as the first code");
  assertEquals(reason([256, 9], [65, 9], [259, 9], [257, 9]), "bad_compression", "a string that is yet to come");
  assertEquals(
    reason([256, 9], [65, 9], [258, 9], [256, 9], [258, 9]),
    "bad_compression",
    "a string from before a clear",
  );
  assertEquals(reason([256, 9], [65, 9]), "bad_compression", "no end");
  assertEquals(reason(), "bad_compression", "nothing");
});

Deno.test("decodeLzw() of any bytes gives bytes or a reason, and never more than asked for", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(2000), (bytes, bytesMax) => {
      const result = decodeLzw(bytes, bytesMax);
      assert(result.ok ? result.value.length <= bytesMax : ["bad_compression", "too_large"].includes(result.reason));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeLzw() takes exactly the bound and refuses one byte more", () => {
  const plain = noise(1000);
  assert(decodeLzw(encodeLzw(plain), 1000).ok);
  const result = decodeLzw(encodeLzw(plain), 999);
  assertEquals(result.ok || result.reason, "too_large");
});
