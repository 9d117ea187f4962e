/** When the broadcaster gossips, and that it rests when there is nothing to say. */
import { assert, assertEquals } from "@std/assert";
import { broadcaster, type BroadcasterMessage } from "../../../actors/broadcaster.ts";
import { MEMBERSHIP, type MembershipMessage } from "../../../actors/membership.ts";
import type { Member } from "../../../actors/membership/member.ts";
import { Cast } from "../../../actors/peer/cast.ts";
import { lan, type Profile } from "../../../actors/pool/profile.ts";
import { ActorSystem } from "../../../actors/runtime/system.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import type { TransportMessage } from "../../../actors/transport.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import { Guard } from "../../../transport/guard.ts";
import { UNPROTECTED } from "../../../transport/wire/protection.ts";
import { CountingClock } from "../../support/counting_clock.ts";
import { idle } from "../../support/puppet.ts";

const INTERVAL_MS = 200;
const BYTES = Uint8Array.of(4, 0x80);

/** A broadcaster whose membership names one target whenever it is asked, and a note of each packet's time. */
class Bench {
  readonly clock = new VirtualClock();
  readonly timers = new CountingClock(this.clock);
  readonly sentAt: number[] = [];
  asked = 0;
  readonly #broadcaster: ActorRef<BroadcasterMessage>;

  constructor(profile: Partial<Profile> = {}) {
    const system = new ActorSystem({ clock: this.timers, random: seededRandom("gossip") });
    const cast = new Cast();
    cast.enter("links", system.spawn("links", idle));
    cast.enter("membership", system.spawn<MembershipMessage>("membership", () => (message) => this.#asked(message)));
    cast.enter(
      "transport",
      system.spawn<TransportMessage>("transport", () => ({ type }) => {
        if (type === "send_packet") this.sentAt.push(this.clock.now());
      }),
    );
    this.#broadcaster = system.spawn(
      "broadcaster",
      broadcaster({
        name: "alice",
        profile: { ...lan, gossipIntervalMs: INTERVAL_MS, retransmitMult: 3, ...profile },
        guard: new Guard(UNPROTECTED, (length) => new Uint8Array(length)),
        cast,
        links: () => cast.get("links"),
        memory: { started: false, epoch: 0, sequence: 0 },
        topic: MEMBERSHIP,
      }),
    );
  }

  async tell(...messages: readonly BroadcasterMessage[]): Promise<void> {
    for (const message of messages) this.#broadcaster.tell(message);
    await this.clock.advance(0);
  }

  #asked(message: MembershipMessage): void {
    if (message.type === "list") return message.replyTo.tell([]);
    if (message.type !== "pick_gossip_targets") return;
    this.asked++;
    const target = { address: "127.0.0.1:7", versions: [1, 5, 2, 0, 0, 0] } as const;
    this.#broadcaster.tell({ type: "gossip_to", targets: [target as unknown as Member] });
  }
}

const GOSSIP = { type: "gossip", key: "bob", message: BYTES } as const;
const START = { type: "start_gossip" } as const;

Deno.test("what is to be gossiped goes out within one interval, and then once each interval", async () => {
  const bench = new Bench();
  await bench.tell(START);
  await bench.clock.advance(1_234);
  await bench.tell(GOSSIP);
  await bench.clock.advance(10_000);
  const [first, second, third] = bench.sentAt;
  assertEquals(bench.sentAt.length, 3, "as often as the retransmit limit says");
  assert(first! > 1_234 && first! <= 1_234 + INTERVAL_MS);
  assertEquals([second! - first!, third! - second!].map(Math.round), [INTERVAL_MS, INTERVAL_MS]);
});

Deno.test("news that comes while other news waits does not put the next gossip off", async () => {
  const bench = new Bench();
  await bench.tell(START);
  for (let news = 0; news < 10; news++) {
    await bench.tell({ ...GOSSIP, key: `peer${news}` });
    await bench.clock.advance(INTERVAL_MS / 4);
  }
  assert(bench.sentAt[0]! <= INTERVAL_MS);
});

Deno.test("the moments of gossip are those of a timer that never rests", async () => {
  const bench = new Bench({ retransmitMult: 1 });
  await bench.tell(START);
  for (const pauseMs of [10, 555, 3_333, 1, 12_345]) {
    await bench.clock.advance(pauseMs);
    await bench.tell(GOSSIP);
    await bench.clock.advance(INTERVAL_MS);
  }
  const phases = bench.sentAt.map((at) => Math.round(at - bench.sentAt[0]!) % INTERVAL_MS);
  assertEquals(phases, [0, 0, 0, 0, 0]);
});

Deno.test("while there is nothing to gossip no timer runs", async () => {
  const bench = new Bench();
  await bench.tell(START);
  assertEquals(bench.timers.pending, 0);
  await bench.tell(GOSSIP);
  assertEquals(bench.timers.pending, 1);
  await bench.clock.advance(10_000);
  assertEquals([bench.timers.pending, bench.asked], [0, 3]);
});

Deno.test("what waits from before the start is gossiped after it", async () => {
  const bench = new Bench();
  await bench.tell(GOSSIP);
  await bench.clock.advance(10_000);
  assertEquals(bench.sentAt, []);
  await bench.tell(START);
  await bench.clock.advance(10_000);
  assertEquals(bench.sentAt.length, 3);
});

Deno.test("after the stop nothing is gossiped, and no timer is left", async () => {
  const bench = new Bench();
  await bench.tell(START, GOSSIP, { type: "stop_gossip" });
  assertEquals(bench.timers.pending, 0);
  await bench.tell(GOSSIP);
  await bench.clock.advance(10_000);
  assertEquals(bench.sentAt, []);
});

Deno.test("with an interval of 0 nothing is sent by itself, but news rides on what is", async () => {
  const bench = new Bench({ gossipIntervalMs: 0 });
  await bench.tell(START, GOSSIP);
  await bench.clock.advance(10_000);
  assertEquals(bench.sentAt, []);
  await bench.tell({ type: "send", to: "127.0.0.1:7" as never, message: BYTES });
  assertEquals(bench.sentAt.length, 1);
});
