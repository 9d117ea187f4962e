import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { PushPull, WireMessage } from "../../../transport/wire/message.ts";
import { decodeMessage, encodeMessage } from "../../../transport/wire/messages.ts";
import { packetMessage } from "./arbitraries.ts";
import { bytesOf, type MessageJson, messageOf, vectorsOf } from "./vectors.ts";

function decoded(hex: string): WireMessage | string {
  const result = decodeMessage(bytesOf(hex));
  return result.ok ? result.value : result.reason;
}

/** The map of a ping written by hand, each part in hex. */
function ping(pairs: number, ...parts: string[]): string {
  return "00" + (0x80 + pairs).toString(16) + parts.join("");
}
const NODE = "a44e6f6465";
const SEQ_NO = "a55365714e6f";
const SOURCE_PORT = "aa536f75726365506f7274";
const SOURCE_ADDR = "aa536f7572636541646472";

for (const vector of vectorsOf("message")) {
  const message = messageOf(vector as MessageJson);

  Deno.test(`encodeMessage() writes ${vector.name} byte for byte`, () => {
    assertEquals(encodeMessage(message as Exclude<WireMessage, PushPull>).toHex(), vector.hex);
  });

  Deno.test(`decodeMessage() reads ${vector.name}`, () => {
    assertEquals(decoded(vector.hex), message.type === "error" ? "not_in_packets" : message);
  });
}

for (const vector of vectorsOf("accept")) {
  Deno.test(`decodeMessage() has memberlist 0.2.2's verdict on ${vector.name}`, () => {
    const result = decodeMessage(bytesOf(vector.hex));
    assertEquals(result.ok, vector.accepted === true);
    if (result.ok) assertEquals(result.value, messageOf(vector as MessageJson));
  });
}

Deno.test("a message that is decoded after it was encoded is the same", () => {
  fc.assert(fc.property(packetMessage, (message) => {
    assertEquals(decodeMessage(encodeMessage(message)), { ok: true, value: message });
  }));
});

Deno.test("a decoded message shares no memory with the packet", () => {
  fc.assert(fc.property(packetMessage, (message) => {
    const bytes = encodeMessage(message);
    const result = decodeMessage(bytes);
    bytes.fill(0xc1);
    assertEquals(result, { ok: true, value: message });
  }));
});

Deno.test("a decoded message keeps no more memory than its own bytes", () => {
  const alive = decodeMessage(
    bytesOf("0483a441646472a47f000001a44d657461a0a356736ea6010502000000" + "ff".repeat(1000)),
  );
  assert(alive.ok && alive.value.type === "alive");
  assertEquals([alive.value.addr.buffer.byteLength, alive.value.vsn.buffer.byteLength], [4, 6]);
  assertEquals(alive.value.meta?.buffer.byteLength, 0);
});

Deno.test("a decoded message shares no memory with Node's buffers either", async () => {
  const { Buffer } = await import("node:buffer");
  for (const hex of ["0881", "0081" + SOURCE_ADDR + "a47f000001"]) {
    const buffer = Buffer.from(hex, "hex");
    const result = decodeMessage(buffer);
    buffer.fill(0);
    assertEquals(result, decodeMessage(bytesOf(hex)));
  }
});

Deno.test("faults row 2: decodeMessage() refuses unknown types and those valid only on streams", () => {
  for (let type = 14; type < 244; type++) {
    assertEquals(decoded(type.toString(16).padStart(2, "0") + "80"), "unknown_type");
  }
  assertEquals(decoded("0680"), "not_in_packets");
  assertEquals(decoded("0d80"), "not_in_packets");
  assertEquals(decoded("0a00000001ff"), "encrypted");
  assertEquals(decoded("f40161" + "0080"), "labelled");
  assertEquals(decoded("0700"), "too_deep");
  assertEquals(decoded("0980"), "too_deep");
  assertEquals(decoded("0c0000000000"), "too_deep");
});

Deno.test("faults row 3: a message cut at any byte is refused as truncated, where it was cut", () => {
  for (const { name, hex, type } of vectorsOf("message")) {
    if (type === 8 || type === 13) continue; // A cut user message is a shorter one, an error not for packets.
    const bytes = bytesOf(hex);
    for (let length = 1; length < bytes.length; length++) {
      const result = decodeMessage(bytes.subarray(0, length));
      assertEquals(result, { ok: false, reason: "truncated", at: length }, `${name} cut to ${length} bytes`);
    }
  }
});

Deno.test("faults row 3: flipped bytes give a message or a reason, and never throw", () => {
  fc.assert(
    fc.property(packetMessage, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }), (message, flips) => {
      const bytes = encodeMessage(message);
      for (const [at, value] of flips) bytes[at % bytes.length] = value;
      const result = decodeMessage(bytes);
      assert(result.ok || (result.reason.length > 0 && result.at >= 0 && result.at <= bytes.length));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeMessage() takes nil for the whole body and for any field", () => {
  const zero = messageOf({ type: 0, hex: "" });
  assertEquals(decoded("00c0"), zero);
  assertEquals(decoded("0080"), zero);
  assertEquals(decoded(ping(4, NODE, "c0", SEQ_NO, "c0", SOURCE_ADDR, "c0", SOURCE_PORT, "c0")), zero);
});

Deno.test("decodeMessage() takes map16 and map32", () => {
  const message = messageOf({ type: 0, hex: "", fields: { Node: "b" } });
  assertEquals(decoded("00de0001" + NODE + "a162"), message);
  assertEquals(decoded("00df00000001" + NODE + "a162"), message);
});

Deno.test("decodeMessage() takes the last of repeated keys", () => {
  assertEquals(decoded(ping(2, NODE, "a161", NODE, "a162")), messageOf({ type: 0, hex: "", fields: { Node: "b" } }));
});

Deno.test("decodeMessage() takes an integer in every form that fits the field", () => {
  for (const form of ["07", "cc07", "cd0007", "ce00000007", "cf0000000000000007"]) {
    assertEquals(decoded(ping(1, SEQ_NO, form)), messageOf({ type: 0, hex: "", fields: { SeqNo: 7 } }));
  }
  for (const form of ["d007", "d10007", "d200000007", "d30000000000000007"]) {
    assertEquals(decoded(ping(1, SEQ_NO, form)), messageOf({ type: 0, hex: "", fields: { SeqNo: 7 } }));
  }
});

Deno.test("decodeMessage() refuses integers that do not fit the field", () => {
  for (const form of ["ff", "e0", "d0ff", "d18000", "d2ffffffff", "d3ffffffffffffffff", "d38000000000000000"]) {
    assertEquals(decoded(ping(1, SEQ_NO, form)), "out_of_range", form);
  }
  assertEquals(decoded(ping(1, SEQ_NO, "cf0000000100000000")), "out_of_range");
  assertEquals(decoded(ping(1, SEQ_NO, "cfffffffffffffffff")), "out_of_range");
  assertEquals(decoded(ping(1, SOURCE_PORT, "ce00010000")), "out_of_range", "faults row 5: port 65,536");
});

Deno.test("decodeMessage() refuses values of another kind", () => {
  for (const form of ["c2", "c3", "a131", "ca3f800000", "cb3ff0000000000000", "80", "90"]) {
    assertEquals(decoded(ping(1, SEQ_NO, form)), "wrong_kind", form);
  }
  assertEquals(decoded(ping(1, NODE, "c40162")), "wrong_kind");
  assertEquals(decoded(ping(1, NODE, "01")), "wrong_kind");
  assertEquals(decoded(ping(1, "01", "01")), "wrong_kind");
  assertEquals(decoded("0001"), "wrong_kind");
  assertEquals(decoded("00a162"), "wrong_kind");
  assertEquals(decoded("0090"), "wrong_kind");
  assertEquals(decoded("00c1"), "malformed");
});

Deno.test("decodeMessage() takes a bool as the byte 0 or 1, no other integer", () => {
  const nack = (value: string) => decoded("0181a44e61636b" + value);
  const message = (wanted: boolean) => messageOf({ type: 1, hex: "", fields: { Nack: wanted } });
  assertEquals(nack("00"), message(false));
  assertEquals(nack("01"), message(true));
  assertEquals(nack("02"), "wrong_kind");
  assertEquals(nack("c0"), message(false));
});

Deno.test("decodeMessage() takes bytes as raw, str8, bin and arrays of small integers", () => {
  const message = messageOf({ type: 0, hex: "", fields: { SourceAddr: { $hex: "7f000001" } } });
  for (const head of ["a4", "d904", "da0004", "db00000004", "c404", "c50004", "c600000004"]) {
    assertEquals(decoded(ping(1, SOURCE_ADDR, head, "7f000001")), message, head);
  }
  for (const head of ["94", "dc0004", "dd00000004"]) {
    assertEquals(decoded(ping(1, SOURCE_ADDR, head, "7f000001")), message, head);
  }
  assertEquals(decoded(ping(1, SOURCE_ADDR, "92cd010001")), "out_of_range");
});

Deno.test("decodeMessage() skips unknown values of every type", () => {
  const values = [
    "c0",
    "c2",
    "7f",
    "ff",
    "a161",
    "d90161",
    "da000161",
    "db0000000161",
    "c40161",
    "c5000161",
    "c60000000161",
  ];
  values.push(
    "ca3f800000",
    "cb3ff0000000000000",
    "cc01",
    "cd0001",
    "ce00000001",
    "cf0000000000000001",
    "d0ff",
    "d1ffff",
  );
  values.push(
    "d2ffffffff",
    "d3ffffffffffffffff",
    "d40161",
    "d5016161",
    "d601" + "61".repeat(4),
    "d701" + "61".repeat(8),
  );
  values.push("d801" + "61".repeat(16), "c7010161", "c800010161", "c9000000010161", "93010203", "dc0003010203");
  values.push("dd00000003010203", "81a16101", "de0001a16101", "df00000001a16101", "81910180");
  for (const value of values) {
    const message = decoded(ping(2, "a178", value, SEQ_NO, "07"));
    assertEquals(message, messageOf({ type: 0, hex: "", fields: { SeqNo: 7 } }), value);
    const cut = decoded(ping(1, "a178", value.slice(0, -2)));
    assertEquals(cut, "truncated", `${value} without its last byte`);
  }
  assertEquals(decoded(ping(1, "a178", "c1")), "malformed");
});

Deno.test("decodeMessage() refuses skipped values nested deeper than 16", () => {
  const nested = (levels: number) => decoded(ping(1, "a178", "91".repeat(levels), "c0"));
  assertEquals(nested(16), messageOf({ type: 0, hex: "" }));
  assertEquals(nested(17), "too_deep");
  assertEquals(nested(60_000), "too_deep");
});

Deno.test("decodeMessage() refuses names that are not UTF-8, and keeps a byte order mark", () => {
  assertEquals(decoded(ping(1, NODE, "a1ff")), "not_utf8");
  assertEquals(decoded(ping(1, NODE, "a3eda080")), "not_utf8", "a surrogate");
  assertEquals(decoded(ping(1, NODE, "a2c080")), "not_utf8", "an overlong NUL");
  assertEquals(decoded(ping(1, NODE, "a4efbbbf61")), messageOf({ type: 0, hex: "", fields: { Node: "\ufeffa" } }));
});

Deno.test("decodeMessage() allocates nothing for lengths that are only claimed", () => {
  for (const head of ["dbffffffff", "c6ffffffff", "ddffffffff"]) {
    assertEquals(decoded(ping(1, SOURCE_ADDR, head)), "truncated", head);
  }
  assertEquals(decoded("00dfffffffff"), "truncated");
  assertEquals(decoded(ping(1, "a178", "dfffffffff")), "truncated");
});

Deno.test("encodeMessage() throws for numbers that do not fit their field, and is fit for use afterwards", () => {
  for (const sequence of [-1, 1.5, NaN, 2 ** 32]) {
    assertThrows(() => encodeMessage({ type: "nack", sequence }), RangeError, String(sequence));
  }
  assertEquals(encodeMessage({ type: "nack", sequence: 256 }).toHex(), "0b81a55365714e6fcd0100");
});
