import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MsgpackReader, MsgpackWriter } from "../../../transport/wire/msgpack.ts";
import { bytesOf } from "./vectors.ts";

function written(write: (writer: MsgpackWriter) => void): string {
  const writer = new MsgpackWriter();
  write(writer);
  return writer.finish().toHex();
}

Deno.test("MsgpackWriter writes integers in their shortest unsigned form", () => {
  const forms: [number, string][] = [
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65535, "cdffff"],
    [65536, "ce00010000"],
    [2 ** 32 - 1, "ceffffffff"],
    [2 ** 32, "cf0000000100000000"],
    [Number.MAX_SAFE_INTEGER, "cf001fffffffffffff"],
  ];
  for (const [value, hex] of forms) assertEquals(written((writer) => writer.unsigned(value)), hex);
  assertThrows(() => written((writer) => writer.unsigned(2 ** 53)), RangeError);
});

Deno.test("MsgpackWriter writes strings and bytes in the raw family, whose lengths count bytes", () => {
  assertEquals(written((writer) => writer.text("x".repeat(31))), "bf" + "78".repeat(31));
  assertEquals(written((writer) => writer.text("x".repeat(32))), "da0020" + "78".repeat(32));
  assertEquals(written((writer) => writer.text("x".repeat(65536))), "db00010000" + "78".repeat(65536));
  assertEquals(written((writer) => writer.text("x".repeat(31) + "é")), "da0021" + "78".repeat(31) + "c3a9");
  assertEquals(written((writer) => writer.text("x".repeat(65535) + "é")), "db00010001" + "78".repeat(65535) + "c3a9");
  assertEquals(written((writer) => writer.byteString(new Uint8Array(0))), "a0");
  assertEquals(written((writer) => writer.byteString(null)), "c0");
  assertEquals(written((writer) => writer.byteString(new Uint8Array(300))), "da012c" + "00".repeat(300));
});

Deno.test("MsgpackReader reads any text and integer that MsgpackWriter wrote", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.maxSafeNat(), (text, number) => {
    const reader = new MsgpackReader(bytesOf(written((writer) => {
      writer.text(text);
      writer.unsigned(number);
    })));
    assertEquals([reader.text(), reader.int()], [text, number]);
  }));
});

Deno.test("MsgpackReader.int() keeps signs in every width and refuses what a number cannot hold", () => {
  const read = (hex: string) => {
    const reader = new MsgpackReader(bytesOf(hex));
    return reader.int() ?? reader.failure;
  };
  assertEquals(["ff", "d0ff", "d1ffff", "d2ffffffff", "d3ffffffffffffffff"].map(read), [-1, -1, -1, -1, -1]);
  assertEquals(["d080", "d18000", "d280000000"].map(read), [-128, -32768, -(2 ** 31)]);
  assertEquals(read("d3ffffffff00000000"), -(2 ** 32));
  assertEquals(["cf0020000000000000", "d38000000000000000"].map(read), ["out_of_range", "out_of_range"]);
});

Deno.test("MsgpackReader tells a claim that may yet be kept from one that may not", () => {
  const read = (hex: string) => {
    const reader = new MsgpackReader(bytesOf(hex), 0, hex.length / 2, 100);
    assertEquals(reader.byteString(), undefined);
    return [reader.failure, reader.failedAt];
  };
  assertEquals(read("da0061"), ["truncated", 3]);
  assertEquals(read("da0062"), ["too_large", 0]);
  assertEquals(read("ddffffffff"), ["too_large", 0]);
});

Deno.test("MsgpackReader gives bytes as windows on its input, except those that an array spells out", () => {
  const bytes = bytesOf("a2616bc401ff920102a0");
  const reader = new MsgpackReader(bytes);
  const values = [reader.byteString(), reader.nilableBytes(), reader.byteString(), reader.byteString()];
  bytes.fill(0);
  assertEquals(values, [bytesOf("0000"), bytesOf("00"), bytesOf("0102"), bytesOf("")]);
});

Deno.test("takeBytes() moves over what was expected, only if all of it is there", () => {
  const bytes = bytesOf("a3616263c0");
  const take = (expected: string, end?: number): readonly [boolean, number] => {
    const reader = new MsgpackReader(bytes, 0, end);
    return [reader.takeBytes(bytesOf(expected)), reader.position];
  };
  assertEquals(take("a3616263"), [true, 4]);
  assertEquals(take("a3616264"), [false, 0]);
  assertEquals(take("a3616263", 4), [true, 4]);
  assertEquals(take("a3616263", 3), [false, 0]);
});
