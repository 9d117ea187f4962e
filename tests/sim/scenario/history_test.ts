import { assertEquals } from "@std/assert";
import { differenceOf, historyOf } from "../../../sim/scenario/history.ts";

function lines(...texts: readonly string[]) {
  return texts.map((text) => ({ atMs: 0, text }));
}

Deno.test("a history is what was said, by whom, and nothing else that a screen shows", () => {
  const shown = lines(
    "You are in #lobby",
    "* bob came to #lobby",
    "06:39:43 alice: hi: both",
    "  bob: I am indented",
    "06:39:44 x",
  );
  assertEquals(historyOf(shown), ["alice: hi: both"]);
});

const CASES: (readonly [what: string, a: readonly string[], b: readonly string[], string | undefined])[] = [
  ["the same", ["x: 1", "y: 2"], ["x: 1", "y: 2"], undefined],
  ["authors may come in different orders", ["x: 1", "y: 2"], ["y: 2", "x: 1"], undefined],
  ["nothing at all", [], [], undefined],
  ["one misses a line", ["x: 1", "x: 2"], ["x: 1"], 'a was shown "x: 2", and b was not'],
  ["one has a line too many", ["x: 1"], ["x: 1", "y: 2"], 'b was shown "y: 2", and a was not'],
  ["one has a line twice", ["x: 1"], ["x: 1", "x: 1"], 'b was shown "x: 1", and a was not'],
  [
    "one author in two orders",
    ["x: 1", "x: 2"],
    ["x: 2", "x: 1"],
    "a and b were shown what x said in different orders",
  ],
];

CASES.push(
  ["one comes late to somebody, who is told so", ["x: 1", "x: 2"], ["x: 2", "x: 1 (late)"], undefined],
  ["what is late is there all the same", ["x: 1 (late)"], ["x: 2"], 'a was shown "x: 1", and b was not'],
  [
    "one comes late, and others are out of order",
    ["x: 1", "x: 2", "x: 3"],
    ["x: 3", "x: 2", "x: 1 (late)"],
    "a and b were shown what x said in different orders",
  ],
);

for (const [what, a, b, difference] of CASES) {
  Deno.test(`histories are compared by author: ${what}`, () => {
    assertEquals(differenceOf([["a", a], ["b", b]]), difference);
  });
}

Deno.test("everybody is compared with the first", () => {
  assertEquals(differenceOf([["a", ["x: 1"]], ["b", ["x: 1"]], ["c", []]]), 'a was shown "x: 1", and c was not');
  assertEquals(differenceOf([["a", ["x: 1"]]]), undefined);
});
