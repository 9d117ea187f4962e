/** What is said to one other, on virtual time. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { DIRECT_ROOM } from "../../actors/direct/letter.ts";
import type { Admitted } from "../../actors/history/room_log.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { Disk } from "../../sim/disk.ts";
import { simulatedSigning } from "../../sim/simulated_signing.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import { madeUpNames } from "../support/author.ts";

const told = (peer: SimulatedPeer): readonly string[] =>
  peer.told.map(({ from, to, text }) => `${from} -> ${to}: ${text}`);

/** Some who have seen each other in the lobby. */
async function some(seed: string, names: readonly string[], disks: Readonly<Record<string, Disk>> = {}) {
  const world = new World({ seed });
  const peers: SimulatedPeer[] = [];
  for (const name of names) {
    peers.push(world.start(name, disks[name] === undefined ? {} : { disk: disks[name] }));
    await world.clock.advance(300);
  }
  await world.clock.until(() => world.isConverged(), 5_000, "all in one membership");
  await world.clock.advance(1_000);
  return { world, peers };
}

Deno.test("what is said to one other is shown to the two and to nobody else, though all hold it", async () => {
  const { world, peers } = await some("two of three", ["alice", "bob", "charly"]);
  const [alice, bob, charly] = peers;
  void alice!.steps.talk.tell("bob", "only for you");
  await world.clock.advance(1_000);
  void bob!.steps.talk.tell("alice", "thank you");
  await world.clock.advance(1_000);
  const both = ["alice -> bob: only for you", "bob -> alice: thank you"];
  assertEquals([told(alice!), told(bob!), told(charly!)], [both, both, []]);
  assertEquals(peers.map((peer) => peer.history.before(DIRECT_ROOM, undefined, 10).length), [2, 2, 2]);
  assertEquals(peers.map((peer) => peer.chat.filter(({ type }) => type === "said")), [[], [], []]);
  const found = (peer: SimulatedPeer) => peer.history.search({ words: ["only"], limit: 10 }).length;
  assertEquals(peers.map(found), [1, 1, 0]);
});

Deno.test("who was away is given on return what was said to it alone, though its author is gone by then", async () => {
  const disk = new Disk();
  const { world, peers } = await some("away", ["alice", "bob", "charly"], { bob: disk });
  const [alice, bob, charly] = peers;
  bob!.quit();
  await world.clock.until(() => bob!.state === "ended", 10_000, "bob is gone");
  for (const text of ["one", "two", "three"]) {
    void alice!.steps.talk.tell("bob", text);
    await world.clock.advance(1_000);
  }
  alice!.kill();
  await world.clock.until(() => charly!.alive.length === 1, 60_000, "alice is missed");
  const again = world.start("bob", { disk });
  await world.clock.until(() => again.told.length === 3, 30_000, "bob has it");
  assertEquals(told(again), ["alice -> bob: one", "alice -> bob: two", "alice -> bob: three"]);
  assertEquals(told(charly!), []);
  await world.clock.advance(1_000);
  again.kill();
  await world.clock.until(() => world.isConverged(), 60_000, "bob is missed");
  const third = world.start("bob", { disk });
  await world.clock.advance(30_000);
  assertEquals(told(third), [], "what was shown in an earlier run is history");
});

Deno.test("it outlives a restart of all who hold it", async () => {
  const disks = { alice: new Disk(), bob: new Disk(), charly: new Disk() };
  const { world, peers } = await some("restart", ["alice", "bob", "charly"], disks);
  peers[1]!.kill();
  await world.clock.until(() => world.isConverged(), 60_000, "bob is missed");
  void peers[0]!.steps.talk.tell("bob", "kept");
  await world.clock.advance(2_000);
  peers[0]!.kill();
  peers[2]!.kill();
  await world.clock.advance(60_000);
  world.start("charly", { disk: disks.charly });
  await world.clock.advance(2_000);
  const bob = world.start("bob", { disk: disks.bob });
  await world.clock.until(() => bob.told.length > 0, 60_000, "bob has it");
  assertEquals(told(bob), ["alice -> bob: kept"]);
});

Deno.test("nobody else's key can read it, neither by the same name nor by another", async () => {
  const { world, peers } = await some("thief", ["alice", "bob", "charly"]);
  const [alice, bob] = peers;
  bob!.quit();
  await world.clock.until(() => bob!.state === "ended", 10_000, "bob is gone");
  void alice!.steps.talk.tell("bob", "for bob");
  await world.clock.advance(1_000);
  const thief = world.start("bob", { device: "thief" });
  await world.clock.advance(40_000);
  assertEquals([thief.history.before(DIRECT_ROOM, undefined, 10).length, told(thief)], [1, []]);
  assertEquals(simulatedSigning("thief").author === simulatedSigning("bob").author, false);
});

Deno.test("however many names are made up, a member is told what is for it, also one that is in none of our rooms", async () => {
  const { world, peers } = await some("made up", ["alice", "bob"]);
  const [alice, bob] = peers;
  const lobby = "lobby" as RoomName;
  void bob!.steps.chatLeave(lobby);
  await world.clock.advance(1_000);
  for (const batches of madeUpNames(lobby)) {
    const admit = (replyTo: ActorRef<readonly Admitted[]>) =>
      ({ type: "admit", room: lobby, batches, replyTo }) as const;
    void alice!.cast.get("rooms").ask(admit, 1_000);
    await world.clock.advance(1);
  }
  void alice!.steps.talk.tell("bob", "still there?");
  await world.clock.advance(1_000);
  assertEquals(told(bob!), ["alice -> bob: still there?"]);
});
