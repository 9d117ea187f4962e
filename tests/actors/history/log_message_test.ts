import { assert, assertEquals } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { encodeEntry } from "../../../actors/chat_room/entry.ts";
import { keyOf } from "../../../actors/history/author.ts";
import { ENTRY_BYTES_MAX, SEQUENCE_MAX } from "../../../actors/history/entry.ts";
import {
  BATCH_ENTRIES_MAX,
  decodeLogMessage,
  encodeLogMessage,
  ENDS_MAX,
  isLogMessage,
  type LogMessage,
  SPANS_MAX,
} from "../../../actors/history/log_message.ts";
import { anyHash, anyLog, anySequence, plain } from "../../support/log_arbitraries.ts";

const anySpan = fc.tuple(anyLog, anySequence, anySequence).map(([log, a, b]) => ({
  log,
  first: Math.min(a, b),
  last: Math.max(a, b),
}));
const anyEnd = fc.record({ log: anyLog, sequence: anySequence, hash: anyHash });

const anyMessage: fc.Arbitrary<LogMessage> = fc.oneof(
  fc.record({
    type: fc.constant("batch" as const),
    log: anyLog,
    first: anySequence,
    bodies: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 20 }),
    signature: fc.option(fc.uint8Array({ minLength: 64, maxLength: 64 }), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant("heads" as const),
    spans: fc.array(anySpan, { maxLength: 20 }),
    wantsAnswer: fc.boolean(),
  }),
  fc.record({ type: fc.constantFrom("want" as const, "lacking" as const), span: anySpan }),
  fc.record({ type: fc.constant("branches" as const), ends: fc.array(anyEnd, { maxLength: 20 }) }),
  fc.record({ type: fc.constant("want_branch" as const), end: anyEnd }),
).map(plain);

Deno.test("a message comes out of its bytes as it went in, and is known for one without being read", () => {
  fc.assert(fc.property(anyMessage, (message) => {
    const bytes = encodeLogMessage(message);
    assert(isLogMessage(bytes));
    assertEquals(decodeLogMessage(bytes), message);
  }));
});

Deno.test("what says who is here is no such message, nor is nothing", () => {
  assert(!isLogMessage(encodeEntry({ type: "came", wallMs: 1 })));
  assert(!isLogMessage(new Uint8Array()));
  assert(!isLogMessage(new Uint8Array([0x92])));
  assert(!isLogMessage(new Uint8Array([2, 2])));
});

Deno.test("a message that is cut at any byte is none", () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const bytes = encodeLogMessage(message);
      for (let end = 0; end < bytes.length; end++) assertEquals(decodeLogMessage(bytes.subarray(0, end)), undefined);
    }),
    { numRuns: 30 },
  );
});

Deno.test("whatever bytes a stranger sends, a message is read or is none", () => {
  const spoilt = fc.tuple(anyMessage, fc.nat(), fc.nat(255)).map(([message, at, byte]) => {
    const bytes = encodeLogMessage(message);
    return bytes.with(at % bytes.length, byte);
  });
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), spoilt), (bytes) => {
    const message = decodeLogMessage(bytes);
    if (message !== undefined) assertEquals(decodeLogMessage(encodeLogMessage(message)), message);
  }));
});

const KEY = keyOf("a".repeat(64) as never);
const BODY = new Uint8Array(9);
const HASH = new Uint8Array(32);
const [BATCH, HEADS, WANT, LACKING, BRANCHES, WANT_BRANCH] = [0, 1, 2, 3, 4, 5];
const span = (
  first: unknown,
  last: unknown,
  key: unknown = KEY,
  epoch: unknown = 1,
): unknown => [key, epoch, first, last];

const GOOD: readonly (readonly [what: string, row: readonly unknown[]])[] = [
  ["as many entries as may be", [BATCH, KEY, 1, 1, Array(BATCH_ENTRIES_MAX).fill(BODY), null]],
  ["the longest entry", [BATCH, KEY, 1, 1, [new Uint8Array(ENTRY_BYTES_MAX)], null]],
  ["as many spans as may be", [HEADS, Array(SPANS_MAX).fill(span(1, 1)), false]],
  ["as many ends as may be", [BRANCHES, Array(ENDS_MAX).fill([KEY, 1, 1, HASH])]],
  ["all that there could be", [WANT, span(1, SEQUENCE_MAX)]],
  ["heads of nothing", [HEADS, [], true]],
];

for (const [what, row] of GOOD) {
  Deno.test(`a message with ${what} is read`, () => assert(decodeLogMessage(encode([2, ...row])) !== undefined));
}

const BAD: readonly (readonly [what: string, row: readonly unknown[]])[] = [
  ["no kind", []],
  ["a kind that is none", [6, span(1, 1)]],
  ["no entries", [BATCH, KEY, 1, 1, [], null]],
  ["too many entries", [BATCH, KEY, 1, 1, Array(BATCH_ENTRIES_MAX + 1).fill(BODY), null]],
  ["an entry that is too long", [BATCH, KEY, 1, 1, [new Uint8Array(ENTRY_BYTES_MAX + 1)], null]],
  ["an entry that is text", [BATCH, KEY, 1, 1, [BODY, "text"], null]],
  ["entries that are no list", [BATCH, KEY, 1, 1, "all", null]],
  ["half a key", [BATCH, KEY.subarray(1), 1, 1, [BODY], null]],
  ["an epoch below 0", [BATCH, KEY, -1, 1, [BODY], null]],
  ["the number 0", [BATCH, KEY, 1, 0, [BODY], null]],
  ["a number beyond all", [BATCH, KEY, 1, SEQUENCE_MAX + 1, [BODY], null]],
  ["half a signature", [BATCH, KEY, 1, 1, [BODY], new Uint8Array(63)]],
  ["a signature that is text", [BATCH, KEY, 1, 1, [BODY], "text"]],
  ["too many spans", [HEADS, Array(SPANS_MAX + 1).fill(span(1, 1)), false]],
  ["spans that are no list", [HEADS, "all", false]],
  ["one bad span among good ones", [HEADS, [span(1, 1), span(0, 1)], false]],
  ["a span backwards", [WANT, span(2, 1)]],
  ["a span beyond all", [WANT, span(1, SEQUENCE_MAX + 1)]],
  ["half a number", [LACKING, span(1.5, 2)]],
  ["a span of three parts", [WANT, [KEY, 1, 1]]],
  ["no span", [WANT]],
  ["too many ends", [BRANCHES, Array(ENDS_MAX + 1).fill([KEY, 1, 1, HASH])]],
  ["ends that are no list", [BRANCHES, 1]],
  ["an end without a hash", [WANT_BRANCH, [KEY, 1, 1]]],
  ["an end with half a hash", [WANT_BRANCH, [KEY, 1, 1, HASH.subarray(1)]]],
  ["an end with the number 0", [WANT_BRANCH, [KEY, 1, 0, HASH]]],
];

for (const [what, row] of BAD) {
  Deno.test(`a message with ${what} is none`, () => assertEquals(decodeLogMessage(encode([2, ...row])), undefined));
}

Deno.test("a message of another version is none", () => {
  assertEquals(decodeLogMessage(encode([3, HEADS, [], true])), undefined);
  assertEquals(decodeLogMessage(encode({ v: 2 })), undefined);
});
