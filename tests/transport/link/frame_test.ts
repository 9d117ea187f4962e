import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeFrame, FRAME_BYTES_MAX, FrameReader } from "../../../transport/link/frame.ts";

const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 6 });

Deno.test("frames come out as they went in, however the stream is cut", () => {
  fc.assert(fc.property(bodies, fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (sent, cuts) => {
    const reader = new FrameReader();
    const got: Uint8Array[] = [];
    for (const chunk of cut(join(sent.map(encodeFrame)), cuts)) got.push(...reader.push(chunk)!);
    assertEquals(got.map(plain), sent.map(plain));
  }));
});

Deno.test("bodies stay as they are while later chunks are read", () => {
  const reader = new FrameReader();
  const stream = join([encodeFrame(Uint8Array.of(1, 1, 1)), encodeFrame(Uint8Array.of(2, 2, 2))]);
  const got = [...cut(stream, [5, 4])].flatMap((chunk) => reader.push(chunk)!);
  reader.push(encodeFrame(Uint8Array.of(9, 9, 9)).subarray(0, 6));
  assertEquals(got.map(plain), [[1, 1, 1], [2, 2, 2]]);
});

Deno.test("a frame that has not come whole gives nothing", () => {
  const frame = encodeFrame(new Uint8Array(300));
  for (let length = 0; length < frame.length; length++) {
    assertEquals(new FrameReader().push(frame.subarray(0, length)), []);
  }
});

Deno.test("a frame of the longest body passes, one byte more is refused on both sides", () => {
  const longest = new Uint8Array(FRAME_BYTES_MAX);
  assertEquals(new FrameReader().push(encodeFrame(longest))?.[0]?.length, FRAME_BYTES_MAX);
  assertThrows(() => encodeFrame(new Uint8Array(FRAME_BYTES_MAX + 1)), RangeError);
  assertEquals(new FrameReader().push(header(FRAME_BYTES_MAX + 1)), undefined);
});

for (const length of [0, FRAME_BYTES_MAX + 1, 2 ** 31, 2 ** 32 - 1]) {
  Deno.test(`a length of ${length} is refused from the header alone, also behind good frames`, () => {
    assertEquals(new FrameReader().push(header(length)), undefined);
    assertEquals(new FrameReader().push(join([encodeFrame(Uint8Array.of(1)), header(length)])), undefined);
    const reader = new FrameReader();
    for (const byte of header(length).subarray(0, 3)) assertEquals(reader.push(Uint8Array.of(byte)), []);
    assertEquals(reader.push(header(length).subarray(3)), undefined);
  });
}

Deno.test("garbage gives frames or a refusal, never an exception, and holds no more than one frame", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
    const reader = new FrameReader();
    for (const chunk of chunks) if (reader.push(chunk) === undefined) return;
  }));
});

Deno.test("the longest frame in single bytes costs a copy now and then, not one for each byte", () => {
  const frame = encodeFrame(new Uint8Array(FRAME_BYTES_MAX));
  const reader = new FrameReader();
  const startedAt = performance.now();
  let got = 0;
  for (let at = 0; at < frame.length; at++) got += reader.push(frame.subarray(at, at + 1))!.length;
  assertEquals(got, 1);
  // With a copy for each byte, a frame of half the length took 4 s.
  assert(performance.now() - startedAt < 3_000, `${performance.now() - startedAt} ms`);
});

function header(length: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

/** Chunks of the given lengths, in turn, until all is cut. */
function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function plain(bytes: Uint8Array): number[] {
  return [...bytes];
}
