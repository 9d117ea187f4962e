/** Who comes introduces itself, so that many who come at once see each other soon, in every profile. */
import { assert, assertEquals } from "@std/assert";
import { lan, local, type Profile, wan } from "../../actors/pool/profile.ts";
import { run } from "../../sim/run/run.ts";
import { latency } from "../../sim/rules/latency.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { decodeMessage } from "../../transport/wire/messages.ts";

const SIZE = 32;

/** Peers that are members, each of a cluster of one. */
async function singles(world: World, size: number): Promise<readonly SimulatedPeer[]> {
  const peers: SimulatedPeer[] = [];
  for (let number = 0; number < size; number++) {
    const peer = world.start(`peer${number}`, { manual: true });
    await world.clock.advance(0);
    await taken(world, peer.steps.configure());
    await taken(world, peer.steps.create());
    peers.push(peer);
  }
  return peers;
}

async function taken(world: World, step: Promise<{ readonly ok: boolean }>): Promise<void> {
  let result: { readonly ok: boolean } | undefined;
  step.then((value) => result = value);
  await world.clock.until(() => result !== undefined, 60_000, "a step", 1);
  assert(result!.ok);
}

const addressOf = ({ memory }: SimulatedPeer): Address => memory.address!;

/** Lets all join the first one at the same moment; ms until all see all. */
async function storm(seed: number, profile: Profile): Promise<number> {
  const world = new World({ seed: `storm ${seed}`, profile });
  const [contact, ...others] = await singles(world, SIZE);
  const startedAt = world.clock.now();
  for (const { steps } of others) void steps.join([addressOf(contact!)]);
  await world.clock.until(() => world.isConverged(), 120_000, "all see all");
  return world.clock.now() - startedAt;
}

for (const [name, profile] of Object.entries({ lan, local, wan })) {
  Deno.test(`${SIZE} peers that join at once see each other within a second (${name})`, async () => {
    for (let seed = 0; seed < 5; seed++) {
      const ms = await storm(seed, profile);
      assert(ms <= 1_000, `seed ${seed}: ${ms} ms`);
    }
  });
}

/** Without gossip of its own nobody tells of itself but by introducing itself. */
const quiet: Profile = { ...local, gossipIntervalMs: 0, pushPullIntervalMs: 0, probeIntervalMs: 3_600_000 };

/** The receivers of packets with nothing in them but that their sender is alive, from now on. */
function introductions(world: World): { from: Address; to: Address }[] {
  const seen: { from: Address; to: Address }[] = [];
  const names = new Map(world.peers.map((peer) => [addressOf(peer), peer.name]));
  world.network.onEvent = ({ carried: { kind, from, to, bytes } }) => {
    const message = kind === "packet" ? decodeMessage(bytes) : undefined;
    if (message?.ok && message.value.type === "alive" && message.value.node === names.get(from)) {
      seen.push({ from, to });
    }
  };
  return seen;
}

async function joined(world: World, peers: readonly SimulatedPeer[]): Promise<void> {
  for (const { steps } of peers.slice(1)) await taken(world, steps.join([addressOf(peers[0]!)]));
}

Deno.test("a newcomer introduces itself once to everybody of whom it learns, except its contacts", async () => {
  const world = new World({ seed: "introduced", profile: quiet });
  const peers = await singles(world, 6);
  const [a, b, c, d, e, newcomer] = peers;
  await joined(world, [a!, b!, c!, d!, e!]);
  const seen = introductions(world);
  await taken(world, newcomer!.steps.join([addressOf(a!)]));
  await world.clock.advance(100);
  assertEquals(seen.map(({ to }) => to).toSorted(), [b!, c!, d!, e!].map(addressOf).toSorted());
  assertEquals(new Set(seen.map(({ from }) => from)), new Set([addressOf(newcomer!)]));
  assertEquals(world.isConverged(), true);
});

Deno.test("by several contacts too, nobody is told twice", async () => {
  const world = new World({ seed: "several", profile: quiet });
  const peers = await singles(world, 6);
  await joined(world, peers.slice(0, 5));
  const seen = introductions(world);
  await taken(world, peers[5]!.steps.join(peers.slice(0, 3).map(addressOf)));
  await world.clock.advance(100);
  const receivers = seen.map(({ to }) => to);
  assertEquals(receivers.length, new Set(receivers).size);
});

Deno.test("of many a newcomer tells 64, and who is dead is not told", async () => {
  const world = new World({ seed: "many", profile: { ...quiet, probeIntervalMs: 1_000 } });
  const peers = await singles(world, 71);
  const [contact, ...others] = peers;
  await joined(world, peers.slice(0, 70));
  const newcomer = peers[70]!;
  const seen = introductions(world);
  await taken(world, newcomer.steps.join([addressOf(contact!)]));
  await world.clock.advance(100);
  assertEquals(seen.length, 64);
  others[0]!.kill();
  await world.clock.until(() => !newcomer.alive.includes(others[0]!.name), 120_000, "the death is known");
  seen.length = 0;
  for (let time = 0; time < 10; time++) await taken(world, newcomer.steps.join([addressOf(contact!)]));
  await world.clock.advance(100);
  assertEquals(seen.filter(({ to }) => to === addressOf(others[0]!)), []);
});

Deno.test("of 200 who arrive within a few seconds all know all long before the next regular exchange", async () => {
  const { verdict, figures } = await run({
    seed: "1", // without looking again, it takes 38 s
    peers: 200,
    minutes: 0.2,
    profile: "lan",
    faults: [],
    chatters: 0,
    rooms: 1,
  });
  assertEquals(verdict.type, "passed");
  assert(figures.convergedAfterMs! < 15_000, `${figures.convergedAfterMs} ms`);
});

Deno.test("who came while they were few looks at a table again once they are many", async () => {
  const world = new World({ seed: "grown", profile: quiet });
  const peers = await singles(world, 80);
  const [contact, ...others] = peers;
  const early = others.slice(0, 29);
  await joined(world, [contact!, ...early]);
  await world.clock.advance(6_000);
  for (const { steps } of others.slice(29)) await taken(world, steps.join([addressOf(contact!)]));
  const streams = (): readonly number[] => early.map(({ traffic }) => traffic.streams);
  const before = streams();
  await world.clock.advance(20_000);
  assertEquals(streams().filter((now, at) => now <= before[at]!), []);
});

Deno.test("where all could introduce themselves to all, nobody looks at a table again after its join", async () => {
  const world = new World({ seed: "few", profile: quiet });
  const peers = await singles(world, 6);
  await joined(world, peers);
  const streams = (): readonly number[] => peers.map(({ traffic }) => traffic.streams);
  const before = streams();
  await world.clock.advance(300_000);
  assertEquals(streams(), before);
});

Deno.test("who leaves while it joins introduces itself to nobody any more", async () => {
  let underWay = 0;
  for (let afterMs = 0; afterMs < 60; afterMs++) {
    const world = new World({ seed: `gone ${afterMs}`, profile: quiet });
    world.network.add(latency(3, 3));
    const peers = await singles(world, 6);
    await joined(world, peers.slice(0, 5));
    const newcomer = peers[5]!;
    const seen = introductions(world);
    void newcomer.steps.join([addressOf(peers[0]!)]);
    await world.clock.advance(afterMs);
    if (seen.length === 0) underWay++;
    const before = seen.length;
    void newcomer.steps.leave();
    await world.clock.advance(1_000);
    assertEquals(seen.length, before, `left ${afterMs} ms after it began`);
  }
  assert(underWay > 0 && underWay < 60);
});
