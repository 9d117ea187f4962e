/** What is said to everybody, among peers as they are shipped: on a topic of its own, which no room repairs. */
import { assert, assertEquals } from "@std/assert";
import { RUMOURS } from "../../actors/broadcaster.ts";
import { DIRECT_MAX } from "../../actors/broadcaster/rumours.ts";
import { lan } from "../../actors/pool/profile.ts";
import { acquaint, settle } from "../../sim/settled.ts";
import { latency } from "../../sim/rules/latency.ts";
import { loss } from "../../sim/rules/loss.ts";
import type { SimulatedPeer } from "../../sim/world.ts";
import { World } from "../../sim/world.ts";

/** A cluster that is settled, and what each of them has heard of whom. */
async function cluster(count: number, seed: string) {
  const world = new World({ seed, profile: lan });
  const peers = Array.from(
    { length: count },
    (_, n) => world.start(`p${n}`, { manual: true, last: { port: 10_000 + n } }),
  );
  await world.clock.advance(10);
  acquaint(peers, await settle(world, peers, lan));
  await world.clock.advance(1);
  const heard = new Map<SimulatedPeer, number[]>();
  for (const peer of peers) {
    heard.set(peer, []);
    peer.system.events.subscribe(RUMOURS, ({ payload }) => heard.get(peer)!.push(payload[0]! * 256 + payload[1]!));
  }
  let said = 0;
  const say = (peer: SimulatedPeer): void => {
    const payload = new Uint8Array(300);
    payload.set([said >> 8, said & 0xff]);
    said++;
    peer.cast.get("broadcaster").tell({ type: "publish", topic: "bare", payload });
  };
  const stream = async (peer: SimulatedPeer, messages: number, gapMs = 50): Promise<void> => {
    for (let n = 0; n < messages; n++) {
      say(peer);
      await world.clock.advance(gapMs);
    }
  };
  const all = (): number[] => Array.from({ length: said }, (_, n) => n);
  const isWhole = (peer: SimulatedPeer): boolean => heard.get(peer)!.toSorted((a, b) => a - b).join() === all().join();
  return { world, peers, heard, stream, isWhole };
}

async function countersOf(world: World, peer: SimulatedPeer): Promise<Readonly<Record<string, number>>> {
  let counters: Readonly<Record<string, number>> | undefined;
  const asker = peer.system.spawn<Readonly<Record<string, number>>>("asker", () => (got) => void (counters = got));
  peer.cast.get("broadcaster").tell({ type: "status", replyTo: asker });
  await world.clock.until(() => counters !== undefined, 1_000, "counters", 1);
  asker.stop();
  return counters!;
}

Deno.test("up to so many others the author tells them itself, in one hop, and nobody passes anything on", async () => {
  const { world, peers, stream, heard } = await cluster(DIRECT_MAX + 1, "few");
  const [author, ...others] = peers;
  await stream(author!, 10);
  await world.clock.advance(1_000);
  for (const peer of others) {
    assertEquals(heard.get(peer), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const counters = await countersOf(world, peer);
    assertEquals([counters["rumours passed on"], counters["announcements sent"]], [0, 0]);
  }
});

Deno.test("among one more the work is shared: nobody but the author sends more than three times a fair share", async () => {
  const { world, peers, stream, isWhole } = await cluster(DIRECT_MAX + 2, "one more");
  const [author, ...others] = peers as [SimulatedPeer, ...SimulatedPeer[]];
  await stream(author, 20);
  const before = new Map(peers.map((peer) => [peer, peer.traffic.streamBytes]));
  await stream(author, 100);
  await world.clock.advance(1_500);
  const sent = new Map(peers.map((peer) => [peer, peer.traffic.streamBytes - before.get(peer)!]));
  assertEquals(others.filter((peer) => !isWhole(peer)).length, 0);
  const fairShare = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0) / peers.length;
  for (const peer of others) assert(sent.get(peer)! <= 3 * fairShare, `${peer.name} sent ${sent.get(peer)} bytes`);
  assert(sent.get(author)! <= 8 * fairShare);
});

Deno.test("100 peers with lossy links hear everything, and hardly anything out of order", async () => {
  const { world, peers, stream, heard, isWhole } = await cluster(100, "lossy");
  world.network.add(latency(1, 20));
  world.network.add(loss(0.02));
  await stream(peers[0]!, 100);
  await world.clock.until(() => peers.slice(1).every(isWhole), 15_000, "all have it", 100);
  const late = peers.slice(1).reduce((sum, peer) => {
    const numbers = heard.get(peer)!;
    return sum + numbers.filter((number, at) => at > 0 && number < numbers[at - 1]!).length;
  }, 0);
  assert(late < 0.05 * 100 * 99, `${late} came behind later ones`);
});

Deno.test("of 100 peers ten are killed while one speaks: the others are whole within 2 s of its last word", async () => {
  const { world, peers, stream, isWhole } = await cluster(100, "killed");
  const [author] = peers;
  await stream(author!, 40);
  for (let n = 5; n < 100; n += 10) peers[n]!.kill();
  await stream(author!, 60);
  const survivors = peers.filter(({ state }) => state === "running").slice(1);
  await world.clock.until(() => survivors.every(isWhole), 2_000, "the survivors are whole", 50);
});
