/**
 * A walk through two papers, a short test for each claim that the rules rely on; where memberlist differs, that is
 * what is tested, and said.
 *
 * - SWIM: Das, Gupta, Motivala, "Scalable Weakly-consistent Infection-style Process Group Membership Protocol", 2002.
 * - Lifeguard: Dadgar, Phillips, Currey, "Local Health Awareness for More Accurate Failure Detection", 2018.
 */
import { assert, assertEquals } from "@std/assert";
import { retransmitLimit, TransmitQueue } from "../../actors/broadcaster/transmit_queue.ts";
import { adjust, scaledMs } from "../../actors/failure_detector/awareness.ts";
import { type ProbeEffect, type ProbeEvent, startProbe, stepProbe } from "../../actors/failure_detector/probe.ts";
import { nextTarget } from "../../actors/failure_detector/probe_order.ts";
import { startRelay, stepRelay } from "../../actors/failure_detector/relay.ts";
import { applyAlive, applyDead, applySuspect, suspicionExpired } from "../../actors/membership/merge.ts";
import { leave } from "../../actors/membership/own_entry.ts";
import { isGossipTarget } from "../../actors/membership/roster.ts";
import { confirm, startSuspicion, totalMs } from "../../actors/membership/suspicion.ts";
import { lan } from "../../actors/pool/profile.ts";
import { parseAddress } from "../../transport/address.ts";
import { addrOf, alive, dead, memberOf, moment, rosterOf, rosterOfSelf, rosterWith, SELF } from "./membership/table.ts";
import { suspect, words } from "./membership/table.ts";

const target = memberOf(rosterOf("j"), "j");
const relays = ["a", "b", "c"].map((name) => memberOf(rosterOf(name), name));

/** The kinds of effects of a whole probe of `target`, in order. */
function probe(events: readonly ProbeEvent[], health = 0): readonly ProbeEffect["type"][] {
  const start = { sequence: 1, target, self: SELF, now: 0, health, roundTripMs: 10, profile: lan };
  let [state, effects] = startProbe(start);
  const kinds = effects.map(({ type }) => type);
  for (const event of events) {
    [state, effects] = stepProbe(state, event);
    kinds.push(...effects.map(({ type }) => type));
  }
  return kinds;
}

Deno.test("SWIM 3.1: a member that acks the ping within its time-out is not asked about", () => {
  const kinds = probe([{ type: "acked", payload: new Uint8Array(), at: 3 }, { type: "direct_timeout" }]);
  assert(!kinds.includes("choose_relays"));
});

Deno.test("SWIM 3.1: without an ack k random members are asked to ping for us, and one answer is enough", () => {
  const kinds = probe([
    { type: "direct_timeout" },
    { type: "relays_chosen", relays },
    { type: "acked", payload: new Uint8Array(), at: 600 },
    { type: "deadline" },
  ]);
  assertEquals(kinds.filter((kind) => kind === "ask").length, lan.indirectChecks);
  assert(!kinds.includes("accuse"));
});

Deno.test("SWIM 3.1: at the end of the period without any ack the member is found faulty", () => {
  const kinds = probe([{ type: "direct_timeout" }, { type: "relays_chosen", relays }, { type: "deadline" }]);
  assertEquals(kinds.at(-2), "accuse");
});

Deno.test("SWIM 3.1: whoever is asked pings the target, and passes its ack on to the asker", () => {
  const asker = parseAddress("10.0.0.1:7946")!;
  const request = {
    type: "indirect_ping",
    sequence: 3,
    target: target.addr,
    port: target.port,
    node: target.name,
    nack: false,
    sourceAddr: new Uint8Array(),
    sourcePort: 0,
    sourceNode: "",
  } as const;
  const [relay, effects] = startRelay({ request, source: asker, sequence: 8, bindPort: 7946, profile: lan })!;
  assertEquals(effects[0], { type: "ping", to: target.address, node: target.name, sequence: 8 });
  assertEquals(stepRelay(relay, { type: "acked" })[1][0], { type: "ack", to: asker, sequence: 3 });
});

Deno.test("SWIM 3.2: who hears of a failure takes the member off its list", () => {
  const roster = rosterOf("j");
  applyDead(roster, dead("j", 1, "a"), moment());
  assertEquals(roster.listed().map(({ name }) => name), [SELF]);
});

Deno.test("SWIM 3.2: who hears of a join adds the member; one that leaves says so itself", () => {
  const roster = rosterOfSelf();
  assertEquals(words(applyAlive(roster, alive("j", 1), "network", moment())).at(-1), "join");
  applyDead(roster, dead("j", 1, "j"), moment());
  assertEquals(memberOf(roster, "j").state, "left");
  leave(roster, moment());
  assertEquals(roster.own?.state, "left");
});

Deno.test("SWIM 4.1: each member passes an update on λ log n times", () => {
  assertEquals([9, 99, 999].map((n) => retransmitLimit(lan.retransmitMult, n)), [4, 8, 12]);
});

Deno.test("SWIM 4.1: what was passed on less often is preferred", () => {
  const queue = new TransmitQueue<string>(10);
  queue.enqueue({ bytes: new Uint8Array(9), about: "old", replacement: { kind: "unique" } });
  queue.take(0, 10, 4);
  queue.enqueue({ bytes: new Uint8Array(9), about: "new", replacement: { kind: "unique" } });
  assertEquals(queue.take(0, 10, 4).taken.map(({ about }) => about), ["new"]);
});

Deno.test("SWIM 4.2: a silent member is suspected first, and still counts as one", () => {
  const roster = rosterOf("j");
  const effects = applySuspect(roster, suspect("j", 1, SELF), moment());
  assertEquals(words(effects), ["broadcast suspect 1", "suspect", "start_timer", "start_question"]);
  assertEquals(roster.listedCount, 2);
});

Deno.test("SWIM 4.2: a suspect that does not object in time is confirmed as failed", () => {
  const roster = rosterWith("j", "suspect", 1);
  suspicionExpired(roster, "j", roster.suspicions.get("j")!.token, moment());
  assertEquals(memberOf(roster, "j").state, "dead");
});

Deno.test("SWIM 4.2: the suspect itself objects with a higher incarnation", () => {
  const roster = rosterOfSelf();
  applySuspect(roster, suspect(SELF, 1, "a"), moment());
  assertEquals(roster.own?.incarnation, 2);
});

Deno.test("SWIM 4.2: alive overrides suspect of a lower incarnation only; suspect overrides alive of an equal one", () => {
  const roster = rosterWith("j", "suspect", 1);
  applyAlive(roster, alive("j", 1), "network", moment());
  assertEquals(memberOf(roster, "j").state, "suspect");
  applyAlive(roster, alive("j", 2), "network", moment());
  assertEquals(memberOf(roster, "j").state, "alive");
  applySuspect(roster, suspect("j", 2, "a"), moment());
  assertEquals(memberOf(roster, "j").state, "suspect");
});

Deno.test("SWIM 4.2, where memberlist differs: a death is not final, a higher incarnation returns", () => {
  const roster = rosterWith("j", "dead", 1);
  assertEquals(words(applyAlive(roster, alive("j", 2), "network", moment())).at(-1), "join");
});

Deno.test("SWIM 4.2, where memberlist differs: the lately dead still hear gossip, so that they may object", () => {
  const member = memberOf(rosterWith("j", "dead", 1), "j");
  assert(isGossipTarget(member, SELF, { now: lan.gossipToTheDeadMs, profile: lan }));
});

Deno.test("SWIM 4.3: the ring is walked through before anybody is probed again, then shuffled", () => {
  const roster = rosterOf("a", "b", "c", "d", "e");
  const at = moment();
  let index = roster.size; // begin with a fresh round
  for (let round = 0; round < 5; round++) {
    const names = Array.from({ length: 5 }, () => {
      const turn = nextTarget(index, roster, at);
      index = turn.index;
      return turn.target?.name as string;
    });
    assertEquals(names.toSorted(), ["a", "b", "c", "d", "e"]);
    index = roster.size;
  }
});

Deno.test("SWIM 4.3: a newcomer takes a random place in the ring", () => {
  const places = new Set(Array.from({ length: 30 }, (_, i) => {
    const roster = rosterOf("a", "b", "c", "d");
    const at = moment();
    for (let draws = 0; draws < i; draws++) at.random.next();
    applyAlive(roster, alive("z", 1), "network", at);
    return roster.ring.findIndex(({ name }) => name as string === "z");
  }));
  assertEquals([...places].toSorted(), [0, 1, 2, 3, 4]);
});

Deno.test("Lifeguard, local health: failed probes and refutations lower it, answers raise it, within bounds", () => {
  assertEquals([1, 1, -1, 20, -20].map((delta) => adjust(3, delta, lan.awarenessMaxMultiplier)), [4, 4, 2, 7, 0]);
  const roster = rosterOfSelf();
  const effects = applySuspect(roster, suspect(SELF, 1, "a"), moment());
  assertEquals(effects[0], { type: "health", delta: 1 });
});

Deno.test("Lifeguard, LHA-Probe: whoever is unwell probes more slowly; memberlist leaves the time-out as it is", () => {
  assertEquals([0, 1, 7].map((score) => scaledMs(lan.probeIntervalMs, score)), [1000, 2000, 8000]);
});

Deno.test("Lifeguard, LHA-Probe: a relay whose target is silent says so at 80 % of the time-out", () => {
  const request = {
    type: "indirect_ping",
    sequence: 3,
    target: addrOf("j"),
    port: 7946,
    node: "j",
    nack: true,
    sourceAddr: new Uint8Array(),
    sourcePort: 0,
    sourceNode: "",
  } as const;
  const source = parseAddress("10.0.0.1:7946")!;
  const [relay, effects] = startRelay({ request, source, sequence: 8, bindPort: 7946, profile: lan })!;
  assertEquals(effects.at(-1), { type: "start_timer", timer: "nack_due", afterMs: 0.8 * lan.probeTimeoutMs });
  assertEquals(stepRelay(relay, { type: "nack_due" })[1], [{ type: "nack", to: source, sequence: 3 }]);
});

Deno.test("Lifeguard, LHA-Probe: all nacks and no ack means it is not us who is cut off", () => {
  const nacks: ProbeEvent[] = [{ type: "nacked" }, { type: "nacked" }, { type: "nacked" }];
  const kinds = probe(
    [{ type: "direct_timeout" }, { type: "relays_chosen", relays }, ...nacks, { type: "deadline" }],
    1,
  );
  assert(!kinds.includes("health"));
  assert(kinds.includes("accuse"));
});

Deno.test("Lifeguard, LHA-Suspicion: a suspicion starts long, and independent confirmations shorten it", () => {
  let suspicion = startSuspicion(1, "a", 10, 0, lan);
  const times = [totalMs(suspicion)];
  for (const accuser of ["b", "c"]) {
    suspicion = confirm(suspicion, accuser)!;
    times.push(totalMs(suspicion));
  }
  assertEquals(times, [24_000, 11_381, 4000]);
});

Deno.test("Lifeguard, LHA-Suspicion: only the first k confirmations are passed on", () => {
  const roster = rosterWith("j", "suspect", 1);
  const passedOn = ["q", "q", "r", "s", "t"].map((from) => {
    const effects = applySuspect(roster, suspect("j", 1, from), moment());
    return effects.some(({ type }) => type === "broadcast");
  });
  assertEquals(passedOn, [true, false, true, false, false]);
});

Deno.test("Lifeguard, buddy system: a ping to a suspect tells it of the suspicion", () => {
  const accused = memberOf(rosterWith("j", "suspect", 4), "j");
  const start = { sequence: 1, target: accused, self: SELF, now: 0, health: 0, roundTripMs: 10, profile: lan };
  assertEquals(startProbe(start)[1][0], { type: "ping", target: accused, suspicion: suspect("j", 4, SELF) });
});
