/** Peers that mind Serf's manners among themselves. */
import { assert, assertEquals } from "@std/assert";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { lan } from "../../actors/pool/profile.ts";
import { decodeTags, isParley } from "../../actors/serf/tags.ts";
import { World } from "../../sim/world.ts";

const profile = { ...lan, delegateVersions: [2, 5, 4] as const };

Deno.test("who comes and who goes says so, and the clocks of all move on", async () => {
  const world = new World({ seed: "manners", profile });
  const [alice, bob, charly] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 20_000, "all see all");
  await world.clock.advance(5_000);
  const clocks = () => [alice, charly].map((peer) => peer!.memory.serf.intents.time);
  const [before] = clocks();
  assert(before! > 2, `two joined, each after the other: ${before}`);
  assertEquals(clocks(), [before, before]);
  bob!.quit();
  await world.clock.until(() => clocks()[0] !== before, 20_000, "alice hears that bob leaves", 1);
  const heardAt = world.clock.now();
  assert(alice!.alive.includes("bob"), "he is there until that was gossiped");
  await world.clock.until(() => !alice!.alive.includes("bob"), 20_000, "bob is gone", 1);
  assertEquals(clocks(), [before! + 1, before! + 1]);
  assert(world.clock.now() - heardAt > 100, `${world.clock.now() - heardAt} ms later`);
  await world.clock.advance(60_000);
  for (const peer of [alice!, charly!]) {
    const ofBob = peer.members.filter(({ member }) => member.name === "bob").map(({ type }) => type);
    assertEquals(ofBob.filter((type) => type !== "updated"), ["joined", "left"]);
  }
});

Deno.test("who cannot say to Serf's agents that it leaves, says so to everybody else all the same", async () => {
  const world = new World({ seed: "no manners", profile });
  const [alice, bob] = await world.startAll(["alice", "bob"], 500);
  await world.clock.until(() => world.isConverged(), 20_000, "both see both");
  bob!.quit();
  await world.clock.advance(20);
  assertEquals(bob!.system.crash("/peer/serf"), "failed");
  await world.clock.until(() => bob!.state === "ended", 8_000, "bob is gone");
  await world.clock.advance(1_000);
  const ofBob = alice!.members.filter(({ member }) => member.name === "bob").map(({ type }) => type);
  assertEquals(ofBob.filter((type) => type !== "updated"), ["joined", "left"]);
});

Deno.test("a peer of ours is known for one from the first word that is heard of it", async () => {
  const world = new World({ seed: "first word" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 500);
  await world.clock.until(() => world.isConverged(), 20_000, "both see both");
  for (const [peer, other] of [[alice!, "bob"], [bob!, "alice"]] as const) {
    const first = peer.members.find(({ member }) => member.name === other);
    assertEquals([first?.type, first !== undefined && isParley(first.member.meta)], ["joined", true]);
  }
});

Deno.test("everybody's rooms are known to all, soon after they change", async () => {
  const world = new World({ seed: "rooms", profile });
  const [alice, bob] = await world.startAll(["alice", "bob"], 500);
  await world.clock.until(() => world.isConverged(), 20_000, "both see both");
  await world.clock.advance(5_000);
  const roomsOfBob = async () => {
    const members = alice!.steps.members();
    await world.clock.advance(10);
    const tags = decodeTags((await members).find(({ name }) => name === "bob")!.meta);
    return tags.ok ? tags.value.get("rooms") : undefined;
  };
  assertEquals(await roomsOfBob(), "lobby");
  void bob!.steps.chatJoin("tea" as RoomName);
  await world.clock.advance(2_000);
  assertEquals(await roomsOfBob(), "lobby,tea");
  void bob!.steps.chatLeave("lobby" as RoomName);
  await world.clock.advance(2_000);
  assertEquals(await roomsOfBob(), "tea");
});
