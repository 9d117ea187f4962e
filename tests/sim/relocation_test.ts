/** A peer whose machine gets another address while it runs. */
import { assert, assertEquals } from "@std/assert";
import { local } from "../../actors/pool/profile.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";

/** Alice, Bob and Charly in a room; Charly's machine may move. */
async function three(seed: string) {
  const world = new World({ seed });
  const [alice, bob] = await world.startAll(["alice", "bob"], 1_000);
  const machine = { ip: "127.0.0.9" };
  const charly = world.start("charly", { machine });
  await world.clock.until(() => world.isConverged(), 10_000, "three in one membership");
  await world.clock.advance(5_000);
  return { world, alice: alice!, bob: bob!, charly, machine };
}

function told(peer: SimulatedPeer, name: string): readonly string[] {
  return peer.members.filter(({ member }) => member.name === name).map(({ type, member }) =>
    `${type} ${member.address}`
  );
}

Deno.test("a machine that gets another address: the peer leaves, comes back from there and goes on chatting", async () => {
  const { world, alice, bob, charly, machine } = await three("moved");
  const [before, mark] = [charly.memory.address!, told(alice, "charly").length];
  machine.ip = "127.0.0.10";
  await world.clock.until(() => charly.memory.address?.startsWith("127.0.0.10:") === true, 10_000, "it has moved");
  const after = charly.memory.address!;
  await world.clock.until(() => world.isConverged(), 10_000, "all see all");
  assertEquals(told(alice, "charly").slice(mark), [`left ${before}`, `joined ${after}`], "no conflict, no failure");
  await world.clock.advance(5_000);
  charly.say("same as ever");
  alice.say("and I hear you");
  await world.clock.advance(2_000);
  assert(bob.said.includes("charly: same as ever"));
  assert(charly.said.includes("alice: and I hear you"));
  await world.clock.advance(120_000);
  assert(world.isConverged(), "for good");
  assertEquals(bob.members.filter(({ type }) => type === "conflict" || type === "failed"), []);
});

Deno.test("whose goodbye nobody heard is let in from its new address when the old one is forgotten", async () => {
  const { world, alice, charly, machine } = await three("unheard");
  world.network.add(cutOff(charly.memory.address!));
  machine.ip = "127.0.0.10";
  await world.clock.until(() => charly.memory.address?.startsWith("127.0.0.10:") === true, 20_000, "it has moved");
  await world.clock.until(
    () => told(alice, "charly").at(-1) === `joined ${charly.memory.address}`,
    180_000,
    "it is a member again",
  );
  await world.clock.until(() => world.isConverged(), 60_000, "all see all");
  await world.clock.advance(5_000);
  charly.say("that took a while");
  await world.clock.advance(2_000);
  assert(alice.said.includes("charly: that took a while"));
});

Deno.test("with a reclaim time a name is free as soon as that has passed after its death", async () => {
  const elapsed: number[] = [];
  for (const deadNodeReclaimMs of [0, 2_000]) {
    const world = new World({ seed: "reclaim", profile: { ...local, gossipToTheDeadMs: 60_000, deadNodeReclaimMs } });
    const [alice] = await world.startAll(["alice", "bob"], 1_000);
    const machine = { ip: "127.0.0.9" };
    const charly = world.start("charly", { machine });
    await world.clock.until(() => world.isConverged(), 10_000, "three in one membership");
    world.network.add(cutOff(charly.memory.address!));
    machine.ip = "127.0.0.10";
    const at = world.clock.now();
    await world.clock.until(
      () => told(alice!, "charly").at(-1)?.startsWith("joined 127.0.0.10:") === true,
      240_000,
      "it is a member again",
    );
    elapsed.push(world.clock.now() - at);
  }
  const [forgotten = 0, reclaimed = 0] = elapsed;
  assert(forgotten > 60_000, `not before it is forgotten: ${forgotten} ms`);
  assert(reclaimed < 40_000, `as soon as it may be: ${reclaimed} ms`);
});

Deno.test("a machine without any address is waited for", async () => {
  const { world, alice, charly, machine } = await three("none");
  const heal = world.network.add(cutOff(charly.memory.address!));
  machine.ip = "nowhere";
  await world.clock.advance(90_000);
  assertEquals(charly.state, "running");
  machine.ip = "127.0.0.9";
  heal();
  await world.clock.until(() => world.isConverged(), 120_000, "all see all");
  assertEquals(alice.alive, ["alice", "bob", "charly"]);
});
