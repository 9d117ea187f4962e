/** WebSockets on the port of the peers: what RFC 6455 asks for, and who is let in. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import net from "node:net";
import { parseAddress } from "../../transport/address.ts";
import { openDenoTransport } from "../../transport/deno_transport.ts";
import { WebSocket } from "../../transport/deno_transport/ws.ts";
import { HttpDoor } from "../../transport/deno_transport/http.ts";
import { WebSocketDoor } from "../../transport/deno_transport/web_sockets.ts";
import { Mux } from "../../transport/mux.ts";
import {
  newTransportCounters,
  type Stream,
  type StreamHandler,
  type Transport,
  WEB_SOCKET_MESSAGE_BYTES_MAX,
  type WebSocketAnswer,
  type WebSocketConnection,
  type WebSocketRequest,
} from "../../transport/transport.ts";
import { waitUntil } from "../support/wait.ts";
import { closeCodeIn, FORBIDDEN_FRAMES, TOO_LONG_FRAMES, webSocketRequest } from "../support/web_socket_frames.ts";
import { TransportRecorder } from "./recorder.ts";

const WITHIN_MS = 5_000;

/** A transport that lets WebSockets in at `/chat`, and answers each message with the same. */
class EchoPeer extends TransportRecorder {
  readonly requests: WebSocketRequest[] = [];
  readonly connections: WebSocketConnection[] = [];
  gone = 0;

  http = () => Promise.resolve({ status: 404, headers: {}, body: "" });

  override accept(stream: Stream): StreamHandler {
    return {
      data: (bytes) => {
        if (new Mux().routeStream(bytes).type === "http") stream.serveHttp?.(bytes);
        else stream.destroy();
      },
      closed: () => {},
    };
  }

  webSocket(request: WebSocketRequest): WebSocketAnswer {
    this.requests.push(request);
    if (request.path !== "/chat") return { ok: false, status: 404, why: "There is nothing here" };
    if (request.origin === "http://evil.example") return { ok: false, status: 403, why: "Not for that page" };
    return {
      ok: true,
      opened: (connection) => {
        this.connections.push(connection);
        return {
          message: (bytes, isBinary) => connection.send(bytes, isBinary),
          closed: () => void this.gone++,
        };
      },
    };
  }
}

/** A client by the library `ws`, and what it heard. */
class Client {
  readonly heard: (string | Uint8Array)[] = [];
  readonly socket: WebSocket;
  isOpen = false;
  closed: { code: number; reason: string } | undefined;
  error: string | undefined;

  constructor(url: string, origin?: string) {
    this.socket = new WebSocket(url, origin === undefined ? {} : { origin });
    this.socket.on("open", () => this.isOpen = true);
    this.socket.on("error", (error) => this.error = error.message);
    this.socket.on("message", (data, isBinary) => {
      const bytes = new Uint8Array(data as ArrayBuffer);
      this.heard.push(isBinary ? bytes : new TextDecoder().decode(bytes));
    });
    this.socket.on("close", (code, reason) => this.closed = { code, reason: String(reason) });
  }

  async opened(): Promise<this> {
    await waitUntil(() => this.isOpen, WITHIN_MS, `open: ${this.error}`);
    return this;
  }

  ended(): Promise<void> {
    return waitUntil(() => this.closed !== undefined, WITHIN_MS, "closed");
  }
}

function test(behaviour: string, run: (url: string, peer: EchoPeer, server: Transport) => Promise<void>): void {
  Deno.test(`${behaviour.startsWith("faults row") ? "" : "WebSocket: "}${behaviour}`, async () => {
    const peer = new EchoPeer();
    const server = await openDenoTransport(parseAddress("127.0.0.1:0")!, peer);
    try {
      await run(`ws://${server.address}`, peer, server);
    } finally {
      await server.close();
      assertEquals(peer.gone, peer.connections.length, "everybody was told the end");
    }
  });
}

test("text and bytes come as they were sent, each message whole, in order", async (url, peer, server) => {
  const client = await new Client(`${url}/chat`).opened();
  client.socket.send("Grüße 👋");
  client.socket.send(new Uint8Array([0, 255]), { binary: true });
  client.socket.send("frag", { fin: false });
  client.socket.send("mented", { fin: true });
  client.socket.send("");
  await waitUntil(() => client.heard.length === 4, WITHIN_MS, "four messages");
  assertEquals(client.heard, ["Grüße 👋", new Uint8Array([0, 255]), "fragmented", ""]);
  client.socket.close(1000);
  await client.ended();
  assertEquals([client.closed!.code, server.counters.webSocketsOpened], [1000, 1]);
  await waitUntil(() => peer.gone === 1, WITHIN_MS, "told");
});

test("who asks is told apart by path and Origin, and refused with a reason", async (url, peer) => {
  const elsewhere = new Client(`${url}/nothing`);
  await elsewhere.ended();
  assertMatch(elsewhere.error!, /404/);
  const foreign = new Client(`${url}/chat`, "http://evil.example");
  await foreign.ended();
  assertMatch(foreign.error!, /403/);
  const [, second] = peer.requests;
  assertEquals([second!.path, second!.origin, `ws://${second!.host}`], ["/chat", "http://evil.example", url]);
  assertEquals(peer.connections.length, 0);
});

test("we say goodbye with a code and as much of the reason as fits", async (url, peer) => {
  const client = await new Client(`${url}/chat`).opened();
  const [connection] = peer.connections;
  connection!.send(new TextEncoder().encode("last words"));
  connection!.close(1008, "ä".repeat(100));
  connection!.send(new TextEncoder().encode("too late"));
  await client.ended();
  assertEquals([client.heard, client.closed], [["last words"], { code: 1008, reason: "ä".repeat(61) }]);
});

/** The code with which a connection is closed that sends these bytes behind its request. */
async function raw(url: string, frames: Uint8Array): Promise<{ code: number | undefined }> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  let bytes = new Uint8Array();
  let isOver = false;
  socket.on("error", () => {});
  socket.on("close", () => isOver = true);
  socket.on("data", (chunk: Uint8Array) => bytes = new Uint8Array([...bytes, ...chunk]));
  // In one segment: what follows the head must not be lost.
  socket.write(new Uint8Array([...new TextEncoder().encode(webSocketRequest("/chat", "x")), ...frames]));
  await waitUntil(() => isOver, WITHIN_MS, "closed");
  const accept = /^HTTP\/1\.1 101 [^]*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/;
  assertMatch(new TextDecoder("latin1").decode(bytes), accept);
  return { code: closeCodeIn(bytes) };
}

for (const [what, frames, code] of FORBIDDEN_FRAMES) {
  test(`faults row 57: ${what} is answered with ${code}, counted and closed`, async (url, _peer, server) => {
    assertEquals(await raw(url, frames), { code });
    assertEquals(server.counters.webSocketErrors, 1);
  });
}

for (const [what, frames, code] of TOO_LONG_FRAMES) {
  test(`faults row 56: ${what} is answered with ${code}, counted and closed`, async (url, _peer, server) => {
    assertEquals(await raw(url, frames), { code });
    assertEquals(server.counters.webSocketErrors, 1);
  });
}

test("a message of the longest length is taken, and one in fragments that is longer is not", async (url) => {
  const client = await new Client(`${url}/chat`).opened();
  client.socket.send("x".repeat(WEB_SOCKET_MESSAGE_BYTES_MAX));
  await waitUntil(() => client.heard.length === 1, WITHIN_MS, "echoed");
  client.socket.send("x".repeat(40_000), { fin: false });
  client.socket.send("x".repeat(40_000), { fin: true });
  await client.ended();
  assertEquals(client.closed!.code, 1009);
});

test("a connection that is gone takes what is sent and closed without a word", async (url, peer) => {
  const client = await new Client(`${url}/chat`).opened();
  client.socket.terminate();
  await waitUntil(() => peer.gone === 1, WITHIN_MS, "told");
  const [connection] = peer.connections;
  connection!.send(new Uint8Array(1));
  connection!.close(1000, "");
  connection!.destroy();
  connection!.pause();
  connection!.resume();
});

test("who does not read leaves bytes behind, for all to see", async (url, peer) => {
  const client = await new Client(`${url}/chat`).opened();
  client.socket.pause();
  const [connection] = peer.connections;
  const page = new Uint8Array(64 * 1024).fill(65);
  await waitUntil(
    () => {
      for (let message = 0; message < 20; message++) connection!.send(page);
      return connection!.bufferedBytes > 1024 * 1024;
    },
    WITHIN_MS,
    "bytes that wait",
  );
  connection!.destroy();
  client.socket.terminate();
});

test("the end of the transport is the end of its WebSockets", async (url, peer, server) => {
  const client = await new Client(`${url}/chat`).opened();
  await server.close();
  await client.ended();
  assertEquals(peer.gone, 1);
});

Deno.test("WebSocket: who does not answer pings is hung up on, who does stays", async () => {
  const counters = newTransportCounters();
  const open: WebSocketConnection[] = [];
  const gone: WebSocketConnection[] = [];
  const door = new WebSocketDoor(counters, () => ({
    ok: true,
    opened: (connection) => {
      open.push(connection);
      return { message: () => {}, closed: () => void gone.push(connection) };
    },
  }), 50);
  const http = new HttpDoor(counters, () => Promise.resolve({ status: 404, headers: {}, body: "" }));
  http.server.on("connection", (socket: net.Socket) => http.adopt(socket, new Uint8Array()));
  http.passUpgradesTo((request, socket, head) => door.upgrade(request, socket, head));
  await new Promise<void>((resolve) => http.server.listen(0, "127.0.0.1", resolve));
  const url = `ws://127.0.0.1:${(http.server.address() as net.AddressInfo).port}/`;

  const deaf = await new Client(url).opened();
  deaf.socket.pause();
  const awake = await new Client(url).opened();
  await waitUntil(() => gone.length === 1, WITHIN_MS, "one is gone");
  assertEquals(gone, [open[0]]);
  assert(awake.closed === undefined);
  awake.socket.send("still here");
  deaf.socket.terminate();
  awake.socket.close();
  await awake.ended();
  await waitUntil(() => gone.length === 2, WITHIN_MS, "both are gone");
  await new Promise<void>((resolve) => http.server.close(() => resolve()));
});
