import { assertEquals, assertThrows } from "@std/assert";
import { median, quantile, toResults } from "../../bench/harness.ts";
import type { Figures, Suite } from "../../bench/suite.ts";

const suite: Suite = {
  name: "letters",
  benches: [{ name: "post", unit: "letters/s" }, { name: "weight", unit: "grams" }],
  contenders: ["ours", "pigeon"],
  reference: "pigeon",
  notes: [],
  measure: () => Promise.resolve({}),
};

Deno.test("median() is the middle value, by size and not as text", () => {
  assertEquals(median([100, 9, 20]), 20);
});

Deno.test("median() of an even number of values is the mean of the two in the middle", () => {
  assertEquals(median([4, 1, 3, 100]), 3.5);
});

Deno.test("median() leaves its argument as it is", () => {
  const values = [3, 1, 2];
  median(values);
  assertEquals(values, [3, 1, 2]);
});

Deno.test("median() of nothing throws", () => {
  assertThrows(() => median([]), RangeError);
});

Deno.test("quantile() is the least value that so many do not exceed", () => {
  const values = [9, 1, 8, 2, 7, 3, 6, 4, 5, 10];
  assertEquals([0, 0.1, 0.5, 0.9, 0.91, 1].map((part) => quantile(values, part)), [1, 1, 5, 9, 10, 10]);
});

Deno.test("quantile() of nothing throws", () => {
  assertThrows(() => quantile([], 0.5), RangeError);
});

Deno.test("toResults() calls what is as the reference is the same, also where both are nothing", () => {
  const figures = new Map<string, Figures[]>([["ours", [{ post: 0, weight: 2 }]], ["pigeon", [{
    post: 0,
    weight: 0,
  }]]]);
  assertEquals(toResults(suite, figures).map(({ ratio }) => ratio), [1, 1, Infinity, 1]);
});

Deno.test("toResults() takes the median of the rounds and divides it by the reference's", () => {
  const figures = new Map<string, Figures[]>([
    ["ours", [{ post: 10, weight: 6 }, { post: 30, weight: 5 }, { post: 20, weight: 7 }]],
    ["pigeon", [{ post: 40, weight: 3 }, { post: 80, weight: 3 }, { post: 1, weight: 3 }]],
  ]);
  assertEquals(toResults(suite, figures), [
    { bench: "post", contender: "ours", median: 20, unit: "letters/s", ratio: 0.5 },
    { bench: "post", contender: "pigeon", median: 40, unit: "letters/s", ratio: 1 },
    { bench: "weight", contender: "ours", median: 6, unit: "grams", ratio: 2 },
    { bench: "weight", contender: "pigeon", median: 3, unit: "grams", ratio: 1 },
  ]);
});
