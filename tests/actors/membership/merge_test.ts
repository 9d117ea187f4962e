import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MembershipEffect } from "../../../actors/membership/effect.ts";
import { isListed, type MemberState } from "../../../actors/membership/member.ts";
import { applyAlive, applyDead, applySuspect, suspicionExpired } from "../../../actors/membership/merge.ts";
import { leave, startSelf, updateSelf } from "../../../actors/membership/own_entry.ts";
import { INCARNATION_MAX } from "../../../actors/membership/refutation.ts";
import { type Moment, Roster } from "../../../actors/membership/roster.ts";
import { allMends, lan } from "../../../actors/pool/profile.ts";
import { addrOf, alive, dead, memberOf, moment, rosterOf, rosterOfSelf, rosterWith, SELF } from "./table.ts";
import { suspect, words } from "./table.ts";

/** state × claim × incarnation of a peer at incarnation 5: what is done, and what it is then believed to be. */
const PEER_CASES: readonly (readonly [MemberState, Claim, number, readonly string[], MemberState, number])[] = [
  ["alive", "alive", 4, ["alive_stale"], "alive", 5],
  ["alive", "alive", 5, ["alive_stale"], "alive", 5],
  ["alive", "alive", 6, ["broadcast alive 6"], "alive", 6],
  ["alive", "suspect", 4, ["accusation_stale"], "alive", 5],
  ["alive", "suspect", 5, ["broadcast suspect 5", "suspect", "start_timer", "start_question"], "suspect", 5],
  ["alive", "suspect", 6, ["broadcast suspect 6", "suspect", "start_timer", "start_question"], "suspect", 6],
  ["alive", "dead", 4, ["accusation_stale"], "alive", 5],
  ["alive", "dead", 5, ["broadcast dead 5", "leave"], "dead", 5],
  ["alive", "dead", 6, ["broadcast dead 6", "leave"], "dead", 6],
  ["alive", "leave", 4, ["accusation_stale"], "alive", 5],
  ["alive", "leave", 5, ["broadcast dead 5", "leave"], "left", 5],
  ["alive", "leave", 6, ["broadcast dead 6", "leave"], "left", 6],
  ["alive", "elsewhere", 4, ["conflict"], "alive", 5],
  ["alive", "elsewhere", 5, ["conflict"], "alive", 5],
  ["alive", "elsewhere", 6, ["conflict"], "alive", 5],

  ["suspect", "alive", 4, ["alive_stale", "accuse suspect 5"], "suspect", 5],
  ["suspect", "alive", 5, ["alive_stale"], "suspect", 5],
  ["suspect", "alive", 6, ["stop_timer", "broadcast alive 6", "unsuspect"], "alive", 6],
  ["suspect", "suspect", 4, ["accusation_stale"], "suspect", 5],
  ["suspect", "suspect", 5, ["broadcast suspect 5", "start_timer"], "suspect", 5],
  ["suspect", "suspect", 6, ["stop_timer", "broadcast suspect 6", "start_timer", "start_question"], "suspect", 6],
  ["suspect", "dead", 4, ["accusation_stale"], "suspect", 5],
  ["suspect", "dead", 5, ["stop_timer", "broadcast dead 5", "leave"], "dead", 5],
  ["suspect", "dead", 6, ["stop_timer", "broadcast dead 6", "leave"], "dead", 6],
  ["suspect", "leave", 4, ["accusation_stale"], "suspect", 5],
  ["suspect", "leave", 5, ["stop_timer", "broadcast dead 5", "leave"], "left", 5],
  ["suspect", "leave", 6, ["stop_timer", "broadcast dead 6", "leave"], "left", 6],
  ["suspect", "elsewhere", 4, ["conflict"], "suspect", 5],
  ["suspect", "elsewhere", 5, ["conflict"], "suspect", 5],
  ["suspect", "elsewhere", 6, ["conflict"], "suspect", 5],

  ["dead", "alive", 4, ["alive_stale", "accuse dead 5"], "dead", 5],
  ["dead", "alive", 5, ["alive_stale"], "dead", 5],
  ["dead", "alive", 6, ["broadcast alive 6", "join"], "alive", 6],
  ["dead", "suspect", 4, ["accusation_stale"], "dead", 5],
  ["dead", "suspect", 5, ["suspect_of_gone"], "dead", 5],
  ["dead", "suspect", 6, ["suspect_of_gone"], "dead", 6],
  ["dead", "dead", 4, ["accusation_stale"], "dead", 5],
  ["dead", "dead", 5, ["dead_already"], "dead", 5],
  ["dead", "dead", 6, ["dead_already"], "dead", 6],
  ["dead", "leave", 4, ["accusation_stale"], "dead", 5],
  ["dead", "leave", 5, ["dead_already"], "dead", 5],
  ["dead", "leave", 6, ["dead_already"], "dead", 6],
  ["dead", "elsewhere", 4, ["conflict"], "dead", 5],
  ["dead", "elsewhere", 5, ["conflict"], "dead", 5],
  ["dead", "elsewhere", 6, ["conflict"], "dead", 5],

  ["left", "alive", 4, ["alive_stale"], "left", 5],
  ["left", "alive", 5, ["alive_stale"], "left", 5],
  ["left", "alive", 6, ["broadcast alive 6", "join"], "alive", 6],
  ["left", "suspect", 4, ["accusation_stale"], "left", 5],
  ["left", "suspect", 5, ["suspect_of_gone"], "left", 5],
  ["left", "suspect", 6, ["suspect_of_gone"], "left", 6],
  ["left", "dead", 4, ["accusation_stale"], "left", 5],
  ["left", "dead", 5, ["dead_already"], "left", 5],
  ["left", "dead", 6, ["dead_already"], "left", 6],
  ["left", "leave", 4, ["accusation_stale"], "left", 5],
  ["left", "leave", 5, ["dead_already"], "left", 5],
  ["left", "leave", 6, ["dead_already"], "left", 6],
  ["left", "elsewhere", 4, ["broadcast alive 4", "join"], "alive", 4],
  ["left", "elsewhere", 5, ["broadcast alive 5", "join"], "alive", 5],
  ["left", "elsewhere", 6, ["broadcast alive 6", "join"], "alive", 6],
];

type Claim = "alive" | "suspect" | "dead" | "leave" | "elsewhere";

for (const [state, claim, incarnation, effects, after, incarnationAfter] of PEER_CASES) {
  Deno.test(`a peer ${state} at 5 hears ${claim} at ${incarnation}: ${effects.join(", ")}`, () => {
    const roster = rosterWith("b", state, 5);
    assertEquals(words(apply(roster, "b", claim, incarnation)), effects);
    const { state: believed, incarnation: known } = memberOf(roster, "b");
    assertEquals([believed, known], [after, incarnationAfter]);
    assertEquals(roster.suspicions.has("b"), after === "suspect");
    assertEquals(roster.listedCount, roster.ring.filter(isListed).length);
  });
}

/** The same about ourselves at incarnation 5, alive or after our leave. */
const SELF_CASES: readonly (readonly [Claim, number, readonly string[], readonly string[]])[] = [
  ["alive", 4, ["alive_stale"], ["alive_after_own_leave"]],
  ["alive", 5, ["alive_echo"], ["alive_after_own_leave"]],
  ["alive", 6, ["health", "broadcast alive 7"], ["alive_after_own_leave"]],
  ["suspect", 4, ["accusation_stale"], ["accusation_stale"]],
  ["suspect", 5, ["health", "broadcast alive 6"], ["suspect_of_gone"]],
  ["suspect", 6, ["health", "broadcast alive 7"], ["suspect_of_gone"]],
  ["dead", 4, ["accusation_stale"], ["accusation_stale"]],
  ["dead", 5, ["health", "broadcast alive 6"], ["dead_already"]],
  ["dead", 6, ["health", "broadcast alive 7"], ["dead_already"]],
  ["leave", 5, ["health", "broadcast alive 6"], ["dead_already"]],
  ["elsewhere", 6, ["conflict"], ["alive_after_own_leave"]],
];

for (const [claim, incarnation, whileAlive, afterLeave] of SELF_CASES) {
  Deno.test(`we at 5 hear ${claim} at ${incarnation} about ourselves: ${whileAlive.join(", ")}`, () => {
    assertEquals(words(apply(selfAt5(), SELF, claim, incarnation)), whileAlive);
  });
  Deno.test(`we left at 5 and hear ${claim} at ${incarnation} about ourselves: ${afterLeave.join(", ")}`, () => {
    const roster = selfAt5();
    leave(roster, moment());
    assertEquals(words(apply(roster, SELF, claim, incarnation)), afterLeave);
    assertEquals(roster.own?.state, "left");
    assertEquals(roster.own?.incarnation, 5);
  });
}

for (const claim of ["suspect", "dead", "leave"] as const) {
  Deno.test(`${claim} of an unknown name creates no entry`, () => {
    const roster = rosterOfSelf();
    assertEquals(words(apply(roster, "b", claim, 1)), ["accusation_stale"]);
    assertEquals(roster.size, 1);
  });
}

function selfAt5(): Roster {
  const roster = new Roster({ self: SELF, bindPort: 7946, incarnation: 4 });
  startSelf(roster, { addr: addrOf(SELF), port: 7946, meta: new Uint8Array() }, moment());
  return roster;
}

function apply(roster: Roster, node: string, claim: Claim, incarnation: number, at = moment()): MembershipEffect[] {
  switch (claim) {
    case "alive":
      return applyAlive(roster, alive(node, incarnation), "network", at);
    case "elsewhere":
      return applyAlive(roster, alive(node, incarnation, { port: 1 }), "network", at);
    case "suspect":
      return applySuspect(roster, suspect(node, incarnation, "q"), at);
    case "dead":
      return applyDead(roster, dead(node, incarnation, "q"), at);
    case "leave":
      return applyDead(roster, dead(node, incarnation, node), at);
  }
}

Deno.test("a new member joins, and its alive is passed on", () => {
  const roster = rosterOfSelf();
  assertEquals(words(applyAlive(roster, alive("b", 3), "network", moment())), ["broadcast alive 3", "join"]);
  assertEquals(roster.listedCount, 2);
});

Deno.test("a changed meta of a newer incarnation is an update", () => {
  const roster = rosterOf("b");
  const news = alive("b", 2, { meta: Uint8Array.of(1) });
  assertEquals(words(applyAlive(roster, news, "network", moment())), ["broadcast alive 2", "update"]);
});

Deno.test("versions of any length crash nothing, with the mends or without", () => {
  for (const mends of [allMends, { ...allMends, versionsRequired: false }]) {
    for (let length = 0; length < 10; length++) {
      const roster = rosterOf("b");
      const vsn = Uint8Array.of(1, 5, 2, 0, 0, 0, 9, 9, 9).subarray(0, length);
      const effects = applyAlive(roster, alive("b", 2, { vsn }), "network", moment(0, { ...lan, mends }));
      const isTaken = length >= 6 || !mends.versionsRequired;
      assertEquals(words(effects), [isTaken ? "broadcast alive 2" : "alive_bad_versions"]);
      assertEquals(memberOf(roster, "b").versions, [1, 5, 2, 0, 0, 0]);
    }
  }
});

Deno.test("an alive of versions that nobody can agree on is refused, where memberlist lets it block every exchange", () => {
  const good = [[1, 5, 1, 0, 0, 0], [1, 5, 5, 2, 5, 2], [2, 2, 2, 255, 255, 255]];
  const bad = [[0, 5, 2, 0, 0, 0], [1, 0, 2, 0, 0, 0], [3, 2, 2, 0, 0, 0]]; // there as here
  const poisonous = [[2, 5, 1, 0, 0, 0], [1, 5, 6, 0, 0, 0], [1, 5, 2, 2, 5, 1], [1, 5, 2, 2, 5, 6]];
  const isTaken = (vsn: readonly number[], mends: typeof allMends): boolean => {
    const claim = alive("b", 1, { vsn: Uint8Array.from(vsn) });
    return words(applyAlive(rosterOfSelf(), claim, "network", moment(0, { ...lan, mends }))).includes("join");
  };
  const original = { ...allMends, versionsRequired: false };
  for (const vsn of good) assertEquals([isTaken(vsn, allMends), isTaken(vsn, original)], [true, true], `${vsn}`);
  for (const vsn of bad) assertEquals([isTaken(vsn, allMends), isTaken(vsn, original)], [false, false], `${vsn}`);
  for (const vsn of poisonous) assertEquals([isTaken(vsn, allMends), isTaken(vsn, original)], [false, true], `${vsn}`);
});

Deno.test("port 0 is the receiver's own, and any port where version 1 is spoken, which knew none", () => {
  for (const [protocolVersion, port, meant] of [[2, 0, 7946], [2, 80, 80], [5, 80, 80], [1, 80, 7946], [1, 0, 7946]]) {
    const roster = rosterOfSelf();
    const profile = { ...lan, protocolVersion: protocolVersion! };
    applyAlive(roster, alive("b", 1, { port: port! }), "network", moment(0, profile));
    assertEquals(memberOf(roster, "b").port, meant, `version ${protocolVersion}, port ${port}`);
  }
  const own = new Roster({ self: SELF, bindPort: 7946 });
  const first = { ...lan, protocolVersion: 1 };
  startSelf(own, { addr: addrOf("self"), port: 80, meta: new Uint8Array() }, moment(0, first));
  assertEquals(memberOf(own, "self").port, 80, "what we say of ourselves is as it is");
});

Deno.test("a dead name is taken over from elsewhere only after the reclaim time, at any incarnation, and never without one", () => {
  const elsewhere = alive("b", 1, { addr: addrOf("elsewhere") });
  for (
    const [deadNodeReclaimMs, afterMs, isTaken] of [
      [0, 1e9, false],
      [1_000, 999, false],
      [1_000, 1_000, false],
      [1_000, 1_001, true],
    ] as const
  ) {
    const roster = rosterWith("b", "dead", 5);
    const effects = words(applyAlive(roster, elsewhere, "network", moment(afterMs, { ...lan, deadNodeReclaimMs })));
    assertEquals(effects, isTaken ? ["broadcast alive 1", "join"] : ["conflict"], `${deadNodeReclaimMs}, ${afterMs}`);
    assertEquals(memberOf(roster, "b").addr, addrOf(isTaken ? "elsewhere" : "b"));
  }
  for (const state of ["alive", "suspect"] as const) {
    const roster = rosterWith("b", state, 5);
    const effects = applyAlive(roster, elsewhere, "network", moment(1e9, { ...lan, deadNodeReclaimMs: 1 }));
    assertEquals(words(effects), ["conflict"], state);
  }
});

Deno.test("a name or address that is none makes no entry", () => {
  const roster = rosterOfSelf();
  for (const bad of [alive("a/b", 1), alive("", 1), alive("b", 1, { addr: Uint8Array.of(1, 2, 3) })]) {
    assertEquals(words(applyAlive(roster, bad, "network", moment())), ["alive_malformed"]);
  }
  assertEquals(roster.size, 1);
});

Deno.test("a name may be odd, as others allow it, if it does no harm", () => {
  const roster = rosterOfSelf();
  for (const name of ["my laptop", "a:1", "🦜", "x".repeat(128)]) {
    assertEquals(words(applyAlive(roster, alive(name, 1), "network", moment())), ["broadcast alive 1", "join"], name);
  }
});

Deno.test("a full table takes no more names", () => {
  const roster = rosterOf("b");
  const full = moment(0, { ...lan, membersMax: 2 });
  assertEquals(words(applyAlive(roster, alive("c", 1), "network", full)), ["alive_table_full"]);
});

Deno.test("a takeover to an address that is none is refused", () => {
  const roster = rosterWith("b", "left", 5);
  const effects = applyAlive(roster, alive("b", 6, { addr: new Uint8Array(3) }), "network", moment());
  assertEquals(words(effects), ["conflict"]);
});

Deno.test("an expired suspicion is a death, but only by its own timer", () => {
  const roster = rosterWith("b", "suspect", 5);
  const { token } = roster.suspicions.get("b")!;
  assertEquals(words(suspicionExpired(roster, "b", token + 1, moment())), ["timer_stale"]);
  const effects = suspicionExpired(roster, "b", token, moment(4000));
  assertEquals(words(effects), ["stop_timer", "broadcast dead 5", "leave"]);
  assertEquals(words(suspicionExpired(roster, "b", token, moment(4000))), ["timer_stale"]);
});

Deno.test("an older alive of the dead is answered once a second, so that a restarted peer can refute", () => {
  const roster = rosterWith("b", "dead", 5);
  const answer = (now: number): readonly string[] => words(apply(roster, "b", "alive", 1, moment(now)));
  assertEquals(answer(0), ["alive_stale", "accuse dead 5"]);
  assertEquals(answer(999), ["alive_stale"]);
  assertEquals(answer(1000), ["alive_stale", "accuse dead 5"]);
});

Deno.test("a forgotten member does not rise from a straggler's table, but from its own refutation", () => {
  const roster = rosterWith("b", "dead", 5);
  roster.reap(moment(lan.gossipToTheDeadMs + 1));
  assertEquals(roster.get("b"), undefined);
  const later = moment(40_000);
  assertEquals(words(apply(roster, "b", "alive", 5, later)), ["alive_from_the_grave", "accuse dead 5"]);
  assertEquals(words(apply(roster, "b", "alive", 6, later)), ["broadcast alive 6", "join"]);
});

Deno.test("a forgotten name is free for another address, and for any when its grave is", () => {
  for (const [claim, now] of [["elsewhere", 40_000], ["alive", 400_000]] as const) {
    const roster = rosterWith("b", "dead", 5);
    roster.reap(moment(lan.gossipToTheDeadMs + 1));
    assertEquals(words(apply(roster, "b", claim, 1, moment(now))), ["broadcast alive 1", "join"]);
  }
});

Deno.test("an accusation at the last incarnation is reported, not wrapped around", () => {
  const roster = selfAt5();
  assertEquals(words(apply(roster, SELF, "dead", INCARNATION_MAX)), ["irrefutable"]);
  assertEquals(roster.own?.incarnation, 5);
  assertEquals(words(apply(roster, SELF, "dead", INCARNATION_MAX - 1)), [
    "health",
    `broadcast alive ${INCARNATION_MAX}`,
  ]);
  assertEquals(words(updateSelf(roster, new Uint8Array(1), moment())), ["irrefutable"]);
});

Deno.test("with an accusation of a later life a suspicion begins anew, and the earlier one's timer declares nobody dead", () => {
  const roster = rosterWith("b", "suspect", 5);
  const earlier = roster.suspicions.get("b")!;
  apply(roster, "b", "suspect", 6, moment(3_000));
  const later = roster.suspicions.get("b")!;
  assertEquals([later.startedAt, later.confirmations, [...later.heard]], [3_000, 0, ["q"]]);
  assertEquals(words(suspicionExpired(roster, "b", earlier.token, moment(4_000))), ["timer_stale"]);
  assertEquals(words(suspicionExpired(roster, "b", later.token, moment(27_000))).at(-1), "leave");
});

Deno.test("in memberlist an accusation of a later life confirms the suspicion of the earlier one", () => {
  const without = { ...lan, mends: { ...allMends, suspicionsRenewed: false } };
  const roster = rosterWith("b", "suspect", 5);
  const { token } = roster.suspicions.get("b")!;
  assertEquals(words(apply(roster, "b", "suspect", 6, moment(0, without))), ["broadcast suspect 6", "start_timer"]);
  assertEquals(roster.suspicions.get("b")!.token, token);
});

const claims = fc.constantFrom<Claim>("alive", "suspect", "dead", "leave", "elsewhere");
const anyClaim = fc.record({
  node: fc.constantFrom("b", "c", SELF as string),
  claim: claims,
  incarnation: fc.nat({ max: 6 }),
  pauseMs: fc.constantFrom(0, 500, 20_000),
});

Deno.test("whatever is said, an incarnation goes down only by a takeover of a name that was left", () => {
  fc.assert(fc.property(fc.array(anyClaim, { maxLength: 40 }), (said) => {
    const roster = rosterOf("b", "c");
    let at: Moment = moment();
    for (const { node, claim, incarnation, pauseMs } of said) {
      at = { ...at, now: at.now + pauseMs };
      const before = memberOf(roster, node);
      apply(roster, node, claim, incarnation, at);
      const after = memberOf(roster, node);
      const isTakeover = before.state === "left" && before.port !== after.port;
      assert(after.incarnation >= before.incarnation || isTakeover);
      assertEquals(roster.suspicions.has(node), after.state === "suspect");
      assertEquals(roster.listedCount, roster.listed().length);
      for (const member of roster.ring) assertEquals(roster.get(member.name), member);
    }
  }));
});

Deno.test("a refutation beats its accusation, at whoever believed it", () => {
  const accusation = fc.record({ claim: fc.constantFrom<Claim>("suspect", "dead", "leave"), incarnation: fc.nat() });
  fc.assert(fc.property(accusation, fc.integer({ min: 1, max: 100 }), ({ claim, incarnation }, known) => {
    const accused = Math.max(incarnation, known);
    const self = new Roster({ self: SELF, bindPort: 7946, incarnation: known - 1 });
    startSelf(self, { addr: addrOf(SELF), port: 7946, meta: new Uint8Array() }, moment());
    const refutation = apply(self, SELF, claim, accused).find((effect) => effect.type === "broadcast");
    assert(refutation?.type === "broadcast" && refutation.message.type === "alive");

    const other = new Roster({ self: "o" as typeof SELF, bindPort: 7946 });
    applyAlive(other, alive(SELF, known), "network", moment());
    apply(other, SELF, claim, accused);
    applyAlive(other, refutation.message, "network", moment());
    assertEquals(other.get(SELF)?.state, "alive");
    assertEquals(words(apply(other, SELF, claim, accused)), ["accusation_stale"]);
  }));
});
