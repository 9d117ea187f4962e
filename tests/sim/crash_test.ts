import { assert, assertEquals } from "@std/assert";
import type { TreeNode } from "../../actors/runtime/system.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { World } from "../../sim/world.ts";
import { bareCluster, bareMember, taken } from "../support/bare_cluster.ts";
import { Seat } from "../support/seat.ts";

const CAST = [
  "transport",
  "links",
  "pool",
  "pool/membership",
  "pool/failure_detector",
  "pool/broadcaster",
  "rooms",
  "rooms/room-lobby",
  "bootstrap",
  "pools",
  "serf",
  "repl",
];

function find(nodes: readonly TreeNode[], path: string): TreeNode | undefined {
  for (const node of nodes) {
    if (node.path === path) return node;
    const below = find(node.children, path);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** Three peers in a room; alice, who also hosts the registry, has a person at a terminal. */
async function three(seed: string) {
  const world = new World({ seed });
  const seat = new Seat(world, "alice");
  const alice = seat.peer;
  await world.clock.advance(500);
  const [bob, charly] = await world.startAll(["bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  await world.clock.advance(500);
  return { world, terminal: seat.terminal, alice, bob: bob!, charly: charly! };
}

for (const part of CAST) {
  Deno.test(`${part} crashes: it is restarted, and the peer goes on chatting without being seen to leave`, async () => {
    const { world, terminal, alice, bob, charly } = await three(part);
    assertEquals(alice.system.crash(`/peer/${part}`), "failed");
    await world.clock.advance(4_000);
    alice.say("I am still here");
    bob.say("so am I");
    await world.clock.advance(2_000);

    assertEquals(find(alice.system.tree(), `/peer/${part}`)?.restarts, 1);
    assertEquals(charly.said.toSorted(), ["alice: I am still here", "bob: so am I"]);
    assert(alice.said.includes("bob: so am I"), "alice still hears");
    assert(terminal.text.includes("bob: so am I"), "and sees it");
    await world.clock.advance(30_000);
    for (const peer of [bob, charly]) {
      const bad = peer.members.filter(({ type }) => type === "failed" || type === "left" || type === "conflict");
      assertEquals(bad, []);
    }
    assertEquals(world.isConverged(), true);
  });
}

Deno.test("who is suspected when our membership crashes, and dies, is announced as failed, and is in no room any more", async () => {
  const { world, alice, bob, charly } = await three("unmourned");
  charly.kill();
  // From then on bob's table says nothing of charly that who does not know him believes.
  await world.clock.until(() => bob.members.some(({ type }) => type === "suspected"), 30_000, "bob suspects charly");
  assertEquals(alice.system.crash("/peer/pool/membership"), "failed");
  await world.clock.until(() => world.isConverged(), 60_000, "alice and bob know that charly is gone");
  const ofCharly = alice.members.filter(({ member }) => member.name === "charly").map(({ type }) => type);
  assertEquals(ofCharly.at(-1), "failed");
  const asked = alice.steps.occupants("lobby" as RoomName);
  await world.clock.advance(10);
  const occupants = await asked;
  assertEquals(occupants.ok && occupants.value.map(({ name }) => name), ["alice", "bob"]);
  assertEquals(bob.state, "running");
});

/** alice and bob, who do nothing by themselves, in one membership. */
async function two(seed: string) {
  const world = new World({ seed });
  const [alice, bob] = [world.start("alice", { manual: true }), world.start("bob", { manual: true })];
  const step = async <T>(done: Promise<T>): Promise<T> => {
    await world.clock.advance(100);
    return await done;
  };
  await world.clock.advance(10);
  for (const peer of [alice, bob]) {
    await step(peer.steps.configure());
    await step(peer.steps.create());
  }
  await step(bob.steps.join([alice.memory.address!]));
  await world.clock.until(() => world.isConverged(), 1_000, "two in one membership");
  alice.members.length = 0;
  return { world, alice, bob };
}

Deno.test("the transport crashes: once it is open again, the membership asks who was there, and nobody is seen to fail", async () => {
  const { world, alice } = await two("asked again");
  assertEquals(alice.system.crash("/peer/transport"), "failed");
  await world.clock.advance(2_500);
  assertEquals(alice.members.map(({ type, member }) => `${type} ${member.name}`), ["joined alice", "joined bob"]);
});

Deno.test("the membership crashes, and nobody who was there answers any more: they are announced as failed, and sought", async () => {
  const { world, alice, bob } = await two("all gone");
  const address = bob.memory.address!;
  bob.kill();
  assertEquals(alice.system.crash("/peer/pool/membership"), "failed");
  await world.clock.advance(10_000);
  assertEquals(alice.members.map(({ type, member }) => `${type} ${member.name}`), ["joined alice", "failed bob"]);
  assertEquals(alice.memory.membership.lost.addresses, [address]);
});

for (const part of ["transport", "pool/membership"]) {
  Deno.test(`the ${part} crashes during a join: it is begun anew, and who asked is answered`, async () => {
    const world = new World({ seed: `join ${part}` });
    const [alice] = await bareCluster(world, ["alice"]);
    const bob = await bareMember(world, "bob");
    const back = world.network.add(cutOff(alice!.memory.address!)); // no answer comes to this life
    const joined = taken(world, bob.steps.join([alice!.memory.address!]), 10_000);
    await world.clock.advance(100);
    assertEquals(bob.memory.membership.joins.size, 1);
    bob.system.crash(`/peer/${part}`);
    back();
    const result = await joined;
    assertEquals(result.ok && result.value.contacted, 1);
    assertEquals([bob.alive, bob.memory.membership.joins.size], [["alice", "bob"], 0]);
  });
}

Deno.test("a join that was asked for is not begun anew in another membership", async () => {
  const world = new World({ seed: "another membership" });
  const [alice] = await bareCluster(world, ["alice"]);
  const bob = await bareMember(world, "bob");
  world.network.add(cutOff(alice!.memory.address!));
  void bob.steps.join([alice!.memory.address!]).catch(() => {});
  await world.clock.advance(100);
  bob.system.crash("/peer/pool/membership");
  await world.clock.advance(100);
  assertEquals(bob.memory.membership.joins.size, 1);
  await taken(world, bob.steps.shutdown(), 5_000);
  assertEquals(bob.memory.membership.joins.size, 0);
});

Deno.test("an actor that crashes again and again takes the peer down, with a reason, and the others notice", async () => {
  const { world, alice } = await three("again");
  let failure: unknown;
  alice.system.onStopped((error) => failure = error);
  for (let i = 0; i < 500 && failure === undefined; i++) {
    alice.system.crash("/peer/pool/membership");
    await world.clock.advance(100);
  }
  assert(String(failure).includes("Too many restarts"), String(failure));
});

for (const part of CAST.filter((part) => part !== "repl")) {
  Deno.test(`${part} crashes in a peer that does nothing by itself: newcomers still find it`, async () => {
    const world = new World({ seed: `manual ${part}` });
    const alice = world.start("alice", { manual: true });
    await world.clock.advance(10);
    const steps = [
      () => alice.steps.configure(),
      () => alice.steps.create(),
      () => alice.steps.bootstrapJoin(),
      () => alice.steps.start(),
      () => alice.steps.chatJoin("lobby" as RoomName),
    ];
    for (const step of steps) {
      const done = step();
      await world.clock.advance(1_000);
      assertEquals((await done).ok, true);
    }
    assertEquals(alice.system.crash(`/peer/${part}`), "failed");
    await world.clock.advance(3_000);
    const bob = world.start("bob");
    await world.clock.until(() => world.isConverged(), 10_000, "bob found alice");
    await world.clock.advance(1_000);
    bob.say("there you are");
    await world.clock.advance(1_000);
    assertEquals(alice.said, ["bob: there you are"]);
  });
}
