import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isGossipTarget, isPushPullPartner, isRelay } from "../../../actors/membership/roster.ts";
import { allMends, lan } from "../../../actors/pool/profile.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { memberOf, moment, rosterOf, rosterOfSelf, rosterWith, SELF } from "./table.ts";

Deno.test("pick() finds all that are allowed, and none twice", () => {
  const property = fc.property(fc.nat({ max: 20 }), fc.nat({ max: 25 }), fc.nat(), (peers, count, seed) => {
    const roster = rosterOf(...Array.from({ length: peers }, (_, i) => `n${i}`));
    const picked = roster.pick(count, (member) => member.name !== SELF, seededRandom(seed));
    assertEquals(picked.length, Math.min(count, peers));
    assertEquals(new Set(picked).size, picked.length);
    assert(!picked.some((member) => member.name === SELF));
  });
  fc.assert(property);
});

Deno.test("pick() prefers nobody", () => {
  const roster = rosterOf("a", "b", "c", "d");
  const random = seededRandom("fair");
  const counts = new Map<string, number>();
  for (let i = 0; i < 5000; i++) {
    for (const { name } of roster.pick(2, () => true, random)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const count of counts.values()) assert(Math.abs(count - 2000) < 150, `picked ${count} times`);
});

Deno.test("a new member never stays at the end of the ring, unless it is the first of all", () => {
  for (const peers of [["a"], ["a", "b"], ["a", "b", "c"]]) {
    assertNotEquals(rosterOf(...peers).ring.at(-1)!.name as string, peers.at(-1)!);
  }
  assertEquals(rosterOfSelf().ring.length, 1);
});

Deno.test("reap() forgets the dead and those who left, strictly after their time, but never ourselves", () => {
  for (const state of ["dead", "left"] as const) {
    const roster = rosterWith("b", state, 5);
    assertEquals(roster.reap(moment(lan.gossipToTheDeadMs)), []);
    assertEquals(roster.reap(moment(lan.gossipToTheDeadMs + 1)).map(({ name }) => name as string), ["b"]);
    assertEquals(roster.size, 5);
    assertEquals(roster.listedCount, 5);
  }
  const gone = rosterOfSelf();
  gone.replace({ ...gone.own!, state: "left" });
  assertEquals(gone.reap(moment(1e9)), []);
});

Deno.test("reap() keeps no grave unless told to, and none for ever", () => {
  const noGraves = { ...lan, mends: { ...allMends, gravesKept: false } };
  const roster = rosterWith("b", "dead", 5);
  roster.reap(moment(30_001, noGraves));
  assertEquals(roster.graves.size, 0);

  const other = rosterWith("b", "dead", 5);
  other.reap(moment(30_001));
  assertEquals(other.graves.size, 1);
  other.reap(moment(330_001));
  assertEquals(other.graves.size, 0);
});

Deno.test("the targets: gossip to the lately dead, relays and exchanges with the alive only, never ourselves", () => {
  const at = { now: 30_000, profile: lan };
  const roster = rosterOf("a");
  const a = memberOf(roster, "a");
  const in_ = (state: "alive" | "suspect" | "dead" | "left", changedAt = 0) => ({ ...a, state, changedAt });
  assertEquals(
    [in_("alive"), in_("suspect"), in_("dead"), in_("dead", -1), in_("left")].map((m) => isGossipTarget(m, SELF, at)),
    [true, true, true, false, false],
  );
  assertEquals([in_("alive"), in_("suspect")].map((m) => isRelay(m, SELF, roster.own!.name)), [true, false]);
  assertEquals([in_("alive"), in_("suspect")].map((m) => isPushPullPartner(m, SELF)), [true, false]);
  assertEquals(isRelay(a, SELF, a.name), false);
  assertEquals([isGossipTarget(roster.own!, SELF, at), isPushPullPartner(roster.own!, SELF)], [false, false]);
});

Deno.test("replace() of an unknown member is a mistake of the caller", () => {
  const roster = rosterOf("a");
  assertThrows(() => rosterOfSelf().replace(memberOf(roster, "a")), RangeError, `No member of this name: "a"`);
});
