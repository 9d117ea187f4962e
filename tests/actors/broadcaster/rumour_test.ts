import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeRumour, RUMOUR_AGE_MS_MAX, RUMOUR_PAYLOAD_BYTES_MAX } from "../../../actors/broadcaster/rumour.ts";

const RUMOUR = {
  type: "rumour" as const,
  topic: "room/lobby",
  author: "bob",
  epoch: 1,
  sequence: 1,
  ageMs: 0,
  payload: new Uint8Array([1, 2]),
};

Deno.test("decodeRumour() takes a rumour, and of its fields only those it knows", () => {
  assertEquals(decodeRumour({ ...RUMOUR, more: 1, __proto__: { evil: true } }), RUMOUR);
  assertEquals(decodeRumour({ ...RUMOUR, sequence: 0 })?.sequence, 0);
  assertEquals(decodeRumour({ ...RUMOUR, ageMs: RUMOUR_AGE_MS_MAX })?.ageMs, RUMOUR_AGE_MS_MAX);
  const largest = new Uint8Array(RUMOUR_PAYLOAD_BYTES_MAX);
  assertEquals(decodeRumour({ ...RUMOUR, payload: largest })?.payload.length, RUMOUR_PAYLOAD_BYTES_MAX);
});

const REJECTS: Readonly<Record<string, unknown>> = {
  "nothing": undefined,
  "null": null,
  "a text": "rumour",
  "a list": [RUMOUR],
  "another type": { ...RUMOUR, type: "publish" },
  "an empty topic": { ...RUMOUR, topic: "" },
  "a long topic": { ...RUMOUR, topic: "x".repeat(257) },
  "a topic that is a number": { ...RUMOUR, topic: 1 },
  "no author": { ...RUMOUR, author: undefined },
  "an empty author": { ...RUMOUR, author: "" },
  "a negative epoch": { ...RUMOUR, epoch: -1 },
  "half an epoch": { ...RUMOUR, epoch: 0.5 },
  "an epoch beyond the exact numbers": { ...RUMOUR, epoch: 2 ** 53 },
  "a sequence that is a bigint": { ...RUMOUR, sequence: 1n },
  "an age below nothing": { ...RUMOUR, ageMs: -1 },
  "an age that is no number": { ...RUMOUR, ageMs: NaN },
  "an age beyond the longest": { ...RUMOUR, ageMs: RUMOUR_AGE_MS_MAX + 1 },
  "an age without end": { ...RUMOUR, ageMs: Infinity },
  "no age": { ...RUMOUR, ageMs: undefined },
  "a sequence that is a text": { ...RUMOUR, sequence: "1" },
  "a payload that is a text": { ...RUMOUR, payload: "hi" },
  "a payload that is a list": { ...RUMOUR, payload: [1, 2] },
  "a payload that is too long": { ...RUMOUR, payload: new Uint8Array(RUMOUR_PAYLOAD_BYTES_MAX + 1) },
};

for (const [what, value] of Object.entries(REJECTS)) {
  Deno.test(`decodeRumour() refuses ${what}`, () => assertEquals(decodeRumour(value), undefined));
}

Deno.test("decodeRumour() throws over nothing that can be sent", () => {
  fc.assert(fc.property(fc.anything(), (value) => void decodeRumour(value)));
});
