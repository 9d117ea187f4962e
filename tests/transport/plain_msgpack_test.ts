import { decode, encode } from "@msgpack/msgpack";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodePlain, NOT_PLAIN } from "../../transport/plain_msgpack.ts";
import { isSound } from "../../transport/sound_msgpack.ts";

/** What our messages are made of. The library drops a byte order mark that stands first in a long text. */
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 80 }), fc.string({ minLength: 200, maxLength: 300 }))
  .filter((text) => text.isWellFormed() && !text.startsWith("\ufeff"));
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeNat(),
    fc.integer({ min: -32, max: 300 }).filter((n) => n >= -32),
    text,
    fc.uint8Array({ maxLength: 400 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 20 }),
  ),
})).value;

Deno.test("a plain value comes out as a library reads it", () => {
  fc.assert(fc.property(plain, (value) => {
    const bytes = encode(value);
    assertEquals(decodePlain(bytes), decode(bytes));
  }));
});

Deno.test("what is in it need not begin at the beginning of memory, and bytes are windows on it", () => {
  const memory = Uint8Array.from([9, 9, ...encode([1, Uint8Array.of(5, 6)]), 9]);
  const value = decodePlain(memory.subarray(2, -1));
  assertEquals(value, [1, Uint8Array.of(5, 6)]);
  assert((value as [number, Uint8Array])[1].buffer === memory.buffer);
});

Deno.test("whatever the bytes are, what is taken for a plain value is what a library reads, and sound", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.tuple(plain, fc.nat(), fc.nat(255)).map(([value, where, byte]) => {
      const changed = encode(value).slice();
      changed[where % changed.length] = byte;
      return changed;
    }),
  );
  fc.assert(
    fc.property(bytes, (bytes) => {
      const value = decodePlain(bytes);
      if (value === NOT_PLAIN) return;
      assert(isSound(bytes));
      if (!JSON.stringify(value).includes("\ufeff")) assertEquals(value, decode(bytes));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a text is what its bytes are in UTF-8, also the sign that others put where they are none", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).map((text) => new TextEncoder().encode(text)),
    fc.constantFrom([0xef, 0xbf, 0xbd], [0xef, 0xbb, 0xbf], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80]),
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
      const bytes = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
      let text: unknown = NOT_PLAIN;
      try {
        text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch { /* no UTF-8 */ }
      assertEquals(decodePlain(Uint8Array.from([0xda, bytes.length >> 8, bytes.length & 0xff, ...bytes])), text);
    }),
    { numRuns: 2_000 },
  );
});

for (
  const [what, bytes] of [
    ["nothing", []],
    ["a value and more", [1, 1]],
    ["a text that is cut", [0xa2, 0x61]],
    ["a long text that is cut", [0xd9, 2, 0x61]],
    ["bytes that are cut", [0xc4, 2, 1]],
    ["a length that is cut", [0xc5, 1]],
    ["a number that is cut", [0xcd, 1]],
    ["a long number that is cut", [0xcf, 0, 0, 0, 0, 1, 1, 1]],
    ["a number that is not exact", [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0]],
    ["an array that is cut", [0x92, 1]],
    ["an array of thousands that is cut", [0xdc, 0xff, 0xff, 1]],
    ["text that is no UTF-8", [0xa2, 0xc3, 0x28]],
    ["a map", [0x81, 1, 1]],
    ["a number with a point", [0xca, 0, 0, 0, 0]],
    ["an array that is nested too deep", [...new Array<number>(9).fill(0x91), 1]],
  ] as const
) {
  Deno.test(`${what} is no plain value`, () => {
    assertEquals(decodePlain(Uint8Array.from(bytes)), NOT_PLAIN);
  });
}

Deno.test("arrays are read as deep as any of our messages goes", () => {
  assertEquals(decodePlain(Uint8Array.from([...new Array<number>(8).fill(0x91), 1])), [[[[[[[[1]]]]]]]]);
});
