import { assertEquals } from "@std/assert";
import { Distribution } from "../../../sim/run/distribution.ts";

function of(values: readonly number[]): Distribution {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
}

Deno.test("a quantile is the least value that so large a share does not exceed, whatever the order they came in", () => {
  const ten = of([7, 3, 10, 1, 9, 2, 8, 4, 6, 5]);
  assertEquals([0.1, 0.5, 0.9, 0.91, 1].map((share) => ten.quantile(share)), [1, 5, 9, 10, 10]);
  assertEquals(ten.summary(), { count: 10, median: 5, p90: 9, max: 10 });
  ten.add(0);
  assertEquals(ten.summary(), { count: 11, median: 5, p90: 9, max: 10 });
  assertEquals(ten.values[0], 0);
});

Deno.test("of one value all quantiles are that, and of none 0", () => {
  assertEquals(of([4]).summary(), { count: 1, median: 4, p90: 4, max: 4 });
  assertEquals(of([]).summary(), { count: 0, median: 0, p90: 0, max: 0 });
});
