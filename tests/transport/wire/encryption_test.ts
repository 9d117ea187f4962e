import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type EncryptionVersion,
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  frameFault,
  openFrame,
  type Opening,
  openPacket,
  SEAL_BYTES_MAX,
  sealedLength,
  sealFrame,
  type Sealing,
  sealPacket,
} from "../../../transport/wire/encryption.ts";
import { NONCE_BYTES } from "../../../transport/wire/key.ts";
import { NO_LABEL, parseLabel } from "../../../transport/wire/label.ts";
import { keyOf, keyringOf, labelOf } from "./secrets.ts";
import { bytesOf, vectorsOf } from "./vectors.ts";

/** One key of each size. */
const KEYS = ["a1".repeat(16), "b2".repeat(24), "c3".repeat(32)];
const VERSIONS: readonly EncryptionVersion[] = [0, 1];
const NONCE = new Uint8Array(NONCE_BYTES).fill(5);
const HELLO = bytesOf("0868656c6c6f2c20776f726c64");
const DC1 = labelOf("dc1");

function sealing(change: Partial<Sealing> = {}): Sealing {
  return { key: keyOf(KEYS[0]!), version: 1, nonce: NONCE, label: NO_LABEL, ...change };
}

function opening(change: Partial<Opening> = {}): Opening {
  return { keyring: keyringOf(...KEYS), versionMin: 0, label: NO_LABEL, ...change };
}

/** Why sealed bytes do not open, or what they open to. */
function opened(sealed: Uint8Array, change: Partial<Opening> = {}): string {
  const plain = openPacket(sealed, opening(change));
  return plain.ok ? plain.value.toHex() : plain.reason;
}

function changedAt(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const changed = bytes.slice();
  changed[at]! ^= mask;
  return changed;
}

/** Both versions with each size of keys, with and without a label. */
const COMBINATIONS = VERSIONS.flatMap((version) =>
  KEYS.flatMap((key) => [NO_LABEL, DC1].map((label) => ({ version, key: keyOf(key), label })))
);

Deno.test("sealedLength() computes formula-encrypted-length", () => {
  const formula = vectorsOf("formula").find(({ name }) => name === "formula-encrypted-length")!;
  for (const { version, plain_len, encrypted_len, budget_overhead } of formula.cases!) {
    assertEquals(sealedLength(version as EncryptionVersion, plain_len!), encrypted_len!);
    assertEquals(SEAL_BYTES_MAX[version as EncryptionVersion], budget_overhead!);
  }
});

Deno.test("openPacket() and openFrame() give what was sealed, with any version, key and label", () => {
  const label = fc.string({ unit: "grapheme", maxLength: 50 }).map(parseLabel).filter((label) => label !== undefined);
  const nonce = fc.uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES });
  const plain = fc.uint8Array({ minLength: 1, maxLength: 100 });
  const version = fc.constantFrom(...VERSIONS);
  fc.assert(fc.property(version, fc.nat(2), label, nonce, plain, (version, index, label, nonce, plain) => {
    const sealing: Sealing = { version, key: keyOf(KEYS[index]!), label, nonce };
    const packet = sealPacket(plain, sealing);
    assertEquals(packet.length, sealedLength(version, plain.length));
    assertEquals(openPacket(packet, opening({ label })), { ok: true, value: plain });
    const frame = sealFrame(plain, sealing);
    assertEquals(frame.length, FRAME_HEADER_BYTES + packet.length);
    assertEquals(openFrame(frame.subarray(FRAME_HEADER_BYTES), opening({ label })), { ok: true, value: plain });
  }));
});

Deno.test("faults row 9: sealed bytes cut anywhere do not open", () => {
  for (const combination of COMBINATIONS) {
    const { label } = combination;
    const sealed = sealPacket(HELLO, sealing(combination));
    for (let length = 0; length < sealed.length; length++) {
      const reason = opened(sealed.subarray(0, length), { label });
      const least = SEAL_BYTES_MAX[combination.version];
      assertEquals(reason, length === 0 ? "empty" : length < least ? "truncated" : "undecryptable");
    }
    assertEquals(opened(Uint8Array.of(...sealed, 0), { label }), "undecryptable");
  }
});

Deno.test("faults row 9: with any bit changed after the version, nothing opens", () => {
  for (const combination of COMBINATIONS) {
    const { label } = combination;
    const sealed = sealPacket(HELLO, sealing(combination));
    for (let bit = 8; bit < sealed.length * 8; bit++) {
      assertEquals(opened(changedAt(sealed, bit >> 3, 1 << (bit & 7)), { label }), "undecryptable");
    }
  }
});

Deno.test("faults row 9: versions other than 0 and 1 are refused, and 0 where the least is 1", () => {
  for (const combination of COMBINATIONS) {
    const { version, label } = combination;
    const sealed = sealPacket(HELLO, sealing(combination));
    for (let other = 2; other < 256; other++) {
      assertEquals(opened(changedAt(sealed, 0, version ^ other), { label }), "unknown_version");
    }
    assertEquals(opened(sealed, { label, versionMin: 1 }), version === 0 ? "unknown_version" : HELLO.toHex());
  }
});

Deno.test("faults row 9: version 1 said to be 0 is too short, or has no padding, or can be refused", () => {
  const asPadded = (plain: string, versionMin: EncryptionVersion = 0) =>
    opened(changedAt(sealPacket(bytesOf(plain), sealing()), 0, 1), { versionMin });
  assertEquals(asPadded(HELLO.toHex()), "truncated");
  assertEquals(asPadded("08".repeat(16) + HELLO.toHex()), "bad_padding");
  assertEquals(asPadded("08".repeat(31) + "00"), "bad_padding");
  assertEquals(asPadded("08".repeat(31) + "11"), "bad_padding");
  assertEquals(asPadded("08".repeat(30) + "0102"), "bad_padding");
  assertEquals(asPadded("10".repeat(16)), "empty");
  // A message of 32 bytes that ends with 1: the version is not proven, so this is one of 31 bytes.
  assertEquals(asPadded("08".repeat(31) + "01"), "08".repeat(31));
  assertEquals(asPadded("08".repeat(31) + "01", 1), "unknown_version");
});

Deno.test("faults row 9: version 0 said to be 1 keeps its padding, as in memberlist; the least version 1 ends both", () => {
  const sealed = sealPacket(HELLO, sealing({ version: 0 }));
  assertEquals(opened(changedAt(sealed, 0, 1)), HELLO.toHex() + "030303");
});

Deno.test("faults row 9: nothing opens with a strange key, and everything with any key of the ring", () => {
  const sealed = (key: string) => sealPacket(HELLO, sealing({ key: keyOf(key) }));
  for (const [index, key] of KEYS.entries()) {
    const others = KEYS.filter((_, at) => at !== index);
    assertEquals(opened(sealed(key), { keyring: keyringOf(...others) }), "undecryptable");
    assertEquals(opened(sealed(key), { keyring: keyringOf(...others, key) }), HELLO.toHex());
    assertEquals(opened(sealed(key), { keyring: keyringOf() }), "undecryptable");
  }
});

Deno.test("faults row 10: sealed bytes open under their own label only", () => {
  for (const combination of COMBINATIONS) {
    const sealed = sealPacket(HELLO, sealing(combination));
    for (const label of [NO_LABEL, DC1, labelOf("dc2"), labelOf("dc"), labelOf("dc11")]) {
      assertEquals(opened(sealed, { label }), label === combination.label ? HELLO.toHex() : "undecryptable");
    }
  }
});

Deno.test("a packet is no frame and a frame no packet, whatever the label", () => {
  const frame = sealFrame(HELLO, sealing());
  assertEquals(opened(frame.subarray(FRAME_HEADER_BYTES)), "undecryptable");
  // The header of the frame would have to be the label, which is checked before.
  assertEquals(openFrame(sealPacket(HELLO, sealing()), opening()).ok, false);
});

Deno.test("openPacket() and openFrame() never throw, and open nothing of noise", () => {
  const noise = fc.tuple(fc.nat(2), fc.uint8Array({ maxLength: 80 })).map(([first, rest]) =>
    Uint8Array.of(first, ...rest)
  );
  fc.assert(
    fc.property(noise, (bytes) => {
      assert(!openPacket(bytes, opening()).ok);
      assert(!openFrame(bytes, opening()).ok);
    }),
    { numRuns: 500 },
  );
});

Deno.test("sealPacket() and sealFrame() throw for nothing, a wrong nonce and more than a frame holds", () => {
  const empty = new Uint8Array(0);
  for (const seal of [sealPacket, sealFrame]) {
    assertThrows(() => seal(empty, sealing()), RangeError);
    assertThrows(() => seal(empty, sealing({ version: 0 })), RangeError);
    assertThrows(() => seal(HELLO, sealing({ nonce: empty })), RangeError);
    assertThrows(() => seal(HELLO, sealing({ nonce: new Uint8Array(16) })), RangeError);
  }
  const large = new Uint8Array(FRAME_BYTES_MAX - SEAL_BYTES_MAX[1] + 1);
  assertThrows(() => sealFrame(large, sealing()), RangeError);
  assertEquals(sealFrame(large.subarray(1), sealing()).length, FRAME_HEADER_BYTES + FRAME_BYTES_MAX);
});

Deno.test("sealed bytes of nothing, which crash Go nodes, are refused", () => {
  const key = keyOf(KEYS[0]!);
  const sealed = new Uint8Array(sealedLength(1, 0));
  sealed[0] = 1;
  sealed.set(NONCE, 1);
  key.encrypt(new Uint8Array(0), NONCE, new Uint8Array(0), sealed.subarray(1 + NONCE_BYTES));
  assertEquals(opened(sealed), "empty");
});

Deno.test("faults row 24: frameFault() refuses a frame that says it holds 4 GiB, or less than any can", () => {
  assertEquals(frameFault(0xffffffff), "frame_too_large");
  assertEquals(frameFault(FRAME_BYTES_MAX + 1), "frame_too_large");
  assertEquals(frameFault(FRAME_BYTES_MAX), undefined);
  assertEquals(frameFault(SEAL_BYTES_MAX[1]), undefined);
  assertEquals(frameFault(SEAL_BYTES_MAX[1] - 1), "truncated");
  assertEquals(frameFault(0), "truncated");
});
