/** What who accuses us is told to its face, besides what everybody hears by gossip. */
import { assertEquals } from "@std/assert";
import type { MembershipEffect } from "../../../actors/membership/effect.ts";
import { applyDead, applySuspect } from "../../../actors/membership/merge.ts";
import { leave } from "../../../actors/membership/own_entry.ts";
import { INCARNATION_MAX } from "../../../actors/membership/refutation.ts";
import { allMends, lan } from "../../../actors/pool/profile.ts";
import { dead, memberOf, moment, rosterOf, SELF, suspect, words } from "./table.ts";

const withoutAnswers = { ...lan, mends: { ...allMends, accusersAnswered: false } };

/** To whom an answer goes, and with which incarnation. */
function answers(effects: readonly MembershipEffect[]): readonly (readonly [string, number])[] {
  return effects.flatMap((effect) =>
    effect.type === "answer" ? [[effect.to, effect.message.incarnation] as const] : []
  );
}

Deno.test("an accuser hears our refutation from ourselves", () => {
  for (const accusation of [suspect(SELF, 1, "b"), dead(SELF, 1, "b")]) {
    const roster = rosterOf("b");
    const effects = accusation.type === "dead"
      ? applyDead(roster, accusation, moment())
      : applySuspect(roster, accusation, moment());
    assertEquals(words(effects), ["health", "broadcast alive 2", "answer alive 2"]);
    assertEquals(answers(effects), [[memberOf(roster, "b").address, 2]]);
  }
});

Deno.test("an accusation that we refuted before is answered again, and to its accuser alone", () => {
  const roster = rosterOf("b", "c");
  applySuspect(roster, suspect(SELF, 1, "b"), moment());
  for (const again of [suspect(SELF, 1, "c"), dead(SELF, 1, "b")]) {
    const at = moment(again.from === "b" ? 250 : 0);
    const effects = again.type === "dead" ? applyDead(roster, again, at) : applySuspect(roster, again, at);
    assertEquals(words(effects), ["accusation_stale", "answer alive 2"]);
    assertEquals(answers(effects), [[memberOf(roster, again.from).address, 2]]);
  }
  assertEquals(roster.own?.incarnation, 2);
});

Deno.test("one accuser is answered once in a quarter of a second, and that it was not is counted", () => {
  const roster = rosterOf("b");
  const hear = (now: number): readonly string[] => words(applySuspect(roster, suspect(SELF, 0, "b"), moment(now)));
  assertEquals(hear(0), ["accusation_stale", "answer alive 1"]);
  assertEquals(hear(249), ["accusation_stale", "accuser_put_off"]);
  assertEquals(hear(250), ["accusation_stale", "answer alive 1"]);
});

Deno.test("sixteen accusers are answered in that time, and of more the rest hear it by gossip", () => {
  const names = Array.from({ length: 20 }, (_, n) => `m${n}`);
  const roster = rosterOf(...names);
  const told = names.flatMap((name) => answers(applySuspect(roster, suspect(SELF, 0, name), moment())));
  assertEquals(told.length, 16);
});

Deno.test("nobody is answered whom we do not know, nor ourselves, nor after we left, nor where we cannot refute", () => {
  const roster = rosterOf("b");
  assertEquals(words(applySuspect(roster, suspect(SELF, 0, "nobody"), moment())), ["accusation_stale"]);
  assertEquals(words(applySuspect(roster, suspect(SELF, 0, SELF), moment())), ["accusation_stale"]);
  assertEquals(words(applySuspect(roster, suspect(SELF, INCARNATION_MAX, "b"), moment())), ["irrefutable"]);
  assertEquals(words(applySuspect(roster, suspect("b", 0, "b"), moment())), ["accusation_stale"]);
  leave(roster, moment());
  assertEquals(words(applySuspect(roster, suspect(SELF, 0, "b"), moment())), ["accusation_stale"]);
});

Deno.test("memberlist answers nobody directly", () => {
  const roster = rosterOf("b");
  const at = moment(0, withoutAnswers);
  assertEquals(words(applySuspect(roster, suspect(SELF, 1, "b"), at)), ["health", "broadcast alive 2"]);
  assertEquals(words(applySuspect(roster, suspect(SELF, 1, "b"), at)), ["accusation_stale"]);
});
