import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type BroadcasterWord,
  bytesOnward,
  decodeWord,
  encodeWord,
  HOPS_MAX,
  newRumour,
  type Rumour,
  RUMOUR_AGE_MS_MAX,
  RUMOUR_PAYLOAD_BYTES_MAX,
} from "../../../actors/broadcaster/rumour.ts";
import { type Span, SPANNED_MAX, SPANS_MAX } from "../../../actors/broadcaster/plumtree/span.ts";
import { MsgpackWriter } from "../../../transport/wire/msgpack.ts";

const RUMOUR = {
  way: "tree",
  topic: "room/lobby",
  author: "bob",
  epoch: 1,
  sequence: 1,
  ageMs: 0,
  payload: new Uint8Array([1, 2]),
} as const;

const SPAN: Span = { author: "bob", epoch: 1, first: 3, last: 5, hops: 2 };

/** What comes of it at the other end, without its bytes. */
function across(rumour: Parameters<typeof newRumour>[0]): Omit<Rumour, "bytes"> | undefined {
  const { bytes, ...rest } = newRumour(rumour);
  const decoded = decodeWord(bytes);
  if (decoded?.type !== "rumour") return undefined;
  assertEquals(decoded.bytes, bytes);
  const { bytes: _, ...got } = decoded;
  assertEquals(got, rest);
  return got;
}

Deno.test("a rumour comes as it was sent", () => {
  assertEquals(across(RUMOUR), { ...RUMOUR, type: "rumour", hops: 0 });
  for (const way of ["direct", "answer"] as const) assertEquals(across({ ...RUMOUR, way })?.way, way);
  assertEquals(across({ ...RUMOUR, sequence: 0 })?.sequence, 0);
  assertEquals(across({ ...RUMOUR, epoch: Number.MAX_SAFE_INTEGER })?.epoch, Number.MAX_SAFE_INTEGER);
  assertEquals(across({ ...RUMOUR, author: "Æsop", topic: "room/ü" })?.author, "Æsop");
  const largest = new Uint8Array(RUMOUR_PAYLOAD_BYTES_MAX);
  assertEquals(across({ ...RUMOUR, payload: largest })?.payload.length, RUMOUR_PAYLOAD_BYTES_MAX);
});

Deno.test("an age is sent in whole ms: never 0 for what has one, and never beyond the longest", () => {
  assertEquals([0, 0.2, 7.5, 1e9].map((ageMs) => newRumour({ ...RUMOUR, ageMs }).ageMs), [0, 1, 8, RUMOUR_AGE_MS_MAX]);
});

Deno.test("what is passed on differs from what came in its first two bytes, and what came stays as it is", () => {
  const came = newRumour(RUMOUR);
  const before = came.bytes.slice();
  const onward = bytesOnward(came, "answer", 7);
  assertEquals(came.bytes, before);
  assertEquals(onward.subarray(2), before.subarray(2));
  const decoded = decodeWord(onward);
  assertEquals(decoded?.type === "rumour" && [decoded.way, decoded.hops, decoded.payload], [
    "answer",
    7,
    RUMOUR.payload,
  ]);
});

Deno.test("announcements, grafts and prunes come as they were sent", () => {
  const words: Exclude<BroadcasterWord, Rumour>[] = [
    { type: "announce", spans: [SPAN, { ...SPAN, author: "charly", hops: 0 }] },
    { type: "graft", wants: "these", spans: [SPAN] },
    { type: "graft", wants: "these_and_more", spans: [] },
    { type: "graft", wants: "more", spans: [SPAN] },
    { type: "prune", author: "bob" },
  ];
  for (const word of words) assertEquals(decodeWord(encodeWord(word)), word);
});

/** Bytes in place of those of a rumour, from the author on. */
function forged(write: (writer: MsgpackWriter) => void, [way, hops] = [1, 0]): Uint8Array {
  const writer = new MsgpackWriter();
  writer.byte(way);
  writer.byte(hops);
  write(writer);
  return writer.finish();
}

function fields(overrides: Partial<Record<keyof typeof RUMOUR, unknown>>): (writer: MsgpackWriter) => void {
  return (writer) => {
    const { author, topic, epoch, sequence, ageMs, payload } = { ...RUMOUR, ...overrides };
    for (const value of [author, topic, epoch, sequence, ageMs]) {
      if (typeof value === "string") writer.text(value);
      else if (value instanceof Uint8Array) writer.raw(value);
      else writer.unsigned(value as number);
    }
    writer.raw(payload as Uint8Array);
  };
}

const BEYOND = Uint8Array.of(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0); // 2^53
const BELOW = Uint8Array.of(0xff); // -1
const HALF = Uint8Array.of(0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0); // 0.5

const announce = (...spans: readonly Span[]): Uint8Array => encodeWord({ type: "announce", spans });

const REJECTS: Readonly<Record<string, unknown>> = {
  "nothing": undefined,
  "null": null,
  "a text": "rumour",
  "a list": [RUMOUR],
  "an object": { ...RUMOUR },
  "no bytes": new Uint8Array(),
  "another kind": forged(fields({}), [6, 0]),
  "a kind and nothing more": Uint8Array.of(1),
  "more hops than there are": forged(fields({}), [1, HOPS_MAX + 1]),
  "an empty topic": forged(fields({ topic: "" })),
  "a long topic": forged(fields({ topic: "x".repeat(1_100) })),
  "a topic that is a number": forged(fields({ topic: 1 })),
  "an empty author": forged(fields({ author: "" })),
  "an author that is not UTF-8": forged(fields({ author: Uint8Array.of(0xa1, 0xff) })),
  "a negative epoch": forged(fields({ epoch: BELOW })),
  "half an epoch": forged(fields({ epoch: HALF })),
  "an epoch beyond the exact numbers": forged(fields({ epoch: BEYOND })),
  "a sequence that is a text": forged(fields({ sequence: "1" })),
  "a sequence beyond the exact numbers": forged(fields({ sequence: BEYOND })),
  "an age below nothing": forged(fields({ ageMs: BELOW })),
  "an age beyond the longest": forged(fields({ ageMs: RUMOUR_AGE_MS_MAX + 1 })),
  "a payload that is too long": forged(fields({ payload: new Uint8Array(RUMOUR_PAYLOAD_BYTES_MAX + 1) })),
  "a prune of nobody": Uint8Array.of(5),
  "a prune of two": Uint8Array.of(5, 0xa1, 0x61, 0xa1, 0x62),
  "a graft that wants something else": Uint8Array.of(4, 3),
  "a graft that does not say what it wants": Uint8Array.of(4),
  "a span that begins before the first": announce({ ...SPAN, first: 0, last: 0 }),
  "a span of more hops than there are": announce({ ...SPAN, hops: HOPS_MAX + 1 }),
  "a span that breaks off": announce(SPAN).subarray(0, -1),
  "a span of too many": announce({ ...SPAN, first: 1, last: SPANNED_MAX + 1 }),
  "spans of too many together": announce({ ...SPAN, first: 1, last: SPANNED_MAX }, SPAN),
  "too many spans": announce(...Array.from({ length: SPANS_MAX + 1 }, () => SPAN)),
};

for (const [what, value] of Object.entries(REJECTS)) {
  Deno.test(`decodeWord() refuses ${what}`, () => assertEquals(decodeWord(value), undefined));
}

Deno.test("as many spans, and as many in them, as are allowed are taken", () => {
  assertEquals(decodeWord(announce({ ...SPAN, first: 1, last: SPANNED_MAX }))?.type, "announce");
  const one = { ...SPAN, first: 1, last: 1 };
  assertEquals(decodeWord(announce(...Array.from({ length: SPANS_MAX }, () => one)))?.type, "announce");
});

Deno.test("decodeWord() throws over nothing that can be sent", () => {
  fc.assert(fc.property(fc.anything(), (value) => void decodeWord(value)));
  const begun = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.uint8Array({ maxLength: 60 }));
  fc.assert(fc.property(begun, ([kind, rest]) => void decodeWord(Uint8Array.of(kind, ...rest))), { numRuns: 2_000 });
});
