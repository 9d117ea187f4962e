import { assertEquals } from "@std/assert";
import { WATCHES_PER_LINK_MAX } from "../../../actors/links/watches.ts";
import { linksCourier } from "../../../actors/links/courier.ts";
import { links, type LinksMessage } from "../../../actors/links.ts";
import { latency } from "../../../sim/rules/latency.ts";
import type { Address } from "../../../transport/address.ts";
import type { ActorRef, StopReason } from "../../../actors/runtime/ref.ts";
import { RemoteRef } from "../../../actors/runtime/remote_ref.ts";
import { type LinkedPeer, LinkedPeers, type Word } from "../../support/linked_peers.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

/** The notices that a watch brings. */
function watching(ref: ActorRef<Word>): StopReason[] {
  const notices: StopReason[] = [];
  ref.watch((reason) => notices.push(reason));
  return notices;
}

Deno.test("watching a published actor that is gone already answers within a round trip, with the reason it went for", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const reasons = ["finished", "stopped", "killed", "failed"] as const;
  bob.system.spawn<never>("parent", (ctx) => {
    for (const end of reasons) {
      const ref = ctx.spawn<Word>(end, (self) => () => {
        if (end === "failed") throw new Error("beyond repair");
        self.stop(self.self);
      }, { restart: "temporary" });
      bob.publish(end, ref);
      if (end === "stopped") ref.stop();
      else if (end === "killed") ref.stop({ mode: "kill" });
      else ref.tell({ text: "go" });
    }
    return () => {};
  });
  alice.to(bob, "opens the link").tell({ text: "" });
  await world.clock.advance(1_000);
  const notices = reasons.map((end) => watching(alice.to(bob, end)));
  await world.clock.advance(3);
  assertEquals(notices, reasons.map((end) => [end]));
});

Deno.test("a message to a published actor that is gone comes back as a dead letter with its path, and fails its ask", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear").ref.stop();
  await world.clock.advance(10);
  alice.to(bob, "ear").tell({ text: "hello?" });
  await world.clock.advance(100);
  assertEquals(alice.deadLetters.map(({ to, reason }) => [to, reason]), [[`${bob.address}/ear`, "no_such_actor"]]);
  assertEquals(bob.deadLetters, []);
  const { heard } = bob.listen("ear");
  alice.to(bob, "ear").tell({ text: "hello again" });
  await world.clock.advance(100);
  assertEquals(heard, [{ text: "hello again" }]);
});

type Happening = (alice: LinkedPeer, bob: LinkedPeer, ref: ActorRef<Word>) => void;

/** What ends a watch. */
const ends: readonly Happening[] = [
  (_alice, _bob, ref) => ref.stop(),
  (_alice, _bob, ref) => ref.stop({ mode: "kill" }),
  (alice, bob) => alice.links.tell({ type: "peer_gone", peer: bob.address }),
  (alice) => void alice.system.crash("/links"),
  (_alice, bob) => void bob.system.crash("/links"),
  (alice) => alice.links.tell({ type: "detach" }),
  (_alice, bob) => bob.kill(),
];

/** What does not, alone: the watch goes over a new connection, and a stop may be lost with the old one. */
const troubles: readonly Happening[] = [
  (alice, bob) => bob.links.tell({ type: "peer_gone", peer: alice.address }),
  (alice, bob) => alice.to(bob, "ear").stop(),
];

/** How many notices a watch of either kind brings when both happen. */
async function noticesWhen(first: Happening, gapMs: number, second: Happening): Promise<[number, number]> {
  const world = new LinkedPeers();
  world.network.add(latency(1, 10));
  const [alice, bob] = await world.startAll("alice", "bob");
  const { ref } = bob.listen("ear", { stoppable: true });
  const raw = watching(alice.to(bob, "ear"));
  const told: StopReason[] = [];
  alice.system.spawn<StopReason>("watcher", (ctx) => {
    ctx.watch(alice.to(bob, "ear"), (reason) => reason);
    return (reason) => void told.push(reason);
  });
  await world.clock.advance(200);
  first(alice, bob, ref);
  await world.clock.advance(gapMs);
  second(alice, bob, ref);
  await world.clock.advance(120_000);
  return [raw.length, told.length];
}

Deno.test("whatever happens together, and in whatever order it is heard of, a watch brings exactly one notice", async () => {
  for (const end of ends) {
    for (const other of [...ends, ...troubles]) {
      for (const gapMs of [0, 3, 12]) {
        assertEquals(await noticesWhen(end, gapMs, other), [1, 1], `${end} then ${other} after ${gapMs} ms`);
        assertEquals(await noticesWhen(other, gapMs, end), [1, 1], `${other} then ${end} after ${gapMs} ms`);
      }
    }
  }
});

Deno.test("a watch whose connection the other side closed goes on over a new one, without a notice", async () => {
  assertEquals(await noticesWhen(troubles[0]!, 50, troubles[0]!), [0, 0]);
});

Deno.test("two couriers of one peer do not take each other's notices", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const [a, b] = [bob.listen("a"), bob.listen("b")];
  const other = linksCourier(alice.links, alice.system);
  const notices = [watching(alice.to(bob, "a")), watching(new RemoteRef<Word>(other, bob.address, "b"))];
  await world.clock.advance(100);
  b.ref.stop();
  await world.clock.advance(100);
  assertEquals(notices, [[], ["stopped"]]);
  a.ref.stop();
  await world.clock.advance(100);
  assertEquals(notices, [["stopped"], ["stopped"]]);
});

Deno.test("who unwatches hears nothing, also when the notice is under way within the peer", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const notices: StopReason[] = [];
  // The first notice cancels the second watch, whose notice is already decided.
  const cancels: (() => void)[] = [];
  for (let i = 0; i < 2; i++) {
    cancels.push(
      alice.to(bob, "ear").watch((reason) => {
        notices.push(reason);
        for (const cancel of cancels) cancel();
      }),
    );
  }
  await world.clock.advance(100);
  alice.links.tell({ type: "peer_gone", peer: bob.address });
  await world.clock.advance(60_000);
  assertEquals(notices, ["unreachable"]);
});

Deno.test("so many watches go over one link; one more is answered at once with unreachable, and the link lives", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { ref } = bob.listen("ear");
  const all = Array.from({ length: WATCHES_PER_LINK_MAX }, () => watching(alice.to(bob, "ear")));
  const oneMore = watching(alice.to(bob, "ear"));
  await world.clock.advance(1_000);
  assertEquals([oneMore, all.flat().length], [["unreachable"], 0]);
  assertEquals([(await bob.status()).counters.malformed, (await bob.status()).links[0]?.theirWatches], [
    0,
    WATCHES_PER_LINK_MAX,
  ]);
  ref.stop();
  await world.clock.advance(1_000);
  assertEquals(all.flat().length, WATCHES_PER_LINK_MAX);
  assertEquals(new Set(all.flat()), new Set(["stopped"]));
});

Deno.test("a watcher that throws costs no other its notice", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  alice.to(bob, "ear").watch(() => {
    throw new Error("a fault of its own");
  });
  const notices = watching(alice.to(bob, "ear"));
  await world.clock.advance(100);
  alice.links.tell({ type: "peer_gone", peer: bob.address });
  await world.clock.advance(100);
  assertEquals([notices, alice.restarts], [["unreachable"], 0]);
});

Deno.test("watching when the links themselves are gone answers at once, with unreachable", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  alice.links.stop();
  await world.clock.advance(1);
  const notices = watching(alice.to(bob, "ear"));
  await world.clock.advance(1);
  assertEquals(notices, ["unreachable"]);
});

Deno.test("a watch is not lost when the mailbox of the links is full: it waits, or is answered", async () => {
  const { clock, system } = virtualSystem();
  const keeper = system.spawn<LinksMessage>("links", links, { mailbox: { limit: 1 } });
  const courier = linksCourier(keeper, system);
  const self = { address: "127.0.0.1:1" as Address, name: "alice" };
  keeper.tell({ type: "detach" }); // fills it
  const notices: StopReason[] = [];
  courier.watch("127.0.0.1:9", "ear", (reason) => notices.push(reason));
  keeper.tell({ type: "peer_gone", peer: self.address }); // finds no room
  await clock.advance(1);
  keeper.tell({ type: "peer_gone", peer: "127.0.0.1:9" as Address });
  await clock.advance(1);
  assertEquals(notices, ["unreachable"]);
});
