import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { contentIn, rowOf, SEALED_BYTES_MAX, SIGN_BYTES_MAX } from "../../../actors/history/content.ts";
import { TEXT_BYTES_MAX } from "../../../actors/chat_room/entry.ts";
import { anyContent } from "../../support/log_arbitraries.ts";

Deno.test("what an entry says comes out of its row as it went in", () => {
  fc.assert(fc.property(anyContent, (content) => assertEquals(contentIn(rowOf(content)), content)));
});

Deno.test("whatever stands in a row, something is said or nothing", () => {
  const anything = fc.oneof(fc.anything(), fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string());
  fc.assert(fc.property(fc.integer({ min: 0, max: 9 }), anything, anything, (code, first, second) => {
    const content = contentIn([code, first, second]);
    if (content !== undefined) assertEquals(contentIn(rowOf(content)), content);
  }));
});

const [SAID, DID, TOPIC, EDITED, REDACTED, REACTED, SEALED] = [1, 2, 3, 4, 5, 6, 7];
const HASH = new Uint8Array(32).fill(1);
const LONG = "x".repeat(TEXT_BYTES_MAX + 1);

const GOOD: readonly (readonly [what: string, row: readonly unknown[]])[] = [
  ["a text as long as may be", [SAID, LONG.slice(1)]],
  ["an empty text", [SAID, ""]],
  ["a guest's words", [DID, "waves", "Zoë"]],
  ["a sign as long as may be", [REACTED, HASH, "x".repeat(SIGN_BYTES_MAX)]],
  ["as much that is sealed as may be", [SEALED, HASH, new Uint8Array(SEALED_BYTES_MAX)]],
];

for (const [what, row] of GOOD) Deno.test(`${what} is said`, () => assert(contentIn(row) !== undefined));

const BAD: readonly (readonly [what: string, row: readonly unknown[]])[] = [
  ["nothing at all", []],
  ["a kind that is none", [8, "hello"]],
  ["a kind that is text", ["said", "hello"]],
  ["a text that is too long", [SAID, LONG]],
  ["a topic that is too long for a text", [TOPIC, LONG]],
  ["a text that is a number", [SAID, 7]],
  ["half a pair of surrogates", [SAID, "\ud83d"]],
  ["a guest whose name is none", [SAID, "hello", ""]],
  ["a guest whose name is a number", [SAID, "hello", 7]],
  ["a guest's name with a line's end", [SAID, "hello", "a\nb"]],
  ["an edit of what is no address", [EDITED, new Uint8Array(31), "better"]],
  ["an edit without a text", [EDITED, HASH]],
  ["an edit that is too long", [EDITED, HASH, LONG]],
  ["a redaction of what is text", [REDACTED, "0".repeat(64)]],
  ["an empty sign", [REACTED, HASH, ""]],
  ["a sign that is too long", [REACTED, HASH, "x".repeat(SIGN_BYTES_MAX + 1)]],
  ["a sign that is a number", [REACTED, HASH, 1]],
  ["a seal for half a key", [SEALED, HASH.subarray(1), new Uint8Array(9)]],
  ["a seal of text", [SEALED, HASH, "text"]],
  ["too much that is sealed", [SEALED, HASH, new Uint8Array(SEALED_BYTES_MAX + 1)]],
];

for (const [what, row] of BAD) Deno.test(`${what} is not said`, () => assertEquals(contentIn(row), undefined));
