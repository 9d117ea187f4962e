/** The time that a client has for its request, and that nobody watches a clock while there is no client. */
import { assertEquals, assertMatch } from "@std/assert";
import net from "node:net";
import { HttpDoor } from "../../transport/deno_transport/http.ts";
import { newTransportCounters } from "../../transport/transport.ts";
import { waitUntil } from "../support/wait.ts";

const LIMITS = { headersTimeout: 60, requestTimeout: 60, connectionsCheckingInterval: 20 };
const OK = { status: 200, headers: {}, body: "" };

/** A door that adopts whoever comes, and clients that say a text and note the answer. */
async function doorway(): Promise<{ door: HttpDoor; client: (says: string) => Promise<string> } & AsyncDisposable> {
  const door = new HttpDoor(newTransportCounters(), () => Promise.resolve(OK), LIMITS);
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
  return { door, client, [Symbol.asyncDispose]: close };
}

Deno.test("who does not finish its headers is cut, the first time and after the door was idle", async () => {
  await using place = await doorway();
  for (let time = 0; time < 3; time++) assertMatch(await place.client("GET / HTTP/1.1\r\n"), /^HTTP\/1.1 408 /);
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
