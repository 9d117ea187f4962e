/** Every kind of message, cut at every byte and with every bit flipped: a reason, or another whole message. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeMessage, encodeMessage } from "../../../transport/wire/messages.ts";
import { decodePacket, encodePacket } from "../../../transport/wire/packet.ts";
import { encodeStream, StreamReader } from "../../../transport/wire/stream.ts";
import { type PacketMessage, packetMessage, streamMessage } from "./arbitraries.ts";
import { bytesOf, vectorsOf } from "./vectors.ts";

/** Each copy of `bytes` that differs in one bit. */
function* flipped(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const copy = bytes.slice();
    copy[bit >> 3]! ^= 1 << (bit & 7);
    yield copy;
  }
}

Deno.test("any message but a user's, cut at any byte, is refused as truncated", () => {
  fc.assert(
    fc.property(packetMessage.filter(({ type }) => type !== "user"), (message) => {
      const bytes = encodeMessage(message);
      for (let length = 1; length < bytes.length; length++) {
        const result = decodeMessage(bytes.subarray(0, length));
        assertEquals(result, { ok: false, reason: "truncated", at: length });
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("any message on a stream, cut at any byte, is waited for", () => {
  fc.assert(
    fc.property(streamMessage, fc.boolean(), (message, compress) => {
      const bytes = encodeStream(message, { compress });
      for (let length = 0; length < bytes.length; length += 1 + (bytes.length >> 8)) {
        assertEquals(new StreamReader().push(bytes.slice(0, length)), "incomplete");
      }
    }),
    { numRuns: 60 },
  );
});

for (const { name, hex, type } of vectorsOf("message")) {
  Deno.test(`${name} with any one bit flipped is refused with a reason, or is another whole message`, () => {
    for (const bytes of flipped(bytesOf(hex))) {
      const result = decodeMessage(bytes);
      if (!result.ok) {
        assert(result.reason.length > 0 && result.at <= bytes.length);
      } else {
        const again = encodeMessage(result.value as PacketMessage);
        assertEquals(decodeMessage(again), result, `${bytes.toHex()}, of type ${type}`);
      }
    }
  });
}

for (const { name, hex } of vectorsOf("stream").filter(({ layers }) => layers?.length === 0)) {
  Deno.test(`${name} with any one bit flipped is refused with a reason, waited for, or another whole message`, () => {
    for (const bytes of flipped(bytesOf(hex))) {
      const result = new StreamReader().push(bytes.slice());
      if (result === "incomplete") continue;
      if (!result.ok) assert(result.reason.length > 0);
      else assertEquals(new StreamReader().push(encodeStream(result.value, { compress: true })), result);
    }
  });
}

Deno.test("a packet with a checksum and any bit flipped behind its head delivers nothing", () => {
  fc.assert(
    fc.property(fc.array(packetMessage, { minLength: 1, maxLength: 4 }), fc.boolean(), (messages, compress) => {
      const bytes = encodePacket(messages.map(encodeMessage), { compress, crc: true });
      for (const damaged of flipped(bytes)) {
        if (damaged[0] !== bytes[0]) continue; // of the type itself there is no sum
        assertEquals(decodePacket(damaged), { messages: [], drops: [{ reason: "bad_crc", at: 1 }] });
      }
    }),
    { numRuns: 20 },
  );
});
