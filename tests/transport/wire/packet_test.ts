import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeCompress } from "../../../transport/wire/compress.ts";
import { encodeCompounds } from "../../../transport/wire/compound.ts";
import { encodeCrc } from "../../../transport/wire/crc.ts";
import { MESSAGE_TYPE } from "../../../transport/wire/message_type.ts";
import { encodeMessage } from "../../../transport/wire/messages.ts";
import {
  decodePacket,
  encodePacket,
  PACKET_NESTING_MAX,
  PACKET_PLAIN_BYTES_MAX,
} from "../../../transport/wire/packet.ts";
import { packetMessage } from "./arbitraries.ts";
import { bytesOf, isPlain, messageOf, receiverOf, senderOf, vectorsOf } from "./vectors.ts";

const USER = bytesOf("0868656c6c6f2c20776f726c64");
const HELLO = messageOf({ type: 8, hex: "", payload: { $hex: "68656c6c6f2c20776f726c64" } });
const EMPTY = new Uint8Array(0);

/** The reasons for which parts of a packet were dropped. */
function reasons(bytes: Uint8Array): string[] {
  return decodePacket(bytes).drops.map(({ reason }) => reason);
}

/** `inner` in so many compounds of one, which `encodeCompounds` does not write. */
function inCompounds(inner: Uint8Array, levels: number): Uint8Array {
  for (let level = 0; level < levels; level++) {
    inner = Uint8Array.of(7, 1, inner.length >> 8, inner.length & 0xff, ...inner);
  }
  return inner;
}

for (const vector of vectorsOf("packet")) {
  const messages = vector.messages!;

  Deno.test(`decodePacket() reads ${vector.name}`, () => {
    const expected = { messages: messages.map(messageOf), drops: [] };
    assertEquals(decodePacket(bytesOf(vector.hex), receiverOf(vector)), expected);
  });

  Deno.test(`encodePacket() writes ${vector.name} byte for byte`, () => {
    const has = (layer: string) => vector.layers!.some((each) => each.layer === layer);
    // Where compression was on but skipped, it must be on here too.
    const options = { compress: has("compress") || vector.name.includes("compress-skipped"), crc: has("crc") };
    const parts = messages.map(({ hex }) => bytesOf(hex));
    assertEquals(encodePacket(parts, options, senderOf(vector)).toHex(), vector.hex);
  });
}

Deno.test("decodePacket() delivers nothing of an encrypted or labelled packet without key and label", () => {
  for (const { name, hex } of vectorsOf("packet").filter((vector) => !isPlain(vector))) {
    const { messages, drops } = decodePacket(bytesOf(hex));
    assertEquals([messages.length, drops.length], [0, 1], name);
    const reason = drops[0]!.reason;
    assert(
      name.startsWith("label-") ? reason === "labelled" : ["encrypted", "wrong_kind", "truncated"].includes(reason),
    );
  }
});

Deno.test("decodePacket() delivers what encodePacket() was given, in order, whatever the options", () => {
  const parts = fc.array(packetMessage, { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(parts, fc.boolean(), fc.boolean(), (messages, compress, crc) => {
    const bytes = encodePacket(messages.map(encodeMessage), { compress, crc });
    assertEquals(decodePacket(bytes), { messages, drops: [] });
  }));
});

Deno.test("encodePacket() takes 1 to 127 messages, none of them empty", () => {
  const options = { compress: false, crc: false };
  assertEquals(decodePacket(encodePacket(Array(127).fill(USER), options)).messages.length, 127);
  assertThrows(() => encodePacket([], options), RangeError);
  assertThrows(() => encodePacket(Array(128).fill(USER), options), RangeError);
  assertThrows(() => encodePacket([USER, EMPTY], options), RangeError);
});

Deno.test("faults row 1: an empty datagram, one byte and noise are dropped without an exception", () => {
  assertEquals(decodePacket(EMPTY), { messages: [], drops: [{ reason: "empty", at: 0 }] });
  for (let byte = 0; byte < 256; byte++) {
    const { messages, drops } = decodePacket(Uint8Array.of(byte));
    assertEquals(messages.length + drops.length, 1); // A user message may be without payload.
  }
  for (let first = 0; first < 256; first++) {
    const bytes = Uint8Array.from({ length: 65_507 }, (_, at) => Math.imul(at + first, 2654435761) >>> 24);
    bytes[0] = first;
    decodePacket(bytes);
  }
});

Deno.test("faults row 2: types for streams are dropped, and their neighbours in a compound delivered", () => {
  const parts = [USER, bytesOf("0680"), bytesOf("f0"), bytesOf("0c0000000000"), EMPTY, USER];
  const lengths = parts.flatMap(({ length }) => [0, length]);
  const bytes = Uint8Array.of(7, parts.length, ...lengths, ...parts.flatMap((part) => [...part]));
  const { messages, drops } = decodePacket(bytes);
  assertEquals(messages, [HELLO, HELLO]);
  assertEquals(drops, [
    { reason: "not_in_packets", at: 27 },
    { reason: "unknown_type", at: 29 },
    { reason: "too_deep", at: 30 },
    { reason: "empty", at: 36 },
  ]);
});

Deno.test("faults row 3: a packet cut at any byte delivers only what is complete", () => {
  for (const { hex, messages } of vectorsOf("packet").filter(isPlain)) {
    const bytes = bytesOf(hex);
    const whole = messages!.map(messageOf);
    if (whole.some(({ type }) => type === "user") && whole.length === 1) continue; // Cut, it is a shorter one.
    for (let length = 0; length < bytes.length; length++) {
      const cut = decodePacket(bytes.subarray(0, length));
      assertEquals(cut.messages, whole.slice(0, cut.messages.length));
      assertEquals(cut.drops.length, 1);
    }
  }
});

Deno.test("faults row 3: flipped bytes never throw", () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(packetMessage, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      flips,
      (parts, compress, flips) => {
        const bytes = encodePacket(parts.map(encodeMessage), { compress, crc: false });
        for (const [at, value] of flips) bytes[at % bytes.length] = value;
        const { messages, drops } = decodePacket(bytes);
        assert(messages.length + drops.length > 0 || bytes[0] === 7);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("faults row 5: a port of 65,536 is refused by the codec", () => {
  assertEquals(reasons(bytesOf("0481a4506f7274ce00010000")), ["out_of_range"]);
});

Deno.test("faults row 6: a wrong checksum and a checksum in a checksum are dropped", () => {
  const bytes = encodeCrc(USER);
  bytes[1]! ^= 1;
  assertEquals(reasons(bytes), ["bad_crc"]);
  assertEquals(reasons(encodeCrc(encodeCrc(USER))), ["too_deep"]);
  assertEquals(reasons(encodeCompress(encodeCrc(USER))), ["too_deep"]);
  assertEquals(reasons(inCompounds(encodeCrc(USER), 1)), ["too_deep"]);
});

Deno.test("faults row 7: compounds in compounds and compress are delivered to four levels, and dropped beyond", () => {
  assertEquals(decodePacket(inCompounds(USER, PACKET_NESTING_MAX)), { messages: [HELLO], drops: [] });
  assertEquals(decodePacket(encodeCompress(inCompounds(encodeCompress(USER), 2))).messages, [HELLO]);
  assertEquals(reasons(inCompounds(USER, PACKET_NESTING_MAX + 1)), ["too_deep"]);
  assertEquals(reasons(inCompounds(USER, 50)), ["too_deep"]);
});

Deno.test("faults row 7: lengths beyond the packet leave the good parts, 255 parts are read, none is fine", () => {
  assertEquals(decodePacket(bytesOf("0702000dffff" + USER.toHex())), {
    messages: [HELLO],
    drops: [{ reason: "truncated", at: 19 }],
  });
  assertEquals(decodePacket(bytesOf("0700")), { messages: [], drops: [] });
  const full = bytesOf("07ff" + "0001".repeat(255) + "08".repeat(255));
  assertEquals(decodePacket(full).messages.length, 255);
});

Deno.test("faults row 8: an LZW bomb stops at 64 KiB, and nothing or an unknown algorithm is dropped", () => {
  const bomb = encodeCompress(new Uint8Array(16 * 1024 * 1024).fill(8));
  assertEquals(reasons(bomb), ["too_large"]);
  assertEquals(reasons(bytesOf("0982a4416c676f00a3427566a3000302")), ["empty"]);
  assertEquals(reasons(bytesOf("0982a4416c676f07a3427566a400830404")), ["bad_compression"]);
  assertEquals(decodePacket(encodeCompress(new Uint8Array(PACKET_PLAIN_BYTES_MAX).fill(8))).drops, []);
});

Deno.test("faults row 8: many small bombs in one packet share the bound of one", () => {
  const small = encodeCompress(new Uint8Array(20 * 1024).fill(8));
  const { messages, drops } = decodePacket(encodeCompounds(Array(100).fill(small))[0]!);
  assertEquals(messages.length, 3);
  assertEquals(drops.map(({ reason }) => reason), Array(97).fill("too_large"));
});

Deno.test("decodePacket() says encrypted or labelled where it can be told", () => {
  const sealed = "ff".repeat(40);
  assertEquals(reasons(bytesOf("00" + sealed)), ["encrypted"]);
  assertEquals(reasons(bytesOf("01" + sealed)), ["encrypted"]);
  assertEquals(reasons(bytesOf("0a00000028" + sealed)), ["encrypted"]);
  assertEquals(reasons(bytesOf("f403646331" + USER.toHex())), ["labelled"]);
  assertEquals(reasons(bytesOf("00ff")), ["wrong_kind"]);
});

Deno.test("decodePacket() says where the byte is that caused a drop", () => {
  const at = (bytes: Uint8Array) => decodePacket(bytes).drops[0]?.at;
  assertEquals(at(bytesOf("0081a55365714e6fff")), 8);
  assertEquals(at(encodeCrc(bytesOf("0081a55365714e6fff"))), 13);
  assertEquals(at(encodePacket([USER, bytesOf("0081a55365714e6fff")], { compress: false, crc: true })), 5 + 6 + 13 + 8);
});

Deno.test("a packet below 128 bytes is not compressed, though it could be", () => {
  const packetOf = (bytes: number) =>
    encodePacket([encodeMessage({ type: "user", payload: new Uint8Array(bytes - 1) })], { compress: true, crc: false });
  assertEquals([packetOf(127)[0], packetOf(127).length], [MESSAGE_TYPE.user, 127]);
  assertEquals(packetOf(128)[0], MESSAGE_TYPE.compress);
});
