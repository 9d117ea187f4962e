import { assertEquals } from "@std/assert";
import { type ProbeEffect, type ProbeEvent, startProbe, stepProbe } from "../../../actors/failure_detector/probe.ts";
import type { Member } from "../../../actors/membership/member.ts";
import { lan, type Profile } from "../../../actors/pool/profile.ts";
import { memberOf, rosterOf, rosterWith, SELF, suspect } from "../membership/table.ts";

const target = memberOf(rosterOf("b"), "b");
const relays = ["c", "d", "e"].map((name) => memberOf(rosterOf(name), name));
const acked: ProbeEvent = { type: "acked", payload: Uint8Array.of(7), at: 1200 };
const none = new Uint8Array();

type Setup = Partial<{ target: Member; health: number; profile: Profile }>;

/** A probe begun at 1000 ms that hears these events in turn; the effects of each. */
function run(events: readonly ProbeEvent[], setup: Setup = {}): readonly (readonly ProbeEffect[])[] {
  const start = { sequence: 9, target, self: SELF, now: 1000, health: 0, roundTripMs: 50, profile: lan, ...setup };
  let [probe, effects] = startProbe(start);
  const all = [effects];
  for (const event of events) {
    [probe, effects] = stepProbe(probe, event);
    all.push(effects);
  }
  return all;
}

function last(events: readonly ProbeEvent[], setup: Setup = {}): readonly ProbeEffect[] {
  return run(events, setup).at(-1)!;
}

const silence: readonly ProbeEvent[] = [{ type: "direct_timeout" }, { type: "relays_chosen", relays }];
const accuse: ProbeEffect = { type: "accuse", claim: suspect("b", 1, SELF) };

Deno.test("a probe begins with a ping and its two timers", () => {
  assertEquals(run([])[0], [
    { type: "ping", target },
    { type: "start_timer", timer: "direct_timeout", afterMs: 500 },
    { type: "start_timer", timer: "deadline", afterMs: 1000 },
  ]);
});

Deno.test("bad health stretches the interval, but not the time for a direct answer", () => {
  const afterMs = run([], { health: 3 })[0]!.flatMap((effect) => effect.type === "start_timer" ? [effect.afterMs] : []);
  assertEquals(afterMs, [500, 4000]);
});

Deno.test("a suspect is told of the suspicion in the same packet", () => {
  const accused = memberOf(rosterWith("b", "suspect", 5), "b");
  assertEquals(run([], { target: accused })[0]![0], {
    type: "ping",
    target: accused,
    suspicion: suspect("b", 5, SELF),
  });
});

Deno.test("without the buddy system a suspect is pinged as everybody else", () => {
  const accused = memberOf(rosterWith("b", "suspect", 5), "b");
  const profile = { ...lan, buddySystem: false };
  assertEquals(run([], { target: accused, profile })[0]![0], { type: "ping", target: accused });
});

Deno.test("a direct answer in time improves health and gives a round trip", () => {
  assertEquals(last([acked]), [
    { type: "health", delta: -1 },
    { type: "round_trip", target, ms: 200, payload: Uint8Array.of(7) },
    { type: "over", verdict: "answered" },
  ]);
});

Deno.test("a silent target is asked for by relays, and pinged over a stream", () => {
  assertEquals(last([{ type: "direct_timeout" }]), [
    { type: "choose_relays", count: 3, target: target.name },
    { type: "stream_ping", target, deadline: 2000 },
  ]);
  assertEquals(last(silence), relays.map((relay) => ({ type: "ask", relay, target, nack: true })));
});

Deno.test("old members get no stream ping, and old relays are not asked for nacks", () => {
  const old: Member = { ...target, versions: [1, 2, 2, 0, 0, 0] };
  assertEquals(last([{ type: "direct_timeout" }], { target: old }).map(({ type }) => type), ["choose_relays"]);
  const asked = last([{ type: "direct_timeout" }, {
    type: "relays_chosen",
    relays: [{ ...relays[0]!, versions: old.versions }],
  }]);
  assertEquals(asked.map((effect) => effect.type === "ask" && effect.nack), [false]);
});

Deno.test("streams that are turned off are not tried", () => {
  const effects = last([{ type: "direct_timeout" }], { profile: { ...lan, streamPings: false } });
  assertEquals(effects.map(({ type }) => type), ["choose_relays"]);
});

Deno.test("a late or relayed answer improves health, without a round trip", () => {
  assertEquals(last([...silence, acked]), [{ type: "health", delta: -1 }, { type: "over", verdict: "answered" }]);
});

Deno.test("nobody reached it: the target is accused with the incarnation known at the start", () => {
  assertEquals(last([...silence, { type: "deadline" }]), [
    { type: "health", delta: 1 },
    accuse,
    { type: "over", verdict: "silent" },
  ]);
});

Deno.test("missing nacks cost a point each, where the interval leaves them time", () => {
  const nacked: ProbeEvent = { type: "nacked" };
  const deltas = [0, 1, 2, 3, 4].map((nacks) => {
    const events = [...silence, ...Array<ProbeEvent>(nacks).fill(nacked), { type: "deadline" } as const];
    return last(events, { health: 1 }).flatMap((effect) => effect.type === "health" ? [effect.delta] : []);
  });
  assertEquals(deltas, [[3], [2], [1], [], []]);
});

Deno.test("with the LAN numbers at full health nacks are late, and cost nothing extra", () => {
  const effects = last([...silence, { type: "deadline" }], { health: 0 });
  assertEquals(effects[0], { type: "health", delta: 1 });
});

Deno.test("without relays a failure costs one point", () => {
  const effects = last([{ type: "direct_timeout" }, { type: "relays_chosen", relays: [] }, { type: "deadline" }], {
    health: 2,
  });
  assertEquals(effects[0], { type: "health", delta: 1 });
});

Deno.test("a stream's answer counts only at the deadline, with a warning about datagrams", () => {
  const events: ProbeEvent[] = [...silence, { type: "stream_ping_done", ok: true }];
  assertEquals(last(events), []);
  assertEquals(last([...events, { type: "deadline" }]), [
    { type: "health", delta: -1 },
    { type: "datagrams_blocked", target },
    { type: "over", verdict: "answered" },
  ]);
});

Deno.test("a stream that failed leaves the target silent", () => {
  const effects = last([...silence, { type: "stream_ping_done", ok: false }, { type: "deadline" }]);
  assertEquals(effects.at(-1), { type: "over", verdict: "silent" });
});

Deno.test("a ping that we could not send says nothing about the target", () => {
  assertEquals(last([{ type: "send_failed", cause: "local" }]), [{ type: "over", verdict: "not_sent" }]);
});

Deno.test("a ping that the network refused goes to the relays at once, and an answer then leaves health alone", () => {
  const refused: ProbeEvent = { type: "send_failed", cause: "network" };
  assertEquals(last([refused]).map(({ type }) => type), ["choose_relays", "stream_ping"]);
  assertEquals(last([refused, { type: "direct_timeout" }]), []);
  assertEquals(last([refused, { type: "relays_chosen", relays }, acked]), [{ type: "over", verdict: "answered" }]);
  assertEquals(last([refused, { type: "deadline" }]).map(({ type }) => type), ["health", "accuse", "over"]);
});

Deno.test("a pause of our process ends the probe, and says nothing about the target or our relays", () => {
  for (const before of [[], silence]) {
    assertEquals(last([...before, { type: "paused" }]), [{ type: "over", verdict: "paused" }]);
  }
});

Deno.test("the first answer wins, and nothing after the verdict does anything", () => {
  const events: ProbeEvent[] = [
    acked,
    { type: "acked", payload: none, at: 1300 },
    { type: "nacked" },
    { type: "send_failed", cause: "network" },
    { type: "direct_timeout" },
    { type: "relays_chosen", relays },
    { type: "stream_ping_done", ok: true },
    { type: "deadline" },
  ];
  for (const effects of run(events).slice(2)) assertEquals(effects, []);
});
