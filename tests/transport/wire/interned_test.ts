import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { INTERNED_BYTES_MAX, internedBytes, internedText } from "../../../transport/wire/interned.ts";

const encoder = new TextEncoder();
const short = { maxLength: INTERNED_BYTES_MAX };

/** Somewhere in the middle of other bytes. */
function surrounded(bytes: Uint8Array): { all: Uint8Array; start: number; end: number } {
  const all = new Uint8Array(bytes.length + 8).fill(0x61);
  all.set(bytes, 3);
  return { all, start: 3, end: 3 + bytes.length };
}

Deno.test("internedBytes() are those that stand there, whatever stood there before", () => {
  fc.assert(fc.property(fc.uint8Array(short), (bytes) => {
    const { all, start, end } = surrounded(bytes);
    const first = internedBytes(all, start, end);
    all.fill(0xff);
    assertEquals(first, bytes);
    assertEquals(internedBytes(bytes, 0, bytes.length), bytes);
  }));
});

Deno.test("internedText() is the text that stands there, and none where it is not all ASCII", () => {
  fc.assert(fc.property(fc.oneof(fc.string(short), fc.string({ maxLength: 16, unit: "grapheme" })), (text) => {
    const bytes = encoder.encode(text);
    const { all, start, end } = surrounded(bytes);
    const isAscii = bytes.every((byte) => byte < 0x80);
    for (let time = 0; time < 2; time++) assertEquals(internedText(all, start, end), isAscii ? text : undefined);
  }));
});

Deno.test("what comes again is the same array, not one more", () => {
  const address = Uint8Array.of(127, 0, 0, 1);
  assert(internedBytes(address, 0, 4) === internedBytes(Uint8Array.of(9, 127, 0, 0, 1), 1, 5));
});

Deno.test("strings that differ in one place only are told apart, wherever that is", () => {
  for (let length = 1; length <= INTERNED_BYTES_MAX; length++) {
    for (let at = 0; at < length; at++) {
      const bytes = new Uint8Array(length).fill(0x61);
      internedBytes(bytes, 0, length);
      internedText(bytes, 0, length);
      bytes[at] = 0x62;
      assertEquals(internedBytes(bytes, 0, length), bytes);
      assertEquals(internedText(bytes, 0, length), new TextDecoder().decode(bytes));
    }
  }
});

Deno.test("the addresses and names of a large cluster find places of their own, as far as there are any", () => {
  const kept = (count: number, bytesOf: (i: number) => Uint8Array): number => {
    const made = Array.from({ length: count }, (_, i) => internedBytes(bytesOf(i), 0, bytesOf(i).length));
    return made.filter((one, i) => internedBytes(bytesOf(i), 0, bytesOf(i).length) === one).length;
  };
  assert(kept(1_000, (i) => Uint8Array.of(10, 0, i >> 8, i)) > 800);
  assert(kept(1_000, (i) => encoder.encode(`node-${i}`)) > 800);
});
