import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Bucket, SourceBudget } from "../../../actors/transport/budget.ts";

const TEN = { burst: 10, perSecond: 5 };

Deno.test("a bucket gives its burst at once, then so much a second, and never more than the burst", () => {
  const bucket = new Bucket(TEN, 0);
  const spend = (times: number, now: number): number =>
    Array.from({ length: times }, () => bucket.spend(1, now)).filter(Boolean).length;
  assertEquals([spend(20, 0), spend(20, 100), spend(20, 1_000), spend(20, 60_000)], [10, 0, 5, 10]);
});

Deno.test("what a bucket cannot give in full it does not give in part", () => {
  const bucket = new Bucket(TEN, 0);
  assertEquals([bucket.spend(11, 0), bucket.spend(7, 0), bucket.spend(4, 0), bucket.spend(3, 0)], [
    false,
    true,
    false,
    true,
  ]);
});

Deno.test("a bucket is corrected up to its burst, and down to a debt of as much", () => {
  const bucket = new Bucket(TEN, 0);
  bucket.spend(4, 0);
  bucket.correct(100);
  assertEquals([bucket.isFull(0), bucket.spend(10, 0)], [true, true]);
  bucket.correct(-100);
  assertEquals([bucket.spend(1, 2_000), bucket.spend(1, 2_200)], [false, true]);
});

Deno.test("sources have each their own budget, and who has spent nothing lately is forgotten", () => {
  const budget = new SourceBudget(TEN, 2);
  for (let i = 0; i < 10; i++) assert(budget.spend("one", 1, 0));
  assert(!budget.spend("one", 1, 0) && budget.spend("two", 1, 0));
  assertEquals(budget.size, 2);
  assert(budget.spend("three", 1, 60_000) && budget.size === 2, "one is full again, and forgotten");
});

Deno.test("of several who have spent nothing lately, the one longest unheard is forgotten", () => {
  const budget = new SourceBudget(TEN, 2);
  budget.spend("one", 10, 0);
  budget.spend("two", 1, 0);
  budget.spend("one", 0, 1_000); // still in debt, but heard of last
  budget.spend("three", 1, 1_000);
  assert(!budget.spend("one", 6, 1_000) && budget.size === 2, "two was forgotten, not one");
  assert(budget.spend("three", 9, 1_000) && budget.spend("four", 10, 1_000), "three does not share with newcomers");
});

Deno.test("with the table full of the busy, all newcomers share one budget", () => {
  const budget = new SourceBudget(TEN, 2);
  budget.spend("one", 10, 0);
  budget.spend("two", 10, 0);
  const passed = Array.from({ length: 100 }, (_, i) => budget.spend(`new ${i}`, 1, 0)).filter(Boolean).length;
  assertEquals([passed, budget.size], [10, 2]);
  assert(!budget.spend("one", 1, 0), "who is busy is not forgotten for it");
});

Deno.test("a budget corrects the one who spent", () => {
  const budget = new SourceBudget(TEN, 1);
  budget.spend("one", 10, 0);
  budget.correct("one", 3);
  budget.spend("two", 10, 0);
  budget.correct("two", 2);
  assertEquals([budget.spend("one", 4, 0), budget.spend("one", 3, 0), budget.spend("two", 2, 0)], [false, true, true]);
});

Deno.test("whatever sources do, a budget is bounded: in sources, and in what each of them gets", () => {
  const act = fc.record({ source: fc.nat(20), cost: fc.nat(12), wait: fc.nat(500) });
  fc.assert(fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
    const budget = new SourceBudget(TEN, 4);
    const got = new Map<number, number>();
    let now = 0;
    for (const { source, cost, wait } of acts) {
      now += wait;
      if (budget.spend(`${source}`, cost, now)) got.set(source, (got.get(source) ?? 0) + cost);
      assert(budget.size <= 4);
    }
    // Twice the burst: once of its own, and once of what the newcomers have in common.
    for (const total of got.values()) assert(total <= 2 * (TEN.burst + now * TEN.perSecond / 1_000) + 1e-6);
  }));
});
