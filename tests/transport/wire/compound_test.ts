import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeCompound, encodeCompounds } from "../../../transport/wire/compound.ts";
import { bytesOf, vectorsOf } from "./vectors.ts";

for (const vector of vectorsOf("compound")) {
  Deno.test(`decodeCompound() reads ${vector.name}`, () => {
    const result = decodeCompound(bytesOf(vector.hex));
    if (vector.error) return assertEquals(result, { ok: false, reason: "truncated", at: vector.hex.length / 2 });
    assert(result.ok);
    assertEquals(result.value.parts.map((part) => part.toHex()), vector.parts);
    assertEquals(result.value.truncated, vector.truncated);
  });

  if (vector.decode_only) continue;
  Deno.test(`encodeCompounds() writes ${vector.name} byte for byte`, () => {
    assertEquals(encodeCompounds(vector.parts!.map(bytesOf)).map((bytes) => bytes.toHex()), [vector.hex]);
  });
}

Deno.test("encodeCompounds() sends at most 127 parts in a compound and one alone bare, and keeps all in order", () => {
  const part = fc.uint8Array({ minLength: 1, maxLength: 5 });
  fc.assert(fc.property(fc.array(part, { maxLength: 400, size: "max" }), (parts) => {
    const encoded = encodeCompounds(parts);
    const isBare = (index: number): boolean => index === encoded.length - 1 && parts.length % 127 === 1;
    const got = encoded.flatMap((bytes, index) => {
      if (isBare(index)) return [bytes]; // also one that itself begins with the 7 of a compound
      assert(bytes[0] === 7 && bytes[1]! <= 127);
      const result = decodeCompound(bytes);
      assert(result.ok && result.value.truncated === 0);
      return result.value.parts;
    });
    assertEquals(got.map((bytes) => bytes.toHex()), parts.map((bytes) => bytes.toHex()));
  }));
});

Deno.test("encodeCompounds() refuses parts that no receiver could read", () => {
  const good = bytesOf("08");
  assertThrows(() => encodeCompounds([good, new Uint8Array(0)]), RangeError);
  assertThrows(() => encodeCompounds([new Uint8Array(0)]), RangeError);
  assertThrows(() => encodeCompounds([good, new Uint8Array(65_536)]), RangeError);
  assertEquals(encodeCompounds([]), []);
});

Deno.test("faults row 7: decodeCompound() takes 0 and 255 parts, and ignores bytes after the last", () => {
  assertEquals(decodeCompound(bytesOf("0700ffff")), { ok: true, value: { parts: [], truncated: 0 } });
  const full = decodeCompound(bytesOf("07ff" + "0001".repeat(255) + "08".repeat(255) + "ff"));
  assert(full.ok);
  assertEquals([full.value.parts.length, full.value.truncated], [255, 0]);
});

Deno.test("faults row 7: decodeCompound() uses the complete parts before a length beyond the packet", () => {
  const result = decodeCompound(bytesOf("0703" + "0001ffff0001" + "080808"));
  assert(result.ok);
  assertEquals([result.value.parts.map((part) => part.toHex()), result.value.truncated], [["08"], 2]);
});
