import { assertEquals } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import {
  decodeEntry,
  encodeEntry,
  type Entry,
  isTextTooLong,
  parseRoomName,
  TEXT_BYTES_MAX,
} from "../../../actors/chat_room/entry.ts";
import { authorOf } from "../../../actors/history/author.ts";

const WALL_MS_MAX = 8_640_000_000_000_000;

const wallMs = fc.integer({ min: 0, max: WALL_MS_MAX });
const silent = fc.constantFrom("came" as const, "present" as const, "asked" as const, "went" as const);
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => authorOf(bytes)!);
const proof = fc.record({ key, signature: fc.uint8Array({ minLength: 64, maxLength: 64 }) });
const plain = fc.tuple(silent, wallMs).map(([type, wallMs]): Entry => ({ type, wallMs }));
const proven = fc.record({
  type: fc.constantFrom("came" as const, "present" as const, "asked" as const),
  wallMs,
  proof,
});
const away = fc.tuple(silent.filter((type) => type !== "went"), wallMs, fc.string({ maxLength: 40 }), fc.option(proof))
  .map(([type, wallMs, away, proof]): Entry => ({ type, wallMs, away, ...(proof === null ? {} : { proof }) }) as Entry);
const provenElse = fc.record({ type: fc.constantFrom("went" as const, "looked_in" as const), wallMs, proof });
const ofGuest = fc.tuple(fc.constantFrom("came" as const, "went" as const), wallMs, fc.option(proof))
  .map(([type, wallMs, proof]): Entry => ({ type, wallMs, guest: "Mina", ...(proof === null ? {} : { proof }) }));
const refused = fc.record({ type: fc.constant("refused" as const), wallMs, holder: key });
const entry: fc.Arbitrary<Entry> = fc.oneof(plain, proven, provenElse, ofGuest, away, refused)
  .map((one) => "proof" in one ? { ...one, proof: { ...one.proof! } } : { ...one });

Deno.test("an entry comes out of its bytes as it went in", () => {
  fc.assert(fc.property(entry, (one) => assertEquals(decodeEntry(encodeEntry(one)), one)));
});

Deno.test("decodeEntry() never throws over a stranger's bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodeEntry(bytes)));
});

Deno.test("decodeEntry() refuses an entry that is cut at any byte", () => {
  const bytes = encodeEntry({ type: "hosting", wallMs: 1_700_000_000_000, guests: ["Mina"] });
  for (let length = 0; length < bytes.length; length++) {
    assertEquals(decodeEntry(bytes.subarray(0, length)), undefined, `${length} bytes`);
  }
});

const REJECTS: Readonly<Record<string, unknown>> = {
  "another version": [2, 1, 0],
  "no list": { 0: 1, 1: 1, 2: 0 },
  "an empty list": [],
  "an unknown kind": [1, 9, 0],
  "a kind that is a text": [1, "said", 0, "hi"],
  "no time": [1, 1],
  "a time that is a text": [1, 1, "0"],
  "a negative time": [1, 1, -1],
  "half a millisecond": [1, 1, 0.5],
  "a time that is no number": [1, 1, NaN],
  "a time without end": [1, 1, Infinity],
  "a time that no clock can show": [1, 1, WALL_MS_MAX + 1],
  "speech, which has a history": [1, 0, 0, "hi"],
  "guests that are none": [1, 5, 0, [1]],
  "a proof without a signature": [1, 1, 0, null, null, new Uint8Array(32)],
  "a proof with too short a key": [1, 1, 0, null, null, new Uint8Array(31), new Uint8Array(64)],
  "a proof with too long a signature": [1, 1, 0, null, null, new Uint8Array(32), new Uint8Array(65)],
  "a refusal that names no key": [1, 7, 0, "bob"],
};

for (const [what, value] of Object.entries(REJECTS)) {
  Deno.test(`decodeEntry() refuses ${what}`, () => assertEquals(decodeEntry(encode(value)), undefined));
}

Deno.test("too long a word of where somebody is, or none, counts for nothing: they are here", () => {
  for (const content of ["x".repeat(201), 7, "\ud800"]) {
    assertEquals(decodeEntry(encode([1, 2, 5, content])), { type: "present", wallMs: 5 });
  }
  assertEquals(decodeEntry(encode([1, 2, 5, "x".repeat(200)])), { type: "present", wallMs: 5, away: "x".repeat(200) });
});

Deno.test("a text is measured in bytes", () => {
  const longest = "ä".repeat(TEXT_BYTES_MAX / 2);
  assertEquals([isTextTooLong(longest), isTextTooLong(`${longest}x`)], [false, true]);
});

const NAMES: Readonly<Record<string, string | undefined>> = {
  "lobby": "lobby",
  "#lobby": "lobby",
  "Зал-1.2_x": "Зал-1.2_x",
  "cafe\u0301": "café",
  "##x": undefined,
  "#": undefined,
  "": undefined,
  "-x": undefined,
  ".x": undefined,
  "a b": undefined,
  "a/b": undefined,
  "a\u202Eb": undefined,
  "a\n": undefined,
  [`${"x".repeat(64)}`]: "x".repeat(64),
  [`${"x".repeat(65)}`]: undefined,
};

for (const [text, name] of Object.entries(NAMES)) {
  const verdict = name === undefined ? "is none" : `is ${JSON.stringify(name.slice(0, 20))}`;
  Deno.test(`the room called ${JSON.stringify(text.slice(0, 20))}, of length ${text.length}, ${verdict}`, () => {
    assertEquals(parseRoomName(text) as string | undefined, name);
  });
}
