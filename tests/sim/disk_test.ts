import { assert, assertEquals } from "@std/assert";
import { Disk } from "../../sim/disk.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { DEV, entryOf } from "../support/entries.ts";
import { World } from "../../sim/world.ts";

Deno.test("what was written is there for the next process, and after a power cut as far as it was synced", async () => {
  const clock = new VirtualClock();
  const disk = new Disk();
  assertEquals(disk.read(), undefined);
  disk.write({ port: 1, incarnation: 1 }, clock);
  assertEquals(disk.read(), { port: 1, incarnation: 1 });
  await clock.advance(5_000);
  disk.write({ port: 1, incarnation: 2 }, clock);
  await clock.advance(1_000);
  disk.cutPower();
  assertEquals(disk.read(), { port: 1, incarnation: 1 });
  await clock.advance(5_000);
  disk.cutPower();
  assertEquals(disk.read(), { port: 1, incarnation: 1 }, "what was lost is not written later");
});

Deno.test("a power cut before anything was synced leaves an empty disk, and so does another disk", async () => {
  const clock = new VirtualClock();
  const disk = new Disk();
  disk.write({ port: 1 }, clock);
  disk.cutPower();
  assertEquals(disk.read(), undefined);
  disk.write({ port: 2 }, clock);
  await clock.advance(5_000);
  disk.write({ port: 3 }, clock);
  disk.replace();
  await clock.advance(5_000);
  assertEquals(disk.read(), undefined);
});

Deno.test("of a history, a crash takes what was not flushed, and a power cut what was flushed just now", () => {
  let now = 0;
  const disk = new Disk(() => now);
  const numbers = () => disk.history.before(DEV, undefined, 9).map(({ sequence }) => sequence);
  disk.history.put([entryOf(1)]);
  disk.history.remember("key", "early");
  disk.history.flush();
  now = 6_000;
  disk.history.put([entryOf(2)]);
  disk.history.remember("key", "late");
  disk.history.flush();
  disk.history.put([entryOf(3)]);
  assertEquals(numbers(), [1, 2, 3]);
  disk.history.crash();
  assertEquals(numbers(), [1, 2]);
  disk.cutPower();
  assertEquals([numbers(), disk.history.recall("key")], [[1], "early"]);
  disk.history.put([entryOf(2)]);
  disk.history.flush();
  now = 11_000;
  disk.cutPower();
  assertEquals(numbers(), [1, 2]);
  disk.replace();
  assertEquals(numbers(), []);
});

Deno.test("a process goes by its disk, and keeps on it where it is and its incarnation", async () => {
  const world = new World({ seed: "disk" });
  const disk = new Disk();
  world.start("alice", { disk });
  await world.clock.advance(1_000);
  const { port, incarnation } = disk.read()!;
  assertEquals(incarnation, world.peers[0]!.memory.membership.incarnation);
  world.peers[0]!.kill();
  const again = world.start("alice", { disk });
  await world.clock.advance(1_000);
  assertEquals(again.memory.address, `127.0.0.1:${port}`);
  assert(again.memory.membership.incarnation > incarnation!);
  assertEquals(disk.read()!.incarnation, again.memory.membership.incarnation);
});
