import { assert, assertEquals } from "@std/assert";
import type { RegistryPeer } from "../../../actors/bootstrap.ts";
import { cut, cutOff } from "../../../sim/rules/cut.ts";
import { World } from "../../../sim/world.ts";
import type { Address } from "../../../transport/address.ts";
import { Seat } from "../../support/seat.ts";

const REGISTRY = "127.0.0.1:7947" as Address;

/** What the registry lists, as this peer reads it. */
async function listed(world: World, { peer }: Pick<Seat, "peer">): Promise<readonly RegistryPeer[]> {
  let peers: readonly RegistryPeer[] = [];
  void peer.steps.bootstrapList().then((result) => peers = result.ok ? result.value.peers : []);
  await world.clock.advance(100);
  return peers;
}

const names = (peers: readonly RegistryPeer[]): string[] => peers.map(({ name }) => name).toSorted();

Deno.test("a registry that keeps silent: exit code 3, in one sentence, within a minute", async () => {
  const world = new World({ seed: 1 });
  world.network.add(cutOff("127.0.0.1:1" as Address));
  const lost = world.start("lost", { bootstrap: { type: "parley", address: "127.0.0.1:1" as Address } });
  await world.clock.until(() => lost.state === "ended", 60_000, "it gives up");
  assertEquals(lost.exitCode, 3);
  assertEquals(lost.exitReason, "No bootstrap registry can be reached at parley://127.0.0.1:1");
});

Deno.test("a peer whose last port is taken takes another, and comes in", async () => {
  const world = new World({ seed: 2 });
  const alice = world.start("alice", { last: { port: 7001 } });
  await world.clock.advance(2_000);
  const bob = world.start("bob", { last: { port: 7001 } });
  await world.clock.until(() => world.isConverged(), 5_000, "both are in");
  assertEquals(alice.memory.address, "127.0.0.1:7001" as Address);
  assert(bob.memory.address !== alice.memory.address);
});

Deno.test("who is refused for a taken name leaves nothing on the registry's list", async () => {
  const world = new World({ seed: 3 });
  const alice = new Seat(world, "alice");
  await world.clock.advance(2_000);
  const thief = world.start("alice");
  await world.clock.until(() => thief.state === "ended", 10_000, "it gives up");
  await world.clock.advance(1_000);
  assertEquals(thief.exitCode, 4);
  assertEquals((await listed(world, alice)).length, 1);
});

Deno.test("when all who are listed are dead, a peer goes on alone, says so, and is listed in their place", async () => {
  const world = new World({ seed: 4 });
  const registry = new Seat(world, "host", { manual: true });
  await registry.enter("memberlistconfigure");
  await registry.enter("bootstraplist"); // from now on it hosts the registry, and takes no part in anything
  const dead = await world.startAll(["bob", "charly"], 1_000);
  for (const peer of dead) peer.kill();
  await world.clock.advance(500);
  assertEquals(names(await listed(world, registry)), ["bob", "charly"]);

  const alice = new Seat(world, "alice");
  await world.clock.until(() => alice.peer.steps.rooms.length > 0, 30_000, "alice is in", 50);
  await world.clock.advance(500);
  assertEquals(names(await listed(world, registry)), ["alice"]);
  assert(alice.look().some((line) => /^Nobody answered: .*; going on alone$/.test(line)));
});

Deno.test("an entry of one's own earlier life at the same address is replaced", async () => {
  const world = new World({ seed: 5 });
  const host = new Seat(world, "host");
  await world.clock.advance(1_000);
  for (let life = 1; life <= 12; life++) {
    const bob = world.start("bob", { last: { port: 7005, incarnation: life * 10 } });
    await world.clock.until(() => bob.alive.length === 2, 10_000, `life ${life}`);
    bob.kill();
  }
  assertEquals(names(await listed(world, host)), ["bob", "host"]);
});

Deno.test("quit ends within ten seconds also when nobody answers any more", async () => {
  const world = new World({ seed: 6 });
  const [, bob] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  world.network.add(cutOff(bob!.memory.address!));
  world.network.add(cutOff(REGISTRY));
  bob!.quit();
  await world.clock.until(() => bob!.state === "ended", 10_000, "bob is gone");
  assertEquals(bob!.exitCode, 0);
});

Deno.test("quit twice ends at once", async () => {
  const world = new World({ seed: 7 });
  const [, bob] = await world.startAll(["alice", "bob"], 500);
  await world.clock.advance(1_000);
  world.network.add(cutOff(bob!.memory.address!));
  bob!.quit();
  await world.clock.advance(400);
  assertEquals(bob!.state, "running");
  bob!.quit();
  await world.clock.advance(1);
  assertEquals([bob!.state, bob!.exitCode], ["ended", 0]);
});

Deno.test("quit heard twice in one breath, as the end of input and as a signal, is one goodbye", async () => {
  const world = new World({ seed: 7 });
  const [alice, bob] = await world.startAll(["alice", "bob"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "two in one membership");
  bob!.quit();
  bob!.quit();
  await world.clock.until(() => bob!.state === "ended", 5_000, "bob is gone");
  await world.clock.advance(100);
  assertEquals(alice!.alive, ["alice"]);
});

Deno.test("quit in the middle of the arrival is no failure, and leaves nothing on the list", async () => {
  for (const afterMs of [0, 1, 2, 3, 5, 8, 13, 21, 34]) {
    const world = new World({ seed: afterMs });
    const alice = new Seat(world, "alice");
    await world.clock.advance(1_000);
    const bob = world.start("bob");
    await world.clock.advance(afterMs);
    bob.quit();
    await world.clock.until(() => bob.state === "ended", 20_000, "bob is gone");
    await world.clock.advance(1_000);
    assertEquals(bob.exitCode, 0, `after ${afterMs} ms`);
    assertEquals(names(await listed(world, alice)), ["alice"], `after ${afterMs} ms`);
    assertEquals(alice.peer.alive, ["alice"], `after ${afterMs} ms`);
  }
});

Deno.test("who quits is off the list, and the next one is not sent to them", async () => {
  const world = new World({ seed: 8 });
  const alice = new Seat(world, "alice");
  await world.clock.advance(1_000);
  const bob = world.start("bob");
  await world.clock.advance(1_000);
  assertEquals(names(await listed(world, alice)), ["alice", "bob"]);
  bob.quit();
  await world.clock.until(() => bob.state === "ended", 10_000, "bob is gone");
  assertEquals(names(await listed(world, alice)), ["alice"]);
});

Deno.test("who is alone finds those who come to be listed later", async () => {
  const world = new World({ seed: 9 });
  const [alice, bob] = await world.startAll(["alice", "bob"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "two in one membership");
  const heal = world.network.add(cut([alice!.memory.address!], [bob!.memory.address!]));
  await world.clock.until(() => alice!.alive.length === 1 && bob!.alive.length === 1, 60_000, "both are alone");
  heal();
  await world.clock.until(() => world.isConverged(), 10_000, "they find each other");
});

Deno.test("two halves of a split that each have company find each other through the list", async () => {
  const world = new World({ seed: 10 });
  const peers = await world.startAll(["alice", "bob", "charly", "dora"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "four in one membership");
  const [a, b, c, d] = peers.map(({ memory }) => memory.address!);
  const heal = world.network.add(cut([a!, b!], [c!, d!]));
  await world.clock.until(() => peers.every(({ alive }) => alive.length === 2), 60_000, "two halves");
  await world.clock.advance(60_000);
  heal();
  await world.clock.until(() => world.isConverged(), 90_000, "one again");
});
