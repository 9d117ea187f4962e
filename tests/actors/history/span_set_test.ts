import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SpanSet } from "../../../actors/history/span_set.ts";

/** The pieces of a set of numbers, the plain way. */
function piecesOf(numbers: ReadonlySet<number>): [number, number][] {
  const pieces: [number, number][] = [];
  for (const number of [...numbers].toSorted((a, b) => a - b)) {
    const last = pieces.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else pieces.push([number, number]);
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

Deno.test("numbers may be added to pieces that were taken over", () => {
  const spans = new SpanSet();
  spans.append(1, 3);
  spans.append(7, 9);
  for (const number of [4, 6, 5, 2]) spans.add(number);
  assertEquals(spans.spans, [[1, 9]]);
});
