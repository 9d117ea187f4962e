import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Address, parseAddress, splitAddress, withPort } from "../../transport/address.ts";
import { openDenoTransport } from "../../transport/deno_transport.ts";
import { PACKETS_QUEUED_MAX } from "../../transport/deno_transport/udp.ts";
import { TransportOpenError } from "../../transport/transport.ts";
import { waitUntil } from "../support/wait.ts";
import { transportContract, type TransportWorld } from "./contract.ts";
import { StreamRecorder, TransportRecorder } from "./recorder.ts";

const LOOPBACK = parseAddress("127.0.0.1:0")!;

transportContract("deno transport", denoWorld);

Deno.test("deno transport: packets beyond the queue are dropped, the newest first, and all are counted", async () => {
  const [here, there] = [new TransportRecorder(), new TransportRecorder()];
  const [a, b] = [await openDenoTransport(LOOPBACK, here), await openDenoTransport(LOOPBACK, there)];
  const { counters } = a;
  for (let i = 0; i < 2 * PACKETS_QUEUED_MAX; i++) a.sendPacket(b.address, Uint8Array.of(i >> 8, i));
  const dropped = counters.packetsDropped;
  assert(dropped >= PACKETS_QUEUED_MAX - 1 && dropped < 2 * PACKETS_QUEUED_MAX, `${dropped} dropped`);
  await waitUntil(() => counters.packetsSent + dropped === 2 * PACKETS_QUEUED_MAX, 5_000, "the queue is empty");
  assertEquals(there.packets[0]?.bytes, Uint8Array.of(0, 0));
  await Promise.all([a.close(), b.close()]);
});

Deno.test("deno transport: an address of another machine cannot be listened on", async () => {
  const elsewhere = parseAddress("192.0.2.1:0")!;
  const error = await assertRejects(() => openDenoTransport(elsewhere, new TransportRecorder()), TransportOpenError);
  assertEquals(error.reason, "no_such_address");
});

Deno.test({
  name: "deno transport: without the permission it says so",
  permissions: "none",
  async fn() {
    const error = await assertRejects(() => openDenoTransport(LOOPBACK, new TransportRecorder()), TransportOpenError);
    assertEquals(error.reason, "not_permitted");
  },
});

Deno.test("deno transport: who sends where there is no way is told so, and sending goes on", async () => {
  const there = new TransportRecorder();
  const a = await openDenoTransport(LOOPBACK, new TransportRecorder());
  const b = await openDenoTransport(LOOPBACK, there);
  const causes: string[] = [];
  a.sendPacket(parseAddress("[::1]:7946")!, Uint8Array.of(1), (cause) => causes.push(cause)); // of the other family
  a.sendPacket(b.address, Uint8Array.of(2), (cause) => causes.push(cause));
  await waitUntil(() => there.packets.length === 1, 5_000, "the second packet");
  assertEquals(causes, ["network"]);
  await Promise.all([a.close(), b.close()]);
});

Deno.test("deno transport: on a dual-stack address IPv4 peers look like IPv4 and are answered", async () => {
  const [here, there] = [new TransportRecorder(), new TransportRecorder()];
  const a = await openDenoTransport(parseAddress("[::]:0")!, here);
  const b = await openDenoTransport(LOOPBACK, there);
  b.sendPacket(withPort(LOOPBACK, splitAddress(a.address).port), Uint8Array.of(1));
  await waitUntil(() => here.packets.length === 1, 5_000, "the packet");
  assertEquals(here.packets[0]!.from, b.address);
  a.sendPacket(b.address, Uint8Array.of(2));
  await waitUntil(() => there.packets.length === 1, 5_000, "the answer");
  await Promise.all([a.close(), b.close()]);
});

function denoWorld(): TransportWorld {
  const holes: BlackHole[] = [];
  return {
    open: openDenoTransport,
    until: waitUntil,
    settle: thereAndBack,
    async blackHole() {
      const hole = await BlackHole.open();
      holes.push(hole);
      return hole.address;
    },
    close() {
      for (const hole of holes) hole.close();
      return Promise.resolve();
    },
  };
}

/** A packet and a stream go there and back between two strangers: what was under way before has arrived by then. */
async function thereAndBack(): Promise<void> {
  const [here, there] = [new TransportRecorder(), new TransportRecorder()];
  const a = await openDenoTransport(LOOPBACK, here);
  const b = await openDenoTransport(LOOPBACK, there);
  a.sendPacket(b.address, Uint8Array.of(1));
  const { stream, told } = here.connect(a, b.address);
  stream.end();
  await waitUntil(() => there.packets.length === 1 && there.accepted[0]?.told.isEnded === true, 5_000, "there");
  b.sendPacket(a.address, Uint8Array.of(2));
  there.accepted[0]!.stream.end();
  await waitUntil(() => here.packets.length === 1 && told.closedAs !== undefined, 5_000, "and back");
  await Promise.all([a.close(), b.close()]);
}

/** A listener that accepts nothing and whose queue is full: the kernel then leaves connections without an answer. */
class BlackHole {
  readonly address: Address;
  readonly #listener: Deno.TcpListener;
  readonly #queued: Deno.TcpConn[] = [];

  static async open(): Promise<BlackHole> {
    const hole = new BlackHole(Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 }));
    await hole.#fill();
    return hole;
  }

  private constructor(listener: Deno.TcpListener) {
    this.#listener = listener;
    this.address = parseAddress(`127.0.0.1:${listener.addr.port}`)!;
  }

  close(): void {
    for (const connection of this.#queued) connection.close();
    this.#listener.close();
  }

  async #fill(): Promise<void> {
    const { port } = this.#listener.addr;
    try {
      for (;;) {
        this.#queued.push(await Deno.connect({ hostname: "127.0.0.1", port, signal: AbortSignal.timeout(100) }));
      }
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // timed out: full
    }
  }
}

/** Where somebody who is bound to `bound` comes from, for who listens at `to`. */
async function comesFrom(bound: string, to: string): Promise<string> {
  const there = new TransportRecorder();
  const a = await openDenoTransport(parseAddress(bound)!, new TransportRecorder());
  const b = await openDenoTransport(parseAddress(to)!, there);
  const from = Promise.withResolvers<string>();
  there.accept = (stream) => {
    from.resolve(splitAddress(stream.remote).hostname);
    return { data: () => {}, closed: () => {} };
  };
  a.connect(b.address, 5_000, { data: () => {}, closed: (reason) => from.reject(new Error(reason)) });
  const came = await from.promise;
  await Promise.all([a.close(), b.close()]);
  return came;
}

Deno.test({
  name: "deno transport: streams come from the address we are bound to, as datagrams do",
  ignore: Deno.build.os !== "linux", // elsewhere there is one loopback address
  async fn() {
    assertEquals(await comesFrom("127.55.0.9:0", "127.55.0.1:0"), "127.55.0.9");
  },
});

Deno.test("deno transport: bound to all addresses, or to ones that do not lead there, streams come from where they can", async () => {
  assertEquals(await comesFrom("0.0.0.0:0", "127.0.0.1:0"), "127.0.0.1");
  assertEquals(await comesFrom("[::]:0", "127.0.0.1:0"), "127.0.0.1");
  assertEquals(await comesFrom("[::1]:0", "127.0.0.1:0"), "127.0.0.1");
});

/** The timer of an open socket between these ports, as `TIMER:WHEN` in /proc: 02 is that of keep-alive, in 1/100 s. */
async function timerOf(local: Address, remote: Address): Promise<string | undefined> {
  const [from, to] = [local, remote].map((address) => portInHex(address));
  const lines = (await Deno.readTextFile("/proc/net/tcp")).split("\n").map((line) => line.trim().split(/\s+/));
  return lines.find(([, at = "", other = ""]) => at.endsWith(`:${from}`) && other.endsWith(`:${to}`))?.[5];
}

function portInHex(address: Address): string {
  return splitAddress(address).port.toString(16).toUpperCase().padStart(4, "0");
}

Deno.test({
  name: "faults row 52: who connected and is silent for a minute is asked by the operating system whether it is there",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const [server, client] = [new TransportRecorder(), new TransportRecorder()];
    const [one, other] = await Promise.all([server, client].map((handler) => openDenoTransport(LOOPBACK, handler)));
    other!.connect(one!.address, 5_000, new StreamRecorder());
    await waitUntil(() => server.accepted.length === 1, 5_000, "a stream");
    const [timer, when = ""] = (await timerOf(one!.address, server.accepted[0]!.stream.remote))?.split(":") ?? [];
    assertEquals(timer, "02");
    assert(parseInt(when, 16) > 5_000 && parseInt(when, 16) <= 6_000, when);
    await Promise.all([one!.close(), other!.close()]);
  },
});
