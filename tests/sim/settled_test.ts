import { assert, assertEquals, assertRejects } from "@std/assert";
import { lan } from "../../actors/pool/profile.ts";
import type { MemberView } from "../../actors/membership.ts";
import type { Address } from "../../transport/address.ts";
import { settle } from "../../sim/settled.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";

const PORT_FIRST = 10_000;

async function start(count: number): Promise<{ world: World; peers: readonly SimulatedPeer[] }> {
  const world = new World({ seed: 1, profile: lan });
  const peers = Array.from(
    { length: count },
    (_, at) => world.start(`p${at}`, { manual: true, last: { port: PORT_FIRST + at } }),
  );
  await world.clock.advance(10);
  return { world, peers };
}

async function settled(count: number): Promise<{ world: World; peers: readonly SimulatedPeer[] }> {
  const cluster = await start(count);
  await settle(cluster.world, cluster.peers, lan);
  await cluster.world.clock.advance(100);
  return cluster;
}

async function tableOf(world: World, { system, cast }: SimulatedPeer): Promise<readonly MemberView[]> {
  let table: readonly MemberView[] | undefined;
  const asker = system.spawn<readonly MemberView[]>("asker", () => (members) => void (table = members));
  cast.get("membership").tell({ type: "list", replyTo: asker });
  await world.clock.until(() => table !== undefined, 1_000, "the table");
  return table!;
}

Deno.test("settled peers know what they would know had they joined one another", async () => {
  const quick = await settled(6);
  const slow = await start(6);
  for (const [at, { steps }] of slow.peers.entries()) {
    slow.world.clock.after(0, async () => {
      await steps.configure();
      await steps.create();
      if (at > 0) await steps.join([`127.0.0.1:${PORT_FIRST}` as Address]);
    });
    await slow.world.clock.advance(2_000);
  }
  const expected = await tableOf(slow.world, slow.peers[0]!);
  assertEquals(expected.length, 6);
  for (const peer of quick.peers) assertEquals(await tableOf(quick.world, peer), expected);
});

Deno.test("settled peers gossip nothing of it: they ping and answer, and that is all", async () => {
  const { world, peers } = await settled(8);
  await world.clock.advance(10_000);
  for (const { traffic } of peers) {
    assert(traffic.packets >= 18 && traffic.packets <= 24, `${traffic.packets} datagrams`);
    assert(traffic.packetBytes < 50 * traffic.packets, `${traffic.packetBytes} bytes in ${traffic.packets}`);
    assertEquals(traffic.streams, 0);
  }
});

Deno.test("more than are handed out at once are handed out all the same", async () => {
  const { peers } = await settled(600);
  const names = peers.map(({ name }) => name);
  assert(peers.every((peer) => peer.lists(names)));
});

Deno.test("a settled cluster spreads its news as any other: one is killed, and all come to know", async () => {
  const { world, peers } = await settled(8);
  peers[3]!.kill();
  const others = peers.filter((peer) => peer !== peers[3]);
  const names = others.map(({ name }) => name);
  const sent = (): number => others.reduce((sum, { traffic }) => sum + traffic.packets, 0);
  const isSuspected = (): boolean => others.some(({ members }) => members.some(({ type }) => type === "suspected"));
  await world.clock.until(isSuspected, 10_000, "the first suspicion", 10);
  const before = sent();
  await world.clock.advance(1_000);
  assert(sent() - before > 2 * (2 * others.length), "it is gossiped, and does not wait for pings");
  await world.clock.until(() => others.every((peer) => peer.lists(names)), 30_000, "all know of the death", 100);
});

Deno.test("who is a member already cannot be settled, and that is an error", async () => {
  const { world, peers } = await settled(2);
  await assertRejects(() => settle(world, peers, lan), Error, "p0 cannot be settled: Configured already");
});
