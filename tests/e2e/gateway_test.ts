/** Clients of MaChat and Talks, written from the descriptions of their protocols, beside peers in processes of their own. */
import { assertEquals, assertMatch } from "@std/assert";
import { WebSocket } from "../../transport/deno_transport/ws.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { waitUntil } from "../support/wait.ts";

const WITHIN_MS = 20_000;

/** A client over TCP. */
class TcpClient implements AsyncDisposable {
  heard = "";
  ended = false;
  readonly #connection: Deno.TcpConn;
  readonly #reading: Promise<void>;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#reading = this.#read();
  }

  static async connect(address: string, first: string): Promise<TcpClient> {
    const { hostname, port } = new URL(`http://${address}`);
    const client = new TcpClient(await Deno.connect({ hostname, port: Number(port) }));
    await client.send(first);
    return client;
  }

  async send(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  until(text: string): Promise<void> {
    return waitUntil(() => this.heard.includes(text), WITHIN_MS, `${text} in ${this.heard}`);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    try {
      for (let read = await this.#connection.read(buffer); read !== null; read = await this.#connection.read(buffer)) {
        this.heard += decoder.decode(buffer.subarray(0, read), { stream: true });
      }
    } catch {
      // reset, or closed by us
    }
    this.ended = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    await this.#reading;
  }
}

/** A client over WebSocket, by the library `ws`. */
class WsClient implements AsyncDisposable {
  heard = "";
  frames = 0;
  closed: string | undefined;
  error: string | undefined;
  readonly #socket: WebSocket;

  constructor(url: string, first: string | readonly string[], origin?: string) {
    this.#socket = new WebSocket(url, origin === undefined ? {} : { origin });
    this.#socket.on("open", () => [first].flat().forEach((text) => this.#socket.send(text)));
    this.#socket.on("error", (error) => this.error = error.message);
    this.#socket.on("message", (data) => {
      this.frames++;
      this.heard += new TextDecoder().decode(data as ArrayBuffer);
    });
    this.#socket.on("close", (code, reason) => this.closed = `${code} ${reason}`);
  }

  send(text: string, fin = true): void {
    this.#socket.send(text, { fin });
  }

  until(text: string): Promise<void> {
    return waitUntil(() => this.heard.includes(text), WITHIN_MS, `${text} in ${this.heard}, ${this.error}`);
  }

  ended(): Promise<void> {
    return waitUntil(() => this.closed !== undefined, WITHIN_MS, "closed");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate();
    await this.ended();
  }
}

async function addressIn(peer: PeerProcess, line: RegExp): Promise<string> {
  return (await peer.waitFor(line))![1]!;
}

const OWN = /^You are \w+, at (127\.0\.0\.1:\d+)$/m;
const TCP = /^Clients over TCP are let in at (127\.0\.0\.1:\d+)$/m;
const WS = /^Clients over WebSocket are let in at (127\.0\.0\.1:\d+)$/m;

Deno.test("acceptance 6: clients of MaChat, over TCP and WebSocket, on each port, are in one room with two peers, and 200 lines keep their order", async () => {
  await using place = await Place.create();
  const doors = ["--gateway", "--tcp", "127.0.0.1:0", "--ws", "127.0.0.1:0"];
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, ...doors);
  await using bob = await PeerProcess.peer("bob", place);
  await bob.waitFor("Here with you: alice");
  const [own, tcp, ws] = [await addressIn(alice, OWN), await addressIn(alice, TCP), await addressIn(alice, WS)];
  const hello = (name: string): string => JSON.stringify({ name, room: "lobby" });
  await using mina = await TcpClient.connect(tcp, `${hello("Mina")}\n`);
  await using tom = await TcpClient.connect(own, hello("Tom"));
  await using eve = new WsClient(`ws://${own}/mychat`, hello("Eve"), `http://${own}/`);
  await using max = new WsClient(`ws://${ws}/mychat`, `${hello("Max")}\n`);
  for (const name of ["Mina", "Tom", "Eve", "Max"]) await bob.waitFor(`${name}@alice came to #lobby`);

  await mina.send("hi all\n");
  max.send("a frame without an end");
  eve.send("in two ", false);
  eve.send("fragments\nand two lines\n");
  await bob.say("from a terminal");
  const said = [
    "Mina:hi all\n",
    "Max:a frame without an end\n",
    "Eve:in two fragments\n",
    "Eve:and two lines\n",
    "bob:from a terminal\n",
  ];
  for (const client of [mina, tom, eve, max]) for (const line of said) await client.until(line);
  for (const line of ["Mina@alice: hi all", "Eve@alice: and two lines"]) await bob.waitFor(line);

  const lines = Array.from({ length: 200 }, (_, at) => `line ${at}`);
  await tom.send(lines.map((line) => `${line}\n`).join(""));
  for (const client of [mina, tom, eve, max]) {
    await client.until("Tom:line 199\n");
    assertEquals(client.heard.match(/(?<=Tom:)line \d+/g), lines);
  }
  await bob.waitFor("Tom@alice: line 199");
  assertEquals(bob.shown.match(/(?<=Tom@alice: )line \d+/g), lines);

  await using twin = new WsClient(`ws://${ws}/mychat`, hello("Mina"));
  await twin.ended();
  assertEquals(twin.closed, '1008 The name "Mina" is taken in #lobby');
  await using foreign = new WsClient(`ws://${ws}/mychat`, hello("Ann"), "http://evil.example");
  await foreign.ended();
  assertMatch(foreign.error!, /403/);
  await using empty = new WsClient(`ws://${ws}/mychat`, ["", hello("Ann"), "", "after an empty frame"]);
  await empty.until("Ann:after an empty frame\n");
  const plain = await fetch(`http://${ws}/mychat`);
  assertEquals([plain.status, await plain.text()], [400, "Bad Request\n"]);
  const nothing = await fetch(`http://${ws}/other`);
  assertEquals([nothing.status, await nothing.text()], [404, "404 page not found\n"]);
  await using silent = await TcpClient.connect(tcp, "");
  await silent.until("*:Nothing came in time\n");
  await waitUntil(() => silent.ended, WITHIN_MS, "hung up on");
});

Deno.test("acceptance 7: a console and a web client of Talks are in one room with the others; a tab that closes sends nobody anything", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway", "--compat", "talks");
  const own = await addressIn(alice, OWN);
  const uuid = "YW5hCg==";
  const key = [`Sec-WebSocket-Key: ${uuid}`, "Sec-WebSocket-Extensions: permessage-deflate;"];
  const head = [`GET /?uuid=${uuid} HTTP/1.1`, "Connection: Upgrade", "User-Agent: console", "Client-Type: console"];
  const request = [...head, "Upgrade: websocket", "Sec-WebSocket-Version: 13", ...key, "", ""].join("\r\n");
  const ana = (message: string): string => JSON.stringify({ uuid, nickname: "ana\n", message });
  const web = (message: string): string => JSON.stringify({ nickname: "Zoë", uuid: "6b1c-7", message });
  await using terminal = await TcpClient.connect(own, request);
  await terminal.send(ana("ping"));
  await alice.waitFor("ana@alice came to #lobby");
  const tab = new WsClient(`ws://${own}?uuid=6b1c-7`, web("ping"), "http://127.0.0.1:3000");
  await terminal.until('{"uuid":"6b1c-7","nickname":"Zoë","message":"ping"}');
  tab.send(web("hello from a tab"));
  await terminal.until('{"uuid":"6b1c-7","nickname":"Zoë","message":"hello from a tab"}');
  const long = "many words ".repeat(60).trim();
  await terminal.send(ana(`${long}\n`) + ana("glued\n"));
  await tab.until(
    `{"uuid":"${uuid}","nickname":"ana","message":"${long}"}{"uuid":"${uuid}","nickname":"ana","message":"glued"}`,
  );
  await alice.waitFor("ana@alice: glued");
  const before = terminal.heard;
  await tab[Symbol.asyncDispose]();
  await alice.waitFor("Zoë");
  await alice.waitFor(/left #lobby/);
  await alice.say("still there?");
  await terminal.until('"message":"still there?"');
  assertEquals(terminal.heard.slice(before.length), '{"uuid":"alice","nickname":"alice","message":"still there?"}');
  await using other = new WsClient(`ws://${own}?uuid=1`, web("ping"), "http://evil.example");
  await other.ended();
  assertMatch(other.error!, /403/);
});

Deno.test("a port for clients that another program has ends the peer with 3, and says which", async () => {
  await using place = await Place.create();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await using alice = PeerProcess.start("peer", {
    place,
    args: ["alice", place.bootstrapFlag, "--tcp", `127.0.0.1:${port}`],
  });
  const { code, stderr } = await alice.ended();
  assertEquals([code, stderr], [
    3,
    `parley: Clients cannot be let in: Another program listens on "127.0.0.1:${port}"\n`,
  ]);
});
