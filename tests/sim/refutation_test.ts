/** Members that are well and hard to reach: they are suspected, and nobody declares them dead. */
import { assertEquals } from "@std/assert";
import { local } from "../../actors/pool/profile.ts";
import { latency } from "../../sim/rules/latency.ts";
import { loss } from "../../sim/rules/loss.ts";
import { slow } from "../../sim/rules/slow.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import { bareCluster } from "../support/bare_cluster.ts";

const NAMES = ["alice", "bob", "charly", "dora"];
const SEEDS = 20;

function count(peers: readonly SimulatedPeer[], type: string): number {
  return peers.flatMap(({ members }) => members).filter((event) => event.type === type).length;
}

/** In the hasty profile, where each thing is gossiped only twice. */
async function clusterOf(seed: string): Promise<Readonly<{ world: World; peers: readonly SimulatedPeer[] }>> {
  const world = new World({ seed, profile: local });
  return { world, peers: await bareCluster(world, NAMES) };
}

Deno.test("whom everything reaches late is suspected all the time, and never declared dead", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const { world, peers } = await clusterOf(`late ${seed}`);
    world.network.add(slow([peers[1]!.memory.address!], 1_200));
    await world.clock.advance(120_000);
    assertEquals(count(peers, "suspected") > 20, true);
    assertEquals(count(peers, "failed"), 0, `seed ${seed}`);
  }
});

Deno.test("where every fifth packet is lost, suspects are heard all the same", async () => {
  let suspected = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const { world, peers } = await clusterOf(`lossy ${seed}`);
    world.network.add(latency(5, 80));
    world.network.add(loss(0.2));
    await world.clock.advance(60_000);
    suspected += count(peers, "suspected");
    assertEquals(count(peers, "failed"), 0, `seed ${seed}`);
  }
  assertEquals(suspected > SEEDS, true, `${suspected}`);
});

Deno.test("what is said to one member only, and what is held back, is counted", async () => {
  const { world, peers } = await clusterOf("counted");
  world.network.add(slow([peers[1]!.memory.address!], 1_200));
  await world.clock.advance(60_000);
  type Counts = Readonly<Record<string, number>>;
  const asked = peers.map(({ cast }) =>
    cast.get("membership").ask<Counts>((replyTo) => ({ type: "status", replyTo }), 1_000)
  );
  await world.clock.advance(10);
  const [alice, bob] = await Promise.all(asked);
  assertEquals([alice!["accused told"]! > 0, bob!["accusers answered"]! > 0, bob!["accuser_put_off"]! > 0], [
    true,
    true,
    true,
  ]);
});

Deno.test("who is dead is asked as well, and found dead as soon as before", async () => {
  const { world, peers } = await clusterOf("dead");
  peers[1]!.kill();
  await world.clock.until(() => count(peers, "failed") === 3, 10_000, "all others have found bob dead");
});
