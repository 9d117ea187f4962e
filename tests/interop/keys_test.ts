/** Who has the key is one cluster, whoever wrote it; who has another one, or none, stays out, whoever asks whom. */
import { assertEquals, assertRejects } from "@std/assert";
import { Cluster, statesOf } from "./cluster.ts";
import { needs } from "./needed.ts";

/** Of 32, 16 and 24 bytes. */
const KEY = "a2V5IG9mIHRoZSBjbHVzdGVyLCAzMiBieXRlcyBvZmY=";
const OTHERS: readonly string[] = ["c2l4dGVlbiBieXRlcyAhIQ==", "dHdlbnR5LWZvdXIgYnl0ZXMgb2Yga2V5"];

Deno.test("with a key, peers of ours, Go's and Serf's agents are one cluster", needs("go", "serf"), async () => {
  await using cluster = await Cluster.create();
  const ours = await cluster.parley("ours", [KEY]);
  const theirs = await cluster.go("theirs", [KEY]);
  const agent = await cluster.serf("agent", KEY);
  const newcomer = await cluster.parley("ours-2", [KEY]);
  await ours.join(theirs.address);
  await agent.join(ours.address);
  await newcomer.join(agent.address);
  await cluster.allSeeAll();
  await cluster.allTablesSay(statesOf(cluster.members, "alive"), theirs, cluster.members);
  cluster.assertNoWarnings();
});

for (const key of OTHERS) {
  Deno.test(`with a key of ${atob(key).length} bytes, ours and Go's are one cluster`, needs("go"), async () => {
    await using cluster = await Cluster.create();
    const [ours, theirs] = [await cluster.parley("ours", [key]), await cluster.go("theirs", [key])];
    await ours.join(theirs.address);
    await cluster.allSeeAll();
    cluster.assertNoWarnings();
  });
}

Deno.test("who has another key, or none, stays out on both sides", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const [ours, theirs] = [await cluster.parley("ours", [KEY]), await cluster.go("theirs", [KEY])];
  await ours.join(theirs.address);
  const inside = [ours, theirs];
  for (const [kind, keys] of [["wrong", OTHERS.slice(0, 1)], ["no", []]] as const) {
    const [ourStranger, theirStranger] = [
      await cluster.parley(`ours-with-${kind}-key`, keys),
      await cluster.go(`theirs-with-${kind}-key`, keys),
    ];
    for (const { address } of inside) {
      await ourStranger.failToJoin(address);
      await assertRejects(() => theirStranger.join(address), Error, "could not join");
    }
    for (const stranger of [ourStranger, theirStranger]) {
      assertEquals([...(await stranger.listed()).keys()], [stranger.name]);
    }
  }
  await cluster.allSeeAll(inside);
});
