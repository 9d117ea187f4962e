import { assert, assertEquals, assertThrows } from "@std/assert";
import { seededRandom } from "../../actors/runtime/random.ts";
import { Network } from "../../sim/network.ts";
import type { Rule } from "../../sim/rule.ts";
import { bandwidth } from "../../sim/rules/bandwidth.ts";
import { doubling } from "../../sim/rules/doubling.ts";
import { held } from "../../sim/rules/held.ts";
import { latency } from "../../sim/rules/latency.ts";
import { longTail } from "../../sim/rules/long_tail.ts";
import { loss } from "../../sim/rules/loss.ts";
import { reordering } from "../../sim/rules/reordering.ts";
import { slow } from "../../sim/rules/slow.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { parseAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { Transport } from "../../transport/transport.ts";
import { TransportRecorder } from "../transport/recorder.ts";

type Arrival = Readonly<{ value: number; atMs: number }>;

/** Two hosts, what arrived at the second, and when. */
class Line {
  readonly clock = new VirtualClock();
  readonly network = new Network(this.clock, seededRandom(1));
  readonly arrivals: Arrival[] = [];
  readonly b = new TransportRecorder();
  from!: Transport;
  to!: Transport;

  static async make(...rules: ((line: Line) => Rule)[]): Promise<Line> {
    const line = new Line();
    const open = openSimulatedTransportOn(line.network);
    const anyPort = parseAddress("127.0.0.1:0")!;
    line.from = await open(anyPort, new TransportRecorder());
    line.to = await open(anyPort, {
      packet: (_from, bytes) => line.arrivals.push({ value: bytes[0]!, atMs: line.clock.now() }),
      accept: (stream) => line.b.accept(stream),
    });
    for (const rule of rules.toReversed()) line.network.add(rule(line));
    return line;
  }

  /** Sends packets of so many bytes, the first of which counts up from 0. */
  send(count: number, bytes = 1): void {
    for (let value = 0; value < count; value++) {
      this.from.sendPacket(this.to.address, new Uint8Array(bytes).fill(value));
    }
  }

  get values(): readonly number[] {
    return this.arrivals.map(({ value }) => value);
  }
}

Deno.test("doubling() lets some datagrams arrive twice, each copy in its own time", async () => {
  const line = await Line.make(() => doubling(0.5), () => latency(10, 100));
  line.send(100);
  await line.clock.advance(1_000);
  const twice = [...new Set(line.values)].filter((value) =>
    line.values.filter((other) => other === value).length === 2
  );
  assertEquals(new Set(line.values).size, 100, "nothing is lost");
  assert(twice.length > 30 && twice.length < 70, `${twice.length} of 100`);
  assertEquals(line.arrivals.length, 100 + twice.length);
  const times = line.arrivals.filter(({ value }) => value === twice[0]).map(({ atMs }) => atMs);
  assert(times[0] !== times[1]);
});

Deno.test("of two copies one may be lost, and the other arrives all the same", async () => {
  const line = await Line.make(() => doubling(1), () => loss(0.5));
  line.send(200);
  await line.clock.advance(1_000);
  const missing = 200 - new Set(line.values).size;
  assert(missing > 25 && missing < 75, `${missing} of 200 lost both copies`);
});

Deno.test("reordering() holds some packets back, and nothing is lost", async () => {
  const line = await Line.make(() => reordering(0.3, 50));
  line.send(50);
  await line.clock.advance(1_000);
  assert(line.values.some((value, at) => value < (line.values[at - 1] ?? 0)), "some are overtaken");
  assertEquals(line.values.toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, at) => at));
});

Deno.test("slow() adds to what the other rules say, for those it names and in one direction", async () => {
  const line = await Line.make(({ to }) => slow([to.address], 500), () => latency(10));
  line.send(1);
  await line.clock.advance(1_000);
  assertEquals(line.arrivals, [{ value: 0, atMs: 510 }]);
  const back = await Line.make(({ from }) => slow([from.address], 500), () => latency(10));
  back.send(1);
  await back.clock.advance(1_000);
  assertEquals(back.arrivals, [{ value: 0, atMs: 10 }]);
});

Deno.test("two rules that add to the time add up", async () => {
  const line = await Line.make(
    ({ to }) => slow([to.address], 500),
    ({ to }) => slow([to.address], 30),
    () => latency(10),
  );
  line.send(1);
  await line.clock.advance(1_000);
  assertEquals(line.arrivals, [{ value: 0, atMs: 540 }]);
});

Deno.test("what is added before a datagram is doubled holds for both copies", async () => {
  const line = await Line.make(({ to }) => slow([to.address], 500), () => doubling(1), () => latency(10));
  line.send(1);
  await line.clock.advance(1_000);
  assertEquals(line.arrivals.map(({ atMs }) => atMs), [510, 510]);
});

Deno.test("a drop behind a rule that adds to the time is a drop", async () => {
  const line = await Line.make(({ to }) => slow([to.address], 500), () => loss(1));
  line.send(1);
  await line.clock.advance(1_000);
  assertEquals([line.arrivals, line.network.counters.packetsDropped], [[], 1]);
});

Deno.test("longTail() takes about the median, half of the time less, and sometimes much longer", async () => {
  const line = await Line.make(() => longTail(20));
  for (let round = 0; round < 40; round++) line.send(50);
  await line.clock.advance(10_000);
  const took = line.arrivals.map(({ atMs }) => atMs).toSorted((a, b) => a - b);
  const quantile = (share: number): number => took[Math.floor(share * took.length)]!;
  assertEquals(took.length, 2_000);
  assert(Math.abs(quantile(0.5) - 20) < 2, `median ${quantile(0.5)} ms`);
  assert(quantile(0.999) > 100 && quantile(0.999) < 400, `1 of 1,000 after ${quantile(0.999)} ms`);
});

Deno.test("bandwidth() sends one after the other at its speed, and drops what finds the buffer full", async () => {
  const line = await Line.make(
    ({ from, clock }) => bandwidth([from.address], 1_000, () => clock.now()),
    () => latency(10),
  );
  line.send(5, 72); // with its headers a packet has 100 bytes: it takes 100 ms
  await line.clock.advance(10_000);
  assertEquals(line.arrivals.map(({ atMs }) => atMs), [110, 210, 310, 410, 510]);
  line.send(50, 72);
  await line.clock.advance(10_000);
  assertEquals(line.arrivals.length, 5 + 11, "one on the line and a second's worth behind it");
});

Deno.test("bandwidth() leaves others alone", async () => {
  const line = await Line.make(({ to, clock }) => bandwidth([to.address], 1_000, () => clock.now()), () => latency(10));
  line.send(2, 72);
  await line.clock.advance(1_000);
  assertEquals(line.arrivals.map(({ atMs }) => atMs), [10, 10]);
});

Deno.test("nonsense is refused where a rule is made", () => {
  const nonsense: (() => Rule)[] = [
    () => doubling(1.4),
    () => doubling(-0.1),
    () => reordering(NaN, 10),
    () => longTail(-1),
    () => bandwidth([], 0, () => 0),
  ];
  for (const make of nonsense) assertThrows(make, RangeError);
});

Deno.test("what is held arrives when the time is over, in its order, and later things take no longer", async () => {
  const line = await Line.make(({ clock, to }) => held([to.address], 500, () => clock.now()));
  line.send(1);
  await line.clock.advance(200);
  line.send(1);
  await line.clock.advance(400);
  line.send(1);
  await line.clock.advance(10);
  assertEquals(line.arrivals.map(({ atMs }) => atMs), [501, 501, 601]);
});

Deno.test("what others send each other is not held", async () => {
  const line = await Line.make(({ clock }) => held([parseAddress("127.0.0.2:1")!], 500, () => clock.now()));
  line.send(1);
  await line.clock.advance(10);
  assertEquals(line.arrivals.map(({ atMs }) => atMs), [1]);
});
