/** Pools of applications in peers that chat: what crashes, quits or is said in one is nothing to the other. */
import { assert, assertEquals } from "@std/assert";
import type { JoinReply, MembershipEvent } from "../../actors/membership.ts";
import type { DelegateMessage } from "../../actors/pool/delegate.ts";
import { readCounters } from "../../actors/peer/counters.ts";
import { local } from "../../actors/pool/profile.ts";
import type { OpenPoolReply, PoolView } from "../../actors/pools.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import { outcomeOf } from "../support/linked_peers.ts";

/** A peer's part in the pool of an application. */
type Part = Readonly<
  { peer: SimulatedPeer; view: PoolView; events: readonly MembershipEvent[]; heard: DelegateMessage[] }
>;

async function open(world: World, peer: SimulatedPeer): Promise<Part> {
  const heard: DelegateMessage[] = [];
  const application = peer.system.spawn<DelegateMessage>("application", () => (message) => void heard.push(message));
  const delegate = { ref: () => application, wants: { userMessages: true } };
  const opened = outcomeOf(
    peer.cast.get("pools").ask<OpenPoolReply>(
      (replyTo) => ({ type: "open", id: "app", options: { byte: 7, profile: local, delegate }, replyTo }),
      5_000,
    ),
  );
  await world.clock.until(() => opened.settled, 5_000, "a pool");
  if (!opened.value?.ok) throw new Error(opened.value?.why);
  const { pool: view } = opened.value;
  const events: MembershipEvent[] = [];
  peer.system.events.subscribe(view.topic, (event) => events.push(event));
  return { peer, view, events, heard };
}

/** Alice, bob and charly chat, and have an application each, with a pool for them all. */
async function three(seed: string): Promise<Readonly<{ world: World; alice: Part; others: readonly [Part, Part] }>> {
  const world = new World({ seed });
  const peers = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 10_000, "three in one membership");
  const [alice, bob, charly] = [
    await open(world, peers[0]!),
    await open(world, peers[1]!),
    await open(world, peers[2]!),
  ];
  for (const { view } of [bob, charly]) {
    const addresses = [alice.peer.memory.address!];
    const build = (replyTo: ActorRef<JoinReply>) => ({ type: "join", addresses, replyTo }) as const;
    const joined = outcomeOf(view.cast.get("membership").ask<JoinReply>(build, 20_000));
    await world.clock.until(() => joined.settled, 5_000, "a join");
  }
  await world.clock.until(() => [bob, charly].every(({ events }) => joinedIn(events) >= 2), 10_000, "all see all");
  return { world, alice, others: [bob, charly] };
}

const joinedIn = (events: readonly MembershipEvent[]): number => events.filter(({ type }) => type === "joined").length;

const lost = (events: readonly MembershipEvent[]): string[] =>
  events.filter(({ type }) => type === "failed" || type === "left").map(({ type, member }) => `${member.name} ${type}`);

const CAST = [
  "transport",
  "links",
  "pool",
  "pools",
  "pools/app",
  "pools/app/membership",
  "pools/app/failure_detector",
  "pools/app/broadcaster",
];

for (const part of CAST) {
  Deno.test(`${part} crashes: the application's pool goes on, and nobody is seen to leave it or the chat`, async () => {
    const { world, alice, others } = await three(`pools ${part}`);
    assertEquals(alice.peer.system.crash(`/peer/${part}`), "failed");
    await world.clock.advance(30_000);
    for (const { peer, events } of [alice, ...others]) {
      assertEquals([peer.name, lost(events), lost(peer.members)], [peer.name, [], []]);
    }
    const payload = new TextEncoder().encode("to all");
    for (const { view, heard } of [alice, ...others]) {
      heard.length = 0;
      view.cast.get("broadcaster").tell({ type: "broadcast_user", payload, replacement: { kind: "unique" } });
    }
    await world.clock.until(() => [alice, ...others].every(({ heard }) => heard.length > 0), 5_000, "a word at each");
  });
}

Deno.test("who quits says goodbye in all pools, and who is killed fails in all", async () => {
  const { world, alice, others: [bob, charly] } = await three("pools quit");
  bob.peer.quit();
  await world.clock.until(() => lost(charly.events).length > 0 && lost(charly.peer.members).length > 0, 5_000, "left");
  alice.peer.kill();
  await world.clock.until(
    () => lost(charly.events).length > 1 && lost(charly.peer.members).length > 1,
    60_000,
    "failed",
  );
  assertEquals([lost(charly.events), lost(charly.peer.members)], [
    ["bob left", "alice failed"],
    ["bob left", "alice failed"],
  ]);
});

Deno.test("what a pool of an application counts is among the peer's counters, and so is what each has got of the port", async () => {
  const { world, alice } = await three("pools counters");
  const said = outcomeOf(readCounters(alice.peer.cast, {}));
  await world.clock.until(() => said.settled, 5_000, "the counters");
  const counts = new Map(said.value!);
  for (const what of ["pool chat", "pool app", "streams 0xca11"]) {
    assert(counts.get(`port: ${what} received`)! > 0, JSON.stringify([...counts]));
  }
  assertEquals([
    counts.get("broadcaster: rumours heard twice"),
    counts.has("pool app, broadcaster: rumours heard twice"),
  ], [
    0,
    true,
  ]);
});

Deno.test("the members of an application's pool are no members of the chat, and hear nothing of it", async () => {
  const { world, alice, others } = await three("pools apart");
  const stranger = world.start("dora", { manual: true });
  await world.clock.advance(100);
  const opened = outcomeOf(stranger.steps.configure());
  await world.clock.until(() => opened.settled, 5_000, "a port");
  const dora = await open(world, stranger);
  const build = (replyTo: ActorRef<JoinReply>) =>
    ({ type: "join", addresses: [alice.peer.memory.address!], replyTo }) as const;
  const joined = outcomeOf(dora.view.cast.get("membership").ask<JoinReply>(build, 20_000));
  await world.clock.until(() => joined.settled && joinedIn(dora.events) >= 3, 10_000, "dora is in the pool");
  alice.peer.say("only in the chat");
  await world.clock.advance(5_000);
  for (const { peer, events } of others) {
    assertEquals(peer.alive, ["alice", "bob", "charly"]);
    assertEquals(events.some(({ member }) => member.name === "dora"), true);
    assertEquals(peer.said.at(-1), "alice: only in the chat");
  }
  assertEquals([stranger.members, stranger.said, dora.heard], [[], [], []]);
});
