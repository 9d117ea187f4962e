import { assert, assertEquals } from "@std/assert";
import { cutOff } from "../../../sim/rules/cut.ts";
import type { Context } from "../../../actors/runtime/behavior.ts";
import { LIFECYCLE } from "../../../actors/runtime/lifecycle.ts";
import { type ActorRef, LinkError, type StopReason } from "../../../actors/runtime/ref.ts";
import { type LinkedPeer, LinkedPeers, type Word } from "../../support/linked_peers.ts";

type Order = "crash" | "unlink" | "finish";

/**
 * An actor of `peer` that links itself at each start to what `to` gives. It notes its starts, and what it failed with.
 */
function bind(peer: LinkedPeer, to: (start: number) => readonly ActorRef<Word>[]) {
  const failures: unknown[] = [];
  let starts = 0;
  peer.system.events.subscribe(LIFECYCLE, (event) => {
    if (event.path === "/bound" && event.type === "failed") failures.push(event.error);
  });
  const ref = peer.system.spawn<Order>("bound", (ctx: Context<Order>) => {
    const targets = to(++starts);
    for (const target of targets) ctx.link(target);
    return (order) => {
      if (order === "crash") throw new Error("on purpose");
      if (order === "finish") return ctx.stop(ctx.self);
      for (const target of targets) ctx.unlink(target);
    };
  });
  const reasons = (): StopReason[] => failures.flatMap((error) => error instanceof LinkError ? [error.reason] : []);
  return { ref, failures, reasons, starts: () => starts };
}

/** Links only at its first start, so that each consequence can be counted. */
const once = (target: ActorRef<Word>) => (start: number): readonly ActorRef<Word>[] => start === 1 ? [target] : [];

async function watches(peer: LinkedPeer): Promise<[ours: number, theirs: number]> {
  const { links } = await peer.status();
  const sum = (key: "watches" | "theirWatches"): number => links.reduce((total, link) => total + link[key], 0);
  return [sum("watches"), sum("theirWatches")];
}

Deno.test("an actor that is linked to one of a peer that dies fails once with a LinkError, and is started again", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const bound = bind(alice, once(alice.to(bob, "ear")));
  await world.clock.advance(1_000);
  assertEquals([bound.starts(), bound.failures], [1, []]);
  bob.kill();
  await world.clock.until(() => bound.starts() === 2, 30_000, "a restart");
  await world.clock.advance(60_000);
  assertEquals([bound.starts(), bound.reasons(), alice.restarts], [2, ["unreachable"], 1]);
  assertEquals(String(bound.failures[0]), `LinkError: Linked to ${bob.address}/ear, which is gone: unreachable`);
});

Deno.test("an actor that is linked to one of a peer that is cut off fails once with a LinkError", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const bound = bind(alice, once(alice.to(bob, "ear")));
  await world.clock.advance(1_000);
  const heal = world.network.add(cutOff(bob.address));
  await world.clock.until(() => bound.starts() === 2, 60_000, "a restart");
  heal();
  await world.clock.advance(60_000);
  assertEquals([bound.starts(), bound.reasons()], [2, ["unreachable"]]);
});

Deno.test("a link dissolves without a word when the remote actor finishes or is stopped", async () => {
  for (const end of ["finished", "stopped"] as const) {
    const world = new LinkedPeers();
    const [alice, bob] = await world.startAll("alice", "bob");
    const target = bob.system.spawn<Word>("ear", (ctx) => () => ctx.stop(ctx.self));
    bob.publish("ear", target);
    const bound = bind(alice, () => [alice.to(bob, "ear")]);
    await world.clock.advance(100);
    if (end === "finished") alice.to(bob, "ear").tell({ text: "enough" });
    else target.stop();
    await world.clock.advance(60_000);
    assertEquals([bound.starts(), bound.failures, await watches(alice)], [1, [], [0, 0]], end);
  }
});

Deno.test("a remote actor that is killed, or fails beyond repair, makes the local one fail once, with the reason", async () => {
  for (const end of ["killed", "failed"] as const) {
    const world = new LinkedPeers();
    const [alice, bob] = await world.startAll("alice", "bob");
    bob.system.spawn<never>("parent", (ctx) => {
      const target = ctx.spawn<Word>("ear", () => () => {
        throw new Error("beyond repair");
      }, { restart: "temporary" });
      bob.publish("ear", target, { stoppable: true });
      return () => {};
    });
    const bound = bind(alice, once(alice.to(bob, "ear")));
    await world.clock.advance(100);
    if (end === "killed") alice.to(bob, "ear").stop({ mode: "kill" });
    else alice.to(bob, "ear").tell({ text: "oops" });
    await world.clock.advance(60_000);
    assertEquals([bound.starts(), bound.reasons()], [2, [end]]);
  }
});

Deno.test("a remote actor that crashes and is started again by its supervisor is not gone: the link holds", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const bound = bind(alice, () => [alice.to(bob, "ear")]);
  await world.clock.advance(100);
  bob.system.crash("/ear");
  await world.clock.advance(60_000);
  assertEquals([bob.restarts, bound.starts(), await watches(alice)], [1, 1, [1, 0]]);
});

Deno.test("linking to an id that is unknown there fails within a round trip", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  alice.to(bob, "ear").tell({ text: "opens the link" });
  await world.clock.advance(100);
  const bound = bind(alice, once(alice.to(bob, "nobody")));
  await world.clock.advance(5);
  assertEquals(bound.reasons(), ["unknown"]);
  await world.clock.advance(60_000);
  assertEquals([bound.starts(), bound.failures.length], [2, 1]);
});

Deno.test("several links that break together are one failure, and do not reach the actor's next life", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  for (const id of ["a", "b", "c"]) bob.listen(id);
  const twice = [alice.to(bob, "a"), alice.to(bob, "a"), alice.to(bob, "b"), alice.to(bob, "c")];
  const bound = bind(alice, (start) => start === 1 ? twice : []);
  await world.clock.advance(100);
  assertEquals(await watches(alice), [3, 0]); // two refs of one actor are one link
  alice.links.tell({ type: "peer_gone", peer: bob.address });
  await world.clock.advance(60_000);
  assertEquals([bound.starts(), bound.reasons(), alice.restarts], [2, ["unreachable"], 1]);
});

Deno.test("a restart, an unlink and an end leave no watch behind on the link, on either side", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const bound = bind(alice, () => [alice.to(bob, "ear")]);
  await world.clock.advance(100);
  for (let restart = 0; restart < 2; restart++) {
    bound.ref.tell("crash");
    await world.clock.advance(5_000);
    assertEquals([await watches(alice), await watches(bob)], [[1, 0], [0, 1]]);
  }
  bound.ref.tell("unlink");
  await world.clock.advance(100);
  assertEquals([await watches(alice), await watches(bob)], [[0, 0], [0, 0]]);
  bound.ref.tell("crash");
  await world.clock.advance(10_000);
  assertEquals(await watches(bob), [0, 1]);
  bound.ref.tell("finish");
  await world.clock.advance(100);
  assertEquals([await watches(alice), await watches(bob)], [[0, 0], [0, 0]]);
});

Deno.test("an actor that fails takes nobody of another peer with it, who linked itself is told", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const bound = bind(alice, () => [alice.to(bob, "ear")]);
  await world.clock.advance(100);
  bound.ref.tell("crash");
  await world.clock.advance(100);
  bound.ref.stop({ mode: "kill" });
  alice.to(bob, "ear").tell({ text: "well?" });
  await world.clock.advance(100);
  alice.kill();
  await world.clock.advance(60_000);
  assertEquals([heard.length, bob.restarts], [1, 0]);
});

Deno.test("a stranger that watches our actor, and goes in any way, makes nothing of ours fail", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  alice.listen("ear");
  const stranger = await world.stranger();
  const watching = (watch: number): Uint8Array => stranger.frame({ type: "watch", watch, id: "ear" });
  const one = stranger.link(alice, stranger.hello(), watching(1), watching(1), watching(2));
  await world.clock.advance(100);
  one.stream.write(stranger.frame({ type: "gone", watch: 1, reason: "failed" }));
  one.stream.write(stranger.frame({ type: "unwatch", watch: 7 }));
  await world.clock.advance(100);
  one.stream.destroy();
  await world.clock.advance(60_000);
  assertEquals([alice.restarts, await watches(alice)], [0, [0, 0]]);
  assert((await alice.status()).counters.malformed === 0);
});
