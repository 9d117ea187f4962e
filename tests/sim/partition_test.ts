/** Clusters that fall apart and come together again, with no registry to help them. */
import { assertEquals } from "@std/assert";
import { cut } from "../../sim/rules/cut.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { bareCluster, taken } from "../support/bare_cluster.ts";

const MINUTE_MS = 60_000;

function addresses(peers: readonly SimulatedPeer[]): readonly Address[] {
  return peers.map(({ memory }) => memory.address!);
}

for (const minutes of [1, 10, 60]) {
  Deno.test(`a split of ${minutes} minutes heals, though both sides have forgotten each other by then`, async () => {
    const world = new World({ seed: `split ${minutes}` });
    const peers = await bareCluster(world, ["alice", "bob", "charly", "dora", "emil"]);
    const heal = world.network.add(cut(addresses(peers.slice(0, 2)), addresses(peers.slice(2))));
    await world.clock.advance(minutes * MINUTE_MS);
    assertEquals(peers.map(({ alive }) => alive.length), [2, 2, 3, 3, 3], "each side has only itself");
    heal();
    await world.clock.until(() => world.isConverged(), 3 * MINUTE_MS, "one membership again");
    await world.clock.advance(MINUTE_MS);
    assertEquals(world.isConverged(), true, "and it stays one");
  });
}

/** How much of streams the network carries within `ms`. */
async function streamed(world: World, ms: number): Promise<number> {
  let pieces = 0;
  world.network.onEvent = ({ carried }) => void (pieces += carried.kind === "stream" ? 1 : 0);
  await world.clock.advance(ms);
  world.network.onEvent = undefined;
  return pieces;
}

Deno.test("who left is not sought: after a goodbye nobody is asked to come back", async () => {
  const world = new World({ seed: "left" });
  const [, bob] = await bareCluster(world, ["alice", "bob"]);
  await taken(world, bob!.steps.leave(), 5_000);
  assertEquals((await taken(world, bob!.steps.shutdown(), 5_000)).ok, true);
  assertEquals(await streamed(world, 30 * MINUTE_MS), 0);
});

Deno.test("who was killed is sought, now and then", async () => {
  const world = new World({ seed: "killed" });
  const [, bob] = await bareCluster(world, ["alice", "bob"]);
  bob!.kill();
  await world.clock.advance(MINUTE_MS);
  const pieces = await streamed(world, 10 * MINUTE_MS);
  assertEquals(pieces >= 20 && pieces <= 60, true, `about one try each 30 s: ${pieces} pieces of streams`);
});
