import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { World } from "../../sim/world.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `peer${i + 1}`);

/** Twenty peers come, one is killed; everything the network did, and everything each peer saw. */
async function story(seed: number): Promise<{ trace: string[]; failedAfterMs: number[] }> {
  const world = new World({ seed });
  const trace: string[] = [];
  world.network.onEvent = ({ atMs, carried, verdict }) => {
    const { kind, from, to, bytes } = carried;
    trace.push([atMs, kind, from, to, bytes.toHex(), JSON.stringify(verdict)].join(" "));
  };
  const peers = await world.startAll(names(20), 50);
  // Gossip reaches nearly all at once; who missed it hears in the next exchange of tables, within two intervals.
  await world.clock.until(() => world.isConverged(), 35_000, "20 peers in one membership");
  await world.clock.advance(2_000);
  const killedAt = world.clock.now();
  peers[7]!.kill();
  const failedAt = new Map<string, number>();
  await world.clock.until(
    () => {
      for (const { name, alive } of world.peers) {
        if (!alive.includes("peer8") && !failedAt.has(name)) failedAt.set(name, world.clock.now());
      }
      return world.isConverged();
    },
    40_000,
    "everybody knows of the death",
  );
  for (const { name, members } of world.peers) trace.push(`${name}: ${JSON.stringify(members)}`);
  return { trace, failedAfterMs: [...failedAt.values()].map((at) => at - killedAt) };
}

Deno.test("20 peers form one membership, lose one and notice, twice alike from one seed", async () => {
  const first = await story(1);
  const second = await story(1);
  assertEquals(first.trace.length, second.trace.length);
  assertEquals(first, second);
  assertEquals(first.failedAfterMs.length, 19);
  // Local profile, 20 members: one probe interval each until somebody hits it, then at most the longest suspicion.
  assert(Math.max(...first.failedAfterMs) <= 24_000, String(first.failedAfterMs));
  assertNotEquals(first.trace, (await story(2)).trace);
});

Deno.test("what one says, all others hear once and in order, in a cluster of 3", async () => {
  const world = new World({ seed: 3 });
  const [alice, bob, charly] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  await world.clock.advance(500);
  for (let i = 1; i <= 50; i++) {
    alice!.say(`a${i}`);
    bob!.say(`b${i}`);
  }
  await world.clock.advance(1_000);
  for (const peer of [alice!, bob!, charly!]) {
    for (const author of ["alice", "bob"]) {
      const heard = peer.said.filter((line) => line.startsWith(author));
      assertEquals(heard, Array.from({ length: 50 }, (_, i) => `${author}: ${author[0]}${i + 1}`));
    }
  }
});

Deno.test("who quits is reported as left at once, and is never suspected", async () => {
  const world = new World({ seed: 4 });
  const [, bob] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  bob!.quit();
  await world.clock.until(() => world.isConverged(), 1_000, "bob is gone everywhere");
  await world.clock.advance(60_000);
  assertEquals(bob!.exitCode, 0);
  for (const peer of world.peers) {
    const ofBob = peer.members.filter(({ member }) => member.name === "bob").map(({ type }) => type);
    assertEquals(ofBob.filter((type) => type !== "updated"), ["joined", "left"]); // whether before it was in a room or not
  }
});

Deno.test("a killed peer that returns at its old address is back with a higher incarnation", async () => {
  const world = new World({ seed: 5 });
  const [alice, bob] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  const { incarnation } = bob!.memory.membership;
  const port = Number(bob!.memory.address!.split(":")[1]);
  bob!.kill();
  await world.clock.until(() => world.isConverged(), 30_000, "bob's death is known");
  const again = world.start("bob", { last: { port, incarnation } });
  await world.clock.until(() => world.isConverged(), 10_000, "bob is back");
  assertEquals(again.memory.address, bob!.memory.address);
  const joins = alice!.members.filter(({ type, member }) => type === "joined" && member.name === "bob");
  assertEquals(joins.length, 2);
  assert(joins[1]!.member.incarnation > joins[0]!.member.incarnation);
  await world.clock.advance(1_000);
  again.say("here again");
  await world.clock.advance(500);
  assertEquals(alice!.said, ["bob: here again"]);
});

Deno.test("a name that is taken is refused with exit code 4, and who has it keeps it", async () => {
  const world = new World({ seed: 6 });
  const [alice, bob] = await world.startAll(["alice", "bob"], 1_000);
  const thief = world.start("alice");
  await world.clock.until(() => thief.state === "ended", 10_000, "the second alice gives up");
  assertEquals(thief.exitCode, 4);
  assertEquals(thief.exitReason, `The name "alice" is taken by the peer at ${alice!.memory.address}`);
  await world.clock.advance(20_000);
  assertEquals([alice!.alive, bob!.alive], [["alice", "bob"], ["alice", "bob"]]);
  assertEquals(bob!.members.some(({ type }) => type === "conflict"), false, "who looks first disturbs nobody");
});

Deno.test("when the host of the registry dies another takes over, and newcomers still find everybody", async () => {
  const world = new World({ seed: 7 });
  const [alice, bob, charly] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  alice!.kill();
  await world.clock.advance(1_000);
  bob!.say("nobody stops chatting");
  world.start("dora");
  await world.clock.until(() => world.isConverged(), 40_000, "dora found those who live");
  assertEquals(charly!.said, ["bob: nobody stops chatting"]);
});

Deno.test("peers started at the same moment find each other", async () => {
  const world = new World({ seed: 8 });
  for (const name of names(6)) world.start(name);
  await world.clock.until(() => world.isConverged(), 20_000, "six in one membership");
});

Deno.test("a peer whose registry never answers gives up with exit code 3", async () => {
  const world = new World({ seed: 9 });
  const lost = world.start("lost", { bootstrap: { type: "parley", address: "127.0.0.1:1" as never } });
  await world.clock.until(() => lost.state === "ended", 60_000, "it gives up");
  assertEquals([lost.exitCode, lost.exitReason], [3, "No bootstrap registry can be reached at parley://127.0.0.1:1"]);
});

Deno.test("the last words of somebody who quits in the same breath are heard", async () => {
  const world = new World({ seed: 10 });
  const [alice, bob] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => world.isConverged(), 5_000, "three in one membership");
  await world.clock.advance(500);
  for (let i = 1; i <= 20; i++) bob!.say(`bye ${i}`);
  bob!.quit();
  await world.clock.advance(5_000);
  assertEquals(alice!.said, Array.from({ length: 20 }, (_, i) => `bob: bye ${i + 1}`));
});
