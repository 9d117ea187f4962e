/** Acceptance check 6 of the seed programs: MaChat's clients, written from the description of their protocol. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  addressIn,
  machatHello,
  OWN_ADDRESS,
  TCP_ADDRESS,
  TcpClient,
  WS_ADDRESS,
  WsClient,
} from "../../support/chat_clients.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { Place } from "../../support/place.ts";
import { waitUntil } from "../../support/wait.ts";

const WITHIN_MS = 20_000;

Deno.test("acceptance 6: MaChat's clients over TCP and WebSocket, on each port, are in one room with members; 200 lines of each kind keep their order at all", async () => {
  await using place = await Place.create();
  const doors = ["--gateway", "--tcp", "127.0.0.1:0", "--ws", "127.0.0.1:0"];
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, ...doors);
  await using bob = await PeerProcess.peer("bob", place);
  await bob.waitFor("Here with you: alice");
  const own = await addressIn(alice, OWN_ADDRESS);
  const [tcp, ws] = [await addressIn(alice, TCP_ADDRESS), await addressIn(alice, WS_ADDRESS)];
  await using mina = await TcpClient.connect(tcp, `${machatHello("Mina")}\n`);
  await using tom = await TcpClient.connect(own, machatHello("Tom"));
  await using eve = new WsClient(`ws://${own}/mychat`, machatHello("Eve"), `http://${own}/`);
  await using max = new WsClient(`ws://${ws}/mychat`, `${machatHello("Max")}\n`);
  const clients = [mina, tom, eve, max];
  for (const name of ["Mina", "Tom", "Eve", "Max"]) await bob.waitFor(`${name}@alice came to #lobby`);

  await mina.send("hi all\n");
  max.send("and from a frame\n");
  await bob.say("from a terminal");
  for (const client of clients) {
    for (const line of ["Mina:hi all\n", "Max:and from a frame\n", "bob:from a terminal\n"]) await client.until(line);
  }
  for (const peer of [alice, bob]) {
    for (const line of ["Mina@alice: hi all", "Max@alice: and from a frame", "bob: from a terminal"]) {
      await peer.waitFor(line);
    }
  }

  const lines = Array.from({ length: 200 }, (_, at) => `line ${at}`);
  const speakers = [
    ["Tom", "Tom@alice", () => tom.send(lines.map((line) => `${line}\n`).join(""))],
    ["Eve", "Eve@alice", () => lines.forEach((line) => eve.send(line))],
    ["bob", "bob", () => bob.say(lines.join("\n"))],
  ] as const;
  for (const [name, shownAs, speak] of speakers) {
    await speak();
    for (const client of clients) {
      await client.until(`${name}:line 199\n`);
      assertEquals(client.heard.match(new RegExp(`(?<=^${name}:)line \\d+$`, "gm")), lines);
    }
    for (const peer of [alice, bob]) {
      await peer.waitFor(`${shownAs}: line 199`);
      assertEquals(peer.shown.match(new RegExp(`(?<= ${shownAs}: )line \\d+$`, "gm")), lines);
    }
  }
});

/** What a client over TCP may send at once that its person would not; what it is told, and whether it is hung up on. */
const ODD_OVER_TCP: readonly (readonly [what: string, sent: string, told: string, then: "in" | "hung up on"])[] = [
  ["a line in one piece with the handshake", `${machatHello("A")}glued\n`, "A:glued\n", "in"],
  ["the same behind a line end", `${machatHello("B")}\nglued\n`, "B:glued\n", "in"],
  ["keys in capitals, in another order, beside others", '{"x":1,"ROOM":"lobby","Name":"C"}\nhi\n', "C:hi\n", "in"],
  ["no room", '{"name":"D"}\nhi\n', "D:hi\n", "in"],
  ["a line end of Windows", `${machatHello("E")}\r\nhi\r\nagain\r\n`, "E:hi\nE:again\n", "in"],
  ["empty lines", `${machatHello("F")}\n\n\nhi\n`, "F:hi\n", "in"],
  ["a line of 9,000 bytes", `${machatHello("G")}${"x".repeat(9_000)}\n`, `G:${"x".repeat(8_000)}`, "in"],
  ["a name that is taken", machatHello("mina"), '*:The name "mina" is taken in #lobby\n', "hung up on"],
  ["no name", machatHello(""), "*:Nobody can be called so: a name has letters\n", "hung up on"],
  [
    "a name that forges lines",
    machatHello("x:y\nbob"),
    "*:Nobody can be called so: a name has letters\n",
    "hung up on",
  ],
  ["no object", "hello\n", '*:First comes a handshake: {"name":"...","room":"..."}\n', "hung up on"],
  ["a handshake that is no JSON", '{"name":}\n', "*:The handshake is no JSON\n", "hung up on"],
  ["a name that is no text", '{"name":7,"room":"lobby"}\n', "*:Name and room have to be texts\n", "hung up on"],
  [
    "an endless handshake",
    `{"name":"${"x".repeat(2_000)}`,
    "*:The handshake is longer than 1024 bytes\n",
    "hung up on",
  ],
  [
    "a line of 64 KiB",
    `${machatHello("H")}${"x".repeat(65_536)}\n`,
    "*:A line has at most 65535 bytes\n",
    "hung up on",
  ],
  ["nothing", "", "*:Nothing came in time\n", "hung up on"],
  ["half a handshake", '{"name":"I"', "*:No handshake came in time\n", "hung up on"],
];

Deno.test("acceptance 6: every odd input over TCP gets an answer or a close, and nobody else notices", async (t) => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--tcp", "127.0.0.1:0");
  const address = await addressIn(alice, TCP_ADDRESS);
  await using mina = await TcpClient.connect(address, machatHello("mina"));
  await alice.waitFor("mina@alice came to #lobby");
  await using all = new AsyncDisposableStack();
  const odd = await Promise.all(ODD_OVER_TCP.map(async ([, sent]) => all.use(await TcpClient.connect(address, sent))));
  for (const [at, [what, , told, then]] of ODD_OVER_TCP.entries()) {
    await t.step(`${what}: ${then}`, async () => {
      const client = odd[at]!;
      await client.until(told, WITHIN_MS);
      if (then === "hung up on") await client.untilEnded();
      else assertEquals(client.ended, false);
    });
  }
  await t.step("a line without an end counts when its sender has no more to say, who is then gone", async () => {
    await using last = await TcpClient.connect(address, `${machatHello("last")}the end`);
    await last.endSending();
    await mina.until("last:the end\n");
    await alice.waitFor("last@alice left #lobby");
    await last.untilEnded();
  });
  await t.step("whoever is in the room heard what was said, and nothing of the rest", async () => {
    await mina.send("well\n");
    await mina.until("mina:well\n");
    const said = mina.heard.split("\n").filter((line) => !/^G:x+$/.test(line) && line !== "").toSorted();
    const wanted = ["A:glued", "B:glued", "C:hi", "D:hi", "E:again", "E:hi", "F:hi", "last:the end", "mina:well"];
    assertEquals(said, wanted);
    assertEquals(mina.heard.replaceAll(/[^x]/g, "").length, 9_000, "a long line is said in parts, whole");
  });
});

Deno.test("acceptance 6: every odd input over WebSocket gets an answer or a close", async (t) => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--ws", "127.0.0.1:0");
  const address = await addressIn(alice, WS_ADDRESS);
  const url = `ws://${address}/mychat`;
  await using mina = new WsClient(url, machatHello("mina"));
  await alice.waitFor("mina@alice came to #lobby");

  await t.step("no request for a WebSocket, another path and another's page: 400, 404 and 403", async () => {
    const plain = await fetch(`http://${address}/mychat`);
    assertEquals([plain.status, await plain.text()], [400, "Bad Request\n"]);
    const nothing = await fetch(`http://${address}/other`);
    assertEquals([nothing.status, await nothing.text()], [404, "404 page not found\n"]);
    await using lost = new WsClient(`ws://${address}/other`, machatHello("Ann"));
    await lost.untilClosed();
    assertMatch(lost.error!, /404/);
    await using foreign = new WsClient(url, machatHello("Ann"), "http://evil.example");
    await foreign.untilClosed();
    assertMatch(foreign.error!, /403/);
  });

  await t.step("a frame without a line end, with several, of 9,000 bytes, in fragments, and an empty one", async () => {
    await using ann = new WsClient(url, ["", machatHello("ann"), ""]);
    await alice.waitFor("ann@alice came to #lobby");
    ann.send("without");
    ann.send("two\nlines\n");
    ann.send("in frag", false);
    ann.send("ments\n");
    ann.send("");
    ann.send("y".repeat(9_000));
    ann.send("at last");
    await mina.until("ann:at last\n");
    const long = mina.heard.match(/(?<=^ann:)y+$/gm)!.join("");
    assertEquals(long, "y".repeat(9_000));
    const rest = mina.heard.split("\n").filter((line) => line.startsWith("ann:") && !/y$/.test(line));
    assertEquals(rest, ["ann:without", "ann:two", "ann:lines", "ann:in fragments", "ann:at last"]);
  });

  await t.step("who sends bytes is sent bytes; a ping is answered with its payload, a close with a close", async () => {
    await using ben = new WsClient(url, machatHello("ben"));
    await alice.waitFor("ben@alice came to #lobby");
    ben.socket.send(new TextEncoder().encode("in bytes\n"));
    await ben.until("ben:in bytes\n");
    assert(ben.binaryFrames > 0);
    assertEquals(mina.binaryFrames, 0);
    ben.socket.ping("are you there?");
    await waitUntil(() => ben.pong === "are you there?", WITHIN_MS, "a pong");
    ben.socket.close(1000);
    await ben.untilClosed();
    assertMatch(ben.closed!, /^1000 /);
    await alice.waitFor("ben@alice left #lobby");
  });

  const refused = [
    ["a name that is taken", machatHello("mina"), '1008 The name "mina" is taken in #lobby'],
    ["a name that forges lines", machatHello("x:y"), "1008 Nobody can be called so: a name has letters"],
    ["no handshake", "hello", '1008 First comes a handshake: {"name":"...","room":"..."}'],
    ["a handshake that is no JSON", '{"name":}', "1008 The handshake is no JSON"],
    ["a message over 64 KiB", `${machatHello("cid")}${"x".repeat(65_600)}`, "1009 "],
  ] as const;
  for (const [what, sent, closed] of refused) {
    await t.step(`${what}: closed with the reason`, async () => {
      await using client = new WsClient(url, sent);
      await client.untilClosed();
      assertEquals(client.closed, closed);
      if (closed.startsWith("1008 ")) assertEquals(client.heard, `*:${closed.slice("1008 ".length)}\n`);
    });
  }

  await t.step("silence: closed with the reason", async () => {
    await using silent = new WsClient(url, []);
    await silent.untilClosed();
    assertEquals(silent.closed, "1008 No handshake came in time");
  });

  await t.step("whoever is in the room is still in, and was told nothing of this", async () => {
    mina.send("well");
    await mina.until("mina:well\n");
    assertEquals(mina.heard.split("\n").filter((line) => !/^(ann|ben|mina):/.test(line) && line !== ""), []);
  });
});
