import { assertEquals } from "@std/assert";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { Occupant } from "../../actors/chat_room/occupants.ts";
import { local } from "../../actors/pool/profile.ts";
import { cut } from "../../sim/rules/cut.ts";
import type { SimulatedPeer } from "../../sim/world.ts";
import { World } from "../../sim/world.ts";

const LOBBY = "lobby" as RoomName;

/** Who is in the lobby, as this peer knows it. */
async function inLobby(world: World, peer: SimulatedPeer): Promise<string[]> {
  let names: readonly Occupant[] = [];
  void peer.steps.occupants(LOBBY).then((result) => names = result.ok ? result.value : []);
  await world.clock.advance(10);
  return names.map(({ name }) => name);
}

async function three(seed: number) {
  const world = new World({ seed });
  const [alice, bob, charly] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  await world.clock.advance(1_000);
  return { world, alice: alice!, bob: bob!, charly: charly! };
}

Deno.test("all in a room know who is there; who was killed is out of it, and in it again when back", async () => {
  const { world, alice, bob, charly } = await three(1);
  for (const peer of [alice, bob, charly]) assertEquals(await inLobby(world, peer), ["alice", "bob", "charly"]);
  const port = Number(charly.memory.address!.split(":")[1]);
  charly.kill();
  await world.clock.until(() => world.isConverged(), 30_000, "the death is known");
  for (const peer of [alice, bob]) assertEquals(await inLobby(world, peer), ["alice", "bob"]);
  const again = world.start("charly", { last: { port, incarnation: charly.memory.membership.incarnation } });
  await world.clock.until(() => world.isConverged(), 30_000, "charly is back");
  await world.clock.advance(1_000);
  for (const peer of [alice, bob, again]) assertEquals(await inLobby(world, peer), ["alice", "bob", "charly"]);
});

Deno.test("who was cut off is out of the room, and in it again when the cut heals, on both sides", async () => {
  const { world, alice, bob, charly } = await three(2);
  const heal = world.network.add(cut([charly.memory.address!], [alice.memory.address!, bob.memory.address!]));
  await world.clock.until(() => !alice.alive.includes("charly") && charly.alive.length === 1, 60_000, "they part");
  assertEquals(await inLobby(world, alice), ["alice", "bob"]);
  assertEquals(await inLobby(world, charly), ["charly"]);
  heal();
  await world.clock.until(() => world.isConverged(), 60_000, "they meet again");
  await world.clock.advance(2_000);
  for (const peer of [alice, bob, charly]) assertEquals(await inLobby(world, peer), ["alice", "bob", "charly"]);
});

Deno.test("of two who lost each other only one may have noticed: both know the other is there again", async () => {
  const { world, alice, bob } = await three(3);
  bob.system.crash("/peer/rooms/room-lobby");
  await world.clock.advance(3_000);
  assertEquals(await inLobby(world, bob), ["alice", "bob", "charly"]);
  assertEquals(alice.chat.filter(({ type, author }) => type !== "said" && author === "bob").length, 1, "came once");
});

Deno.test("when the pool restarts, those who left meanwhile are not in the room any more", async () => {
  const { world, alice, bob, charly } = await three(4);
  charly.quit();
  alice.system.crash("/peer/pool"); // before the goodbye is heard
  await world.clock.until(() => charly.state === "ended", 5_000, "charly is gone");
  await world.clock.advance(40_000);
  assertEquals(await inLobby(world, alice), ["alice", "bob"]);
  assertEquals(await inLobby(world, bob), ["alice", "bob"]);
});

Deno.test("what is said to somebody whom the speaker does not know yet is told again once it does", async () => {
  // Everybody joins by alice, and news travels slowly: charly knows bob long before bob knows charly.
  const profile = { ...local, gossipIntervalMs: 3_000, probeIntervalMs: 4_000 };
  const world = new World({ seed: "retold", profile, registry: { maxPeers: 1, minRefillCandidates: 0 } });
  const [, bob] = await world.startAll(["alice", "bob"], 5_000);
  const charly = world.start("charly");
  await world.clock.until(() => charly.memory.rooms.size > 0, 2_000, "charly is in", 1);
  assertEquals([charly.alive.includes("bob"), bob!.alive.includes("charly")], [true, false]);
  await world.clock.advance(10);
  bob!.say("is anybody new here?");
  await world.clock.until(() => bob!.alive.includes("charly"), 4_500, "bob has heard of charly");
  await world.clock.advance(500);
  assertEquals(charly.said, ["bob: is anybody new here?"]);
});
