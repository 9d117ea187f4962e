/** Web clients of Talks whose frames its server spread as garbage, beside a peer in a process of its own. */
import { assertEquals, assertMatch } from "@std/assert";
import { WebSocket } from "../../transport/deno_transport/ws.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { waitUntil } from "../support/wait.ts";

const WITHIN_MS = 20_000;

/** A page of Talks: what came, each message by itself. */
class Tab implements Disposable {
  readonly messages: string[] = [];
  readonly socket: WebSocket;
  pongs = 0;
  readonly #nickname: string;
  readonly #uuid: string;
  #isOpen = false;

  constructor(address: string, nickname: string, uuid: string) {
    [this.#nickname, this.#uuid] = [nickname, uuid];
    this.socket = new WebSocket(`ws://${address}?uuid=${uuid}`, { origin: "http://127.0.0.1:3000" });
    this.socket.on("open", () => this.#isOpen = true);
    this.socket.on("error", () => {}); // a reset of ours
    this.socket.on("pong", () => this.pongs++);
    this.socket.on("message", (data) => this.messages.push(new TextDecoder().decode(data as ArrayBuffer)));
  }

  static async open(address: string, nickname: string, uuid: string): Promise<Tab> {
    const tab = new Tab(address, nickname, uuid);
    await waitUntil(() => tab.#isOpen, WITHIN_MS, "open");
    tab.socket.send(tab.words("ping"));
    await tab.hears(tab.words("ping"));
    return tab;
  }

  words(message: string): string {
    return JSON.stringify({ uuid: this.#uuid, nickname: this.#nickname, message });
  }

  hears(message: string): Promise<void> {
    return waitUntil(() => this.messages.includes(message), WITHIN_MS, `${message} in ${this.messages}`);
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

/** What is answered to these bytes until the other side closes. */
async function answerTo(address: string, request: string): Promise<string> {
  const { hostname, port } = new URL(`http://${address}`);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}

async function peerForTalks(place: Place): Promise<readonly [PeerProcess, string]> {
  const alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--compat", "talks");
  return [alice, (await alice.waitFor(/^You are \w+, at (127\.0\.0\.1:\d+)$/m))![1]!];
}

Deno.test("defect 25: pings, bytes, fragments, closes and resets of one tab are garbage to nobody, and the rest is heard whole", async () => {
  await using place = await Place.create();
  const [peer, address] = await peerForTalks(place);
  await using alice = peer;
  using zoe = await Tab.open(address, "Zoë", "1-1");
  using ana = await Tab.open(address, "Ana", "2-2");
  zoe.socket.ping();
  await waitUntil(() => zoe.pongs === 1, WITHIN_MS, "answered to who asked");
  zoe.socket.send(new TextEncoder().encode(zoe.words("in bytes")), { binary: true });
  const [first, second] = [zoe.words("in two fragments").slice(0, 20), zoe.words("in two fragments").slice(20)];
  zoe.socket.send(first!, { fin: false });
  zoe.socket.send(second!, { fin: true });
  zoe.socket.send("");
  await ana.hears(zoe.words("in two fragments"));
  zoe.socket.close(1000);
  await alice.waitFor(/Zoë\S*@alice left #lobby/);
  {
    using max = await Tab.open(address, "Max", "3-3");
    max.socket.send(max.words("half").slice(0, 10), { fin: false });
  } // reset in the middle of a message
  await alice.waitFor("Max@alice left #lobby");
  await alice.say("only what was said");
  await ana.hears('{"uuid":"alice","nickname":"alice","message":"only what was said"}');
  assertEquals(ana.messages.map((message) => JSON.parse(message)).map((m) => `${m.nickname}: ${m.message}`), [
    "Ana: ping",
    "Zoë: in bytes",
    "Zoë: in two fragments",
    "Max: ping",
    "alice: only what was said",
  ]);
});

Deno.test("defect 28: a web client is known by what it opens, not by its id, and who opens nothing is told no 101", async () => {
  await using place = await Place.create();
  const [peer, address] = await peerForTalks(place);
  await using _alice = peer;
  using tab = await Tab.open(address, "Zoë", "my-console-1"); // bare bytes would end its connection
  tab.socket.send(tab.words("hello"));
  await tab.hears(tab.words("hello"));
  const plain = `GET /?uuid=1 HTTP/1.1\r\nHost: ${address}\r\nConnection: close\r\n`;
  assertMatch(await answerTo(address, `${plain}\r\n`), /^HTTP\/1\.1 200 [\s\S]*<title>Parley</); // the page
  assertMatch(
    await answerTo(address, `${plain}Client-Type: console\r\n\r\n`),
    /^HTTP\/1\.1 400 [\s\S]*"message":"This is for who asks for a WebSocket"\}$/,
  );
});

Deno.test("defect 35: a port for WebSockets that another program has ends the peer with 3, and says which", async () => {
  await using place = await Place.create();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const args = ["alice", place.bootstrapFlag, "--ws", `127.0.0.1:${taken.addr.port}`];
  await using alice = PeerProcess.start("peer", { place, args });
  const { code, stderr } = await alice.ended();
  assertEquals([code, stderr], [
    3,
    `parley: Clients cannot be let in: Another program listens on "127.0.0.1:${taken.addr.port}"\n`,
  ]);
});
