/** When the failure detector probes, and what it makes of a pause of its process: the actor on virtual time. */
import { assert, assertEquals } from "@std/assert";
import type { BroadcasterMessage } from "../../../actors/broadcaster.ts";
import { failureDetector, type FailureDetectorMessage } from "../../../actors/failure_detector.ts";
import { MEMBERSHIP, type MembershipMessage } from "../../../actors/membership.ts";
import type { Member, NodeName } from "../../../actors/membership/member.ts";
import { Cast } from "../../../actors/peer/cast.ts";
import { lan } from "../../../actors/pool/profile.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { ActorSystem } from "../../../actors/runtime/system.ts";
import type { TransportMessage } from "../../../actors/transport.ts";
import { ProcessClock } from "../../../sim/process_clock.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import type { Address } from "../../../transport/address.ts";
import { Guard } from "../../../transport/guard.ts";
import { decodeMessage } from "../../../transport/wire/messages.ts";
import { memberOf, rosterWith } from "../membership/table.ts";

const SELF = { name: "self" as NodeName, address: "10.9.9.9:7946" as Address };

/** A detector with one target that answers if it is told to, and all that it says to its neighbours. */
class Bench {
  readonly clock = new VirtualClock();
  readonly process = new ProcessClock(this.clock);
  readonly pingedAt: number[] = [];
  readonly toMembership: MembershipMessage[] = [];
  answersAfterMs: number | undefined = 1;
  /** Why pings are not sent, if so. */
  unsent: "local" | "network" | undefined;
  target: Member | undefined = memberOf(rosterWith("b", "alive", 1), "b");
  readonly #detector: ActorRef<FailureDetectorMessage>;

  constructor(seed = "detector") {
    const system = new ActorSystem({ clock: this.process, random: seededRandom(seed) });
    const cast = new Cast();
    cast.enter("transport", system.spawn<TransportMessage>("transport", () => () => {}));
    cast.enter("broadcaster", system.spawn<BroadcasterMessage>("broadcaster", () => (said) => this.#said(said)));
    cast.enter("membership", system.spawn<MembershipMessage>("membership", () => (asked) => this.#asked(asked)));
    this.#detector = system.spawn(
      "failure_detector",
      failureDetector({
        name: SELF.name,
        profile: lan,
        guard: Guard.unguarded(),
        cast,
        topic: MEMBERSHIP,
        memory: { ackPayload: new Uint8Array() },
      }),
    );
    this.#detector.tell({ type: "start", self: SELF, members: [] });
  }

  tell(message: FailureDetectorMessage): void {
    this.#detector.tell(message);
  }

  async health(): Promise<number> {
    const status = this.#detector.ask<Readonly<Record<string, number>>>(
      (replyTo) => ({ type: "status", replyTo }),
      1_000,
    );
    await this.clock.advance(0);
    return (await status)["health score"]!;
  }

  get accused(): number {
    return this.toMembership.filter(({ type }) => type === "heard").length;
  }

  #asked(message: MembershipMessage): void {
    if (message.type === "pick_probe") this.tell({ type: "probe", target: this.target });
    else if (message.type === "pick_relays") this.tell({ type: "relays", sequence: message.sequence, relays: [] });
    else this.toMembership.push(message);
  }

  #said(message: BroadcasterMessage): void {
    if (message.type !== "send") return;
    const decoded = decodeMessage(message.message);
    if (!decoded.ok || decoded.value.type !== "ping") return;
    this.pingedAt.push(this.clock.now());
    const { sequence } = decoded.value;
    if (this.unsent !== undefined) {
      const { replyTo, id } = message.unsent!;
      return replyTo.tell({ type: "packet_unsent", id, cause: this.unsent });
    }
    if (this.answersAfterMs === undefined) return;
    const ack = { type: "ack", sequence, payload: null } as const;
    this.clock.after(this.answersAfterMs, () => {
      this.process.whenAwake(() => this.tell({ type: "heard", message: ack, from: SELF.address }));
    });
  }
}

Deno.test("the first probe is at a random phase of the interval, and each further one an interval later", async () => {
  const phases = new Set<number>();
  for (const seed of ["a", "b", "c"]) {
    const bench = new Bench(seed);
    await bench.clock.advance(5_000);
    const [first = NaN] = bench.pingedAt;
    assert(first >= 0 && first < 1_000);
    assertEquals(bench.pingedAt.map((at) => Math.round(at - first)), [0, 1_000, 2_000, 3_000, 4_000]);
    phases.add(first);
  }
  assertEquals(phases.size, 3);
});

Deno.test("of the ticks that came due during a long probe one is kept, and then the grid goes on", async () => {
  const bench = new Bench();
  bench.tell({ type: "adjust_health", delta: 3 });
  await bench.clock.until(() => bench.pingedAt.length === 1, 1_000, "the first probe", 1);
  const [first = NaN] = bench.pingedAt;
  bench.answersAfterMs = 2_700; // of this probe's interval of 4 s
  await bench.clock.advance(1);
  bench.pingedAt.length = 0;
  await bench.clock.until(() => bench.pingedAt.length === 1, 2_000, "the probe with the late answer", 1);
  bench.answersAfterMs = 1;
  await bench.clock.advance(6_000);
  const since = bench.pingedAt.map((at) => Math.round(at - first));
  assertEquals(since.slice(0, 4), [1_000, 3_700, 4_000, 5_000], "at once when it was over, and then as ever");
});

Deno.test("a turn without a target is a turn like others", async () => {
  const bench = new Bench();
  bench.target = undefined;
  await bench.clock.advance(2_500);
  bench.target = memberOf(rosterWith("b", "alive", 1), "b");
  await bench.clock.advance(2_000);
  assertEquals(bench.pingedAt.length, 2);
});

Deno.test("a pause is told once, costs a point of health, and ends the probe without a word against its target", async () => {
  const bench = new Bench();
  bench.answersAfterMs = 100;
  await bench.clock.until(() => bench.pingedAt.length === 1, 1_000, "the first probe", 1);
  bench.process.pause(5_000);
  await bench.clock.advance(5_050);
  assertEquals(await bench.health(), 1);
  const pauses = bench.toMembership.filter((told) => told.type === "paused");
  assertEquals(pauses.length, 1);
  assert(pauses[0]!.type === "paused" && pauses[0]!.ms > 4_000 && pauses[0]!.ms <= 5_000);
  assertEquals(bench.accused, 0);
  bench.answersAfterMs = undefined;
  await bench.clock.advance(10_000);
  assert(bench.accused > 0, "and then it goes on");
});

Deno.test("a pause between two probes is noticed by the tick", async () => {
  const bench = new Bench();
  await bench.clock.advance(2_000);
  bench.answersAfterMs = undefined;
  bench.process.pause(5_000);
  await bench.clock.advance(5_001);
  assertEquals([await bench.health(), bench.toMembership.filter(({ type }) => type === "paused").length], [1, 1]);
});

for (const state of ["alive", "suspect"] as const) {
  Deno.test(`a ping to a member that is ${state} and cannot be sent: our fault says nothing, the network's asks relays`, async () => {
    for (const [unsent, accused] of [["local", 0], ["network", 1]] as const) {
      const bench = new Bench();
      bench.target = memberOf(rosterWith("b", state, 1), "b");
      bench.unsent = unsent;
      await bench.clock.until(() => bench.pingedAt.length === 1, 1_000, "the first probe", 1);
      bench.target = undefined;
      await bench.clock.advance(1_500);
      assertEquals(bench.accused, accused, unsent);
    }
  });
}
