import { assertEquals } from "@std/assert";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { DIRECT_MAX } from "../../actors/broadcaster/rumours.ts";
import type { GuestMessage } from "../../actors/chat_room.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
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

Deno.test("along trees too all know who goes and comes back, and which guests; nothing of it is doubted", async () => {
  const world = new World({ seed: "a crowd" });
  const names = Array.from({ length: DIRECT_MAX + 4 }, (_, at) => `peer-${at}`);
  const peers = await world.startAll(names, 50);
  await world.clock.until(() => world.isConverged(), 30_000, "all in one membership");
  await world.clock.advance(2_000);
  const [bob, ...others] = peers as [SimulatedPeer, ...SimulatedPeer[]];
  const seen = async () => {
    const lists = await Promise.all(others.slice(0, 3).concat(others.slice(-3)).map((peer) => inLobby(world, peer)));
    return lists.map((list) => [list.includes("peer-0"), list.includes("Mina"), list.length]);
  };
  const all = (...one: (boolean | number)[]) => Array.from({ length: 6 }, () => one);
  const guest = (message: GuestMessage) => bob.cast.get("rooms").tell({ type: "guest", room: LOBBY, message });
  guest({ type: "guest_join", guest: "Mina", replyTo: bob.cast.get("rooms") as unknown as ActorRef<unknown> });
  await world.clock.advance(1_000);
  assertEquals(await seen(), all(true, true, names.length + 1));
  void bob.steps.chatLeave(LOBBY);
  await world.clock.advance(1_000);
  assertEquals(await seen(), all(false, true, names.length));
  guest({ type: "guest_leave", guest: "Mina" });
  await world.clock.advance(1_000);
  assertEquals(await seen(), all(false, false, names.length - 1));
  void bob.steps.chatJoin(LOBBY);
  await world.clock.advance(1_000);
  assertEquals(await seen(), all(true, false, names.length));
  const status = (replyTo: ActorRef<Readonly<Record<string, number>>>) => ({ type: "status", replyTo }) as const;
  const asked = others.map((peer) => peer.cast.get("rooms").ask(status, 1_000));
  await world.clock.advance(10);
  const counters = await Promise.all(asked);
  assertEquals(
    counters.map((count) => count["presence not proven"]! + count["presence out of date"]!),
    others.map(() => 0),
  );
});
