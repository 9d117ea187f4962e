import { assertEquals, assertMatch } from "@std/assert";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { Disk } from "../../../sim/disk.ts";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

/** A disk that takes nothing. */
function fullDisk(): Disk {
  const disk = new Disk();
  disk.history = new MemoryStore({ trouble: "What is said is not stored on disk: it is full" });
  return disk;
}

async function two(json = false): Promise<{ alice: Seat; bob: Seat }> {
  const world = new World({ seed: "unstored" });
  const [alice, bob] = [new Seat(world, "alice", { disk: fullDisk(), json }), new Seat(world, "bob")];
  await world.clock.until(() => world.isConverged() && bob.peer.memory.rooms.size > 0, 10_000, "both are in");
  await world.clock.advance(1_000);
  alice.look();
  bob.look();
  return { alice, bob };
}

/** What was said, without its time. */
function spoken(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => /^\d\d:/.test(line)).map((line) => line.slice(9));
}

Deno.test("faults row 71: what is not stored where it was said is marked there, in each way of saying it; what others say is not", async () => {
  const { alice, bob } = await two();
  assertEquals(spoken(await alice.enter("hello")), ["alice: hello (not stored)"]);
  assertEquals(spoken(await alice.enter("/me waves")), ["* alice waves (not stored)"]);
  assertEquals(spoken(await alice.enter("/topic tea")), ["* alice set the topic: tea (not stored)"]);
  assertEquals(spoken(bob.look()), ["alice: hello", "* alice waves", "* alice set the topic: tea"]);
  assertEquals(spoken(await bob.enter("hi")), ["bob: hi"]);
  assertEquals(spoken(alice.look()), ["bob: hi"]);
});

Deno.test("faults row 71: held says what is not stored here, whoever else holds it", async () => {
  const { alice, bob } = await two();
  await alice.enter("before", 100);
  await alice.enter("hello", 5_000);
  const held = await alice.enter("/held");
  assertMatch(held.at(-2) ?? "", /before \(held by 1 of 1: bob; not stored here\)$/);
  assertMatch(held.at(-1) ?? "", /hello \(held by 1 of 1: bob; not stored here\)$/);
  await bob.enter("hi", 5_000);
  assertMatch((await bob.enter("/held")).at(-1) ?? "", /hi \(held by 1 of 1: alice\)$/);
});

Deno.test("faults row 71: a program is told of what is not stored", async () => {
  const { alice, bob } = await two(true);
  await bob.enter("hi");
  const lines = [...await alice.enter("hello"), ...await alice.enter("/held")].map((line) => JSON.parse(line));
  const chat = lines.filter(({ type }) => type === "chat").map(({ text, unstored }) => [text, unstored]);
  assertEquals(chat, [["hi", undefined], ["hello", true]]);
  const { data } = lines.find(({ type, command }) => type === "output" && command === "held");
  assertEquals(data.messages.map(({ stored }: { stored: boolean }) => stored), [false]);
});
