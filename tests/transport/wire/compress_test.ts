import { assertEquals, assertThrows } from "@std/assert";
import { decodeCompress, encodeCompress } from "../../../transport/wire/compress.ts";
import { decodeLzw, encodeLzw } from "../../../transport/wire/lzw.ts";
import { bytesOf, vectorsOf } from "./vectors.ts";

const NO_LIMIT = 1024 * 1024;

function reason(hex: string, bytesMax = NO_LIMIT): string {
  const result = decodeCompress(bytesOf(hex), bytesMax);
  return result.ok ? result.value.toHex() : result.reason;
}

for (const vector of vectorsOf("compress")) {
  const plain = bytesOf(vector.plain as string);

  Deno.test(`LZW is Go's in ${vector.name}`, () => {
    assertEquals(encodeLzw(plain).toHex(), vector.lzw);
    assertEquals(decodeLzw(bytesOf(vector.lzw!), plain.length), { ok: true, value: plain });
  });

  Deno.test(`encodeCompress() writes ${vector.name}, unless it is empty, and decodeCompress() reads it`, () => {
    if (plain.length === 0) {
      assertThrows(() => encodeCompress(plain), RangeError);
      assertEquals(reason(vector.hex), "empty");
    } else {
      assertEquals(encodeCompress(plain).toHex(), vector.hex);
      assertEquals(reason(vector.hex), plain.toHex());
    }
  });
}

Deno.test("decodeCompress() refuses what is not a map with LZW in it", () => {
  assertEquals(reason("09"), "truncated");
  assertEquals(reason("0980"), "bad_compression");
  assertEquals(reason("0982a4416c676f01a3427566a400830404"), "bad_compression", "faults row 8: unknown algorithm");
  assertEquals(reason("0982a4416c676fcd0100a3427566a400830404"), "out_of_range");
  assertEquals(reason("0982a4416c676f00a3427566a3008304"), "bad_compression");
  assertEquals(reason("0982a3427566c40400830404a4416c676f00"), "41", "the other order, and bin");
  assertEquals(reason("0982a4416c676f00a3427566a400830404", 0), "too_large");
});
