/** Packets and streams between nodes that are protected alike, differently, or by half. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { sealedLength, sealFrame } from "../../../transport/wire/encryption.ts";
import { NONCE_BYTES } from "../../../transport/wire/key.ts";
import { parseLabel, prependLabel } from "../../../transport/wire/label.ts";
import { encodeMessage } from "../../../transport/wire/messages.ts";
import { decodePacket, encodePacket } from "../../../transport/wire/packet.ts";
import { isSealing, type Protection, sealingOf, UNPROTECTED } from "../../../transport/wire/protection.ts";
import {
  encodeStream,
  type StreamDirection,
  type StreamMessage,
  StreamReader,
} from "../../../transport/wire/stream.ts";
import { packetMessage, streamMessage } from "./arbitraries.ts";
import { keyringOf, labelOf } from "./secrets.ts";
import { bytesOf } from "./vectors.ts";

const KEYS = ["a1".repeat(16), "b2".repeat(24), "c3".repeat(32)] as const;
const NONCE = new Uint8Array(NONCE_BYTES).fill(5);
const HELLO: StreamMessage = { type: "user", payload: bytesOf("68656c6c6f") };
const PING: StreamMessage = {
  type: "ping",
  sequence: 258,
  node: "b",
  sourceAddr: new Uint8Array(0),
  sourcePort: 0,
  sourceNode: "",
};
const DIRECTIONS: readonly StreamDirection[] = ["request", "reply"];

function protectionOf(change: Partial<Protection> = {}): Protection {
  return { ...UNPROTECTED, keyring: keyringOf(KEYS[0]), label: labelOf("dc1"), ...change };
}

/** Without keys and label, with one of them, and with both, in both versions and all sizes of keys. */
const PROTECTIONS: readonly Protection[] = [labelOf(""), labelOf("dc1")].flatMap((label) => [
  protectionOf({ label, keyring: keyringOf() }),
  ...KEYS.flatMap((key) =>
    ([0, 1] as const).map((encryptionVersion) =>
      protectionOf({ label, keyring: keyringOf(key), encryptionVersion, encryptionVersionMin: encryptionVersion })
    )
  ),
]);
const SEALING = PROTECTIONS.filter(isSealing);

const protections = fc.record({
  label: fc.string({ unit: "grapheme", maxLength: 50 }).map(parseLabel).filter((label) => label !== undefined),
  skipInboundLabelCheck: fc.constant(false),
  keyring: fc.subarray([...KEYS]).map((keys) => keyringOf(...keys)),
  encryptionVersion: fc.constantFrom(0 as const, 1 as const),
  encryptionVersionMin: fc.constant(0 as const),
  verifyIncoming: fc.boolean(),
  verifyOutgoing: fc.boolean(),
});
const nonces = fc.uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES });

function packet(message: StreamMessage, protection: Protection, crc = false): Uint8Array {
  assert(message.type === "user" || message.type === "ping");
  return encodePacket([encodeMessage(message)], { compress: false, crc }, { protection, nonce: NONCE });
}

function stream(message: StreamMessage, protection: Protection, direction: StreamDirection): Uint8Array {
  return encodeStream(message, { compress: true }, { protection, direction, nonce: NONCE });
}

/** Why a packet was dropped, or the type of what it delivered. */
function heard(bytes: Uint8Array, protection: Protection): string {
  const { messages, drops } = decodePacket(bytes, protection);
  assertEquals(messages.length + drops.length, 1);
  return messages[0]?.type ?? drops[0]!.reason;
}

/** Why a stream was refused, or the type of its message; the same however the bytes are cut. */
function read(bytes: Uint8Array, protection: Protection, direction: StreamDirection): string {
  const reader = () => new StreamReader({ protection, direction });
  const whole = reader().push(bytes.slice());
  const slow = reader();
  let progress = slow.push(new Uint8Array(0));
  for (const byte of bytes) progress = slow.push(Uint8Array.of(byte));
  assertEquals(progress, whole);
  return whole === "incomplete" ? whole : whole.ok ? whole.value.type : whole.reason;
}

function* flips(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield flipped;
  }
}

Deno.test("decodePacket() delivers what encodePacket() was given, however both are protected", () => {
  const parts = fc.array(packetMessage, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(parts, fc.boolean(), fc.boolean(), protections, nonces, (messages, compress, crc, all, nonce) => {
      const protection = { ...all, verifyIncoming: all.verifyIncoming && all.verifyOutgoing };
      const bytes = encodePacket(messages.map(encodeMessage), { compress, crc }, { protection, nonce });
      assertEquals(decodePacket(bytes, protection), { messages, drops: [] });
    }),
  );
});

Deno.test("StreamReader gives what encodeStream() was given, in both directions, however both are protected", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 5 });
  const direction = fc.constantFrom(...DIRECTIONS);
  fc.assert(
    fc.property(
      streamMessage,
      fc.boolean(),
      direction,
      protections,
      nonces,
      cuts,
      (message, compress, direction, all, nonce, cuts) => {
        const protection = { ...all, verifyIncoming: all.verifyIncoming && all.verifyOutgoing };
        const bytes = encodeStream(message, { compress }, { protection, direction, nonce });
        const ends = cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b);
        const reader = new StreamReader({ protection, direction });
        ends.forEach((end, index) => reader.push(bytes.slice(ends[index - 1] ?? 0, end)));
        assertEquals(reader.push(bytes.slice(ends.at(-1) ?? 0)), { ok: true, value: message });
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("faults row 9: a sealed packet cut anywhere, or with any bit changed, delivers nothing and says why", () => {
  for (const protection of SEALING) {
    const bytes = packet(HELLO, protection, true);
    assertEquals(heard(bytes, protection), "user");
    for (let length = 0; length < bytes.length; length++) {
      assert(heard(bytes.subarray(0, length), protection) !== "user");
    }
    // With the last bit of the version changed, the least version refuses 0, and padding spoils the checksum of 1.
    for (const flipped of flips(bytes)) assert(heard(flipped, protection) !== "user");
  }
});

Deno.test("faults row 9: a sealed stream cut anywhere waits; with any bit changed it is refused or waits", () => {
  const inside = encodeStream(HELLO, { compress: true });
  for (const protection of SEALING) {
    for (const direction of DIRECTIONS) {
      const bytes = stream(HELLO, protection, direction);
      assertEquals(read(bytes, protection, direction), "user");
      for (let length = 0; length < bytes.length; length++) {
        assertEquals(read(bytes.subarray(0, length), protection, direction), "incomplete");
      }
      const versionAt = bytes.length - sealedLength(protection.encryptionVersion, inside.length);
      for (const flipped of flips(bytes)) {
        const progress = new StreamReader({ protection, direction }).push(flipped);
        // The version is not proven. Version 0 said to be 1 is the same message, with its padding behind it.
        if (flipped[versionAt] === 1 && bytes[versionAt] === 0) assertEquals(progress, { ok: true, value: HELLO });
        else assert(progress === "incomplete" || !progress.ok);
      }
    }
  }
});

Deno.test("nobody understands anybody who is protected otherwise", () => {
  const different = PROTECTIONS.filter(({ encryptionVersion }) => encryptionVersion === 1);
  for (const [index, sender] of different.entries()) {
    for (const [other, receiver] of different.entries()) {
      const isAlike = index === other;
      assertEquals(heard(packet(PING, sender), receiver) === "ping", isAlike, `packet ${index} to ${other}`);
      for (const direction of DIRECTIONS) {
        // Without encryption, a label is nothing that could be missed in a reply.
        const isPlainReply = direction === "reply" && !isSealing(sender) && !isSealing(receiver);
        const result = read(stream(PING, sender, direction), receiver, direction);
        assertEquals(result === "ping", isAlike || isPlainReply, `${direction} ${index} to ${other}`);
      }
    }
  }
});

Deno.test("faults row 9: keys and labels that do not match say so", () => {
  const both = protectionOf();
  const plain = UNPROTECTED;
  const sealed = protectionOf({ label: plain.label });
  const labelled = protectionOf({ keyring: plain.keyring });
  assertEquals(heard(packet(PING, sealed), plain), "encrypted");
  assertEquals(heard(packet(PING, plain), sealed), "unencrypted");
  assertEquals(heard(packet(HELLO, plain, true), sealed), "unencrypted");
  assertEquals(heard(packet(PING, sealed), { ...sealed, keyring: keyringOf(KEYS[1]) }), "undecryptable");
  assertEquals(heard(packet(PING, labelled), plain), "labelled");
  assertEquals(heard(packet(PING, plain), labelled), "unlabelled");
  assertEquals(heard(packet(PING, labelled), { ...labelled, label: labelOf("dc2") }), "wrong_label");
  assertEquals(heard(packet(PING, both), labelled), "encrypted");
  assertEquals(heard(packet(PING, labelled), both), "unencrypted");
  const request = (from: Protection, to: Protection) => read(stream(PING, from, "request"), to, "request");
  assertEquals(request(sealed, plain), "encrypted");
  assertEquals(request(plain, sealed), "unencrypted");
  assertEquals(request(sealed, { ...sealed, keyring: keyringOf(KEYS[1]) }), "undecryptable");
  assertEquals(request(labelled, plain), "labelled");
  assertEquals(request(plain, labelled), "unlabelled");
  assertEquals(request(labelled, { ...labelled, label: labelOf("dc2") }), "wrong_label");
  assertEquals(request(both, labelled), "encrypted");
  assertEquals(request(labelled, both), "unencrypted");
});

Deno.test("faults row 10: what was sealed under one label is not taken under another, nor with the label off or on", () => {
  const dc1 = protectionOf();
  const dc2 = protectionOf({ label: labelOf("dc2") });
  const none = protectionOf({ label: UNPROTECTED.label });
  const body = packet(PING, dc1).subarray(5);
  assertEquals(prependLabel(dc1.label, body), packet(PING, dc1));
  assertEquals(heard(prependLabel(dc2.label, body), dc2), "undecryptable");
  assertEquals(heard(body, none), "undecryptable");
  assertEquals(heard(body, dc1), "unlabelled");
  assertEquals(heard(prependLabel(dc1.label, packet(PING, none)), dc1), "undecryptable");
  const frame = stream(PING, dc1, "request").subarray(5);
  assertEquals(frame, stream(PING, dc1, "reply"));
  assertEquals(read(prependLabel(dc2.label, frame), dc2, "request"), "undecryptable");
  assertEquals(read(frame, none, "request"), "undecryptable");
  assertEquals(read(frame, dc1, "request"), "unlabelled");
  assertEquals(read(frame, dc2, "reply"), "undecryptable");
});

Deno.test("a reply carries no label, and one that does is refused", () => {
  const protection = protectionOf({ keyring: keyringOf() });
  assertEquals(read(stream(PING, protection, "reply"), protection, "reply"), "ping");
  assertEquals(read(stream(PING, protection, "request"), protection, "reply"), "labelled");
  assertEquals(read(stream(PING, protectionOf(), "request"), protectionOf(), "reply"), "unencrypted");
});

Deno.test("StreamReader refuses empty, doubled and other labels as soon as they show", () => {
  const protection = protectionOf({ keyring: keyringOf() });
  const reason = (hex: string) => read(bytesOf(hex), protection, "request");
  assertEquals(reason("f400"), "malformed");
  assertEquals(reason("f4036463"), "incomplete");
  assertEquals(reason("f403646332"), "wrong_label");
  assertEquals(reason("f403646331f403646331"), "labelled");
  assertEquals(reason("06"), "unlabelled");
  assertEquals(read(bytesOf("f4"), UNPROTECTED, "request"), "labelled");
});

Deno.test("without the inbound check a label is refused as a second one, and ours counts in encryption", () => {
  const sender = protectionOf();
  const receiver = { ...sender, skipInboundLabelCheck: true };
  assertEquals(packet(PING, receiver), packet(PING, sender));
  assertEquals(heard(packet(PING, sender), receiver), "labelled");
  assertEquals(heard(packet(PING, sender).subarray(5), receiver), "ping");
  assertEquals(read(stream(PING, sender, "request"), receiver, "request"), "labelled");
  assertEquals(read(stream(PING, sender, "request").subarray(5), receiver, "request"), "ping");
});

Deno.test("encryption is turned on in three steps, and everybody understands everybody at each of them", () => {
  const steps = [
    UNPROTECTED,
    protectionOf({ label: UNPROTECTED.label, verifyIncoming: false, verifyOutgoing: false }),
    protectionOf({ label: UNPROTECTED.label, verifyIncoming: false }),
    protectionOf({ label: UNPROTECTED.label }),
  ];
  steps.forEach((sender, from) => {
    steps.forEach((receiver, to) => {
      const isNear = Math.abs(from - to) <= 1;
      const understands = heard(packet(PING, sender), receiver) === "ping";
      assertEquals(understands, read(stream(PING, sender, "request"), receiver, "request") === "ping");
      if (isNear) assert(understands, `step ${from} to step ${to}`);
    });
  });
  assertEquals(heard(packet(PING, steps[3]!), steps[0]!), "encrypted");
  assertEquals(heard(packet(PING, steps[0]!), steps[3]!), "unencrypted");
});

Deno.test("with plain packets allowed, sealed ones that do not open still say so", () => {
  const lenient = protectionOf({ verifyIncoming: false });
  const stranger = protectionOf({ keyring: keyringOf(KEYS[1]) });
  assertEquals(heard(packet(PING, stranger), lenient), "undecryptable");
  assertEquals(read(stream(PING, stranger, "request"), lenient, "request"), "undecryptable");
});

Deno.test("keys are rotated in three steps, and everybody understands everybody at each of them", () => {
  const [old, young] = [KEYS[0], KEYS[1]];
  const steps = [[old], [old, young], [young, old], [young]].map((keys) =>
    protectionOf({ keyring: keyringOf(...keys) })
  );
  steps.forEach((sender, from) => {
    steps.forEach((receiver, to) => {
      if (Math.abs(from - to) > 1) return;
      assertEquals(heard(packet(PING, sender), receiver), "ping", `step ${from} to step ${to}`);
      for (const direction of DIRECTIONS) {
        assertEquals(read(stream(PING, sender, direction), receiver, direction), "ping");
      }
    });
  });
});

Deno.test("faults row 24: an encrypted frame of 4 GiB, or of nothing, is refused from its header", () => {
  const protection = protectionOf();
  const reason = (hex: string) => read(bytesOf("f403646331" + hex), protection, "request");
  assertEquals(reason("0affffffff"), "frame_too_large");
  assertEquals(reason("0a01400001"), "frame_too_large");
  assertEquals(reason("0a00000000"), "truncated");
  assertEquals(reason("0a0000001c"), "truncated");
  assertEquals(reason("0a01400000"), "incomplete");
});

Deno.test("a frame holds one whole message, and no other frame", () => {
  const protection = protectionOf({ label: UNPROTECTED.label });
  const sealing = sealingOf(protection, NONCE)!;
  const inFrame = (plain: Uint8Array) => read(sealFrame(plain, sealing), protection, "request");
  assertEquals(inFrame(encodeStream(PING, { compress: true })), "ping");
  assertEquals(inFrame(encodeStream(PING, { compress: false }).subarray(0, -1)), "truncated");
  assertEquals(inFrame(Uint8Array.of(...encodeStream(PING, { compress: false }), 0xc1)), "ping");
  assertEquals(inFrame(stream(PING, protection, "reply")), "encrypted");
  assertEquals(inFrame(bytesOf("f403646331")), "labelled");
  assertEquals(inFrame(bytesOf("0480")), "not_in_streams");
});

Deno.test("sealing without a nonce is a mistake of the caller", () => {
  const protection = protectionOf();
  const writing = { protection, direction: "request" } as const;
  assertThrows(() => encodePacket([bytesOf("0868")], { compress: false, crc: false }, { protection }), TypeError);
  assertThrows(() => encodeStream(PING, { compress: false }, writing), TypeError);
  assert(isSealing(protection));
  assert(!isSealing({ ...protection, verifyOutgoing: false }) && !isSealing(UNPROTECTED));
});

Deno.test("faults row 1: noise never throws and delivers nothing to who has a key", () => {
  const heads = fc.constantFrom("", "f403646331", "00", "01", "0a00000030", "f4036463310a00000030", "0c", "07", "09");
  fc.assert(
    fc.property(heads, fc.uint8Array({ maxLength: 120 }), (head, noise) => {
      const bytes = Uint8Array.of(...bytesOf(head), ...noise);
      for (const protection of PROTECTIONS) {
        const { messages } = decodePacket(bytes.slice(), protection);
        assert(!isSealing(protection) || messages.length === 0);
        decodePacket(bytes.slice(), { ...protection, verifyIncoming: false });
        for (const direction of DIRECTIONS) {
          const progress = new StreamReader({ protection, direction }).push(bytes.slice());
          assert(!isSealing(protection) || progress === "incomplete" || !progress.ok);
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("what is delivered shares no memory with the packet or the chunks", () => {
  for (const protection of PROTECTIONS) {
    const bytes = packet(HELLO, protection);
    const { messages } = decodePacket(bytes, protection);
    bytes.fill(0xff);
    assertEquals(messages, [HELLO]);
    const chunk = stream(HELLO, protection, "request");
    const progress = new StreamReader({ protection, direction: "request" }).push(chunk);
    chunk.fill(0xff);
    assertEquals(progress, { ok: true, value: HELLO });
  }
});
