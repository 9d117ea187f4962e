import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { createCipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { type Address, parseAddress } from "../../../transport/address.ts";
import { LINK_VERSION } from "../../../transport/link/envelope.ts";
import {
  ANSWER_BYTES,
  CONFIRMATION_BYTES,
  type HandshakeStep,
  Initiator,
  OPENING_BYTES,
  Responder,
  type Terms,
} from "../../../transport/link/handshake.ts";
import { KeyPair } from "../../../transport/link/x25519.ts";
import type { Key } from "../../../transport/wire/key.ts";
import { NO_LABEL, parseLabel } from "../../../transport/wire/label.ts";
import { keyOf } from "../../support/keys.ts";

const PLACE = parseAddress("127.0.0.1:7946")!;
const TERMS: Terms = { label: NO_LABEL, place: PLACE };
const [KEY, OTHER] = [keyOf(1), keyOf(2)];

const secret = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

type Setting = { ours?: Terms; theirs?: Terms; key?: Key; ring?: readonly Key[]; ephemeral?: number };

function pair({ ours = TERMS, theirs = TERMS, key = KEY, ring = [KEY], ephemeral = 7 }: Setting = {}) {
  return {
    initiator: new Initiator(ours, key, secret(ephemeral)),
    responder: new Responder(theirs, ring, secret(ephemeral + 1)),
  };
}

function said(step: HandshakeStep): Uint8Array {
  if (step.type !== "answer" && step.type !== "proven") throw new Error(`Said nothing: ${step.type}`);
  return step.say;
}

function proven(step: HandshakeStep): Extract<HandshakeStep, { type: "proven" }> {
  if (step.type !== "proven") throw new Error(`Not proven: ${step.type}`);
  return step;
}

/** A whole exchange, message by message. */
function exchange(setting: Setting = {}) {
  const { initiator, responder } = pair(setting);
  const answer = said(responder.receive(initiator.opening));
  const dialled = proven(initiator.receive(answer));
  const accepted = proven(responder.receive(dialled.say));
  return { opening: initiator.opening, answer, confirmation: dialled.say, dialled, accepted };
}

Deno.test("two who share a key prove it to each other, and have the same two keys, one for each direction", () => {
  const { opening, answer, confirmation, dialled, accepted } = exchange();
  assertEquals([opening.length, answer.length, confirmation.length], [OPENING_BYTES, ANSWER_BYTES, CONFIRMATION_BYTES]);
  assertEquals(dialled.keys.sending, accepted.keys.receiving);
  assertEquals(dialled.keys.receiving, accepted.keys.sending);
  assertNotEquals(dialled.keys.sending, dialled.keys.receiving);
  assertEquals([dialled.by, accepted.by, accepted.say.length], [KEY, KEY, 0]);
});

Deno.test("no two links have anything in common that can be seen, nor their keys", () => {
  const [one, two] = [exchange({ ephemeral: 7 }), exchange({ ephemeral: 9 })];
  assertNotEquals(one.dialled.keys, two.dialled.keys);
  for (const message of ["opening", "answer", "confirmation"] as const) {
    const from = message === "opening" ? 1 : 0; // the version
    for (let at = from; at + 8 <= one[message].length; at++) {
      assertNotEquals(one[message].subarray(at, at + 8), two[message].subarray(at, at + 8));
    }
  }
});

Deno.test("keys of every size prove", () => {
  for (const length of [16, 24, 32]) exchange({ key: keyOf(1, length), ring: [keyOf(1, length)] });
  const { initiator, responder } = pair({ key: keyOf(1, 16), ring: [keyOf(1, 24), keyOf(1, 32)] });
  assertEquals(responder.receive(initiator.opening).type, "refused");
});

Deno.test("any key of the ring of who answers proves, wherever it stands", () => {
  const ring = [keyOf(3), keyOf(4), KEY, OTHER];
  for (const key of ring) assertEquals(exchange({ key, ring }).accepted.by, key);
});

const refusals: readonly [string, Setting][] = [
  ["another key", { key: OTHER }],
  ["no key there", { ring: [] }],
  ["another label", { theirs: { ...TERMS, label: parseLabel("other")! } }],
  ["another label of the same length", {
    ours: { ...TERMS, label: parseLabel("one")! },
    theirs: { ...TERMS, label: parseLabel("two")! },
  }],
  ["no label there", { ours: { ...TERMS, label: parseLabel("other")! } }],
  ["another peer at the end of the line than the one dialled", {
    theirs: { ...TERMS, place: "127.0.0.1:7947" as Address },
  }],
  ["label and place that are the same together", {
    ours: { label: parseLabel("a")!, place: "b127.0.0.1:7946" as Address },
    theirs: { label: parseLabel("ab")!, place: "127.0.0.1:7946" as Address },
  }],
];

for (const [what, setting] of refusals) {
  Deno.test(`refused from the first message: ${what}`, () => {
    const { initiator, responder } = pair(setting);
    assertEquals(responder.receive(initiator.opening), { type: "refused" });
  });
}

Deno.test("messages may come in single bytes, and what is behind the last of them is handed on", () => {
  const { initiator, responder } = pair();
  const bytewise = (machine: Initiator | Responder, bytes: Uint8Array): HandshakeStep[] =>
    [...bytes].map((byte) => machine.receive(Uint8Array.of(byte)));
  const [answered, ...early] = bytewise(responder, initiator.opening).toReversed();
  assert(early.every(({ type }) => type === "incomplete"));
  const { say, rest } = proven(initiator.receive(new Uint8Array([...said(answered!), 1, 2])));
  assertEquals(rest, Uint8Array.of(1, 2));
  assertEquals(proven(responder.receive(new Uint8Array([...say, 3]))).rest, Uint8Array.of(3));
});

Deno.test("who dials and does not wait for the answer is refused", () => {
  const { initiator, responder } = pair();
  assertEquals(responder.receive(new Uint8Array([...initiator.opening, 0])).type, "refused");
});

Deno.test("a changed bit anywhere in any message is refused by who receives it", () => {
  const { opening, answer, confirmation } = exchange();
  for (let bit = 0; bit < 8 * opening.length; bit++) {
    assertEquals(pair().responder.receive(flip(opening, bit)).type, "refused", `opening ${bit}`);
  }
  for (let bit = 0; bit < 8 * answer.length; bit++) {
    assertEquals(pair().initiator.receive(flip(answer, bit)).type, "refused", `answer ${bit}`);
  }
  for (let bit = 0; bit < 8 * confirmation.length; bit++) {
    const { responder } = pair();
    responder.receive(opening);
    assertEquals(responder.receive(flip(confirmation, bit)).type, "refused", `confirmation ${bit}`);
  }
});

Deno.test("an opening that was recorded gets an answer, and its confirmation is worth nothing to it", () => {
  const { opening, confirmation } = exchange();
  const restarted = new Responder(TERMS, [KEY], secret(99));
  assertEquals(restarted.receive(opening).type, "answer");
  assertEquals(restarted.receive(confirmation).type, "refused");
});

Deno.test("what one side said, sent back to it, is refused", () => {
  const { initiator, responder } = pair();
  const answer = said(responder.receive(initiator.opening));
  const mirrored = new Initiator(TERMS, KEY, secret(7));
  assertEquals(mirrored.receive(mirrored.opening.subarray(1)).type, "refused");
  const half = new Responder(TERMS, [KEY], secret(8));
  half.receive(initiator.opening);
  assertEquals(half.receive(answer.subarray(32)).type, "refused");
});

Deno.test("a man in the middle who swaps the ephemeral keys for his own is refused by both", () => {
  const { initiator, responder } = pair();
  const his = new KeyPair(secret(66));
  const swapped = initiator.opening.slice();
  swapped.set(his.publicKey, 1);
  assertEquals(responder.receive(swapped).type, "refused");
  const answer = said(pair().responder.receive(initiator.opening)).slice();
  answer.set(his.publicKey, 0);
  assertEquals(initiator.receive(answer).type, "refused");
});

/** The exchange again, from the words that describe it: what a side of another make would compute. */
function asWritten(secret: Uint8Array, shared: Uint8Array, opening: Uint8Array, answer: Uint8Array) {
  const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
    parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest();
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  const context = sha256(utf8("parley link"), Uint8Array.of(1, LINK_VERSION, 0), Uint8Array.of(14), utf8(PLACE));
  const transcript = sha256(context, opening, answer.subarray(0, 32));
  const info = new Uint8Array([...utf8("parley link keys"), ...transcript]);
  const okm = new Uint8Array(hkdfSync("sha256", shared, secret, info, 128));
  const mac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
    new Uint8Array(parts.reduce((sum, part) => sum.update(part), createHmac("sha256", key)).digest());
  return {
    opening: mac(secret, utf8("parley link opening"), context, opening.subarray(1, 33)),
    sending: okm.slice(0, 32),
    receiving: okm.slice(32, 64),
    answer: mac(okm.subarray(64, 96), transcript),
    confirmation: mac(okm.subarray(96), transcript),
  };
}

/** What the ring's key is worth on links, by another way to AES. */
function ringSecret(): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", new Uint8Array(32).fill(1), new TextEncoder().encode("parley links"));
  const stream = cipher.update(new Uint8Array(32));
  cipher.final();
  return new Uint8Array([...stream, ...cipher.getAuthTag()]);
}

Deno.test("messages and keys are those of the description: from the ring, both ephemeral keys and all that was said", () => {
  const { opening, answer, confirmation, dialled } = exchange();
  const shared = new KeyPair(secret(7)).agree(answer.subarray(0, 32))!;
  const written = asWritten(ringSecret(), shared, opening, answer);
  assertEquals(opening.subarray(33), written.opening);
  assertEquals(answer.subarray(32), written.answer);
  assertEquals(confirmation, written.confirmation);
  assertEquals(dialled.keys, { sending: written.sending, receiving: written.receiving });
});

Deno.test("one without the ring cannot answer, although he shares the ephemeral secret with who dials", () => {
  const { initiator } = pair();
  const his = new KeyPair(secret(66));
  const shared = his.agree(initiator.opening.subarray(1, 33))!;
  for (const guess of [new Uint8Array(0), new Uint8Array(32), new Uint8Array(48), shared]) {
    const { initiator } = pair();
    const { answer } = asWritten(guess, shared, initiator.opening, his.publicKey);
    assertEquals(initiator.receive(new Uint8Array([...his.publicKey, ...answer])).type, "refused");
  }
});

Deno.test("an answer to another opening is refused", () => {
  const { answer } = exchange({ ephemeral: 7 });
  assertEquals(pair({ ephemeral: 9 }).initiator.receive(answer).type, "refused");
});

/** Points of small order, by which everybody agrees on zeros (RFC 7748, section 6.1), and other spellings of them. */
const LOW_ORDER: readonly string[] = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

Deno.test("points of small order are none to agree with, also for one who knows the ring", () => {
  const ours = new KeyPair(secret(7));
  for (const point of LOW_ORDER) {
    for (const topBit of [0, 0x80]) {
      const bytes = Uint8Array.fromHex(point);
      bytes[31]! |= topBit;
      assertEquals(ours.agree(bytes), undefined, point);
      const answer = new Uint8Array(ANSWER_BYTES);
      answer.set(bytes);
      assertEquals(pair().initiator.receive(answer).type, "refused");
    }
  }
});

Deno.test("X25519 is what RFC 7748 says (6.1)", () => {
  const bob = new KeyPair(Uint8Array.fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  assertEquals(bob.publicKey.toHex(), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const alice = Uint8Array.fromHex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  assertEquals(bob.agree(alice)?.toHex(), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  assertThrows(() => new KeyPair(new Uint8Array(31)), RangeError);
});

Deno.test("whatever is done to the messages, only the true ones in their order prove anything", () => {
  const mutation = fc.record({
    message: fc.nat(2),
    at: fc.nat(),
    xor: fc.nat(255),
    cut: fc.nat(3),
    swap: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 3 }), fc.nat(40), (mutations, chunk) => {
      const { initiator, responder } = pair();
      const recorded = exchange({ ephemeral: 20 });
      let isTrue = true;
      const carry = (index: number, message: Uint8Array): Uint8Array => {
        let bytes: Uint8Array = message.slice();
        for (const { at, xor, cut, swap } of mutations.filter((mutation) => mutation.message === index)) {
          if (swap) bytes = [recorded.opening, recorded.answer, recorded.confirmation][index]!.slice();
          bytes[at % bytes.length]! ^= xor;
          bytes = bytes.subarray(0, bytes.length - cut);
        }
        isTrue &&= bytes.length === message.length && bytes.every((byte, at) => byte === message[at]);
        return bytes;
      };
      const feed = (machine: Initiator | Responder, bytes: Uint8Array): HandshakeStep => {
        const [head, tail] = [bytes.subarray(0, chunk), bytes.subarray(chunk)];
        const step = machine.receive(head);
        return step.type === "incomplete" ? machine.receive(tail) : step;
      };
      const answered = feed(responder, carry(0, initiator.opening));
      if (answered.type !== "answer") return assertEquals(isTrue, false);
      const dialled = feed(initiator, carry(1, answered.say));
      if (dialled.type !== "proven") return assertEquals(isTrue, false);
      const accepted = feed(responder, carry(2, dialled.say));
      assertEquals(accepted.type === "proven", isTrue);
    }),
    { numRuns: 300 },
  );
});

Deno.test("noise is refused or waited for, never an exception, and never answered", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      for (const machine of [pair().initiator, pair().responder]) {
        assert(["refused", "incomplete"].includes(machine.receive(noise).type));
      }
    }),
    { numRuns: 200 },
  );
});

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice();
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}
