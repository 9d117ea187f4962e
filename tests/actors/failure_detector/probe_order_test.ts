import { assert, assertEquals } from "@std/assert";
import { nextTarget } from "../../../actors/failure_detector/probe_order.ts";
import type { Roster } from "../../../actors/membership/roster.ts";
import { lan } from "../../../actors/pool/profile.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { moment, rosterOf, rosterOfSelf, rosterWith } from "../membership/table.ts";

/** Who is probed at each of `ticks` ticks. */
function probed(roster: Roster, ticks: number): readonly (string | undefined)[] {
  const at = { now: 0, random: seededRandom("ring"), profile: lan };
  let index = 0;
  return Array.from({ length: ticks }, () => {
    const turn = nextTarget(index, roster, at);
    index = turn.index;
    return turn.target?.name;
  });
}

Deno.test("alone, nobody is probed", () => {
  assertEquals(probed(rosterOfSelf(), 3), [undefined, undefined, undefined]);
});

Deno.test("a suspect is probed, the dead and those who left are not", () => {
  assert(probed(rosterWith("b", "suspect", 1), 20).includes("b"));
  for (const state of ["dead", "left"] as const) assert(!probed(rosterWith("b", state, 1), 20).includes("b"));
});

Deno.test("from four members on every tick probes, and no peer waits longer than 2n - 3 ticks", () => {
  for (const n of [4, 7, 20]) {
    const order = probed(rosterOf(...Array.from({ length: n - 1 }, (_, i) => `n${i}`)), 2000);
    const last = new Map<string, number>();
    order.forEach((name, tick) => {
      assert(name !== undefined, "every tick probes");
      assert(tick - (last.get(name) ?? tick) <= 2 * n - 3, `${name} waited at tick ${tick}`);
      last.set(name, tick);
    });
    assertEquals(last.size, n - 1);
  }
});

Deno.test("two members have empty ticks, since every wrap costs a check", () => {
  const order = probed(rosterOf("b"), 7000);
  const share = order.filter((name) => name !== undefined).length / order.length;
  assert(share > 0.54 && share < 0.6, `probed in ${share} of the ticks`);
});

Deno.test("a wrap of the ring forgets who has been dead for long", () => {
  const roster = rosterWith("b", "dead", 1);
  nextTarget(roster.size, roster, moment(lan.gossipToTheDeadMs + 1));
  assertEquals(roster.get("b"), undefined);
});
