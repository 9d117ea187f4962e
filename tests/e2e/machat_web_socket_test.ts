/** MaChat's protocol over WebSocket, on a peer's port, with whoever else is in the room. */
import { assertEquals, assertMatch } from "@std/assert";
import { WebSocket } from "../../transport/deno_transport/ws.ts";
import { Collected } from "../support/collected.ts";
import { freePort } from "../support/free_port.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { waitUntil } from "../support/wait.ts";

const WITHIN_MS = 10_000;

/** A client by an independent library. */
class Client implements Disposable {
  readonly socket: WebSocket;
  heard = "";
  closed: { code: number; reason: string } | undefined;
  error: string | undefined;

  constructor(url: string, origin?: string) {
    this.socket = new WebSocket(url, origin === undefined ? {} : { origin });
    this.socket.on("error", (error) => this.error = error.message);
    this.socket.on("message", (data) => this.heard += new TextDecoder().decode(data as ArrayBuffer));
    this.socket.on("close", (code, reason) => this.closed = { code, reason: String(reason) });
  }

  static async in(url: string, name: string): Promise<Client> {
    const client = new Client(url);
    let isOpen = false;
    client.socket.on("open", () => isOpen = true);
    await waitUntil(() => isOpen, WITHIN_MS, `open: ${client.error}`);
    client.say(JSON.stringify({ name, room: "lobby" }));
    return client;
  }

  say(message: string): void {
    this.socket.send(message);
  }

  hears(text: string): Promise<void> {
    return waitUntil(() => this.heard.includes(text), WITHIN_MS, `${text} in\n${this.heard}`);
  }

  async isClosed(): Promise<{ code: number; reason: string }> {
    await waitUntil(() => this.closed !== undefined, WITHIN_MS, "closed");
    return this.closed!;
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}

Deno.test("clients over WebSocket and TCP, and members, are in one room", async (t) => {
  await using place = await Place.create();
  const port = freePort();
  await using alice = await PeerProcess.peer(
    "alice",
    place,
    place.bootstrapFlag,
    "--gateway",
    `--bind=127.0.0.1:${port}`,
  );
  await using bob = await PeerProcess.peer("bob", place);
  await alice.waitFor("bob came to #lobby");
  const url = `ws://127.0.0.1:${port}/mychat`;
  using mina = await Client.in(url, "mina");
  await bob.waitFor(/mina\S* came to #lobby/);
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const stream = new Collected(socket.readable);
  stream.start();
  const write = async (text: string): Promise<void> => {
    const writer = socket.writable.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  };
  await write('{"name":"nat","room":"lobby"}');
  await bob.waitFor(/nat\S* came to #lobby/);

  await t.step("what one says, all hear, who said it too", async () => {
    mina.say("from a frame\n");
    await mina.hears("mina:from a frame\n");
    await waitUntil(() => stream.text.includes("mina:from a frame\n"), WITHIN_MS, "what came in a frame");
    await bob.waitFor("from a frame");
    await write("from a stream\n");
    await mina.hears("nat:from a stream\n");
    await bob.say("from a member");
    await mina.hears("bob:from a member\n");
  });

  await t.step("a frame is a message with or without line end, and may have several", async () => {
    mina.say("without");
    mina.say("two\nlines\n");
    mina.socket.send("in frag", { fin: false });
    mina.socket.send("ments", { fin: true });
    mina.say("");
    mina.say("x".repeat(9_000));
    await mina.hears(`mina:without\nmina:two\nmina:lines\nmina:in fragments\nmina:${"x".repeat(8_000)}`);
  });

  await t.step("a name that is taken, and what is no handshake, get a reason and a close", async () => {
    using second = await Client.in(url, "mina");
    const closed = await second.isClosed();
    assertEquals([closed.code, closed.reason], [1008, 'The name "mina" is taken in #lobby']);
    using other = await Client.in(url, "x:y");
    assertEquals((await other.isClosed()).code, 1008);
    assertMatch(other.heard, /^\*:/);
  });

  await t.step("another's page is refused", async () => {
    using foreign = new Client(url, "http://evil.example");
    await foreign.isClosed();
    assertMatch(foreign.error!, /403/);
  });

  await t.step("who closes is gone, and nobody is sent garbage", async () => {
    const before = mina.heard.length;
    using eva = await Client.in(url, "eva");
    await bob.waitFor(/eva\S* came to #lobby/);
    eva.socket.ping();
    eva.socket.close(1000);
    assertEquals((await eva.isClosed()).code, 1000);
    await bob.waitFor(/eva\S* left #lobby/);
    assertEquals(mina.heard.slice(before), "");
  });

  await stream.stop();
});
