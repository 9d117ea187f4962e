import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Seen } from "../../../actors/broadcaster/seen.ts";

Deno.test("a rumour is new once, in whatever order they come", () => {
  const arrivals = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 400 });
  fc.assert(fc.property(arrivals, (sequences) => {
    const seen = new Seen();
    const before = new Set<number>();
    for (const sequence of sequences) {
      assertEquals(seen.isNew("bob", 1, sequence), !before.has(sequence));
      before.add(sequence);
    }
  }));
});

Deno.test("authors, and the lives of one author, are told apart also when their rumours mingle", () => {
  const arrival = fc.tuple(
    fc.constantFrom("bob", "1 bob"),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 9 }),
  );
  fc.assert(fc.property(fc.array(arrival, { maxLength: 200 }), (arrivals) => {
    const seen = new Seen();
    const before = new Set<string>();
    for (const [author, epoch, sequence] of arrivals) {
      const key = JSON.stringify([author, epoch, sequence]);
      assertEquals(seen.isNew(author, epoch, sequence), !before.has(key));
      before.add(key);
    }
  }));
});

Deno.test("a gap is given up when too many came behind it; what fills it then counts as seen", () => {
  const seen = new Seen();
  for (let sequence = 2; sequence <= 1_025; sequence++) assertEquals(seen.isNew("bob", 1, sequence), true);
  assertEquals(seen.isNew("bob", 1, 1_026), true);
  assertEquals(seen.isNew("bob", 1, 1), false);
  assertEquals(seen.isNew("bob", 1, 2), false);
  assertEquals(seen.isNew("bob", 1, 1_027), true);
});

Deno.test("the life that was heard of longest ago is forgotten first", () => {
  const seen = new Seen();
  seen.isNew("first", 1, 1);
  seen.isNew("second", 1, 1);
  for (let i = 0; i < 4_094; i++) seen.isNew(`author${i}`, 1, 1);
  assertEquals(seen.isNew("first", 1, 1), false, "heard of again, it is the youngest");
  seen.isNew("one too many", 1, 1);
  assertEquals(seen.isNew("first", 1, 1), false);
  assertEquals(seen.isNew("second", 1, 1), true, "forgotten");
});

Deno.test("a rumour is behind when a later one of its life was seen, and it was not", () => {
  const seen = new Seen();
  assertEquals(seen.isBehind("bob", 1, 1), false, "nothing was heard of that life");
  for (const sequence of [1, 2, 5]) seen.isNew("bob", 1, sequence);
  assertEquals([1, 2, 3, 4, 5, 6].map((sequence) => seen.isBehind("bob", 1, sequence)), [
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
  assertEquals([seen.isBehind("bob", 2, 1), seen.isBehind("charly", 1, 1)], [false, false]);
});

Deno.test("of a range, those are lacking that were not seen", () => {
  const seen = new Seen();
  assertEquals(seen.lacking("bob", 1, 3, 5), [3, 4, 5], "nothing was heard of that life");
  for (const sequence of [1, 2, 4, 7]) seen.isNew("bob", 1, sequence);
  assertEquals(seen.lacking("bob", 1, 1, 8), [3, 5, 6, 8]);
  assertEquals([seen.lacking("bob", 1, 1, 2), seen.lacking("bob", 1, 4, 4), seen.lacking("bob", 2, 1, 1)], [[], [], [
    1,
  ]]);
});

Deno.test("numbers that somebody made up for another do not eat those that are still to come", () => {
  const seen = new Seen();
  seen.isNew("bob", 1, 1);
  for (let at = 0; at < 5_000; at++) seen.isNew("bob", 1, 2 ** 50 + at);
  for (let sequence = 2; sequence <= 5_000; sequence++) assertEquals(seen.isNew("bob", 1, sequence), true);
  assertEquals(seen.lacking("bob", 1, 4_090, 5_002), [5_001, 5_002]);
});

Deno.test("what is behind is so also where the numbers are remembered apart", () => {
  const seen = new Seen();
  for (const sequence of [1, 4_097]) seen.isNew("bob", 1, sequence);
  const sequences = [1, 2, 4_096, 4_097, 4_098];
  assertEquals(sequences.map((sequence) => seen.isBehind("bob", 1, sequence)), [false, true, true, false, false]);
});
