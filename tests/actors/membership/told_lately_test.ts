import { assertEquals } from "@std/assert";
import type { NodeName } from "../../../actors/membership/member.ts";
import { ToldLately } from "../../../actors/membership/told_lately.ts";

const named = (n: number): NodeName => `member-${n}` as NodeName;

Deno.test("each is told once within the time, and again after it", () => {
  const told = new ToldLately(250, 16);
  assertEquals([0, 1, 249, 250, 499, 500].map((now) => told.mayTell(named(1), now)), [
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
});

Deno.test("of many only so many are told within the time, whoever they are", () => {
  const told = new ToldLately(250, 16);
  const toldAt = (now: number): number =>
    Array.from({ length: 40 }, (_, n) => told.mayTell(named(n), now)).filter(Boolean).length;
  assertEquals([toldAt(0), toldAt(100), toldAt(250)], [16, 0, 16]);
});
