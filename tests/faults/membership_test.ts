/** Membership and cluster faults of `faults.md`: machines, networks and people as they are. */
import { assert, assertEquals } from "@std/assert";
import { lastRunOf } from "../../actors/peer/memory.ts";
import { lan, local, wan } from "../../actors/pool/profile.ts";
import type { LogRecord } from "../../actors/runtime/log.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { cutOneWay } from "../../sim/rules/cut.ts";
import { datagramsBlocked } from "../../sim/rules/datagrams_blocked.ts";
import { duplication } from "../../sim/rules/duplication.ts";
import { latency } from "../../sim/rules/latency.ts";
import { loss } from "../../sim/rules/loss.ts";
import { type SimulatedPeer, type StartOptions, World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import { bareCluster } from "../support/bare_cluster.ts";
import { keyOf, keyringOf } from "../transport/wire/secrets.ts";
import { Siege } from "./siege.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NAMES = ["alice", "bob", "charly", "dora", "emil"];

/** What somebody saw happen to others that should not have. */
function harm({ members }: SimulatedPeer): readonly string[] {
  return members.filter(({ type }) => type === "failed" || type === "left" || type === "conflict")
    .map(({ type, member }) => `${type} ${member.name}`);
}

async function five(seed: string, profile = local, options: StartOptions = {}) {
  const world = new World({ seed, profile });
  const log: LogRecord[] = [];
  const peers = [world.start("alice", { ...options, log: (record) => log.push(record) })];
  await world.clock.advance(500);
  for (const name of NAMES.slice(1)) {
    peers.push(world.start(name));
    await world.clock.advance(500);
  }
  await world.clock.until(() => world.isConverged(), 60_000, "five in one membership");
  await world.clock.advance(5_000);
  const blocked = (): string[] =>
    log.filter(({ event }) => event === "link_blocked").map(({ fields }) => String(fields["why"]));
  return { world, peers, blocked, at: (n: number): Address => peers[n]!.memory.address! };
}

Deno.test("row 20: of a burst beyond the socket's buffer the rest is lost, and all is made good", async () => {
  const siege = await Siege.in(new World({ seed: "burst", profile: lan }));
  const { world, peer: alice } = siege;
  const bob = world.start("bob");
  await world.clock.until(() => world.isConverged(), 5_000, "two in one membership");
  await world.clock.advance(3_000);
  const eve = await siege.from("10.0.0.66");
  const before = await siege.counters();
  alice.pause(4_000); // a busy event loop
  for (let i = 0; i < 5_000; i++) eve.packet(Uint8Array.of(200));
  world.start("charly"); // of this she hears nothing, except by the exchange of tables
  await world.clock.advance(4_100);
  const counters = await siege.counters();
  const received = counters["transport: packets received"]! - before["transport: packets received"]!;
  assert(received < 400, `${received} of 5,000 were kept`);
  assert(counters["failure detector: health score"]! > 0, "she blames herself first");
  await world.clock.until(() => world.isConverged(), MINUTE_MS, "she knows all there is to know");
  assertEquals([alice, bob].map(harm), [[], []]);
});

Deno.test("row 20: what datagrams are lost is estimated from the probes, and shown", async () => {
  const siege = await Siege.of("lossy");
  await siege.world.startAll(["bob", "charly"], 500);
  await siege.world.clock.until(() => siege.world.isConverged(), 10_000, "three in one membership");
  await siege.world.clock.advance(MINUTE_MS);
  assertEquals((await siege.counters())["failure detector: loss estimate in %"], 0);
  siege.world.network.add(loss(0.1));
  await siege.world.clock.advance(3 * MINUTE_MS);
  const percent = (await siege.counters())["failure detector: loss estimate in %"]!;
  assert(percent >= 8 && percent <= 32, `${percent} % of pings or their acks`);
});

for (const ms of [0, 1, 500]) {
  Deno.test(`row 34: of two with one name that start ${ms} ms apart one is in, the other told why, and nothing flaps`, async () => {
    const world = new World({ seed: `twins ${ms}` });
    const bob = world.start("bob");
    await world.clock.advance(3_000);
    const first = world.start("alice");
    await world.clock.advance(ms);
    const second = world.start("alice");
    await world.clock.advance(30_000);
    const twins = [first, second];
    assertEquals(twins.filter(({ state }) => state === "running").length, 1, "exactly one stays");
    const loser = twins.find(({ state }) => state === "ended")!;
    assertEquals([loser.exitCode, loser.exitReason?.includes('"alice" is taken')], [4, true]);
    assertEquals(bob.alive, ["alice", "bob"]);
    const flaps = bob.members.filter(({ type, member }) => member.name === "alice" && type !== "updated").length;
    assert(flaps <= 2, JSON.stringify(bob.members.map(({ type, member }) => `${type} ${member.name}`)));
  });
}

Deno.test("row 35: a name that crashed is taken at another address once its death is forgotten, not before", async () => {
  const { world, peers } = await five("elsewhere");
  peers[4]!.kill();
  await world.clock.until(() => peers[0]!.alive.length === 4, MINUTE_MS, "the others know");
  const soon = world.start("emil");
  await world.clock.until(() => soon.state === "ended", 30_000, "it is refused");
  assertEquals(soon.exitCode, 4);
  await world.clock.advance(local.gossipToTheDeadMs + MINUTE_MS);
  const later = world.start("emil");
  await world.clock.until(() => world.isConverged(), 30_000, "it is let in");
  assert(later.memory.address !== peers[4]!.memory.address && later.state === "running");
});

Deno.test("row 37: who hears another but is not heard by it keeps it alive by others, and the link is named", async () => {
  const { world, peers, blocked, at } = await five("one way", { ...local, streamPings: false });
  world.network.add(cutOneWay([at(1)], [at(0)]));
  const before = peers.map(({ members }) => members.length);
  await world.clock.advance(3 * MINUTE_MS);
  assertEquals(peers.map(harm), peers.map(() => []));
  assert(before.length === 5 && world.isConverged());
  assertEquals(blocked(), [`UDP blocked between ${at(0)} and ${at(1)}, perhaps one way: others reach both`]);
});

Deno.test("row 38: with UDP blocked and TCP open a member stays, and whose link it is is said within 30 s", async () => {
  const { world, peers, blocked, at } = await five("blocked");
  world.network.add(datagramsBlocked(at(2)));
  await world.clock.until(() => blocked().length > 0, 30_000, "it is said");
  assertEquals(blocked(), [`UDP blocked between ${at(0)} and ${at(2)}: only streams pass`]);
  await world.clock.advance(3 * MINUTE_MS);
  assertEquals([peers.map(harm), world.isConverged(), blocked().length], [peers.map(() => []), true, 1]);
});

// The bound: a cluster of this size gossips a refutation four times in all, so that at 30 % some do not hear it before
// the few seconds of `lan` are over. `wan` is for such networks.
for (const [profile, probability] of [["wan", 0.3], ["lan", 0.1]] as const) {
  const what = `${100 * probability} % loss, 200 ms of jitter, reordering and duplicates, profile ${profile}`;
  Deno.test(`row 39: ${what}: nobody fails in ten minutes, and words stay in order`, async () => {
    const { world, peers } = await five(what, { wan, lan }[profile]);
    for (const rule of [latency(1, 200), duplication(0.1, 400), loss(probability)]) world.network.add(rule);
    const said = Array.from({ length: 60 }, (_, i) => `word ${i}`);
    for (const text of said) {
      peers[0]!.say(text);
      await world.clock.advance(10_000);
    }
    await world.clock.advance(20_000);
    assertEquals(peers.map(harm), peers.map(() => []));
    for (const peer of peers) assertEquals(peer.said, said.map((text) => `alice: ${text}`), peer.name);
  });
}

for (const [what, ms] of [["5 s", 5_000], ["a minute", MINUTE_MS], ["8 hours", 8 * HOUR_MS]] as const) {
  Deno.test(`row 40: who stands still for ${what} is a member again by itself, and nobody else is blamed`, async () => {
    const world = new World({ seed: `asleep ${what}`, profile: lan });
    const peers = await bareCluster(world, NAMES);
    const [sleeper, ...others] = peers;
    sleeper!.pause(ms);
    await world.clock.advance(ms);
    await world.clock.until(() => world.isConverged(), 3 * MINUTE_MS, "all are there again");
    await world.clock.advance(MINUTE_MS);
    assertEquals(world.isConverged(), true);
    assertEquals(harm(sleeper!), []);
    const failed = new Set(others.flatMap(harm));
    assertEquals(failed, ms <= 5_000 ? new Set() : new Set(["failed alice"]));
  });
}

const GONE = { type: "parley", address: "127.0.0.1:9" as Address } as const;

for (const [what, moved] of [["", 0], [", two of them elsewhere", 2]] as const) {
  for (const seed of [1, 2, 3]) {
    Deno.test(`row 41: all killed at once, the registry gone, back in any order${what}: one membership (${seed})`, async () => {
      const world = new World({ seed: `all ${seed} ${moved}` });
      const peers = await world.startAll(NAMES, 500);
      await world.clock.until(() => world.isConverged(), 20_000, "five in one membership");
      const random = seededRandom(`order ${seed}`);
      for (const peer of peers) {
        peer.kill();
        await world.clock.advance(random.below(20_000)); // some have seen others fail by then
      }
      await world.clock.advance(10 * MINUTE_MS);
      const order = peers.map((peer) => [random.next(), peer] as const).toSorted(([a], [b]) => a - b);
      for (const [at, [, { name, memory }]] of order.entries()) {
        const { port: _port, ...elsewhere } = lastRunOf(memory)!;
        world.start(name, { bootstrap: GONE, last: at < moved ? elsewhere : lastRunOf(memory)! });
        await world.clock.advance(random.below(5_000));
      }
      await world.clock.until(() => world.isConverged(), 2 * MINUTE_MS, "five in one membership again");
      assertEquals(world.peers.length, 5);
    });
  }
}

Deno.test("row 41: what is left behind is where others were, also those who failed, and nothing after a goodbye", async () => {
  const { world, peers, at } = await five("left behind");
  const contacts = (peer: SimulatedPeer): readonly Address[] => lastRunOf(peer.memory)?.contacts?.toSorted() ?? [];
  assertEquals(contacts(peers[0]!), [at(1), at(2), at(3), at(4)].toSorted());
  peers[1]!.kill();
  await world.clock.until(() => peers[0]!.alive.length === 4, MINUTE_MS, "the death is known");
  assertEquals(contacts(peers[0]!).length, 4);
  peers[0]!.quit();
  await world.clock.until(() => peers[0]!.state === "ended", 10_000, "she has left");
  assertEquals(contacts(peers[0]!), []);
});

Deno.test("row 41: where others were is not forgotten by who finds nobody, and is by who says goodbye", async () => {
  const world = new World({ seed: "alone" });
  const [somebody, nobody] = ["10.0.0.1:7946", "10.0.0.2:7946"] as [Address, Address];
  const alice = world.start("alice", { last: { contacts: [somebody, nobody] } });
  await world.clock.advance(MINUTE_MS);
  assertEquals([alice.alive, lastRunOf(alice.memory)?.contacts], [["alice"], [somebody, nobody]]);
  alice.quit();
  await world.clock.until(() => alice.state === "ended", 10_000, "she has left");
  assertEquals(lastRunOf(alice.memory)?.contacts, []);
});

Deno.test("row 41: who finds its registry and others there does not look for those of an earlier run", async () => {
  const world = new World({ seed: "other cluster" });
  const old = world.start("old", { bootstrap: { type: "local", port: 7001 } });
  await world.clock.advance(3_000);
  await world.startAll(["bob"], 3_000);
  const alice = world.start("alice", { last: { contacts: [old.memory.address!] } });
  await world.clock.advance(MINUTE_MS);
  assertEquals([alice.alive, old.alive], [["alice", "bob"], ["old"]]);
});

Deno.test("row 42: clocks that are set by an hour, or differ from the start, change nothing in who is there and in which order", async () => {
  const { world, peers } = await five("clocks");
  for (const [at, peer] of peers.entries()) peer.setClock((at - 2) * HOUR_MS);
  for (let i = 0; i < 12; i++) {
    peers[i % 5]!.say(`word ${i}`);
    await world.clock.advance(5_000);
    peers[(i + 1) % 5]!.setClock(i % 2 === 0 ? HOUR_MS : -HOUR_MS);
  }
  const order = Array.from({ length: 12 }, (_, i) => `${NAMES[i % 5]}: word ${i}`);
  for (const peer of peers) assertEquals([harm(peer), peer.said], [[], order], peer.name);
});

Deno.test("row 44: who slept while the key was changed twice stays out, says so, and is back with the new key", async () => {
  const keys = ["11", "22", "33"].map((byte) => byte.repeat(16));
  const protection: Protection = { ...UNPROTECTED, keyring: keyringOf(keys[0]!) };
  const world = new World({ seed: "slept", protection });
  const peers = await bareCluster(world, NAMES);
  const [awake, asleep] = [peers.slice(0, 2), peers.slice(2)];
  for (const peer of asleep) peer.pause();
  for (const [from, to] of [[keys[0]!, keys[1]!], [keys[1]!, keys[2]!]] as const) {
    for (const { guard } of awake) guard.changeKeys(keyringOf(from, to));
    for (const { guard } of awake) guard.changeKeys(keyringOf(to));
    await world.clock.advance(MINUTE_MS);
  }
  for (const peer of asleep) peer.resume();
  await world.clock.advance(2 * MINUTE_MS);
  assertEquals(awake.map(({ alive }) => alive), [["alice", "bob"], ["alice", "bob"]]);
  assert(asleep.every(({ alive }) => !alive.includes("alice")), "neither side knows the other");
  for (const { guard } of asleep) {
    const installed = guard.protection.keyring.install(keyOf(keys[2]!));
    assert(installed.ok);
    guard.changeKeys(installed.keyring);
    const used = installed.keyring.use(keyOf(keys[2]!));
    assert(used.ok);
    guard.changeKeys(used.keyring);
  }
  await world.clock.until(() => world.isConverged(), 5 * MINUTE_MS, "with the key they are back, unasked");
});
