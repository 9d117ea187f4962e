/** Clusters that fall apart and come together again, with no registry to help them. */
import { assertEquals } from "@std/assert";
import { cut } from "../../sim/rules/cut.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import { type Address, splitAddress } from "../../transport/address.ts";
import { bareCluster, bareMember, taken } from "../support/bare_cluster.ts";

const MINUTE_MS = 60_000;
const [CHARLY, DORA] = ["127.0.0.1:7201", "127.0.0.1:7202"] as [Address, Address];

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

Deno.test("two halves that came while they were apart become one, if one was told where the other is", async () => {
  const world = new World({ seed: "halves" });
  const here = await bareCluster(world, ["alice", "bob"]);
  const heal = world.network.add(cut(addresses(here), [CHARLY, DORA]));
  const charly = await bareMember(world, "charly", { port: splitAddress(CHARLY).port });
  const dora = await bareMember(world, "dora", { port: splitAddress(DORA).port });
  void dora.steps.join([CHARLY]);
  dora.steps.seek([here[0]!.memory.address!, CHARLY, DORA]);
  await world.clock.advance(10 * MINUTE_MS);
  assertEquals([here[0]!, charly].map(({ alive }) => alive), [["alice", "bob"], ["charly", "dora"]]);
  heal();
  await world.clock.until(() => world.isConverged(), 3 * MINUTE_MS, "one membership");
  assertEquals(dora.memory.membership.lost.size, 0, "and nobody is sought any more");
});

Deno.test("who is told to join several, of whom one keeps silent, looks for that one until it answers", async () => {
  const world = new World({ seed: "several contacts" });
  const [alice] = await bareCluster(world, ["alice"]);
  const late = "127.0.0.1:7300" as Address;
  const gone = { type: "parley", address: "127.0.0.1:9" as Address } as const;
  const former = "127.0.0.1:7301" as Address;
  const contacts = [alice!.memory.address!, late];
  const bob = world.start("bob", { bootstrap: gone, contacts, last: { contacts: [former] } });
  await world.clock.until(() => bob.alive.length === 2, MINUTE_MS, "bob has found alice");
  await world.clock.advance(MINUTE_MS);
  assertEquals(bob.memory.membership.lost.addresses, [late, former], "and without a registry where others once were");
  await bareMember(world, "dora", { port: 7300 });
  await world.clock.until(() => world.isConverged(), 5 * MINUTE_MS, "dora is found, who asked nobody");
});

Deno.test("who answers in a place is not looked for there any more, though it is no member", async () => {
  const world = new World({ seed: "answers" });
  const [alice] = await bareCluster(world, ["alice"]);
  await taken(world, alice!.steps.leave(), 5_000); // and still answers, as memberlist does
  const bob = await bareMember(world, "bob");
  bob.steps.seek([alice!.memory.address!]);
  await world.clock.advance(1_000);
  assertEquals(bob.memory.membership.lost.size, 1);
  await world.clock.advance(MINUTE_MS);
  assertEquals([bob.memory.membership.lost.size, bob.alive], [0, ["bob"]]);
  const asked = bob.cast.get("membership").ask<Readonly<Record<string, number>>>(
    (replyTo) => ({ type: "status", replyTo }),
    1_000,
  );
  await world.clock.advance(10);
  assertEquals((await asked)["lost sought"], 1);
});

Deno.test("who has left looks for nobody", async () => {
  const world = new World({ seed: "looks for nobody" });
  const bob = await bareMember(world, "bob");
  await taken(world, bob.steps.leave(), 5_000);
  bob.steps.seek(["127.0.0.1:7300" as Address]);
  await world.clock.advance(MINUTE_MS);
  assertEquals(bob.memory.membership.lost.size, 0);
});
