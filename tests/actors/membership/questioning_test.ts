/** A suspect is asked before it is declared dead. */
import { assert, assertEquals } from "@std/assert";
import { applyAlive, applySuspect } from "../../../actors/membership/merge.ts";
import { questionDue } from "../../../actors/membership/questioning.ts";
import type { Roster } from "../../../actors/membership/roster.ts";
import { allMends, lan } from "../../../actors/pool/profile.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { alive, memberOf, moment, rosterOf, rosterWith, SELF, suspect, words } from "./table.ts";

/** The questions put to `name` by one member, with the times since the suspicion began at which they are. */
function questions(roster: Roster, name: string): readonly (readonly [number, string])[] {
  const { token, minMs } = roster.suspicions.get(name)!;
  const asked: (readonly [number, string])[] = [];
  let now = minMs / 6;
  for (let number = 1; number !== 0 && number < 100;) {
    const effects = questionDue(roster, { node: name, token, number }, moment(now));
    for (const effect of effects) if (effect.type === "accuse") asked.push([Math.round(now), effect.to]);
    const next = effects.find((effect) => effect.type === "start_question");
    number = next?.number ?? 0;
    now += next?.afterMs ?? 0;
  }
  return asked;
}

Deno.test("a suspect is asked five times within the shortest time that a suspicion can take", () => {
  const roster = rosterWith("b", "suspect", 5);
  const { address } = memberOf(roster, "b");
  assertEquals(roster.suspicions.get("b")!.minMs, 4_000);
  assertEquals(questions(roster, "b"), [667, 1_333, 2_000, 2_667, 3_333].map((ms) => [ms, address] as const));
});

Deno.test("the first question comes with the suspicion; it names whom it accuses, of what life, and who asks", () => {
  const roster = rosterOf("b", "c", "d");
  const effects = applySuspect(roster, suspect("b", 1, "c"), moment());
  const first = effects.find((effect) => effect.type === "start_question");
  assert(first !== undefined);
  assertEquals([first.number, Math.round(first.afterMs)], [1, 667]);
  const [question] = questionDue(roster, first, moment(667));
  assertEquals(question, { type: "accuse", to: memberOf(roster, "b").address, message: suspect("b", 1, SELF) });
});

Deno.test("who is not suspected any more is not asked, and neither is a new suspect for an earlier suspicion", () => {
  const roster = rosterWith("b", "suspect", 5);
  const { token } = roster.suspicions.get("b")!;
  const ask = (): readonly string[] => words(questionDue(roster, { node: "b", token, number: 1 }, moment(667)));
  assertEquals(ask(), ["accuse suspect 5", "start_question"]);
  applyAlive(roster, alive("b", 6), "network", moment());
  assertEquals(ask(), []);
  applySuspect(roster, suspect("b", 6, "p"), moment());
  assertEquals(ask(), []);
  roster.remove("b");
  assertEquals(ask(), []);
});

Deno.test("of many members about 64 ask each time", () => {
  const roster = rosterOf(...Array.from({ length: 639 }, (_, n) => `m${n}`));
  applySuspect(roster, suspect("m0", 1, "m1"), moment());
  const { token } = roster.suspicions.get("m0")!;
  const random = seededRandom("askers");
  let asked = 0;
  for (let member = 0; member < 640; member++) {
    const effects = questionDue(roster, { node: "m0", token, number: 1 }, { ...moment(), random });
    assertEquals(words(effects).at(-1), "start_question", "who does not ask this time may the next");
    asked += effects.length - 1;
  }
  assert(asked > 40 && asked < 90, `${asked} asked`);
});

Deno.test("memberlist does not ask", () => {
  const roster = rosterOf("b", "c", "d");
  const at = moment(0, { ...lan, mends: { ...allMends, suspectsAsked: false } });
  assertEquals(words(applySuspect(roster, suspect("b", 1, "c"), at)), [
    "broadcast suspect 1",
    "suspect",
    "start_timer",
  ]);
});
