/** The time that a client has for its request, and that nobody watches a clock while there is no client. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import net from "node:net";
import { HttpDoor } from "../../transport/deno_transport/http.ts";
import { Shares } from "../../transport/deno_transport/shares.ts";
import { newTransportCounters, type TransportCounters } from "../../transport/transport.ts";
import { waitUntil } from "../support/wait.ts";

const LIMITS = { headersTimeout: 60, requestTimeout: 60, connectionsCheckingInterval: 20 };
const OK = { status: 200, headers: {}, body: "" };

/** A door that adopts whoever comes, and clients that say a text and note the answer. */
async function doorway(
  shares?: Shares,
): Promise<
  { door: HttpDoor; client: (says: string) => Promise<string>; counters: TransportCounters } & AsyncDisposable
> {
  const counters = newTransportCounters();
  const door = new HttpDoor(counters, () => Promise.resolve(OK), LIMITS, shares);
  door.server.on("connection", (socket: net.Socket) => door.adopt(socket, new Uint8Array()));
  await new Promise<void>((resolve) => door.server.listen(0, "127.0.0.1", resolve));
  const { port } = door.server.address() as net.AddressInfo;
  const client = async (says: string): Promise<string> => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(says));
    let [heard, isOver] = ["", false];
    socket.on("data", (bytes: Uint8Array) => heard += new TextDecoder().decode(bytes));
    socket.on("close", () => isOver = true);
    await waitUntil(() => isOver, 5_000, "the end of the connection");
    return heard;
  };
  const close = (): Promise<void> => new Promise((resolve) => void door.server.close(() => resolve()));
  return { door, client, counters, [Symbol.asyncDispose]: close };
}

Deno.test("who does not finish its headers is cut, the first time and after the door was idle", async () => {
  await using place = await doorway();
  for (let time = 0; time < 3; time++) assertMatch(await place.client("GET / HTTP/1.1\r\n"), /^HTTP\/1.1 408 /);
});

Deno.test("faults row 54: beyond its share a source is told 429 and hung up on, until one of its connections is closed", async () => {
  const shares = new Shares(3, () => "10.1.2.3");
  await using place = await doorway(shares);
  const slow = Array.from({ length: 3 }, () => place.client("GET / HTTP/1.1\r\n"));
  const quick = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  assertMatch(await place.client(quick), /^HTTP\/1.1 429 Too Many Requests\r\nConnection: close\r\n\r\n$/);
  for (const answer of await Promise.all(slow)) assertMatch(answer, /^HTTP\/1.1 408 /);
  for (let time = 0; time < 5; time++) assertMatch(await place.client(quick), /^HTTP\/1.1 200 /);
  await waitUntil(() => shares.size === 0, 1_000, "nobody is remembered");
  assertEquals(place.counters.httpRefused, 4);
});

Deno.test("faults row 54: what has become a WebSocket has no part in the share of its source", async () => {
  await using place = await doorway(new Shares(1, () => "10.1.2.3"));
  const upgraded: net.Socket[] = [];
  place.door.passUpgradesTo((_request, socket) => void upgraded.push(socket));
  const upgrade = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  const ends = Array.from({ length: 3 }, () => place.client(upgrade));
  // One after the other: each has its share for a moment.
  await waitUntil(() => upgraded.length + place.counters.httpRefused === 3, 1_000, "all were looked at");
  assertMatch(await place.client("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), /^HTTP\/1.1 200 /);
  for (const socket of upgraded) socket.destroy();
  await Promise.all(ends);
  assert(upgraded.length > 0);
});

Deno.test("connections are looked at while there are some, and not while there are none", async () => {
  await using place = await doorway();
  const { server } = place.door;
  const intervals = (): number | undefined => server.connectionsCheckingInterval;
  assertEquals(intervals(), 2 ** 31 - 1);
  const [slow, quick] = [
    place.client("GET / HTTP/1.1\r\n"),
    place.client("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
  ];
  assertMatch(await quick, /^HTTP\/1.1 200 /);
  assertEquals(intervals(), LIMITS.connectionsCheckingInterval);
  assertMatch(await slow, /^HTTP\/1.1 408 /);
  await waitUntil(() => intervals() === 2 ** 31 - 1, 1_000, "no more looks");
});

Deno.test("nobody puts off the looks by opening connections", async () => {
  await using place = await doorway();
  const slow = place.client("GET / HTTP/1.1\r\n");
  let isCut = false;
  slow.then(() => isCut = true);
  const quick = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  for (let client = 0; client < 2_000 && !isCut; client++) await place.client(quick);
  assertMatch(await slow, /^HTTP\/1.1 408 /);
  assertEquals(isCut, true);
});

Deno.test("a door that was closed starts no timer any more", async () => {
  const place = await doorway();
  const slow = place.client("GET / HTTP/1.1\r\n");
  const { server } = place.door;
  await waitUntil(() => server.connectionsCheckingInterval === LIMITS.connectionsCheckingInterval, 1_000, "a client");
  const closed = place[Symbol.asyncDispose]();
  server.closeAllConnections();
  await Promise.all([slow, closed]);
  assertEquals(server.connectionsCheckingInterval, LIMITS.connectionsCheckingInterval);
});
