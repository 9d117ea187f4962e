/**
 * Several pools on one port of ours, against peers on hashicorp/memberlist that put the bytes of a pool in front as the
 * package `gossip` does: a stand-in for that package, which Debian does not have. See also `e2e/acceptance`.
 */
import { openDenoTransport } from "../../transport/deno_transport.ts";
import { lan } from "../../actors/pool/profile.ts";
import { type PoolNode, PoolWorld, type TestPool } from "../support/pool_node.ts";
import type { GoPeer } from "../support/go_peer.ts";
import { Cluster, namesOf, unlike } from "./cluster.ts";
import { needs } from "./needed.ts";

const profile = { ...lan, delegateVersions: [2, 5, 4] } as const;

Deno.test("four of Go's peers and one of ours in a pool of five hear every broadcast", needs("go"), async () => {
  await using cluster = await Cluster.create();
  await using world = PoolWorld.on(openDenoTransport);
  const ours: [PoolNode, TestPool] = await withPool(world);
  const theirs: GoPeer[] = [];
  for (let i = 1; i <= 4; i++) theirs.push(await cluster.go(`go-${i}`, [], 5));
  for (const peer of theirs) await peer.join(ours[0].address);
  await cluster.eventually("all see five", async () => {
    const names = await Promise.all(theirs.map(namesOf));
    return [...names, await ours[1].alive()].every((seen) => seen === "go-1,go-2,go-3,go-4,ours");
  });
  const words = Array.from({ length: 20 }, (_, i) => `word ${i}`).toSorted();
  for (const word of words) ours[1].broadcast(word);
  await cluster.eventually(
    "20 words at each of theirs",
    () => theirs.every(({ messages }) => unlike(messages) === words.join()),
  );
  cluster.assertNoWarnings();
});

async function withPool(world: PoolWorld): Promise<[PoolNode, TestPool]> {
  const node = await world.node("ours");
  // The Go peers pass on nothing: with the usual three at a time, a word misses one of the four now and then.
  return [node, await node.pool("5", { byte: 5, profile: { ...profile, gossipNodes: 4 } })];
}
