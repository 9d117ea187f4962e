/** When membership exchanges tables and with whom, and to whom it has gossip sent: the actor on virtual time. */
import { assert, assertEquals } from "@std/assert";
import { MEMBERSHIP, membership, type MembershipMessage } from "../../../actors/membership.ts";
import type { NodeName } from "../../../actors/membership/member.ts";
import { newMemory } from "../../../actors/peer/memory.ts";
import type { BroadcasterMessage } from "../../../actors/broadcaster.ts";
import type { FailureDetectorMessage } from "../../../actors/failure_detector.ts";
import { Cast } from "../../../actors/peer/cast.ts";
import { lan, type Profile } from "../../../actors/pool/profile.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { ActorSystem } from "../../../actors/runtime/system.ts";
import type { TransportMessage } from "../../../actors/transport.ts";
import { ProcessClock } from "../../../sim/process_clock.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import type { Address } from "../../../transport/address.ts";
import { Guard } from "../../../transport/guard.ts";
import { idle } from "../../support/puppet.ts";
import { alive, dead, suspect } from "./table.ts";

/** A membership of `others` besides itself, all alive, and what it says to its neighbours. */
async function bench(others: number, profile: Partial<Profile> = {}) {
  const clock = new VirtualClock();
  const process = new ProcessClock(clock);
  const system = new ActorSystem({ clock: process, random: seededRandom("schedule") });
  const cast = new Cast();
  const exchanges: { readonly atMs: number; readonly to: Address }[] = [];
  let targets: readonly string[] = [];
  cast.enter("links", system.spawn("links", idle));
  cast.enter(
    "transport",
    system.spawn<TransportMessage>("transport", () => (message) => {
      if (message.type === "exchange") exchanges.push({ atMs: clock.now(), to: message.to });
    }),
  );
  cast.enter("failureDetector", system.spawn<FailureDetectorMessage>("failure_detector", () => () => {}));
  cast.enter(
    "broadcaster",
    system.spawn<BroadcasterMessage>("broadcaster", () => (message) => {
      if (message.type === "gossip_to") targets = message.targets.map(({ name }) => name);
    }),
  );
  const self: ActorRef<MembershipMessage> = system.spawn(
    "membership",
    membership({
      name: "self" as NodeName,
      profile: { ...lan, ...profile },
      guard: Guard.unguarded(),
      memory: newMemory().membership,
      cast,
      topic: MEMBERSHIP,
    }),
  );
  const created = self.ask((replyTo) => ({ type: "create", address: "10.9.9.9:7946" as Address, replyTo }), 1_000);
  await clock.advance(0);
  await created;
  const hear = async (message: ReturnType<typeof alive | typeof dead | typeof suspect>): Promise<void> => {
    self.tell({ type: "heard", claims: [message] });
    await clock.advance(0);
  };
  for (let n = 0; n < others; n++) await hear(alive(`m${n}`, 1));

  /** Everybody to whom gossip would go, in many rounds. */
  async function gossipTargets(): Promise<readonly string[]> {
    const found = new Set<string>();
    for (let i = 0; i < 200; i++) {
      self.tell({ type: "pick_gossip_targets" });
      await clock.advance(0);
      for (const name of targets) found.add(name);
    }
    return [...found].toSorted();
  }

  /** The state of everybody that has one worth noting, as the events say. */
  const states = new Map<string, string>();
  system.events.subscribe(MEMBERSHIP, ({ type, member }) => states.set(member.name, type));
  return { clock, process, self, exchanges, states, hear, gossipTargets };
}

for (const [others, factor] of [[1, 1], [31, 1], [32, 2], [63, 2], [64, 3], [128, 4]] as const) {
  Deno.test(`in a table of ${others + 1} tables are exchanged every ${factor} × 30 s, the first at a random time`, async () => {
    const { clock, exchanges } = await bench(others, { probeIntervalMs: 1e9 });
    await clock.advance(1_000_000);
    const [first] = exchanges;
    const at = first?.atMs ?? 0;
    assert(at >= 30_000 && at < 60_000, `as when we were alone: ${at}`);
    const gaps = exchanges.slice(1).map(({ atMs }, i) => atMs - exchanges[i]!.atMs);
    assert(gaps.length >= 6 && gaps.every((gap) => Math.abs(gap - factor * 30_000) < 1e-6), gaps.join());
  });
}

Deno.test("an interval of 0 means no exchanges", async () => {
  const { clock, exchanges } = await bench(3, { pushPullIntervalMs: 0 });
  await clock.advance(1_000_000);
  assertEquals(exchanges, []);
});

Deno.test("tables are exchanged with the alive only, never with suspects or who left", async () => {
  const { clock, exchanges, hear } = await bench(3, { suspicionMult: 1e6 });
  await hear(suspect("m0", 1, "m1"));
  await hear(dead("m1", 1, "m1"));
  await clock.advance(600_000);
  assertEquals(exchanges.length > 10, true);
  assertEquals(new Set(exchanges.map(({ to }) => to)).size, 1);
});

Deno.test("gossip goes to suspects and, for a while, to the dead, who may refute; never to who left", async () => {
  const { clock, hear, gossipTargets } = await bench(4, { suspicionMult: 1e6, gossipToTheDeadMs: 30_000 });
  await hear(suspect("m0", 1, "m3"));
  await hear(dead("m1", 1, "m3"));
  await hear(dead("m2", 1, "m2"));
  assertEquals(await gossipTargets(), ["m0", "m1", "m3"]);
  await clock.advance(30_000);
  assertEquals(await gossipTargets(), ["m0", "m1", "m3"]);
  await clock.advance(1);
  assertEquals(await gossipTargets(), ["m0", "m3"]);
});

/** Two suspects in a small table, whose time is 4 s each; the second one is suspected 3 s after the first. */
async function suspects() {
  const made = await bench(2);
  await made.hear(suspect("m0", 1, "m1"));
  await made.clock.advance(3_000);
  await made.hear(suspect("m1", 1, "m0"));
  return made;
}

Deno.test("a suspicion that runs out in a pause waits for another interval, in which the suspect may object", async () => {
  const { clock, process, hear, states } = await suspects();
  process.pause(10_000);
  await clock.advance(10_500);
  assertEquals(Object.fromEntries(states), { m0: "suspected", m1: "suspected" });
  await hear(alive("m0", 2));
  await clock.advance(10_000);
  assertEquals(Object.fromEntries(states), { m0: "refuted", m1: "failed" }, "and no longer than that");
});

Deno.test("a pause that several notice puts suspicions off once", async () => {
  const { clock, process, self, states } = await suspects();
  process.pause(10_000);
  await clock.advance(10_000);
  for (let i = 0; i < 3; i++) self.tell({ type: "paused", ms: 9_500 });
  // m0 had 1 s left, m1 4 s: in the pause both ran out, m0's 9 s and m1's 6 s before its end.
  await clock.advance(1_900);
  assertEquals(states.get("m0"), "failed");
  assertEquals(states.get("m1"), "suspected");
  await clock.advance(3_500);
  assertEquals(states.get("m1"), "failed");
});

Deno.test("a pause that only the failure detector notices puts suspicions off as well", async () => {
  const { clock, self, states } = await bench(2).then(async (made) => {
    await made.hear(suspect("m0", 1, "m1"));
    return made;
  });
  await clock.advance(3_900);
  self.tell({ type: "paused", ms: 2_000 });
  await clock.advance(3_000);
  assertEquals(states.get("m0"), "suspected", "2 s more, and an interval");
  await clock.advance(200);
  assertEquals(states.get("m0"), "failed");
});
