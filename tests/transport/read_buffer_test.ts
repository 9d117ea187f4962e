import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ReadBuffer } from "../../transport/deno_transport/read_buffer.ts";

Deno.test("what was taken out of the buffer stays as it was, whatever is read or written next to it", () => {
  const length = fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom(65_536));
  fc.assert(fc.property(fc.array(length, { maxLength: 60 }), (lengths) => {
    const arrived = new ReadBuffer();
    const pieces = lengths.map((length, index) => {
      arrived.buffer.fill(index + 1);
      return arrived.taken(length);
    });
    arrived.buffer.fill(0);
    assertEquals(pieces.map((piece) => piece.length), lengths);
    assert(pieces.every((piece, index) => piece.every((byte) => byte === index + 1)));
    for (const piece of pieces.filter((_, index) => index % 2 === 0)) piece.fill(0);
    assert(pieces.every((piece, index) => index % 2 === 0 || piece.every((byte) => byte === index + 1)));
  }));
});

Deno.test("a piece that does not fit behind the others is whole", () => {
  const arrived = new ReadBuffer();
  const lengths = [...Array(7).fill(2_048), 2_047, 2, 1];
  assertEquals(lengths.map((length) => arrived.taken(length).length), lengths);
});
