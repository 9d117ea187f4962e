import { assertEquals } from "@std/assert";
import { highestRate, type Trial } from "../../../bench/broadcast/highest_rate.ts";

/** What takes up to `limit` messages a second, and the rates that it was tried with. */
function takes(limit: number): { trial: Trial; tried: number[] } {
  const tried: number[] = [];
  return {
    tried,
    trial: (rate) => {
      tried.push(rate);
      return Promise.resolve(rate <= limit ? rate : undefined);
    },
  };
}

Deno.test("the rate is doubled until something does not arrive, and then looked for in between", async () => {
  const { trial, tried } = takes(100);
  assertEquals(await highestRate(trial, 16, 1_000), 91);
  assertEquals(tried, [16, 32, 64, 128, 128, 91, 108, 108]);
});

Deno.test("a rate is given up only when it failed twice", async () => {
  let trials = 0;
  const trial: Trial = (rate) => Promise.resolve(++trials === 2 ? undefined : rate);
  assertEquals(await highestRate(trial, 16, 64), 64);
  assertEquals(trials, 4);
});

Deno.test("the rate is halved where the first is too much", async () => {
  const { trial, tried } = takes(5);
  assertEquals(await highestRate(trial, 16, 1_000), 5);
  assertEquals(tried, [16, 16, 8, 8, 4, 6, 6, 5]);
});

Deno.test("what takes not even one a second has the rate 0", async () => {
  const { trial, tried } = takes(0);
  assertEquals(await highestRate(trial, 4, 1_000), 0);
  assertEquals(tried, [4, 4, 2, 2, 1, 1]);
});

Deno.test("what takes all is not driven further than the bound", async () => {
  const { trial, tried } = takes(Infinity);
  assertEquals(await highestRate(trial, 16, 100), 64);
  assertEquals(tried, [16, 32, 64]);
});

Deno.test("the rate is what was reached, not what was tried", async () => {
  assertEquals(await highestRate((rate) => Promise.resolve(rate <= 32 ? rate - 1 : undefined), 16, 64), 31);
});
