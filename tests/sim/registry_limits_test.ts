import { assertEquals } from "@std/assert";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import { Seat } from "../support/seat.ts";

/** Who is listed, as this peer reads it. */
async function listed(world: World, peer: SimulatedPeer): Promise<readonly string[]> {
  let names: readonly string[] = [];
  void peer.steps.bootstrapList().then((reply) => names = reply.ok ? reply.value.peers.map(({ name }) => name) : []);
  await world.clock.advance(100);
  return names.toSorted();
}

Deno.test("a registry with one place: both find each other, and the second does not pass for registered", async () => {
  const world = new World({ seed: 1, registry: { maxPeers: 1, minRefillCandidates: 1 } });
  const [alice, bob] = await world.startAll(["alice", "bob"], 1_000);
  await world.clock.until(() => world.isConverged(), 5_000, "two in one membership");
  await world.clock.advance(60_000);
  assertEquals([alice!.memory.listed, bob!.memory.listed], [true, false]);
  assertEquals(await listed(world, bob!), ["alice"]);

  alice!.kill();
  await world.clock.until(() => world.isConverged(), 40_000, "alice's death is known");
  await world.clock.advance(10_000);
  assertEquals([await listed(world, bob!), bob!.memory.listed], [["bob"], true], "in place of the dead");
});

Deno.test("step by step, a full registry says whom it lists, and there is nothing to leave", async () => {
  const world = new World({ seed: 2, registry: { maxPeers: 1, minRefillCandidates: 1 } });
  const [alice] = await world.startAll(["alice"], 1_000);
  const bob = new Seat(world, "bob", { manual: true });
  for (const line of ["memberlistconfigure", "memberlistcreate"]) await bob.enter(line);
  assertEquals(await bob.enter("bootstrapjoin"), ["The registry is full; it lists alice"]);
  assertEquals(await bob.enter("bootstrapleave"), ["The bootstrap's list does not have you"]);
  assertEquals(await listed(world, alice!), ["alice"]);
  await bob.enter("memberlistjoin", 1_000);
  assertEquals(bob.peer.alive, ["alice", "bob"], "the full list is one to join by");
});

for (const [minRefillCandidates, expected] of [[2, ["alice", "bob"]], [1, ["alice"]]] as const) {
  Deno.test(`who was taken off the list offers itself while it has fewer than ${minRefillCandidates}`, async () => {
    const world = new World({ seed: 3, registry: { maxPeers: 8, minRefillCandidates } });
    const [alice, bob] = await world.startAll(["alice", "bob"], 1_000);
    await world.clock.until(() => world.isConverged(), 5_000, "two in one membership");
    void alice!.steps.bootstrapEvict(bob!.steps.candidateId!);
    await world.clock.advance(60_000);
    assertEquals(await listed(world, alice!), expected);
    assertEquals(bob!.memory.listed, expected.length === 2);
  });
}

Deno.test("who takes a dead peer off the list gets its place, however few candidates are wanted", async () => {
  const world = new World({ seed: 4, registry: { maxPeers: 2, minRefillCandidates: 0 } });
  const [alice, bob, charly] = await world.startAll(["alice", "bob", "charly"], 1_000);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  // Only charly, who is not listed, sees to the list.
  alice!.steps.bootstrapEvict = () => Promise.resolve({ ok: false, why: "not this one" });
  assertEquals(await listed(world, charly!), ["alice", "bob"]);
  bob!.kill();
  await world.clock.until(() => world.isConverged(), 40_000, "bob's death is known");
  await world.clock.advance(1_000);
  assertEquals(await listed(world, charly!), ["alice", "charly"]);
});
