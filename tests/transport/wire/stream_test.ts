import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeCompress } from "../../../transport/wire/compress.ts";
import type { NodeState } from "../../../transport/wire/message.ts";
import {
  encodeStream,
  STREAM_MAP_BYTES_MAX,
  STREAM_MESSAGE_BYTES_MAX,
  type StreamDirection,
  type StreamMessage,
  type StreamProgress,
  StreamReader,
} from "../../../transport/wire/stream.ts";
import { streamMessage } from "./arbitraries.ts";
import { bytesOf, messageOf, receiverOf, senderOf, type Vector, vectorsOf } from "./vectors.ts";

const PING = "0082a44e6f6465a162a55365714e6f01";
const MEBIBYTE = 1024 * 1024;

/** What a reader says after the last of these chunks. */
function read(...chunks: Uint8Array[]): StreamProgress {
  return readWith(new StreamReader(), chunks);
}

function readWith(reader: StreamReader, chunks: Uint8Array[]): StreamProgress {
  let progress: StreamProgress = "incomplete";
  for (const chunk of chunks) progress = reader.push(chunk);
  return progress;
}

function byteByByte(bytes: Uint8Array): StreamProgress {
  return read(...singly(bytes));
}

function singly(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

function directionOf({ direction }: Vector): StreamDirection {
  return direction === "server to client" ? "reply" : "request";
}

/** The reason for which the bytes are refused, wherever they are cut; or what else a reader says. */
function reason(hex: string): string {
  const whole = read(bytesOf(hex));
  assertEquals(byteByByte(bytesOf(hex)), whole);
  return whole === "incomplete" ? whole : whole.ok ? "accepted" : whole.reason;
}

/** The header of a push/pull with these counts, in hex. */
function pushPullHeader(nodes: string, userStateBytes: string): string {
  return "0683a44a6f696ec2a54e6f646573" + nodes + "ac5573657253746174654c656e" + userStateBytes;
}

function nodes(count: number): NodeState[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `node-${index}`,
    addr: Uint8Array.of(10, index >> 16, index >> 8, index),
    port: 7946,
    meta: null,
    incarnation: index,
    state: index % 4,
    vsn: Uint8Array.of(1, 5, 2, 0, 0, 0),
  }));
}

for (const vector of vectorsOf("stream")) {
  const bytes = bytesOf(vector.hex);
  const message = messageOf(vector.message!);

  Deno.test(`StreamReader reads ${vector.name}, whole and byte by byte`, () => {
    const expected: StreamProgress = { ok: true, value: message as StreamMessage };
    const reader = () => new StreamReader({ protection: receiverOf(vector), direction: directionOf(vector) });
    assertEquals(readWith(reader(), singly(bytes)), expected);
    assertEquals(readWith(reader(), [bytes]), expected);
  });

  if (vector.decode_only) continue;
  Deno.test(`encodeStream() writes ${vector.name} byte for byte`, () => {
    const compress = vector.layers!.some(({ layer }) => layer === "compress");
    const writing = { ...senderOf(vector), direction: directionOf(vector) };
    assertEquals(encodeStream(message as StreamMessage, { compress }, writing).toHex(), vector.hex);
  });
}

Deno.test("StreamReader gives the message that encodeStream() was given, however the bytes are cut", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 10 });
  fc.assert(
    fc.property(
      streamMessage,
      fc.boolean(),
      cuts,
      fc.uint8Array({ maxLength: 3 }),
      (message, compress, cuts, trailing) => {
        const bytes = Uint8Array.of(...encodeStream(message, { compress }), ...trailing);
        const ends = cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b);
        const chunks = [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        assertEquals(read(...chunks), { ok: true, value: message });
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("StreamReader waits for more, and never throws, at every truncation", () => {
  for (const vector of vectorsOf("stream")) {
    const bytes = bytesOf(vector.hex);
    for (let length = 0; length < bytes.length; length++) {
      const reader = new StreamReader({ protection: receiverOf(vector), direction: directionOf(vector) });
      assertEquals(reader.push(bytes.slice(0, length)), "incomplete", `${vector.name} cut to ${length} bytes`);
    }
  }
});

Deno.test("StreamReader says the same of flipped bytes however they are cut, and never throws", () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(streamMessage, fc.boolean(), flips, (message, compress, flips) => {
      const bytes = encodeStream(message, { compress });
      for (const [at, value] of flips) bytes[at % bytes.length] = value;
      assertEquals(byteByByte(bytes), read(bytes.slice()));
    }),
    { numRuns: 300 },
  );
});

Deno.test("StreamReader keeps its result and ignores what comes after the message", () => {
  const reader = new StreamReader();
  const result = reader.push(bytesOf(PING + "ffff"));
  assertEquals(result, {
    ok: true,
    value: messageOf({ type: 0, hex: "", fields: { Node: "b", SeqNo: 1 } }) as StreamMessage,
  });
  assertEquals(reader.push(bytesOf("c1")), result);
  const refusing = new StreamReader();
  const refusal = refusing.push(bytesOf("ff"));
  assertEquals(refusing.push(bytesOf(PING)), refusal);
});

Deno.test("StreamReader shares no memory with the chunks", () => {
  const message: StreamMessage = { type: "push_pull", join: true, nodes: nodes(3), userState: Uint8Array.of(1, 2, 3) };
  const bytes = encodeStream(message, { compress: false });
  const result = read(bytes);
  bytes.fill(0xc1);
  assertEquals(result, { ok: true, value: message });
});

Deno.test("faults row 2: StreamReader refuses types that are not for streams, and unknown ones", () => {
  for (const type of ["01", "03", "04", "05", "07", "0b", "0c"]) assertEquals(reason(type), "not_in_streams");
  for (const type of ["0e", "f3", "f5", "ff"]) assertEquals(reason(type), "unknown_type");
  assertEquals(reason("0a00000115"), "encrypted");
  assertEquals(reason("f403646331"), "labelled");
});

Deno.test("faults row 22: a push/pull header with −1, 2³¹ or 10⁹ nodes is refused at once", () => {
  assertEquals(reason(pushPullHeader("ff", "00")), "out_of_range");
  assertEquals(reason(pushPullHeader("d3ffffffffffffffff", "00")), "out_of_range");
  assertEquals(reason(pushPullHeader("ce80000000", "00")), "too_large");
  assertEquals(reason(pushPullHeader("d23b9aca00", "00")), "too_large");
  assertEquals(reason(pushPullHeader("ce00100001", "00")), "too_large");
  assertEquals(reason(pushPullHeader("ce00100000", "00")), "incomplete");
});

Deno.test("faults row 22: a push/pull header with 2 GiB of user state is refused at once", () => {
  assertEquals(reason(pushPullHeader("00", "ce80000000")), "too_large");
  assertEquals(reason(pushPullHeader("00", "d2ffffffff")), "out_of_range");
  assertEquals(reason(pushPullHeader("00", "ce01400001")), "too_large");
  assertEquals(reason(pushPullHeader("00", "ce01400000")), "incomplete");
});

Deno.test("faults row 22: a user message says its length within 20 MiB, or is refused at once", () => {
  assertEquals(reason("0881aa557365724d73674c656ece01400001"), "too_large");
  assertEquals(reason("0881aa557365724d73674c656eff"), "out_of_range");
  assertEquals(reason("0881aa557365724d73674c656ece01400000"), "incomplete");
  assertEquals(reason("0880"), "accepted", "a payload of 0 bytes");
});

Deno.test("StreamReader refuses maps that are, or claim to be, larger than their bound", () => {
  assertEquals(reason("0081a44e6f6465db00001001"), "too_large", "a name");
  assertEquals(reason("0081a178dd00001001"), "incomplete", "an unknown array, whose values may be nothing but bytes");
  assertEquals(reason("0081a178dd00000001" + "da0fe0" + "61".repeat(0x0fe0)), "accepted");
  assertEquals(reason("0082a178da0ff0" + "61".repeat(0x0ff0) + "a44e6f6465a862"), "too_large");
  assertEquals(reason("00de1000" + "a178c0".repeat(STREAM_MAP_BYTES_MAX / 2)), "too_large");
  assertEquals(reason("0982a4416c676f00a3427566db02800000"), "too_large");
  assertEquals(reason("0982a4416c676f00a3427566db01400000"), "incomplete");
});

Deno.test("StreamReader refuses compress in compress, and what is incomplete after unpacking", () => {
  const inCompress = (hex: string) => encodeCompress(bytesOf(hex)).toHex();
  assertEquals(reason(inCompress(PING)), "accepted");
  assertEquals(reason(inCompress(inCompress(PING))), "too_deep");
  assertEquals(reason(inCompress(PING.slice(0, -2))), "truncated");
  assertEquals(reason(inCompress(PING + "c1")), "accepted");
  assertEquals(reason(inCompress("04")), "not_in_streams");
  assertEquals(reason("0982a4416c676f00a3427566a3000302"), "empty");
  assertEquals(reason("0982a4416c676f01a3427566a400830404"), "bad_compression");
});

Deno.test("faults row 8: an LZW bomb stops at 40 MiB", () => {
  const bomb = encodeCompress(new Uint8Array(STREAM_MESSAGE_BYTES_MAX + 1).fill(8));
  assert(bomb.length < 200_000);
  const result = read(bomb);
  assertEquals(result === "incomplete" || result.ok || result.reason, "too_large");
});

Deno.test("StreamReader refuses a message beyond 40 MiB however it is cut", () => {
  // Rows of the largest size, so that the count alone gives nothing away.
  const row = bytesOf("81a178da0ff0" + "61".repeat(0x0ff0));
  const count = Math.ceil(STREAM_MESSAGE_BYTES_MAX / row.length);
  const bytes = new Uint8Array(64 + count * row.length);
  const header = bytesOf(pushPullHeader("cd" + count.toString(16).padStart(4, "0"), "00"));
  bytes.set(header);
  for (let index = 0; index < count; index++) bytes.set(row, header.length + index * row.length);
  const refusal: StreamProgress = { ok: false, reason: "too_large", at: STREAM_MESSAGE_BYTES_MAX };
  assertEquals(read(bytes), refusal);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) chunks.push(bytes.slice(at, at + 65_536));
  assertEquals(read(...chunks), refusal);
});

Deno.test("StreamReader takes the largest user state in small chunks without going over it again and again", () => {
  const userState = new Uint8Array(20 * MEBIBYTE).fill(7);
  const bytes = encodeStream({ type: "push_pull", join: false, nodes: nodes(20_000), userState }, { compress: false });
  const reader = new StreamReader();
  let progress: StreamProgress = "incomplete";
  for (let at = 0; at < bytes.length; at += 1000) progress = reader.push(bytes.slice(at, at + 1000));
  assert(progress !== "incomplete" && progress.ok && progress.value.type === "push_pull");
  assertEquals(progress.value.nodes.length, 20_000);
  assertEquals(progress.value.nodes[12_345], nodes(12_346)[12_345]);
  assertEquals(progress.value.userState.length, userState.length);
});

Deno.test("encodeStream() throws for more than a receiver takes, and for numbers that do not fit", () => {
  const plain = { compress: false };
  const large = new Uint8Array(20 * MEBIBYTE + 1);
  assertThrows(() => encodeStream({ type: "user", payload: large }, plain), RangeError);
  assertThrows(() => encodeStream({ type: "push_pull", join: true, nodes: [], userState: large }, plain), RangeError);
  const [node] = nodes(1);
  const nodeWith = (change: Partial<NodeState>): StreamMessage => ({
    type: "push_pull",
    join: true,
    nodes: [{ ...node!, ...change }],
    userState: new Uint8Array(0),
  });
  assertThrows(() => encodeStream(nodeWith({ state: -1 }), plain), RangeError);
  assertThrows(() => encodeStream(nodeWith({ port: 65_536 }), plain), RangeError);
});
