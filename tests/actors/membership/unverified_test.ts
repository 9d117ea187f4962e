/** The limit of those who are known from hearsay alone. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { applyAlive, applyDead, applySuspect } from "../../../actors/membership/merge.ts";
import { type Moment, Roster } from "../../../actors/membership/roster.ts";
import { isListed } from "../../../actors/membership/member.ts";
import { lan } from "../../../actors/pool/profile.ts";
import { addrOf, alive, dead, moment, rosterOfSelf, SELF, suspect, words } from "./table.ts";

const TWO: Moment = moment(0, { ...lan, unverifiedMax: 2 });

function hear(roster: Roster, ...names: readonly string[]): (readonly string[])[] {
  return names.map((name) => words(applyAlive(roster, alive(name, 1), "network", TWO)));
}

const namesIn = (roster: Roster): string[] => roster.ring.map(({ name }) => name as string).toSorted();

Deno.test("of too many who are known from hearsay the oldest is forgotten, and seen to leave", () => {
  const roster = rosterOfSelf();
  const effects = hear(roster, "a", "b", "c");
  assertEquals(effects[2]!.slice(0, 2), ["crowded_out", "leave"]);
  assertEquals(namesIn(roster), ["b", "c", SELF]);
});

Deno.test("who answered at its address is never crowded out, and takes none of the others' places", () => {
  const roster = rosterOfSelf();
  hear(roster, "a");
  roster.verify("a");
  hear(roster, "b", "c", "d", "e");
  assertEquals(namesIn(roster), ["a", "d", "e", SELF]);
});

Deno.test("who is said to have moved is known from hearsay again", () => {
  const roster = rosterOfSelf();
  hear(roster, "a");
  roster.verify("a");
  applyDead(roster, dead("a", 1, "a"), TWO);
  applyAlive(roster, alive("a", 2, { addr: addrOf("elsewhere") }), "network", TWO);
  hear(roster, "b", "c");
  assertEquals(namesIn(roster), ["b", "c", SELF]);
});

Deno.test("with a suspect that is crowded out goes its timer, and a dead one goes without another goodbye", () => {
  const roster = rosterOfSelf();
  hear(roster, "a", "b");
  applySuspect(roster, suspect("a", 1, "b"), TWO);
  applyDead(roster, dead("b", 1, "x"), TWO);
  assertEquals(hear(roster, "c", "d").map((effects) => effects.slice(0, 3)), [
    ["stop_timer", "crowded_out", "leave"],
    ["crowded_out", "broadcast alive 1", "join"],
  ]);
  assertEquals([roster.suspicions.size, roster.listedCount], [0, 3]);
});

Deno.test("who is forgotten in time frees the place", () => {
  const roster = rosterOfSelf();
  hear(roster, "a", "b");
  applyDead(roster, dead("a", 1, "x"), TWO);
  roster.reap({ ...TWO, now: lan.gossipToTheDeadMs + 1 });
  assertEquals(hear(roster, "c"), [["broadcast alive 1", "join"]]);
});

Deno.test("whatever is heard, verified and forgotten, the table and its index agree and the limit holds", () => {
  const act = fc.tuple(fc.constantFrom("hear", "verify", "dead", "remove", "reap"), fc.constantFrom(..."abcdefghij"));
  fc.assert(fc.property(fc.array(act, { maxLength: 100 }), (acts) => {
    const roster = rosterOfSelf();
    const verified = new Set<string>();
    for (const [at, [what, name]] of acts.entries()) {
      const before = new Set(namesIn(roster));
      if (what === "hear") hear(roster, name);
      if (what === "verify" && roster.get(name) !== undefined) {
        roster.verify(name);
        verified.add(name);
      }
      if (what === "dead") applyDead(roster, dead(name, 1, "x"), TWO);
      if (what === "remove") roster.remove(name);
      if (what === "reap") roster.reap({ ...TWO, now: lan.gossipToTheDeadMs * (at + 1) });
      if (what === "hear") {
        for (const one of before) if (verified.has(one)) assertEquals(roster.get(one)?.name, one);
      }
      for (const one of verified) if (roster.get(one) === undefined) verified.delete(one);
      assertEquals(roster.unverified.size <= 2, true);
      assertEquals(roster.ring.every((member) => roster.get(member.name) === member), true);
      assertEquals(roster.listedCount, roster.ring.filter(isListed).length);
      assertEquals(roster.own?.name, SELF);
      for (const one of roster.unverified) assertEquals(roster.get(one) === undefined, false);
    }
  }));
});
