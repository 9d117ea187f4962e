import { assert, assertEquals } from "@std/assert";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { Retention } from "../../actors/history/store.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { Disk } from "../../sim/disk.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import { entryOf } from "../support/entries.ts";

const LOBBY = "lobby" as RoomName;
const HOUR_MS = 3_600_000;

type Counts = Readonly<Record<string, number>>;

async function counted(world: World, peer: SimulatedPeer): Promise<Counts> {
  const reply = peer.cast.get("rooms").ask(
    (replyTo: ActorRef<Counts>) => ({ type: "status", replyTo }),
    1_000,
  );
  await world.clock.advance(1);
  return await reply;
}

function numbersIn(peer: SimulatedPeer): readonly number[] {
  return peer.history.before(LOBBY, undefined, 10_000)
    .flatMap(({ content }) => content.type === "said" ? [Number(content.text)] : []);
}

function upTo(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** alice keeps everything; bob, with a disk, what `retention` says. Both are in the lobby. */
async function two(retention: Retention) {
  const world = new World({ seed: "retention" });
  const disk = new Disk();
  const alice = world.start("alice");
  const startBob = () => world.start("bob", { disk, retention });
  const bob = startBob();
  await world.clock.until(() => world.isConverged() && bob.memory.rooms.size > 0, 10_000, "both are in");
  await world.clock.advance(1_000);
  return { world, alice, bob, startBob };
}

Deno.test("over days, what one lets go of by its age stays gone, whatever the other keeps and however often it starts", async () => {
  const { world, alice, startBob, ...first } = await two({ ageMs: 6 * HOUR_MS });
  let { bob } = first;
  let taken = 0;
  let said = 0;
  for (let day = 1; day <= 3; day++) {
    for (let hour = 0; hour < 24; hour++) {
      alice.say(`${++said}`);
      await world.clock.advance(HOUR_MS);
    }
    assertEquals(numbersIn(bob), upTo(said - 5, said));
    const counts = await counted(world, bob);
    taken += counts["entries taken"]!;
    assertEquals([counts["repair wishes"], taken], [0, said], `day ${day}: nothing is asked for, nothing comes twice`);
    bob.kill();
    await world.clock.until(() => world.isConverged(), 60_000, "bob is missed");
    bob = startBob();
    await world.clock.until(() => bob.memory.rooms.size > 0, 10_000, "bob is back");
  }
  assertEquals(numbersIn(alice), upTo(1, said));
});

Deno.test("what was too much for one is not fetched again, and who is new finds it with another", async () => {
  const { world, alice, bob } = await two({ bytesMax: 2_000 });
  for (let n = 1; n <= 100; n++) {
    alice.say(`${n}`);
    await world.clock.advance(1_000);
  }
  await world.clock.advance(20_000);
  const held = numbersIn(bob);
  assert(held.length >= 5 && held.length < 20, `${held.length} held`);
  assertEquals(held, upTo(101 - held.length, 100));
  await world.clock.advance(HOUR_MS);
  const counts = await counted(world, bob);
  assertEquals([counts["entries taken"], counts["repair wishes"]], [100, 0]);
  const charly = world.start("charly");
  await world.clock.until(() => numbersIn(charly).length === 100, 30_000, "charly has everything");
});

Deno.test("of a long history, who keeps little stops fetching when it has as much as it keeps", async () => {
  const world = new World({ seed: "little" });
  const alice = world.start("alice");
  await world.clock.until(() => alice.memory.rooms.size > 0, 10_000, "alice is in");
  for (let n = 1; n <= 6_000; n++) {
    alice.say(`${n} ${"x".repeat(400)}`);
    if (n % 20 === 0) await world.clock.advance(100);
  }
  const bob = world.start("bob", { retention: { bytesMax: 20_000 } });
  await world.clock.until(() => bob.memory.rooms.size > 0, 10_000, "bob is in");
  await world.clock.advance(10 * 60_000);
  assert(numbersIn(bob).length < 60, `${numbersIn(bob).length} held`);
  const before = await counted(world, bob);
  await world.clock.advance(HOUR_MS);
  const after = await counted(world, bob);
  assertEquals([after["repair wishes"], after["entries taken"]], [before["repair wishes"], before["entries taken"]]);
  alice.say("7000");
  await world.clock.until(() => numbersIn(bob).includes(7_000), 1_000, "what is new still comes");
});

Deno.test("of much that is too old, slice after slice goes soon", async () => {
  const world = new World({ seed: "slices" });
  const disk = new Disk();
  disk.history.put(Array.from({ length: 1_000 }, (_, at) => entryOf(at + 1, { room: LOBBY })));
  world.start("alice", { disk, retention: { ageMs: HOUR_MS } });
  await world.clock.advance(11_000);
  assertEquals(disk.history.counters()["entries"], 0);
});
