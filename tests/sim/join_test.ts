import { assertEquals } from "@std/assert";
import { wan } from "../../actors/pool/profile.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { bareMember, taken } from "../support/bare_cluster.ts";

Deno.test("a join of many silent addresses ends within a minute, with those who answered", async () => {
  const world = new World({ seed: "silent", profile: wan });
  const [alice, bob] = [await bareMember(world, "alice"), await bareMember(world, "bob")];
  const silent = Array.from({ length: 300 }, (_, n) => `127.0.1.${n % 250}:${1_000 + n}` as Address);
  for (const address of silent) world.network.add(cutOff(address));
  const began = world.clock.now();
  const joined = await taken(world, bob.steps.join([alice.memory.address!, ...silent]), 60_000);
  assertEquals(joined.ok && joined.value.contacted, 1);
  assertEquals(world.clock.now() - began > 30_000, true, "the first ones were waited for");
  assertEquals(alice.alive, ["alice", "bob"]);
});

Deno.test("of joins that come to no end, no more than 64 are under way at once; who asks for another is told so", async () => {
  const world = new World({ seed: "joins without end", profile: wan });
  const alice = await bareMember(world, "alice");
  const silent = "127.0.0.9:9" as Address;
  world.network.add(cutOff(silent));
  const under = Array.from({ length: 64 }, () => alice.steps.join([silent]));
  const refused = await taken(world, alice.steps.join([silent]));
  assertEquals(!refused.ok && refused.why, "Too many joins at once");
  for (const join of under) assertEquals((await taken(world, join, 120_000)).ok, false);
  const again = await taken(world, alice.steps.join([alice.memory.address!]), 120_000);
  assertEquals(again.ok || again.why !== "Too many joins at once", true);
});

Deno.test("who leaves while it still asks to be let in waits for no answer any more", async () => {
  const world = new World({ seed: "left while joining", profile: wan });
  const [alice, bob] = [await bareMember(world, "alice"), await bareMember(world, "bob")];
  world.network.add(cutOff(bob.memory.address!));
  const joined = alice.steps.join([bob.memory.address!]);
  await world.clock.advance(10);
  alice.quit();
  assertEquals((await taken(world, joined)).ok, false);
  await world.clock.advance(120_000);
  assertEquals([alice.state, alice.lateTimers], ["ended", 0]);
});
