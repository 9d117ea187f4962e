import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Address, parseAddress, splitAddress } from "../../transport/address.ts";
import {
  PACKET_BYTES_MAX,
  type Stream,
  STREAM_BUFFER_BYTES_MAX,
  STREAMS_MAX,
  type Transport,
  type TransportHandler,
  TransportOpenError,
} from "../../transport/transport.ts";
import { type StreamRecorder, TransportRecorder } from "./recorder.ts";

/** Where a body of the port is tried: its network, and the time that passes there. */
export interface TransportWorld {
  open(bind: Address, handler: TransportHandler): Promise<Transport>;
  /** Lets time pass until `condition` holds; fails when it does not within `withinMs`. */
  until(condition: () => boolean, withinMs: number, what: string): Promise<void>;
  /** Lets so much happen that whatever was under way has arrived. */
  settle(): Promise<void>;
  /** An address at which connections are neither accepted nor refused. */
  blackHole(): Promise<Address>;
  close(): Promise<void>;
}

const ANY_PORT = address("127.0.0.1:0");
const SOON_MS = 5_000;

/** What every body of the port does, as tests named after `name`. */
export function transportContract(name: string, makeWorld: () => TransportWorld): void {
  const test = (behaviour: string, run: (bench: Bench) => Promise<void>): void =>
    Deno.test(`${name}: ${behaviour}`, async () => {
      const bench = new Bench(makeWorld());
      try {
        await run(bench);
      } finally {
        await bench.close();
      }
      bench.assertAllClosed();
    });

  test("has the real port in its address", async (bench) => {
    const { hostname, port } = splitAddress((await bench.open()).transport.address);
    assertEquals(hostname, "127.0.0.1");
    assert(port > 0 && port <= 65_535, `port ${port}`);
  });

  test("a packet arrives whole, with its sender's address, and is the receiver's to keep", async (bench) => {
    const [a, b] = [await bench.open(), await bench.open()];
    const sent = [pattern(1_400, 1), pattern(1_400, 2)];
    for (const bytes of sent) a.transport.sendPacket(b.transport.address, bytes);
    await bench.until(() => b.told.packets.length === 2, "both packets");
    assertEquals(b.told.packets, sent.map((bytes) => ({ from: a.transport.address, bytes })));
    b.told.packets[0]!.bytes.fill(0);
    assertEquals(sent[0], pattern(1_400, 1), "the sender's bytes are its own");
    assertEquals(a.transport.counters.packetsSent, 2);
    assertEquals(b.transport.counters.packetsReceived, 2);
    assertEquals([a.transport.counters.packetBytesSent, b.transport.counters.packetBytesReceived], [2_800, 2_800]);
  });

  test("empty and largest packets arrive", async (bench) => {
    const [a, b] = [await bench.open(), await bench.open()];
    for (const length of [0, 1, PACKET_BYTES_MAX]) {
      a.transport.sendPacket(b.transport.address, pattern(length));
      await bench.until(() => b.told.packets.at(-1)?.bytes.length === length, `${length} bytes`);
      assertEquals(b.told.packets.at(-1)?.bytes, pattern(length));
    }
  });

  test("a packet that is too large or goes nowhere is dropped, and sending goes on", async (bench) => {
    const [a, b] = [await bench.open(), await bench.open()];
    a.transport.sendPacket(b.transport.address, new Uint8Array(PACKET_BYTES_MAX + 1));
    assertEquals(a.transport.counters.packetsDropped, 1);
    a.transport.sendPacket(await bench.nobody(), pattern(10));
    a.transport.sendPacket(b.transport.address, pattern(20));
    await bench.until(() => b.told.packets.length > 0, "the last packet");
    assertEquals(b.told.packets.map(({ bytes }) => bytes.length), [20]);
  });

  test("who sends a packet that is too large, or after the end, is told that it is not sent", async (bench) => {
    const [a, b] = [await bench.open(), await bench.open()];
    const causes: string[] = [];
    const note = (cause: string): void => void causes.push(cause);
    a.transport.sendPacket(b.transport.address, pattern(10), note);
    await bench.until(() => b.told.packets.length === 1, "the packet");
    a.transport.sendPacket(b.transport.address, new Uint8Array(PACKET_BYTES_MAX + 1), note);
    await a.transport.close();
    a.transport.sendPacket(b.transport.address, pattern(10), note);
    assertEquals(causes, ["local", "local"]);
  });

  test("a stream carries 1 MiB in order, also what was written before it opened", async (bench) => {
    const { client, server } = await bench.pair({ waitForOpen: false });
    const all = pattern(1024 * 1024);
    for (let at = 0; at < all.length; at += 10_007) client.stream.write(all.slice(at, at + 10_007));
    client.stream.end();
    await bench.until(() => server()?.told.isEnded === true, "the end of 1 MiB");
    assertEquals(server()!.told.length, all.length);
    assert(server()!.told.bytes.every((byte, at) => byte === all[at]), "content or order changed");
    assertEquals(client.stream.bufferedBytes, 0);
  });

  test("both sides learn that a stream is open, and are counted", async (bench) => {
    const { a, b, client, accepted } = await bench.openPair();
    assertEquals(client.told.isOpen, true);
    assertEquals(client.stream.remote, b.transport.address);
    assertEquals(splitAddress(accepted.stream.remote).hostname, "127.0.0.1");
    assertEquals([a.transport.counters.streamsOpened, b.transport.counters.streamsAccepted], [1, 1]);
  });

  test("a half-closed stream still carries the answer, then ends for both", async (bench) => {
    const { a, b, client, accepted } = await bench.openPair();
    client.stream.write(text("question"));
    client.stream.end();
    await bench.until(() => accepted.told.isEnded, "the end of the question");
    assertEquals([accepted.told.text, accepted.told.closedAs], ["question", undefined]);
    client.stream.write(text("too late"));
    accepted.stream.write(text("answer"));
    accepted.stream.end();
    await bench.until(() => bothClosed(client, accepted), "both ends closed");
    assertEquals([client.told.text, client.told.isEnded, accepted.told.text], ["answer", true, "question"]);
    assertEquals([client.told.closedAs, accepted.told.closedAs], ["ended", "ended"]);
    const bytes = [a, b].map(({ transport: { counters } }) => [counters.streamBytesSent, counters.streamBytesReceived]);
    assertEquals(bytes, [[8, 6], [6, 8]], "what was written too late does not count");
  });

  test("connecting to nobody is refused", async (bench) => {
    const a = await bench.open();
    const { told } = a.told.connect(a.transport, await bench.nobody());
    await bench.until(() => told.closedAs !== undefined, "refused");
    assertEquals([told.closedAs, told.isOpen], ["refused", false]);
  });

  test("connecting to silence times out", async (bench) => {
    const a = await bench.open();
    const { stream, told } = a.told.connect(a.transport, await bench.world.blackHole(), 100);
    stream.write(text("lost"));
    await bench.until(() => told.closedAs !== undefined, "timed out");
    assertEquals([told.closedAs, told.isOpen], ["timed_out", false]);
  });

  test("a connection can be given up while it is opened", async (bench) => {
    const a = await bench.open();
    const { stream, told } = a.told.connect(a.transport, await bench.world.blackHole());
    stream.destroy();
    assertEquals(told.closedAs, undefined, "told within the call");
    await bench.until(() => told.closedAs !== undefined, "destroyed");
    assertEquals(told.closedAs, "destroyed");
  });

  test("destroy() is a reset for the other side, and is told once", async (bench) => {
    const { client, accepted } = await bench.openPair();
    client.stream.destroy();
    client.stream.destroy();
    client.stream.write(text("too late"));
    assertEquals(client.told.closedAs, undefined, "told within the call");
    await bench.until(() => bothClosed(client, accepted), "both ends closed");
    assertEquals([client.told.closedAs, accepted.told.closedAs], ["destroyed", "reset"]);
    assertEquals(accepted.told.isEnded, false);
  });

  test("a stream may be destroyed while it is accepted", async (bench) => {
    const { b, client, server } = await bench.pair({ waitForOpen: false });
    b.told.onAccept = (stream) => stream.destroy();
    await bench.until(() => client.told.closedAs !== undefined && bothClosed(client, server()), "both ends closed");
    assertEquals([client.told.closedAs, server()?.told.closedAs], ["reset", "destroyed"]);
  });

  for (const side of ["who accepted", "who dialled"] as const) {
    const openPair = async (bench: Bench): Promise<Record<"sender" | "receiver", End>> => {
      const { client, accepted } = await bench.openPair();
      return side === "who accepted" ? { sender: client, receiver: accepted } : { sender: accepted, receiver: client };
    };

    test(`a paused receiver slows the sender down, and gets everything once it resumes: ${side}`, async (bench) => {
      const { sender, receiver } = await openPair(bench);
      receiver.stream.pause();
      const written = await bench.fill(sender.stream);
      assertEquals(receiver.told.length, 0, "data came while paused");
      assert(sender.stream.bufferedBytes > 0, "nothing piled up at the sender");
      receiver.stream.resume();
      await bench.until(() => receiver.told.length === written, `${written} bytes`);
      assertEquals(sender.stream.bufferedBytes, 0);
      assertEquals(sender.told.closedAs, undefined);
    });

    test(`a receiver that pauses within \`data\` gets nothing more until it resumes: ${side}`, async (bench) => {
      const { sender, receiver } = await openPair(bench);
      const told = receiver.told;
      const record = told.data.bind(told);
      told.data = (bytes) => {
        record(bytes);
        receiver.stream.pause();
      };
      sender.stream.write(text("one"));
      await bench.until(() => told.text === "one", "the first bytes");
      sender.stream.write(text("two"));
      sender.stream.end();
      await bench.world.settle();
      assertEquals([told.text, told.isEnded], ["one", false]);
      receiver.stream.resume();
      await bench.until(() => told.text === "onetwo", "the rest");
    });
  }

  test("a stream that nobody reads overflows, and only at its bound", async (bench) => {
    const { a, client, accepted } = await bench.openPair();
    accepted.stream.pause();
    await bench.fill(client.stream);
    client.stream.write(new Uint8Array(STREAM_BUFFER_BYTES_MAX - client.stream.bufferedBytes));
    await bench.world.settle();
    assertEquals(client.told.closedAs, undefined);
    client.stream.write(new Uint8Array(STREAM_BUFFER_BYTES_MAX - client.stream.bufferedBytes + 1));
    await bench.until(() => client.told.closedAs !== undefined, "overflow");
    assertEquals([client.told.closedAs, a.transport.counters.streamsOverflowed], ["overflow", 1]);
    accepted.stream.resume();
    await bench.until(() => accepted.told.closedAs !== undefined, "the other side's end");
    assertEquals(accepted.told.closedAs, "reset");
  });

  test("a port that is taken is refused with its address", async (bench) => {
    const { address: taken } = (await bench.open()).transport;
    const open = (): Promise<Transport> => bench.world.open(taken, new TransportRecorder());
    const error = await assertRejects(open, TransportOpenError);
    assertEquals(error.reason, "in_use");
    assertStringIncludes(error.message, taken);
  });

  test("a port is free again after close()", async (bench) => {
    const { transport } = await bench.open();
    await transport.close();
    const again = await bench.open(transport.address);
    assertEquals(again.transport.address, transport.address);
  });

  test("streams beyond STREAMS_MAX are closed at once and counted", async (bench) => {
    const [a, b] = [await bench.open(), await bench.open()];
    const all = Array.from({ length: STREAMS_MAX }, () => a.told.connect(a.transport, b.transport.address));
    await bench.until(() => b.told.accepted.length === STREAMS_MAX, "all that may be open");
    const beyond = Array.from({ length: 3 }, () => a.told.connect(a.transport, b.transport.address));
    await bench.until(() => beyond.every(({ told }) => told.closedAs !== undefined), "the surplus is closed");
    assertEquals(beyond.map(({ told }) => told.closedAs), ["reset", "reset", "reset"]);
    assertEquals([b.transport.counters.streamsRefused, b.told.accepted.length], [3, STREAMS_MAX]);
    all[0]!.stream.destroy();
    await bench.until(() => b.told.accepted[0]!.told.closedAs !== undefined, "room for one");
    const next = a.told.connect(a.transport, b.transport.address);
    await bench.until(() => next.told.isOpen && b.told.accepted.length === STREAMS_MAX + 1, "the next one");
    assertEquals(next.told.closedAs, undefined);
  });

  test("close() in the midst of everything leaves no callback, and may be called twice", async (bench) => {
    const { a, b, client, accepted } = await bench.openPair();
    const half = a.told.connect(a.transport, b.transport.address);
    half.stream.end();
    const opening = a.told.connect(a.transport, await bench.world.blackHole());
    opening.stream.write(text("never sent"));
    accepted.stream.pause();
    await bench.fill(client.stream);
    for (let i = 0; i < 50; i++) a.transport.sendPacket(b.transport.address, pattern(100));
    for (let i = 0; i < 50; i++) b.transport.sendPacket(a.transport.address, pattern(100));
    const late = a.told.connect(a.transport, b.transport.address);
    await Promise.all([a.transport.close(), a.transport.close()]);
    const calls = a.told.calls;
    for (const { told } of [client, half, opening, late]) assertEquals(told.closedAs, "destroyed");
    await bench.world.settle();
    assertEquals(a.told.calls, calls);
  });

  test("after close() packets are dropped and streams never open", async (bench) => {
    const [a, b] = [await bench.open(), await bench.open()];
    await a.transport.close();
    a.transport.sendPacket(b.transport.address, pattern(10));
    const { stream, told } = a.told.connect(a.transport, b.transport.address);
    stream.write(text("nothing"));
    stream.destroy();
    await bench.world.settle();
    assertEquals([a.transport.counters.packetsDropped, told.calls, b.told.calls], [1, 0, 0]);
    a.told.opened.length = 0;
  });
}

/** One end of a stream, with what its owner was told. */
type End = { readonly stream: Stream; readonly told: StreamRecorder };
type Peer = { readonly transport: Transport; readonly told: TransportRecorder };

/** The transports of one test. */
class Bench {
  readonly world: TransportWorld;
  readonly #peers: Peer[] = [];

  constructor(world: TransportWorld) {
    this.world = world;
  }

  async open(bind: Address = ANY_PORT): Promise<Peer> {
    const told = new TransportRecorder();
    const peer = { transport: await this.world.open(bind, told), told };
    this.#peers.push(peer);
    return peer;
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return this.world.until(condition, SOON_MS, what);
  }

  /** An address that nobody has any more. */
  async nobody(): Promise<Address> {
    const { transport } = await this.open();
    await transport.close();
    return transport.address;
  }

  async pair(options: { waitForOpen: boolean }) {
    const [a, b] = [await this.open(), await this.open()];
    const client: End = a.told.connect(a.transport, b.transport.address);
    const server = (): End | undefined => b.told.accepted[0];
    if (options.waitForOpen) await this.until(() => client.told.isOpen && server() !== undefined, "an open stream");
    return { a, b, client, server };
  }

  async openPair() {
    const { a, b, client, server } = await this.pair({ waitForOpen: true });
    return { a, b, client, accepted: server()! };
  }

  /** Writes until the network takes no more and something is left with us; tells how much that was. */
  async fill(stream: Stream): Promise<number> {
    const chunk = new Uint8Array(64 * 1024);
    let written = 0;
    let looksFull = 0;
    await this.until(() => {
      const before = written;
      while (stream.bufferedBytes < STREAM_BUFFER_BYTES_MAX / 4) {
        stream.write(chunk);
        written += chunk.length;
      }
      looksFull = written === before ? looksFull + 1 : 0;
      return looksFull >= 3;
    }, "a full network");
    return written;
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.map(({ transport }) => transport.close()));
    await this.world.close();
  }

  /** Sockets that leak are seen by no sanitizer, but their owners were not told an end. */
  assertAllClosed(): void {
    const open = this.#peers.flatMap(({ told }) => told.streams).filter((told) => told.closedAs === undefined);
    assertEquals(open.length, 0, "streams that were never closed");
  }
}

function bothClosed(a: End, b: End | undefined): boolean {
  return a.told.closedAs !== undefined && b?.told.closedAs !== undefined;
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert(parsed !== undefined, text);
  return parsed;
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function pattern(length: number, seed = 7): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * seed + (at >> 8)) & 0xff);
}
