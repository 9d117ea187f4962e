import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isMet, jsonLine, table } from "../../bench/report.ts";
import type { Result, Suite } from "../../bench/suite.ts";

const tell: Result = { bench: "tell", contender: "ours", median: 1_234_567.8, unit: "messages/s", ratio: 0.61728 };
const heap: Result = { bench: "idle_heap", contender: "ours", median: 701.4, unit: "bytes", ratio: 2.5 };

const suite: Suite = {
  name: "actors",
  benches: [
    { name: "tell", unit: "messages/s", aim: { ratioMin: 0.6 } },
    { name: "idle_heap", unit: "bytes", aim: { medianMax: 700 } },
  ],
  contenders: ["ours", "floor"],
  reference: "floor",
  notes: ["Nobody was harmed."],
  measure: () => Promise.resolve({}),
};
const results: readonly Result[] = [
  tell,
  { ...tell, contender: "floor", median: 2_000_000, ratio: 1 },
  heap,
  { ...heap, contender: "floor", median: 280.56, ratio: 1 },
];

Deno.test("jsonLine() is one line of the agreed form, without digits that mean nothing", () => {
  assertEquals(
    jsonLine(tell),
    `{"v":1,"type":"bench","bench":"tell","contender":"ours","median":1234568,"unit":"messages/s","ratio":0.617}\n`,
  );
});

Deno.test("table() has a row for each bench, in columns of equal width", () => {
  const [title, blank, ...lines] = table(suite, results, 3).split("\n");
  assertEquals(title, "actors: medians of 3 rounds, x is the ratio to floor");
  assertEquals(blank, "");
  assertEquals(lines, [
    "                           ours         floor    aim of ours",
    "tell (messages/s)  1.23M  x0.62  2.00M   x1.0    >= x0.6 met",
    "idle_heap (bytes)    701   x2.5    281   x1.0  <= 700 MISSED",
    "",
    "Nobody was harmed.",
    "",
  ]);
});

Deno.test("table() has no column for aims where there are none", () => {
  const benches = suite.benches.map(({ name, unit }) => ({ name, unit }));
  assert(!table({ ...suite, benches }, results, 1).includes("aim"));
});

Deno.test("isMet() counts what is exactly the aim", () => {
  assert(isMet({ ratioMin: 0.6 }, { ...tell, ratio: 0.6 }));
  assert(!isMet({ ratioMin: 0.6 }, { ...tell, ratio: 0.599 }));
  assert(isMet({ medianMax: 700 }, { ...heap, median: 700 }));
  assert(!isMet({ medianMax: 700 }, heap));
  assert(isMet({ ratioMax: 1.2 }, { ...tell, ratio: 1.2 }));
  assert(!isMet({ ratioMax: 1.2 }, { ...tell, ratio: 1.21 }));
});

Deno.test("table() says what a ratio must not exceed", () => {
  const benches = [{ name: "tell", unit: "messages/s", aim: { ratioMax: 0.5 } }];
  assertStringIncludes(table({ ...suite, benches }, results, 1), "<= x0.5 MISSED");
});

Deno.test("table() has a dash for a figure or a ratio that there is not, and no powers of ten", () => {
  const { name, unit } = suite.benches[0]!;
  const rows = table({ ...suite, benches: [{ name, unit }] }, [
    { ...tell, median: 5, ratio: 2_571.4 },
    { ...tell, contender: "floor", median: Number.NaN, ratio: Number.NaN },
  ], 1).split("\n");
  assertEquals(rows[3]?.split(/ {2,}/), ["tell (messages/s)", "5", "x2571", "–", "–"]);
});

Deno.test("table() says a small ratio in two digits", () => {
  const benches = [{ name: "tell", unit: "messages/s", aim: { ratioMin: 1 / 30 } }];
  assertStringIncludes(table({ ...suite, benches }, results, 1), ">= x0.033 met");
});
