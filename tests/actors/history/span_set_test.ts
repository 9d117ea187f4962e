import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SpanSet } from "../../../actors/history/span_set.ts";

/** The pieces of a set of numbers, the plain way. */
function piecesOf(numbers: ReadonlySet<number>): { first: number; last: number }[] {
  const pieces: { first: number; last: number }[] = [];
  for (const number of [...numbers].toSorted((a, b) => a - b)) {
    const last = pieces.at(-1);
    if (last?.last === number - 1) last.last = number;
    else pieces.push({ first: number, last: number });
  }
  return pieces;
}

Deno.test("the pieces are those of the numbers, however they came and went", () => {
  const step = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 12 }));
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const spans = new SpanSet();
    const numbers = new Set<number>();
    for (const [adds, number] of steps) {
      if (adds) {
        spans.add(number);
        numbers.add(number);
      } else {
        spans.delete(number);
        numbers.delete(number);
      }
      assertEquals(spans.spans, piecesOf(numbers));
      assertEquals(spans.isEmpty, numbers.size === 0);
    }
  }));
});

Deno.test("pieces of any length are joined, and tell what is held, what is newest and what of another piece is lacking", () => {
  const piece = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 4 }));
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), piece, (pieces, [first, more]) => {
    const spans = new SpanSet();
    const numbers = new Set<number>();
    for (const [begin, length] of pieces) {
      spans.add(begin, begin + length);
      for (let number = begin; number <= begin + length; number++) numbers.add(number);
      assertEquals(spans.spans, piecesOf(numbers));
    }
    for (let number = 0; number < 20; number++) assertEquals(spans.has(number), numbers.has(number));
    assertEquals(spans.top, piecesOf(numbers).at(-1));
    const wanted = new Set(Array.from({ length: more + 1 }, (_, at) => first + at));
    const lacking = piecesOf(wanted.difference(numbers));
    assertEquals(spans.lackingOf({ first, last: first + more }), lacking.toReversed());
  }));
});

Deno.test("what touches a piece makes none more", () => {
  const set = new SpanSet();
  for (const first of [5, 20]) set.add(first, first + 2);
  const touching = [[1, 3], [1, 4], [6, 6], [8, 9], [9, 10], [9, 18], [9, 19], [1, 99], [24, 30]] as const;
  assertEquals(touching.map(([first, last]) => set.touches(first, last)), [
    false,
    true,
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
});

Deno.test("of what is lacking, so many pieces are told, the newest", () => {
  const set = new SpanSet();
  for (const sequence of [2, 4, 6]) set.add(sequence);
  const lacking = [7, 5, 3, 1].map((sequence) => ({ first: sequence, last: sequence }));
  for (const max of [1, 2, 3, 4, 5]) assertEquals(set.lackingOf({ first: 1, last: 7 }, max), lacking.slice(0, max));
});
