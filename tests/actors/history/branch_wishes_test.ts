import { assertEquals } from "@std/assert";
import { BranchWishes } from "../../../actors/history/branch_wishes.ts";
import type { BranchEnd } from "../../../actors/history/forks.ts";
import type { EntryHash } from "../../../actors/history/values.ts";
import { ALICE, BOB } from "../../support/entries.ts";

function end(number: number, log = ALICE): BranchEnd {
  return { log, sequence: number, hash: number.toString(16).padStart(64, "0") as EntryHash };
}

Deno.test("who was asked for a branch is not asked for it again until it has answered, or 3 s are over", () => {
  const wishes = new BranchWishes();
  assertEquals([wishes.asks("bob", end(1), 0), wishes.asks("bob", end(1), 3_000)], [true, false]);
  assertEquals(wishes.asks("charly", end(1), 0), true, "another may be");
  wishes.answered("bob", ALICE);
  assertEquals([wishes.asks("bob", end(1), 1_000), wishes.asks("bob", end(1), 4_001)], [true, true]);
});

Deno.test("awaited is what was asked for, of whom it was asked, until all has come or is given up", () => {
  const wishes = new BranchWishes();
  for (const number of [1, 2]) wishes.asks("bob", end(number), 0);
  const isAwaited = (from = "bob", log = ALICE, now = 0): boolean => wishes.isAskedOf(from, log, now);
  assertEquals([isAwaited(), isAwaited("charly"), isAwaited("bob", BOB), isAwaited("bob", ALICE, 3_000)], [
    true,
    false,
    false,
    true,
  ]);
  wishes.answered("bob", ALICE);
  assertEquals(isAwaited(), true, "the other one is still to come");
  wishes.answered("bob", ALICE);
  assertEquals(isAwaited(), false);
  wishes.asks("bob", end(3), 0);
  assertEquals([isAwaited("bob", ALICE, 3_001), isAwaited()], [false, false]);
  wishes.asks("bob", end(4), 0);
  wishes.gone("bob");
  assertEquals(isAwaited(), false);
});

Deno.test("one is asked for 16 branches at once, and all for 64", () => {
  const wishes = new BranchWishes();
  const asked = (from: string): number =>
    Array.from({ length: 100 }, (_, number) => wishes.asks(from, end(number), 0)).filter((isAsked) => isAsked).length;
  assertEquals(["a", "b", "c", "d", "e"].map(asked), [16, 16, 16, 16, 0]);
});
