/** Bad input at the doors of a peer: who sends it is told why and hung up on, and nobody else notices. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import net from "node:net";
import { addressIn, machatHello, OWN_ADDRESS, TcpClient } from "../support/chat_clients.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { find, waitUntil } from "../support/wait.ts";
import {
  closeCodeIn,
  FORBIDDEN_FRAMES,
  masked,
  TOO_LONG_FRAMES,
  webSocketRequest,
} from "../support/web_socket_frames.ts";

/** No stranger is kept longer than that, whatever he sends. */
const WITHIN_MS = 15_000;

/** What a stranger was answered, and when he was hung up on. */
type Outcome = Readonly<{ bytes: Uint8Array; heard: string; afterMs: number; sentBytes: number }>;

/** A peer with its doors open, and somebody in its room who has nothing to do with what comes in by them. */
class Street implements AsyncDisposable {
  readonly address: string;
  readonly #alice: PeerProcess;
  readonly #tom: TcpClient;
  readonly #place: Place;
  #asked = 0;

  private constructor(place: Place, alice: PeerProcess, address: string, tom: TcpClient) {
    [this.#place, this.#alice, this.address, this.#tom] = [place, alice, address, tom];
  }

  static async open(): Promise<Street> {
    const place = await Place.create();
    const alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway", "--compat", "talks");
    const address = await addressIn(alice, OWN_ADDRESS);
    return new Street(place, alice, address, await TcpClient.connect(address, machatHello("Tom")));
  }

  /** Sends bytes, again and again if `repeat` says so, until the other side closes. */
  async knock(bytes: string | Uint8Array, repeat?: Uint8Array): Promise<Outcome> {
    const { hostname, port } = new URL(`http://${this.address}`);
    const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const heard: Uint8Array[] = [];
    let [isOver, sentBytes] = [false, 0];
    const send = (chunk: Uint8Array): void => {
      sentBytes += chunk.length;
      socket.write(chunk, () => repeat === undefined || isOver || send(repeat));
    };
    socket.on("data", (chunk: Uint8Array) => heard.push(new Uint8Array(chunk)));
    for (const event of ["end", "close", "error"]) socket.on(event, () => isOver = true);
    const startedAt = performance.now();
    send(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    await waitUntil(() => isOver, WITHIN_MS, `hung up on, after ${JSON.stringify(bytes.slice(0, 60))}`);
    const afterMs = performance.now() - startedAt;
    socket.destroy();
    const all = new Uint8Array(heard.flatMap((chunk) => [...chunk]));
    return { bytes: all, heard: new TextDecoder().decode(all), afterMs, sentBytes };
  }

  /** Tom is heard and hears, alice's person was shown no trouble, and nothing of hers had to start again. */
  async isUndisturbed(): Promise<void> {
    const words = `nothing happened ${++this.#asked}`;
    await this.#tom.send(`${words}\n`);
    await this.#alice.waitFor(`Tom@alice: ${words}`);
    await waitUntil(() => this.#tom.heard.includes(`Tom:${words}\n`), WITHIN_MS, "Tom hears himself");
    await this.#alice.say(`/tree`);
    await this.#alice.waitFor(/^├── gateway +running/m);
    assert(!/restart(ed)? +[1-9]|[1-9]\d* restarts?/.test(this.#alice.shown), this.#alice.shown);
    assertEquals(this.#alice.complaints, "");
  }

  /** What alice's person was shown. */
  get shown(): string {
    return this.#alice.shown;
  }

  /** What Tom was told. */
  get told(): string {
    return this.#tom.heard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tom[Symbol.asyncDispose]();
    await this.#alice[Symbol.asyncDispose]();
    await this.#place[Symbol.asyncDispose]();
  }
}

const MB = 1024 * 1024;
const NO_HANDSHAKE = '*:First comes a handshake: {"name":"...","room":"..."}\n';
const NO_NAME = "*:Nobody can be called so: a name has letters\n";
const TOO_LONG = "*:The handshake is longer than 1024 bytes\n";

Deno.test("faults row 46: whatever comes in place of a handshake is answered with one line and hung up on", async () => {
  await using street = await Street.open();
  const odd: readonly (readonly [what: string, bytes: string | Uint8Array, line: string])[] = [
    ["no JSON", "hello\n", NO_HANDSHAKE],
    ["an array", '["Mina"]\n', NO_HANDSHAKE],
    ["null", "null\n", NO_HANDSHAKE],
    ["a byte order mark", '\uFEFF{"name":"Mina"}\n', NO_HANDSHAKE],
    ["half JSON", '{"name":Mina}\n', "*:The handshake is no JSON\n"],
    ["no name", '{"room":"lobby"}\n', NO_NAME],
    ["an empty name", '{"name":"","room":"lobby"}\n', NO_NAME],
    ["a number", '{"name":7,"room":"lobby"}\n', "*:Name and room have to be texts\n"],
    ["a key twice", '{"name":"Mina","name":"Tim"}\n', "*:The handshake has a key twice\n"],
    ["a name in __proto__", '{"__proto__":{"name":"Mina"},"room":"lobby"}\n', NO_NAME],
    ["10 MB of JSON", `{"name":"${"x".repeat(10 * MB)}"}\n`, TOO_LONG],
    ["10 MB of braces", "{".repeat(10 * MB), TOO_LONG],
    ["10 MB of noise", new Uint8Array(10 * MB).fill(0xaa), NO_HANDSHAKE],
  ];
  for (const [what, bytes, line] of odd) {
    const { heard, afterMs } = await street.knock(bytes);
    assertEquals(heard, line, what);
    assert(afterMs < 5_000, `${what}: ${afterMs} ms`);
  }
  const unfinished = ['{"name":"Mi', " ", "G", "GET /?uuid=", ""].map((bytes) => street.knock(bytes));
  for (const { heard, afterMs } of await Promise.all(unfinished)) {
    assertMatch(heard, /^\*:(No handshake|Nothing) came in time\n$/);
    assert(afterMs > 4_500 && afterMs < 10_000, `${afterMs} ms`);
  }
  await street.isUndisturbed();
  assert(!/Mina|Tim/.test(street.shown), street.shown);
});

Deno.test("faults row 47: of a line that has no end 64 KiB are taken, and no more is read than fits on the way", async () => {
  await using street = await Street.open();
  const { heard, sentBytes } = await street.knock(machatHello("Mina"), new Uint8Array(64 * 1024).fill(0x78));
  assertEquals(heard.replace(/^Mina:.*\n/gm, ""), "*:A line has at most 65535 bytes\n");
  assert(sentBytes < 100 * MB, `${sentBytes}`);
  await street.isUndisturbed();
  assert(!street.shown.includes("xxx"), "nothing of it was said");
});

Deno.test("faults row 51: a page of 200 lines in one paste is said whole and in order, and its sender stays", async () => {
  await using street = await Street.open();
  await using mina = await TcpClient.connect(street.address, machatHello("Mina"));
  const lines = Array.from({ length: 200 }, (_, at) => `Mina:line ${at}\n`).join("");
  await mina.send(lines.replaceAll("Mina:", ""));
  await waitUntil(() => street.told.includes("line 199"), WITHIN_MS, "all of it");
  assertEquals(street.told, lines);
  await mina.send("and more\n");
  await waitUntil(() => street.told.endsWith("Mina:and more\n"), WITHIN_MS, "heard");
  await street.isUndisturbed();
});

Deno.test("faults row 54: 500 half-sent requests are answered 408 or turned away, all within 10 s, while others are served", async () => {
  await using street = await Street.open();
  const half = Array.from({ length: 500 }, () => street.knock(`GET / HTTP/1.1\r\nHost: ${street.address}\r\nX: `));
  const bodies = Array.from(
    { length: 20 },
    () => street.knock(`POST / HTTP/1.1\r\nHost: ${street.address}\r\nContent-Length: 9\r\n\r\nhalf`),
  );
  // Who comes in the same moment may be among those that are too many to be listened to, and tries again.
  const page = await find(() => fetch(`http://${street.address}/`).catch(() => undefined), 5_000, () => "the page");
  assertEquals([page.status, (await page.text()).includes("<title>Parley")], [200, true]);
  await street.isUndisturbed();
  const outcomes = await Promise.all([...half, ...bodies]);
  const told = outcomes.filter(({ heard }) => heard.startsWith("HTTP/1.1 408 Request Timeout\r\n")).length;
  const untold = outcomes.filter(({ heard }) => heard === "").length; // too many at once that had not said a word
  assertEquals(told + untold, outcomes.length);
  assert(told > 0, "somebody was told");
  const latestMs = Math.max(...outcomes.map(({ afterMs }) => afterMs));
  assert(latestMs < 12_000, `${latestMs} ms`);
  await street.isUndisturbed();
});

/** A request that names the peer, with more lines. */
const get = (path: string, ...lines: readonly string[]) => (host: string): string =>
  [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...lines, "", ""].join("\r\n");

const REQUESTS: readonly (readonly [what: string, request: (host: string) => string, status: number])[] = [
  ["64 KiB in one header", get("/", `X: ${"x".repeat(64 * 1024)}`), 431],
  ["10,000 headers", get("/", ...Array.from({ length: 10_000 }, (_, at) => `X${at}: y`)), 431],
  ["a path of 64 KiB", get(`/${"x".repeat(64 * 1024)}`), 431],
  ["two lengths", get("/", "Content-Length: 5", "Content-Length: 6"), 400],
  ["a length and chunks", get("/", "Content-Length: 5", "Transfer-Encoding: chunked"), 400],
  ["a length below zero", get("/", "Content-Length: -5"), 400],
  ["an encoding that nobody knows", get("/", "Transfer-Encoding: xchunked"), 400],
  ["a header over two lines", get("/", "X: a", " b"), 400],
  ["two hosts", get("/", "Host: evil.example"), 400],
  ["two hosts for a WebSocket", (host) => webSocketRequest("/page", host, "Host: evil.example"), 400],
  ["no host", () => "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
  ["no version", () => "GET /\r\n\r\n", 403],
  ["an absolute URI of ours", (host) => get(`http://${host}/`)(host), 404],
  ["an absolute URI of another", get("http://evil.example/"), 404],
  ["..", get("/../main.ts"), 404],
  [".. in the middle", get("/x/../main.js"), 404],
  [".. in percent", get("/%2e%2e/main.ts"), 404],
  [".. in percent, twice", get("/%252e%252e%252fmain.ts"), 404],
  ["a slash in percent", get("/..%2fmain.ts"), 404],
  ["a backslash", get("/..\\main.ts"), 404],
  ["a NUL", get("/main.js\0"), 400],
  ["a NUL in percent", get("/main.js%00"), 404],
  ["a file of the disk", get("/etc/passwd"), 404],
  ["a source of ours", get("/main.ts"), 404],
  ["another method", (host) => get("/")(host).replace("GET", "DELETE"), 405],
];

Deno.test("faults row 55: requests that are too long, contradict themselves or lead elsewhere are refused", async () => {
  await using street = await Street.open();
  for (const [what, request, status] of REQUESTS) {
    const { heard } = await street.knock(request(street.address));
    assertEquals(Number(/^HTTP\/1\.1 (\d+) /.exec(heard)?.[1]), status, `${what}: ${heard.slice(0, 200)}`);
    assert(!/root:|import |function /.test(heard), what);
  }
  await street.isUndisturbed();
});

Deno.test("faults rows 56 and 57: frames that RFC 6455 forbids, and what is too long, end with its codes on every path", async () => {
  await using street = await Street.open();
  for (const path of ["/mychat", "/page", "/?uuid=1"]) {
    const request = new TextEncoder().encode(webSocketRequest(path, street.address));
    for (const [what, frames, code] of [...FORBIDDEN_FRAMES, ...TOO_LONG_FRAMES]) {
      const answer = await street.knock(new Uint8Array([...request, ...frames]));
      assertEquals(closeCodeIn(answer.bytes), code, `${what} at ${path}: ${JSON.stringify(answer.heard)}`);
    }
  }
  await street.isUndisturbed();
});

Deno.test("faults row 56: a message that is never finished is given up at 64 KiB, however much is sent of it", async () => {
  await using street = await Street.open();
  const begin = new Uint8Array([
    ...new TextEncoder().encode(webSocketRequest("/page", street.address)),
    ...masked(0x01, new Uint8Array(1_000).fill(0x78)),
  ]);
  const { bytes, sentBytes } = await street.knock(begin, masked(0x00, new Uint8Array(60_000).fill(0x78)));
  // Who goes on sending may be reset before he has read why.
  assert([1009, undefined].includes(closeCodeIn(bytes)), JSON.stringify(new TextDecoder().decode(bytes)));
  assert(sentBytes < 100 * MB, `${sentBytes}`);
  await street.isUndisturbed();
});

Deno.test("faults row 59: pages of others, and names that may be a stranger's, get 403", async () => {
  await using street = await Street.open();
  const { address } = street;
  const [, port] = address.split(":");
  const asked: readonly (readonly [what: string, request: string])[] = [
    ...["/mychat", "/page", "/?uuid=1"].flatMap((path) =>
      [
        [`another's page at ${path}`, webSocketRequest(path, address, "Origin: http://evil.example")],
        [`no page at ${path}`, webSocketRequest(path, address, "Origin: null")],
        [`over TLS from elsewhere at ${path}`, webSocketRequest(path, address, "Origin: https://evil.example")],
        [
          `a stranger's name for us at ${path}`,
          webSocketRequest(path, `evil.example:${port}`, `Origin: http://evil.example:${port}`),
        ],
        [
          `a name that begins as our address at ${path}`,
          webSocketRequest(path, `127.0.0.1.evil.example:${port}`, `Origin: http://127.0.0.1.evil.example:${port}`),
        ],
      ] as const
    ),
    ["our page's place on another port", webSocketRequest("/page", address, "Origin: http://127.0.0.1:1")],
    ["the page by a stranger's name", get("/")("evil.example")],
    ["its code by a stranger's name", get("/main.js")(`127.0.0.1.evil.example:${port}`)],
  ];
  for (const [what, request] of asked) {
    assertMatch((await street.knock(request)).heard, /^HTTP\/1\.1 403 Forbidden\r\n/, what);
  }
  await street.isUndisturbed();
});
