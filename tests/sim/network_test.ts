import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../actors/runtime/random.ts";
import { Network, RETRANSMIT_GIVE_UP_MS } from "../../sim/network.ts";
import type { Carried, Rule } from "../../sim/rule.ts";
import { cut, cutOff, cutOneWay } from "../../sim/rules/cut.ts";
import { datagramsBlocked } from "../../sim/rules/datagrams_blocked.ts";
import { duplication } from "../../sim/rules/duplication.ts";
import { latency } from "../../sim/rules/latency.ts";
import { unreachable } from "../../sim/rules/unreachable.ts";
import { loss } from "../../sim/rules/loss.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { type Address, parseAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { Transport } from "../../transport/transport.ts";
import { TransportRecorder } from "../transport/recorder.ts";

/** Two hosts, `a` and `b`, on a network. */
class World {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly told: { readonly a: TransportRecorder; readonly b: TransportRecorder };
  readonly a: Transport;
  readonly b: Transport;

  static async make(seed = 1): Promise<World> {
    const network = new Network(new VirtualClock(), seededRandom(seed));
    const told = { a: new TransportRecorder(), b: new TransportRecorder() };
    const open = openSimulatedTransportOn(network);
    return new World(network, told, await open(ANY_PORT, told.a), await open(ANY_PORT, told.b));
  }

  private constructor(network: Network, told: World["told"], a: Transport, b: Transport) {
    this.network = network;
    this.clock = network.clock;
    this.told = told;
    this.a = a;
    this.b = b;
  }

  /** An open stream from `a` to `b`. */
  async stream() {
    const client = this.told.a.connect(this.a, this.b.address);
    await this.clock.until(() => client.told.isOpen, 10_000, "an open stream", 1);
    return { client, server: this.told.b.accepted.at(-1)! };
  }

  /** Sends `count` packets of one byte, their number, from `a` to `b`. */
  send(count: number): void {
    for (let i = 0; i < count; i++) this.a.sendPacket(this.b.address, Uint8Array.of(i));
  }

  get arrived(): number[] {
    return this.told.b.packets.map(({ bytes }) => bytes[0]!);
  }
}

const ANY_PORT = parseAddress("127.0.0.1:0")!;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

Deno.test("addresses are handed out in order, skipping those taken", async () => {
  const network = new Network(new VirtualClock(), seededRandom(1));
  const open = openSimulatedTransportOn(network);
  const addresses: Address[] = [];
  for (const bind of ["127.0.0.1:10001", "127.0.0.1:0", "127.0.0.1:0", "127.0.0.2:10001"]) {
    addresses.push((await open(parseAddress(bind)!, new TransportRecorder())).address);
  }
  assertEquals(addresses.map(String), ["127.0.0.1:10001", "127.0.0.1:10000", "127.0.0.1:10002", "127.0.0.2:10001"]);
});

Deno.test("without rules everything takes a millisecond", async () => {
  const world = await World.make();
  world.send(1);
  await world.clock.advance(0.9);
  assertEquals(world.arrived, []);
  await world.clock.advance(0.1);
  assertEquals(world.arrived, [0]);
});

Deno.test("latency() delays, and overtaking packets are all there", async () => {
  const world = await World.make();
  world.network.add(latency(10, 100));
  world.send(50);
  await world.clock.advance(9.9);
  assertEquals(world.arrived, []);
  await world.clock.advance(90.1);
  const sent = Array.from({ length: 50 }, (_, i) => i);
  assertNotEquals(world.arrived, sent);
  assertEquals(world.arrived.toSorted((a, b) => a - b), sent);
});

Deno.test("loss() loses about its share of the packets, counted", async () => {
  const world = await World.make();
  const stop = world.network.add(loss(0.3));
  world.send(1000);
  await world.clock.advance(1);
  const lost = 1000 - world.arrived.length;
  assert(lost > 250 && lost < 350, `${lost} of 1,000 lost`);
  assertEquals(world.network.counters.packetsDropped, lost);
  stop();
  world.send(100);
  await world.clock.advance(1);
  assertEquals(world.arrived.length, 1100 - lost);
});

Deno.test("duplication() brings about its share of the packets twice, none of them never", async () => {
  const world = await World.make();
  world.network.add(duplication(0.3, 50));
  world.send(250);
  await world.clock.advance(51);
  assertEquals(new Set(world.arrived).size, 250);
  const twice = world.arrived.length - 250;
  assert(twice > 50 && twice < 100, `${twice} of 250 came twice`);
  assertNotEquals(world.arrived, world.arrived.toSorted((a, b) => a - b));
});

Deno.test("datagramsBlocked() stops datagrams both ways, of all or of one other, and no stream", () => {
  const [one, other, third] = [1, 2, 3].map((host) => parseAddress(`10.0.0.${host}:1`)!) as [Address, Address, Address];
  const verdict = (rule: Rule, kind: Carried["kind"], from: Address, to: Address): string => {
    const decided = rule({ kind, from, to, bytes: bytes() }, seededRandom(1));
    return decided === "pass" ? decided : decided.type;
  };
  const [all, between] = [datagramsBlocked(one), datagramsBlocked(one, other)];
  assertEquals([verdict(all, "packet", one, third), verdict(all, "packet", third, one)], ["drop", "drop"]);
  assertEquals([verdict(between, "packet", one, other), verdict(between, "packet", other, one)], ["drop", "drop"]);
  assertEquals([verdict(between, "packet", one, third), verdict(between, "packet", third, one)], ["pass", "pass"]);
  assertEquals([verdict(all, "packet", other, third), verdict(all, "stream", one, other)], ["pass", "pass"]);
});

Deno.test("the rules refuse what is no probability and no latency", () => {
  for (const probability of [-0.1, 1.1, NaN]) assertThrows(() => loss(probability), RangeError);
  for (const probability of [-0.1, 1.1, NaN]) assertThrows(() => duplication(probability, 1), RangeError);
  for (const [min, max] of [[-1, 1], [2, 1], [NaN, 1]] as const) assertThrows(() => latency(min, max), RangeError);
});

Deno.test("unreachable() tells the sender of a datagram at once, one way, and lets streams pass", async () => {
  const world = await World.make();
  world.network.add(unreachable(world.a.address, world.b.address));
  const causes: string[] = [];
  world.a.sendPacket(world.b.address, bytes(1), (cause) => causes.push(cause));
  assertEquals(causes, ["network"]);
  world.b.sendPacket(world.a.address, bytes(2), (cause) => causes.push(cause));
  const { server } = await world.stream();
  assertEquals([causes.length, world.told.a.packets.length, server !== undefined], [1, 1, true]);
  assertEquals(world.a.counters.packetsDropped, 1);
});

Deno.test("the newest rule decides first, and removing it brings the older back", async () => {
  const world = await World.make();
  world.network.add(latency(5));
  const heal = world.network.add(() => ({ type: "drop" }));
  world.send(1);
  heal();
  heal();
  world.send(2);
  await world.clock.advance(5);
  assertEquals(world.arrived, [0, 1]);
});

Deno.test("cut() stops both ways, cutOneWay() one, cutOff() all of a node", async () => {
  const both = { there: false, back: false };
  const cases = [
    { rule: cut, ...both },
    { rule: cutOneWay, there: false, back: true },
    { rule: (a: Address[]) => cutOff(a[0]!), ...both },
  ];
  for (const { rule, there, back } of cases) {
    const world = await World.make();
    world.network.add(rule([world.a.address], [world.b.address]));
    world.a.sendPacket(world.b.address, bytes(1));
    world.b.sendPacket(world.a.address, bytes(2));
    await world.clock.advance(10);
    assertEquals([world.told.b.packets.length === 1, world.told.a.packets.length === 1], [there, back]);
  }
});

Deno.test("a stream survives loss and jitter, whole and in order", async () => {
  const world = await World.make();
  world.network.add(latency(1, 50));
  world.network.add(loss(0.2));
  const { client, server } = await world.stream();
  const sent = seededRandom("content").bytes(300_000);
  for (let at = 0; at < sent.length; at += 777) client.stream.write(sent.slice(at, at + 777));
  client.stream.end();
  await world.clock.until(() => server.told.isEnded, 60_000, "the end");
  assertEquals(server.told.bytes, sent);
  assert(world.network.counters.segmentsRetransmitted > 0, "nothing was lost");
});

Deno.test("a stream stalls in a cut and goes on when it heals", async () => {
  const world = await World.make();
  const { client, server } = await world.stream();
  const heal = world.network.add(cutOff(world.b.address));
  client.stream.write(bytes(1));
  await world.clock.advance(5_000);
  assertEquals([server.told.length, client.told.closedAs], [0, undefined]);
  heal();
  client.stream.write(bytes(2));
  await world.clock.advance(3_300);
  assertEquals(server.told.bytes, bytes(1, 2));
});

for (const direction of ["to the receiver", "back to the sender"]) {
  Deno.test(`a cut ${direction} that lasts breaks a stream that is written to, and only that`, async () => {
    const world = await World.make();
    const [written, idle] = [await world.stream(), await world.stream()];
    const [from, to] = direction === "to the receiver" ? [world.a, world.b] : [world.b, world.a];
    const heal = world.network.add(cutOneWay([from.address], [to.address]));
    written.client.stream.write(bytes(1));
    await world.clock.advance(RETRANSMIT_GIVE_UP_MS + 5_000);
    assertEquals([written.client.told.closedAs, idle.client.told.closedAs], ["reset", undefined]);
    assertEquals(written.server.told.closedAs, undefined, "the other side cannot know");
    heal();
    written.server.stream.write(bytes(2));
    await world.clock.advance(10);
    assertEquals(written.server.told.closedAs, "reset");
  });
}

Deno.test("crash() is silent: packets are lost, and who writes to a stream gets a reset", async () => {
  const world = await World.make();
  const { client, server } = await world.stream();
  world.send(1);
  world.network.crash(world.b.address);
  await world.clock.advance(60_000);
  assertEquals([world.arrived, client.told.closedAs, server.told.closedAs], [[], undefined, undefined]);
  assertEquals(world.network.counters.packetsUnheard, 1);
  client.stream.write(bytes(1));
  await world.clock.advance(10);
  assertEquals(client.told.closedAs, "reset");
  const again = world.told.a.connect(world.a, world.b.address);
  await world.clock.advance(10);
  assertEquals(again.told.closedAs, "refused");
});

Deno.test("a crashed host says nothing any more", async () => {
  const world = await World.make();
  const { server } = await world.stream();
  server.stream.write(bytes(1));
  await world.clock.advance(10);
  world.network.crash(world.b.address);
  const { segmentsCarried } = world.network.counters;
  server.stream.write(bytes(2));
  server.stream.destroy();
  world.b.sendPacket(world.a.address, bytes(3));
  await world.b.close();
  await world.clock.advance(60_000);
  assertEquals([world.told.a.packets.length, world.network.counters.segmentsCarried], [0, segmentsCarried]);
  assertEquals(server.told.closedAs, undefined);
});

Deno.test("a host that restarts on its address knows nothing of the old streams", async () => {
  const world = await World.make();
  const { client } = await world.stream();
  world.network.crash(world.b.address);
  const told = new TransportRecorder();
  const again = await openSimulatedTransportOn(world.network)(world.b.address, told);
  client.stream.write(bytes(1));
  const fresh = world.told.a.connect(world.a, again.address);
  await world.clock.advance(10);
  assertEquals([client.told.closedAs, fresh.told.isOpen, told.accepted.length], ["reset", true, 1]);
});

/** What happened in a run with faults, as lines. */
async function trace(seed: number, extraRule = false): Promise<string[]> {
  const world = await World.make(seed);
  const lines: string[] = [];
  world.network.onEvent = ({ atMs, carried, verdict }) => {
    const fate = verdict.type === "deliver" ? `after ${verdict.afterMs}` : "dropped";
    lines.push(`${atMs} ${carried.kind} ${carried.from} ${carried.to} ${carried.bytes.length} ${fate}`);
  };
  world.network.add(latency(1, 20));
  world.network.add(loss(0.2));
  if (extraRule) world.network.add((_carried, random) => random.next() < 0 ? { type: "drop" } : "pass");
  const { client } = await world.stream();
  for (let i = 0; i < 20; i++) {
    world.send(3);
    client.stream.write(new Uint8Array(1000));
    await world.clock.advance(15);
  }
  await world.clock.advance(5_000);
  return lines;
}

Deno.test("the same seed gives the same trace, another seed another", async () => {
  const first = await trace(7);
  assert(first.length > 80, `${first.length} events`);
  assertEquals(await trace(7), first);
  assertNotEquals(await trace(8), first);
});

Deno.test("a rule that draws but never decides changes nothing", async () => {
  assertEquals(await trace(7, true), await trace(7));
});
