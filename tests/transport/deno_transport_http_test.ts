import { assertEquals, assertMatch } from "@std/assert";
import { parseAddress } from "../../transport/address.ts";
import { openDenoTransport } from "../../transport/deno_transport.ts";
import { HTTP_BODY_BYTES_MAX, HTTP_LIMITS, HTTP_REQUESTS_MAX } from "../../transport/deno_transport/http.ts";
import { Mux } from "../../transport/mux.ts";
import type { HttpRequest, HttpResponse, Stream, StreamHandler, Transport } from "../../transport/transport.ts";
import { waitUntil } from "../support/wait.ts";
import { StreamRecorder, TransportRecorder } from "./recorder.ts";

/** A transport that sorts its streams as the product does, and answers HTTP with `answer`. */
class WebPeer extends TransportRecorder {
  http: (request: HttpRequest) => Promise<HttpResponse>;
  closed = 0;

  constructor(answer: (request: HttpRequest) => Promise<HttpResponse>) {
    super();
    this.http = answer;
  }

  override accept(stream: Stream): StreamHandler {
    let early = new Uint8Array();
    return {
      data(bytes) {
        early = new Uint8Array([...early, ...bytes]);
        const { type } = new Mux().routeStream(early);
        if (type === "http") stream.serveHttp?.(early);
        else if (type === "nobody") stream.destroy();
      },
      closed: () => void this.closed++,
    };
  }
}

const echo = (request: HttpRequest): Promise<HttpResponse> =>
  Promise.resolve({
    status: 200,
    headers: { "Content-Type": "text/plain" },
    body: `${request.method} ${request.path} ${new TextDecoder().decode(request.body)}`,
  });

/** One connection as bytes, to say what no HTTP library would. */
class Client {
  readonly told = new StreamRecorder();
  readonly stream: Stream;

  constructor(transport: Transport, to: Transport) {
    this.stream = transport.connect(to.address, 5_000, this.told);
  }

  say(text: string): void {
    this.stream.write(new TextEncoder().encode(text));
  }

  hear(pattern: RegExp): Promise<void> {
    return waitUntil(() => pattern.test(this.told.text), 5_000, `${pattern} in what was answered`);
  }

  gone(): Promise<void> {
    return waitUntil(() => this.told.isEnded || this.told.closedAs !== undefined, 5_000, "the connection's end");
  }
}

function test(
  behaviour: string,
  answer: (request: HttpRequest) => Promise<HttpResponse>,
  run: (connect: () => Client, server: Transport, peer: WebPeer) => Promise<void>,
): void {
  Deno.test(`deno transport over HTTP: ${behaviour}`, async () => {
    const peer = new WebPeer(answer);
    const server = await openDenoTransport(parseAddress("127.0.0.1:0")!, peer);
    const client = await openDenoTransport(parseAddress("127.0.0.1:0")!, new TransportRecorder());
    try {
      await run(() => new Client(client, server), server, peer);
    } finally {
      await Promise.all([server.close(), client.close()]);
    }
    assertEquals(peer.closed, server.counters.streamsAccepted, "streams whose owner was not told their end");
  });
}

test("a browser's request is answered on the port of the peers", echo, async (_connect, server) => {
  const response = await fetch(`http://${server.address}/path?query=1`, { method: "POST", body: "Grüße" });
  assertEquals([response.status, await response.text()], [200, "POST /path?query=1 Grüße"]);
});

test("several requests share a connection, also when they arrive in pieces", echo, async (connect) => {
  const client = connect();
  client.say("G");
  await waitUntil(() => client.told.isOpen, 5_000, "open");
  client.say("ET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.hear(/GET \/one/);
  client.say("GET /two HTTP/1.1\r\nHost: x\r\n\r\nGET /three HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.hear(/GET \/two[^]*GET \/three/);
  assertEquals(client.told.closedAs, undefined);
});

test(
  "the request says who asks",
  (request) => Promise.resolve({ status: 200, headers: {}, body: request.from }),
  async (
    _connect,
    server,
  ) => {
    const response = await fetch(`http://${server.address}/`);
    assertMatch(await response.text(), /^127\.0\.0\.1:\d+$/);
  },
);

test("a body up to the limit is taken, a longer one is 413 and closed", echo, async (connect, server) => {
  const url = `http://${server.address}/`;
  const most = await fetch(url, { method: "POST", body: "x".repeat(HTTP_BODY_BYTES_MAX) });
  assertEquals((await most.text()).length, "POST / ".length + HTTP_BODY_BYTES_MAX);
  const declared = connect();
  declared.say(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${HTTP_BODY_BYTES_MAX + 1}\r\n\r\n`);
  await declared.hear(/^HTTP\/1\.1 413 [^]*\r\n\r\n[^]*413 Payload Too Large\n/);
  await declared.gone();
  const undeclared = connect();
  undeclared.say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  undeclared.say(`10001\r\n${"x".repeat(0x10001)}\r\n`);
  await undeclared.hear(/^HTTP\/1\.1 413 /);
  await undeclared.gone();
  assertEquals(server.counters.httpRefused, 2);
});

test("a handler that fails is one line and 500", () => Promise.reject(new Error("secret")), async (_, server) => {
  const response = await fetch(`http://${server.address}/`);
  assertEquals([response.status, await response.text()], [500, "500 Internal Server Error\n"]);
});

test(
  "headers that cannot be sent are 500",
  () => Promise.resolve({ status: 200, headers: { "X-Split": "a\r\nB: c" }, body: "" }),
  async (_, server) => {
    const response = await fetch(`http://${server.address}/`);
    assertEquals([response.status, response.headers.get("b")], [500, null]);
    await response.body?.cancel();
  },
);

test("what begins as HTTP and is none is 400, headers too long 431", echo, async (connect, server) => {
  const garbage = connect();
  garbage.say("GET \0\0\0\r\n\r\n");
  await garbage.hear(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n$/);
  await garbage.gone();
  const long = connect();
  long.say(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
  await long.hear(/^HTTP\/1\.1 431 /);
  await long.gone();
  assertEquals(server.counters.httpRefused, 2);
});

test("a client that resets or leaves in mid-request leaks nothing", echo, async (connect, server, peer) => {
  const [reset, leave] = [connect(), connect()];
  for (const client of [reset, leave]) {
    client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome");
    await waitUntil(() => client.told.isOpen && client.stream.bufferedBytes === 0, 5_000, "sent");
  }
  reset.stream.destroy();
  leave.stream.end();
  await waitUntil(() => peer.closed === server.counters.streamsAccepted, 5_000, "both gone");
});

test("requests beyond HTTP_REQUESTS_MAX at once are 503", () => new Promise(() => {}), async (connect, server) => {
  const client = connect();
  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(HTTP_REQUESTS_MAX + 1));
  await waitUntil(() => server.counters.httpRefused === 1, 5_000, "one refused");
});

test("close() does not wait for an answer", () => new Promise(() => {}), async (connect, server, peer) => {
  const client = connect();
  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await waitUntil(() => client.told.isOpen && client.stream.bufferedBytes === 0, 5_000, "sent");
  await server.close();
  assertEquals(peer.closed, 1);
});

Deno.test("deno transport over HTTP: slow headers and requests are cut in time", () => {
  assertEquals(HTTP_LIMITS, { headersTimeout: 5_000, requestTimeout: 8_000, connectionsCheckingInterval: 1_000 });
});

Deno.test("deno transport without an HTTP handler has no serveHttp", async () => {
  const plain = new TransportRecorder();
  const transport = await openDenoTransport(parseAddress("127.0.0.1:0")!, plain);
  const client = new Client(transport, transport);
  await waitUntil(() => plain.accepted.length === 1 && client.told.isOpen, 5_000, "a stream");
  assertEquals(plain.accepted[0]!.stream.serveHttp, undefined);
  await transport.close();
  assertEquals(client.told.closedAs, "destroyed");
});
