import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Cast } from "../../actors/peer/cast.ts";
import { readCounters } from "../../actors/peer/counters.ts";
import { links, type LinksMessage } from "../../actors/links.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { ActorSystem, type TreeNode } from "../../actors/runtime/system.ts";
import {
  type Delivered,
  type ExchangeDone,
  type OpenReply,
  type PacketUnsent,
  TRANSPORT,
  transport,
  type TransportEvent,
  type TransportMemory,
  type TransportMessage,
  type TransportStatus,
} from "../../actors/transport.ts";
import type { PacketArrived, StreamRequest } from "../../actors/transport/registration.ts";
import { Network } from "../../sim/network.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { World } from "../../sim/world.ts";
import { type Address, parseAddress } from "../../transport/address.ts";
import { Guard } from "../../transport/guard.ts";
import { advertising } from "../../transport/advertise.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { OpenTransport, Stream } from "../../transport/transport.ts";
import type { WireMessage } from "../../transport/wire/message.ts";
import { encodeStream, StreamReader } from "../../transport/wire/stream.ts";
import { CountingClock } from "../support/counting_clock.ts";
import { ANY_PORT, type Outcome, outcomeOf, Stranger } from "../support/linked_peers.ts";
import { type StreamRecorder, TransportRecorder } from "../transport/recorder.ts";

const PING = encodeStream(
  {
    type: "ping",
    sequence: 7,
    node: "alice",
    sourceAddr: new Uint8Array(0),
    sourcePort: 0,
    sourceNode: "",
  },
  { compress: false },
);
const ACK: WireMessage = { type: "ack", sequence: 7, payload: null };
const ACK_BYTES = encodeStream(ACK, { compress: false });
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A transport actor with links, and a pool that writes down what it is given. */
class Bench {
  readonly clock = new VirtualClock();
  readonly timers = new CountingClock(this.clock);
  readonly network = new Network(this.clock, seededRandom(1));
  readonly system = new ActorSystem({ clock: this.timers, random: seededRandom(2) });
  readonly packets: PacketArrived[] = [];
  readonly requests: StreamRequest[] = [];
  readonly events: TransportEvent["type"][] = [];
  readonly memory: TransportMemory = { closing: Promise.resolve() };
  readonly links: ActorRef<LinksMessage>;
  readonly door: ActorRef<TransportMessage>;
  address: Address = "" as Address;

  constructor(openTransport?: (network: Network) => OpenTransport, streamTimeoutMs = 10_000) {
    const pool = this.system.spawn<PacketArrived | StreamRequest>("pool", () => (message) => {
      if (message.type === "packet_arrived") this.packets.push(message);
      else this.requests.push(message);
    });
    this.links = this.system.spawn("links", links);
    this.system.events.subscribe(TRANSPORT, ({ type }) => this.events.push(type));
    this.door = this.system.spawn(
      "transport",
      transport({
        openTransport: (openTransport ?? openSimulatedTransportOn)(this.network),
        memory: this.memory,
        links: () => this.links,
      }),
    );
    const registration = { type: "pool", id: "chat", guard: Guard.unguarded(), to: pool, streamTimeoutMs } as const;
    this.door.tell({ type: "register", registration });
  }

  static async open(streamTimeoutMs?: number): Promise<Bench> {
    const bench = new Bench(undefined, streamTimeoutMs);
    const reply = await bench.settled(bench.openAt());
    assert(reply.ok);
    bench.address = reply.address;
    return bench;
  }

  openAt(bind: Address = ANY_PORT): Outcome<OpenReply> {
    return outcomeOf(this.door.ask<OpenReply>((replyTo) => ({ type: "open", bind, name: "bench", replyTo }), 60_000));
  }

  close(): Outcome<"closed"> {
    return outcomeOf(this.door.ask<"closed">((replyTo) => ({ type: "close", replyTo }), 60_000));
  }

  async settled<T>(outcome: Outcome<T>): Promise<T> {
    await this.clock.until(() => outcome.settled, 61_000, "an answer", 1);
    if (outcome.error !== undefined) throw outcome.error;
    return outcome.value!;
  }

  async status(): Promise<TransportStatus> {
    return await this.settled(
      outcomeOf(this.door.ask<TransportStatus>((replyTo) => ({ type: "status", replyTo }), 1_000)),
    );
  }

  /** Asks `to` for one message; what came of it, and after how long. */
  exchange(to: Address, timeoutMs = 2_000): Outcome<ExchangeDone> {
    const id = 1;
    return outcomeOf(
      this.door.ask<ExchangeDone>(
        (replyTo) => ({ type: "exchange", id, to, request: PING, guard: Guard.unguarded(), timeoutMs, replyTo }),
        timeoutMs + 5_000,
      ),
    );
  }

  /** Gives `to` one message, and waits until it has it. */
  deliver(to: Address, timeoutMs = 2_000): Outcome<Delivered> {
    const message = { type: "deliver", id: 1, to, request: PING, guard: Guard.unguarded(), timeoutMs } as const;
    return outcomeOf(this.door.ask<Delivered>((replyTo) => ({ ...message, replyTo }), timeoutMs + 5_000));
  }

  async stranger(onAccept: (stream: Stream, told: StreamRecorder) => void = () => {}): Promise<Stranger> {
    const told = new TransportRecorder();
    told.onAccept = (stream) => onAccept(stream, told.accepted.at(-1)!.told);
    return new Stranger(await openSimulatedTransportOn(this.network)(ANY_PORT, told), told);
  }
}

Deno.test("opening tells the address, again and again; closing and opening tells another", async () => {
  const bench = new Bench();
  const first = await bench.settled(bench.openAt());
  assertEquals(await bench.settled(bench.openAt()), first);
  assertEquals(await bench.settled(bench.close()), "closed");
  assertEquals(await bench.settled(bench.close()), "closed");
  const second = await bench.settled(bench.openAt());
  assert(first.ok && second.ok && first.address !== second.address);
  assertEquals(bench.events, ["opened", "closed", "opened"]);
});

Deno.test("a port that is taken is one sentence, and leaves everything closed", async () => {
  const bench = new Bench();
  const { address } = await bench.stranger();
  const reply = await bench.settled(bench.openAt(address));
  assert(!reply.ok);
  assertEquals(reply.error.message, `Another host has the address "${address}"`);
  assertEquals([(await bench.status()).address, bench.memory.open, bench.events], [undefined, undefined, []]);
  assert((await bench.settled(bench.openAt())).ok, "another port can be opened");
});

Deno.test("everybody who opens at the same time is told the same", async () => {
  const bench = new Bench();
  const outcomes = [bench.openAt(), bench.openAt(), bench.openAt()];
  const replies = await Promise.all(outcomes.map((outcome) => bench.settled(outcome)));
  assertEquals(new Set(replies.map((reply) => reply.ok && reply.address)).size, 1);
});

/** Opens a second later than asked. */
const slowly = (network: Network): OpenTransport => (bind, handler) =>
  new Promise((resolve, reject) =>
    network.clock.after(1_000, () => openSimulatedTransportOn(network)(bind, handler).then(resolve, reject))
  );

Deno.test("closing while it opens leaves it closed, and who opened is told", async () => {
  const bench = new Bench(slowly);
  const opened = bench.openAt();
  await bench.clock.advance(500);
  const closed = bench.close();
  const reply = await bench.settled(opened);
  assert(!reply.ok && reply.error.message === "Closed before it was open");
  assertEquals(await bench.settled(closed), "closed");
  await bench.clock.advance(5_000);
  assertEquals([(await bench.status()).address, bench.events], [undefined, []]);
});

Deno.test("opening anew while a former opening is being closed opens the new one", async () => {
  const bench = new Bench(slowly);
  const port = parseAddress("127.0.0.1:7000")!;
  bench.openAt(port);
  await bench.clock.advance(500);
  bench.close();
  const reply = await bench.settled(bench.openAt(port));
  assert(reply.ok, "the same port, free again by then");
  assertEquals([reply.address, bench.events], [port, ["opened"]]);
});

Deno.test("a transport under another address than its sockets' opens those again when it crashes", async () => {
  const told = "192.0.2.1:7946" as Address;
  const bench = new Bench((network) =>
    advertising(openSimulatedTransportOn(network), { asked: told, ofMachine: () => [] })
  );
  const reply = await bench.settled(bench.openAt());
  assert(reply.ok);
  const bound = bench.memory.open?.bind;
  assertEquals([reply.address, bound?.startsWith("127.0.0.1:")], [told, true]);
  bench.system.crash("/transport");
  await bench.clock.advance(2_000);
  assertEquals([(await bench.status()).address, bench.memory.open?.bind], [told, bound]);
});

Deno.test("a transport that crashes opens the same port again, also when it crashes while it opens", async () => {
  for (const crashAfterMs of [500, 1_500]) {
    const bench = new Bench(slowly);
    const port = parseAddress("127.0.0.1:7000")!;
    bench.openAt(port);
    await bench.clock.advance(crashAfterMs);
    bench.system.crash("/transport");
    await bench.clock.advance(5_000);
    assertEquals((await bench.status()).address, port);
    assertEquals(bench.events.at(-1), "opened");
  }
});

Deno.test("an exchange brings the reply, however it is cut, and leaves nothing behind", async () => {
  const bench = await Bench.open();
  const { address } = await bench.stranger((stream, told) => {
    bench.clock.after(10, () => {
      assertEquals(told.bytes, PING);
      for (const byte of ACK_BYTES) stream.write(Uint8Array.of(byte));
    });
  });
  const done = await bench.settled(bench.exchange(address));
  assertEquals(done.outcome, { ok: true, message: ACK });
  await bench.clock.advance(100);
  const idle = new Bench().timers.pending;
  assert(bench.timers.pending <= idle + 1, "only the links' housekeeping is left");
});

const failures: readonly [string, string, (stream: Stream) => void][] = [
  ["nothing at all", "timed_out", () => {}],
  ["half a reply", "timed_out", (stream) => stream.write(ACK_BYTES.subarray(0, 3))],
  ["half a reply and an end", "closed without an answer", (stream) => {
    stream.write(ACK_BYTES.subarray(0, 3));
    stream.end();
  }],
  ["an end", "closed without an answer", (stream) => stream.end()],
  ["a reset", "reset", (stream) => stream.destroy()],
  ["an HTML page", "unknown_type", (stream) => stream.write(text("<!doctype html>"))],
  ["an encrypted message", "encrypted", (stream) => stream.write(Uint8Array.of(10, 0, 0, 0, 1))],
  ["a message that is none for streams", "not_in_streams", (stream) => stream.write(Uint8Array.of(3, 0x80))],
];

for (const [what, reason, act] of failures) {
  Deno.test(`an exchange that is answered by ${what} ends as ${reason}, within its time`, async () => {
    const bench = await Bench.open();
    const { address, told } = await bench.stranger((stream) => bench.clock.soon(() => act(stream)));
    const outcome = bench.exchange(address, 2_000);
    await bench.clock.until(() => outcome.settled, 2_001, "it ends");
    assertEquals(outcome.value?.outcome, { ok: false, reason });
    await bench.clock.advance(100);
    assert(told.accepted[0]!.told.closedAs !== undefined, "the stream is gone");
  });
}

Deno.test("a delivery is done when the other side has it all and closes, and leaves nothing behind", async () => {
  const bench = await Bench.open();
  const { address, told } = await bench.stranger((stream) => bench.clock.after(50, () => stream.end()));
  assertEquals(await bench.settled(bench.deliver(address)), { type: "delivered", id: 1 });
  await bench.clock.advance(10);
  const [{ told: accepted } = {}] = told.accepted;
  assertEquals([accepted?.bytes, accepted?.closedAs], [PING, "ended"]);
  assertEquals(bench.timers.pending, 0);
});

const complain = (stream: Stream): void => {
  stream.write(encodeStream({ type: "error", text: "not for me" }, { compress: false }));
  stream.end();
};

for (
  const [what, act, problem] of [
    ["a complaint", complain, "remote error: not for me"],
    ["an answer", (stream: Stream) => stream.write(ACK_BYTES), "an answer to no question"],
    ["a reset", (stream: Stream) => stream.destroy(), "reset"],
    ["silence", () => {}, "timed_out"],
  ] as const
) {
  Deno.test(`a delivery that meets with ${what} has failed, within its time`, async () => {
    const bench = await Bench.open();
    const { address, told } = await bench.stranger((stream) => bench.clock.soon(() => act(stream)));
    const outcome = bench.deliver(address, 2_000);
    await bench.clock.until(() => outcome.settled, 2_001, "it ends");
    assertEquals(outcome.value, { type: "delivered", id: 1, problem });
    await bench.clock.advance(100);
    assert(told.accepted[0]!.told.closedAs !== undefined, "the stream is gone");
  });
}

Deno.test("a delivery to nobody is refused, on a closed transport it says so", async () => {
  const bench = await Bench.open();
  const nobody = parseAddress("127.0.0.1:9")!;
  assertEquals((await bench.settled(bench.deliver(nobody))).problem, "refused");
  await bench.settled(bench.close());
  assertEquals((await bench.settled(bench.deliver(nobody))).problem, "the transport is closed");
});

Deno.test("an exchange with nobody is refused, with a black hole times out, on a closed transport says so", async () => {
  const bench = await Bench.open();
  const nobody = parseAddress("127.0.0.1:9")!;
  assertEquals((await bench.settled(bench.exchange(nobody))).outcome, { ok: false, reason: "refused" });
  bench.network.add(cutOff(nobody));
  const hole = bench.exchange(nobody, 2_000);
  await bench.clock.until(() => hole.settled, 2_001, "it ends");
  assertEquals(hole.value?.outcome, { ok: false, reason: "timed_out" });
  const pending = bench.exchange(nobody);
  await bench.settled(bench.close());
  assertEquals((await bench.settled(pending)).outcome, { ok: false, reason: "destroyed" });
  assertEquals((await bench.settled(bench.exchange(nobody))).outcome, { ok: false, reason: "the transport is closed" });
});

Deno.test("packets go out and come in, and are dropped and counted while it is closed", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  bench.door.tell({ type: "send_packet", to: stranger.address, bytes: text("hello") });
  stranger.transport.sendPacket(bench.address, text("back"));
  await bench.clock.advance(10);
  assertEquals(stranger.told.packets, [{ from: bench.address, bytes: text("hello") }]);
  assertEquals(bench.packets, [{ type: "packet_arrived", from: stranger.address, bytes: text("back") }]);
  const { counters } = await bench.status();
  assertEquals([counters?.packetsSent, counters?.packetsReceived], [1, 1]);
  await bench.settled(bench.close());
  const unsent = await bench.settled(outcomeOf(
    bench.door.ask<PacketUnsent>((replyTo) => {
      return { type: "send_packet", to: stranger.address, bytes: text("lost"), unsent: { replyTo, id: 7 } };
    }, 1_000),
  ));
  assertEquals(unsent, { type: "packet_unsent", id: 7, cause: "local" });
  assertEquals((await bench.status()).dropped, { closed: 1 });
});

const DROPPED: readonly [string, string, readonly Uint8Array[]][] = [
  ["noise", "unknown stream", [Uint8Array.of(0xff, 0xfe)]],
  ["a line of chat", "unknown stream", [text("hello\n")]],
  ["a request over HTTP, where there is none", "http", [text("GET / HTTP/1.1\r\n\r\n")]],
  ["half a method and something else", "unknown stream", [text("PO"), text("ET")]],
  ["half a preamble and something else", "unknown stream", [Uint8Array.of(0xca), Uint8Array.of(0xca)]],
  ["a labelled stream", "stream labelled", [Uint8Array.of(244, 3, 97, 98, 99)]],
  ["a push/pull with -1 nodes", "stream out_of_range", [pushPullHeader([0xff], [0])]],
  ["a push/pull with a billion nodes", "stream too_large", [pushPullHeader([0xce, 0x3b, 0x9a, 0xca, 0], [0])]],
  ["a push/pull with 2 GiB of state", "stream too_large", [pushPullHeader([0], [0xce, 0x80, 0, 0, 0])]],
  ["a ping of noise", "stream wrong_kind", [Uint8Array.of(0, 0xc3)]],
];

for (const [what, reason, parts] of DROPPED) {
  Deno.test(`${what} is closed at once and counted as ${reason}`, async () => {
    const bench = await Bench.open();
    const stranger = await bench.stranger();
    const { stream, told } = stranger.dial(bench);
    for (const part of parts) {
      await bench.clock.advance(10);
      stream.write(part);
    }
    await bench.clock.advance(10);
    assertEquals([told.closedAs, bench.requests.length], ["reset", 0]);
    assertEquals((await bench.status()).dropped, { [reason]: 1 });
  });
}

Deno.test("an encrypted stream, where there is no key, is told so as memberlist does, closed and counted", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  const { stream, told } = stranger.dial(bench, Uint8Array.of(10, 0, 0, 0, 9));
  await bench.clock.advance(10);
  const error = "remote state is encrypted and encryption is not configured";
  assertEquals(new StreamReader().push(told.bytes), { ok: true, value: { type: "error", text: error } });
  assertEquals([told.isEnded, bench.requests.length], [true, 0]);
  assertEquals((await bench.status()).dropped, { "stream encrypted": 1 });
  stream.end();
  await bench.clock.advance(10);
  assertEquals(told.closedAs, "ended");
});

Deno.test("a stream whose first bytes do not come within 5 s is closed and counted, however slowly it speaks", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  const silent = stranger.dial(bench);
  const dripping = stranger.dial(bench, text("O"));
  await bench.clock.advance(3_000);
  dripping.stream.write(text("P"));
  await bench.clock.advance(1_990);
  assertEquals([silent.told.closedAs, dripping.told.closedAs], [undefined, undefined]);
  await bench.clock.advance(20);
  assertEquals([silent.told.closedAs, dripping.told.closedAs], ["reset", "reset"]);
  assertEquals((await bench.status()).dropped, { "silent stream": 2 });
});

Deno.test("who connects and ends without a word is closed without ado", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  const { stream, told } = stranger.dial(bench);
  stream.end();
  await bench.clock.advance(10);
  assertEquals(told.closedAs, "ended");
  assertEquals((await bench.status()).dropped, {});
});

Deno.test("a memberlist stream is one request, whatever comes behind it, and is answered once", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  const { stream, told } = stranger.dial(bench, PING);
  await bench.clock.advance(10);
  for (let i = 0; i < 5; i++) stream.write(PING);
  await bench.clock.advance(10);
  assertEquals(bench.requests.map(({ message }) => message.type), ["ping"]);
  const { session } = bench.requests[0]!;
  for (let i = 0; i < 2; i++) bench.door.tell({ type: "answer", session, bytes: ACK_BYTES });
  stream.end();
  await bench.clock.advance(10);
  assertEquals([told.bytes, told.closedAs], [ACK_BYTES, "ended"]);
});

for (const [streamTimeoutMs, what] of [[30_000, "the time"], [1_000, "10 s, but not less,"]] as const) {
  Deno.test(`a pool whose profile gives a stream ${streamTimeoutMs} ms waits ${what} for a request and its answer`, async () => {
    const bench = await Bench.open(streamTimeoutMs);
    const { told } = (await bench.stranger()).dial(bench, PING.subarray(0, 2));
    const waitedMs = Math.max(10_000, streamTimeoutMs);
    await bench.clock.advance(waitedMs - 100);
    assertEquals(told.closedAs, undefined);
    await bench.clock.advance(200);
    assertEquals(told.closedAs, "reset");
  });
}

Deno.test("a memberlist stream that is not whole within 10 s is closed and counted", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  const { stream, told } = stranger.dial(bench, PING.subarray(0, 2));
  for (let second = 1; second < 10; second++) {
    await bench.clock.advance(1_000);
    stream.write(PING.subarray(second + 1, second + 2));
  }
  assertEquals(told.closedAs, undefined);
  await bench.clock.advance(1_100);
  assertEquals([told.closedAs, bench.requests.length], ["reset", 0]);
  assertEquals((await bench.status()).dropped, { "slow stream": 1 });
});

Deno.test("of a thousand memberlist streams at once 128 are served, the others closed and counted", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  const streams = [];
  for (let i = 0; i < 1_000; i++) {
    streams.push(stranger.dial(bench, PING));
    if (i % 100 === 99) await bench.clock.advance(10);
  }
  assertEquals(bench.requests.length, 128);
  assertEquals((await bench.status()).dropped, { "too many streams": 872 });
  for (const { session } of bench.requests) bench.door.tell({ type: "answer", session, bytes: ACK_BYTES });
  for (const { stream } of streams) stream.end();
  await bench.clock.advance(10);
  assertEquals(streams.filter(({ told }) => told.length === ACK_BYTES.length).length, 128);
  stranger.dial(bench, PING);
  await bench.clock.advance(10);
  assertEquals(bench.requests.length, 129);
});

Deno.test("silent streams take no place of memberlist's, and of too many the oldest goes", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  const silent = Array.from({ length: 300 }, () => stranger.dial(bench));
  await bench.clock.advance(100);
  stranger.dial(bench, PING);
  await bench.clock.advance(100);
  assertEquals(bench.requests.length, 1);
  const open = silent.filter(({ told }) => told.closedAs === undefined).length;
  assertEquals([open, (await bench.status()).dropped], [127, { "too many silent streams": 173 }]);
  await bench.clock.advance(5_000);
  assertEquals(silent.filter(({ told }) => told.closedAs === undefined).length, 0);
});

Deno.test("a peer that is reset in mid-frame leaves no timer behind", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  await bench.clock.advance(0); // the asks of the opening are over, and with this turn their timer
  const before = bench.timers.pending;
  const streams = [
    stranger.dial(bench),
    stranger.dial(bench, PING.subarray(0, 3)),
    stranger.link(bench, stranger.hello().subarray(0, 9)),
  ];
  await bench.clock.advance(10);
  assert(bench.timers.pending > before);
  for (const { stream } of streams) stream.destroy();
  await bench.clock.advance(10);
  assertEquals(bench.timers.pending, before);
});

Deno.test("stopping closes all and leaves no timer behind", async () => {
  const bench = await Bench.open();
  const stranger = await bench.stranger();
  const streams = [stranger.dial(bench), stranger.dial(bench, PING), stranger.link(bench, stranger.hello())];
  const exchange = bench.exchange(stranger.address);
  await bench.clock.advance(10);
  const stopped = outcomeOf(bench.system.stop());
  await bench.clock.advance(10);
  assert(stopped.settled && exchange.settled);
  assertEquals([streams.map(({ told }) => told.closedAs), bench.timers.pending], [["reset", "reset", "reset"], 0]);
});

Deno.test("random packets and random streams change nothing in a peer's membership and crash none of its actors", async () => {
  const world = new World({ seed: "fuzz" });
  let cast: Cast | undefined;
  const alice = world.start("alice", {
    repl: (_steps, those) => () => {
      cast = those;
      return () => {};
    },
  });
  await world.clock.advance(500);
  const bob = world.start("bob");
  await world.clock.until(() => world.peers.length === 2 && world.isConverged(), 5_000, "two in one membership");
  await world.clock.advance(1_000);
  const seen = alice.members.length;
  const told = new TransportRecorder();
  const stranger = new Stranger(await openSimulatedTransportOn(world.network)(ANY_PORT, told), told);
  const to = { address: alice.memory.address! };

  const noise = fc.uint8Array({ maxLength: 200 });
  const starts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 244];
  const typed = fc.tuple(fc.constantFrom(...starts), noise).map(([first, rest]) => Uint8Array.of(first, ...rest));
  const framed = fc.tuple(fc.nat(400), noise).map(([claim, rest]) =>
    Uint8Array.of(0xca, 0x11, ...stranger.hello(), 0, 0, claim >> 8, claim & 255, ...rest)
  );
  const inputs = fc.sample(fc.oneof(noise, typed, framed), { numRuns: 2_000, seed: 7 });
  for (const [i, bytes] of inputs.entries()) {
    stranger.transport.sendPacket(to.address, bytes);
    const { stream } = stranger.dial(to, bytes);
    if (i % 3 === 0) stream.end();
    if (i % 50 === 49) await world.clock.advance(20);
  }
  await world.clock.advance(20_000);

  assertEquals(alice.members.slice(seen).map(({ type, member }) => [type, member.name]), []);
  assertEquals([alice.alive, bob.alive], [["alice", "bob"], ["alice", "bob"]]);
  assertEquals(restarted(alice.system.tree()), []);
  assert(stranger.told.opened.every(({ closedAs }) => closedAs !== undefined), "every stream is gone");
  const counters = outcomeOf(readCounters(cast!, {}));
  await world.clock.until(() => counters.settled, 5_000, "the counters");
  const counted = (group: string): number =>
    counters.value!.reduce((total, [what, count]) => what.startsWith(group) ? total + count : total, 0);
  assert(counted("pool: packet") > 1_000, JSON.stringify(counters.value));
  assert(counted("transport: stream ") + counted("transport: unknown stream") > 1_000, JSON.stringify(counters.value));
  assert(counted("links: malformed") > 10, JSON.stringify(counters.value));
});

function restarted(nodes: readonly TreeNode[]): string[] {
  return nodes.flatMap((node) => [...node.restarts > 0 ? [node.path] : [], ...restarted(node.children)]);
}

/** A push/pull of which only the header is there, with these numbers in it. */
function pushPullHeader(nodes: readonly number[], userStateBytes: readonly number[]): Uint8Array {
  const key = (name: string): number[] => [0xa0 | name.length, ...text(name)];
  return Uint8Array.of(
    6,
    0x83,
    ...key("Join"),
    0xc2,
    ...key("Nodes"),
    ...nodes,
    ...key("UserStateLen"),
    ...userStateBytes,
  );
}
