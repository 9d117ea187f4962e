/** Clients of MaChat in rooms of the cluster, on virtual time. */
import { assert, assertEquals } from "@std/assert";
import type { GatewayCounters } from "../../actors/gateway.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { cut } from "../../sim/rules/cut.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { outcomeOf } from "../support/linked_peers.ts";
import { type MachatClient, MachatClients } from "../support/machat_clients.ts";
import { talksConsole } from "../support/talks_console.ts";

const DEV = "dev" as RoomName;

/** Alice and bob let clients in; charly is a peer like any other. */
async function cluster(seed: string) {
  const world = new World({ seed });
  const gateway = { onPeersPort: true };
  const alice = world.start("alice", { gateway });
  await world.clock.advance(500);
  const bob = world.start("bob", { gateway });
  await world.clock.advance(500);
  const charly = world.start("charly");
  await world.clock.until(() => world.isConverged(), 10_000, "three in one membership");
  await world.clock.advance(1_000);
  for (const peer of [alice, bob, charly]) void peer.steps.chatJoin(DEV);
  await world.clock.advance(500);
  const clients = await MachatClients.on(world.network);
  const [a, b] = [addressOf(alice), addressOf(bob)];
  return { world, alice, bob, charly, clients, a, b, run: (ms: number) => world.clock.advance(ms) };
}

function addressOf(peer: SimulatedPeer): Address {
  return peer.memory.address!;
}

function shown(peer: SimulatedPeer): string[] {
  return peer.chat.filter(({ room }) => room === DEV).flatMap((event) => {
    const author = event.guest === undefined ? event.author : `${event.guest}@${event.author}`;
    return event.type === "said"
      ? [`${author}: ${event.text}`]
      : event.guest === undefined
      ? []
      : [`${author} ${event.type}`];
  });
}

async function counted(world: World, peer: SimulatedPeer): Promise<GatewayCounters> {
  let counters: GatewayCounters | undefined;
  void peer.cast.get("gateway").ask<GatewayCounters>((replyTo) => ({ type: "status", replyTo }), 1_000)
    .then((answer) => counters = answer);
  await world.clock.advance(5);
  return counters!;
}

Deno.test("clients of two peers and three people are in one room, and each is told what all say, itself included", async () => {
  const { alice, bob, charly, clients, a, b, run } = await cluster("one room");
  const mina = clients.enter(a, "Mina");
  const tom = clients.enter(b, "Tom");
  await run(500);
  mina.send("hello\n");
  await run(500);
  tom.send("hi Mina\r\n");
  await run(500);
  void charly.steps.say(DEV, "welcome, both");
  await run(500);
  const said = ["Mina:hello", "Tom:hi Mina", "charly:welcome, both"];
  assertEquals(mina.lines, said);
  assertEquals(tom.lines, said);
  for (const peer of [alice, bob]) {
    assertEquals(shown(peer).slice(-3), ["Mina@alice: hello", "Tom@bob: hi Mina", "charly: welcome, both"]);
  }
});

Deno.test("what people do, and what the room is about, clients are told in the words of who did it", async () => {
  const { charly, clients, a, run } = await cluster("deeds");
  const mina = clients.enter(a, "Mina");
  await run(500);
  void charly.steps.talk.write(DEV, { type: "did", text: "waves" });
  void charly.steps.talk.write(DEV, { type: "topic", text: "release" });
  await run(500);
  assertEquals(mina.lines, ["charly:* waves", "charly:* has set the topic: release"]);
});

Deno.test("200 quick lines of one client arrive in order at all others", async () => {
  const { charly, clients, a, b, run } = await cluster("in order");
  const mina = clients.enter(a, "Mina");
  const others = [clients.enter(a, "Tom"), clients.enter(b, "Eve")];
  await run(500);
  const lines = Array.from({ length: 200 }, (_, at) => `line ${at}`);
  mina.send(lines.map((line) => `${line}\n`).join(""));
  await run(2_000);
  for (const client of [mina, ...others]) assertEquals(client.lines, lines.map((line) => `Mina:${line}`));
  assertEquals(
    shown(charly).filter((line) => line.startsWith("Mina@alice: ")),
    lines.map((line) => `Mina@alice: ${line}`),
  );
});

Deno.test("lines in the segment of the handshake are said, and those of a client that sends and closes", async () => {
  const { charly, clients, a, run } = await cluster("same segment");
  const mina = clients.connect(a, '{"name":"Mina","room":"dev"}\nfirst\nsecond\ntail');
  mina.stream.end();
  await run(1_000);
  assertEquals(shown(charly), [
    "Mina@alice came",
    "Mina@alice: first",
    "Mina@alice: second",
    "Mina@alice: tail",
    "Mina@alice went",
  ]);
  assertEquals(mina.closed, "ended");
});

for (
  const [what, first, told] of [
    ["a name that is taken by a member", '{"name":"charly","room":"dev"}', '*:The name "charly" is taken in #dev\n'],
    [
      "a name that is taken by a client elsewhere",
      '{"name":"Tom","room":"dev"}',
      '*:The name "Tom" is taken in #dev\n',
    ],
    ["no name", '{"room":"dev"}', "*:Nobody can be called so: a name has letters\n"],
    [
      "a name that would forge lines",
      '{"name":"a:b\\nc","room":"dev"}',
      "*:Nobody can be called so: a name has letters\n",
    ],
    ["a room that cannot be", '{"name":"Mina","room":"a b/.."}', "*:No room can be called so: a room has letters\n"],
    ["no JSON", "hello\n", '*:First comes a handshake: {"name":"...","room":"..."}\n'],
    ["a handshake that never comes", '{"name"', "*:No handshake came in time\n"],
    ["nothing at all", "", "*:Nothing came in time\n"],
    [
      "a line that is too long",
      `{"name":"Mina","room":"dev"}${"x".repeat(70_000)}`,
      "*:A line has at most 65535 bytes\n",
    ],
  ] as const
) {
  Deno.test(`${what}: the client is told why and hung up on, and nobody else notices`, async () => {
    const { world, alice, clients, a, b, run } = await cluster("refusals");
    const tom = clients.enter(b, "Tom");
    await run(500);
    const odd = clients.connect(a, first);
    await run(7_000);
    assertEquals([odd.heard, odd.ended, odd.closed], [told, true, "ended"]);
    tom.send("still here\n");
    await run(300);
    assertEquals(tom.lines, ["Tom:still here"]);
    assertEquals((await counted(world, alice)).clients, 0);
  });
}

Deno.test("a name is free again when its client is gone, however it went", async () => {
  const { clients, a, run } = await cluster("free again");
  for (const go of [(client: MachatClient) => client.stream.end(), (client: MachatClient) => client.stream.destroy()]) {
    const mina = clients.enter(a, "Mina");
    await run(300);
    go(mina);
    await run(300);
  }
  const mina = clients.enter(a, "Mina");
  await run(300);
  mina.send("here\n");
  await run(300);
  assertEquals(mina.lines, ["Mina:here"]);
});

Deno.test("defect 32: of two clients that two peers let in by one name at once, one is told that it is taken and hung up on", async () => {
  const { alice, charly, clients, a, b, run } = await cluster("at once");
  for (let round = 0; round < 5; round++) {
    const two = [clients.enter(a, "Mina"), clients.enter(b, "Mina")];
    await run(1_000);
    const [stays, goes] = two[0]!.closed === undefined ? two : two.toReversed();
    assertEquals([stays!.closed, stays!.lines], [undefined, []], `round ${round}`);
    assertEquals(goes!.lines.length, 1);
    assert(goes!.lines[0]!.includes('"Mina" is taken in #dev'), goes!.heard);
    assert(goes!.ended);
    stays!.send("here\n");
    await run(300);
    assertEquals(stays!.lines, ["Mina:here"]);
    for (const peer of [alice, charly]) {
      const there = outcomeOf(peer.steps.occupants(DEV));
      await run(100);
      assert(there.value!.ok);
      assertEquals(there.value!.value.filter(({ name }) => name === "Mina").length, 1);
    }
    stays!.stream.end();
    await run(500);
  }
});

Deno.test("a client that is gone before it was let in leaves nobody in the room", async () => {
  const { charly, clients, a, run } = await cluster("gone early");
  for (let at = 0; at < 5; at++) {
    const mina = clients.enter(a, "Mina");
    await run(at);
    mina.stream.destroy();
    await run(300);
  }
  const mina = clients.enter(a, "Mina");
  await run(300);
  mina.send("here\n");
  await run(300);
  assertEquals(mina.lines, ["Mina:here"]);
  const moves = shown(charly).filter((line) => line !== "Mina@alice: here");
  assertEquals(
    moves.filter((line) => line.endsWith("came")).length - 1,
    moves.filter((line) => line.endsWith("went")).length,
  );
});

Deno.test("who asks for notices is told who is there, comes and goes; who does not is told what MaChat tells", async () => {
  const { clients, charly, a, b, run } = await cluster("notices");
  const mina = clients.connect(a, '{"name":"Mina","room":"dev","notices":true}');
  const tom = clients.enter(b, "Tom");
  await run(500);
  tom.stream.end();
  await run(500);
  void charly.steps.chatLeave(DEV);
  await run(500);
  assertEquals(mina.lines, [
    "*:here: alice, bob, charly",
    "*:Mina came",
    "*:Tom came",
    "*:Tom went",
    "*:charly went",
  ]);
  assertEquals(tom.lines, []);
});

Deno.test("without a room a client is in the peer's own; in a room where no member is it is with other clients", async () => {
  const { charly, clients, a, b, run } = await cluster("rooms");
  const inLobby = clients.connect(a, '{"name":"Mina"}');
  const apart = [clients.enter(a, "Eve", "apart"), clients.enter(b, "Tom", "apart")];
  await run(500);
  inLobby.send("hi\n");
  apart[0]!.send("just us\n");
  await run(500);
  assertEquals(charly.chat.filter(({ type }) => type === "said").map(({ room, guest }) => `${room} ${guest}`), [
    "lobby Mina",
  ]);
  for (const client of apart) assertEquals(client.lines, ["Eve:just us"]);
});

Deno.test("a longer line than a room takes is said in parts, and nothing of it is lost", async () => {
  const { charly, clients, a, run } = await cluster("long");
  const mina = clients.enter(a, "Mina");
  await run(300);
  const line = "äbc".repeat(7_000);
  mina.send(`${line}\n`);
  await run(500);
  const parts = charly.chat.flatMap((event) => event.type === "said" ? [event.text] : []);
  assertEquals([parts.length, parts.join("")], [4, line]);
  assertEquals(mina.lines.map((part) => part.replace("Mina:", "")).join(""), line);
});

Deno.test("a flood of one client is slowed down, loses nothing, and lets another be heard meanwhile", async () => {
  const { world, alice, clients, a, run } = await cluster("flood");
  const [mina, tom] = [clients.enter(a, "Mina"), clients.enter(a, "Tom")];
  await run(300);
  mina.send("x\n".repeat(2_000));
  await run(1_000);
  tom.send("may I?\n");
  await run(300);
  assert(tom.lines.includes("Tom:may I?"));
  const { textsSaid } = await counted(world, alice);
  assert(textsSaid >= 400 && textsSaid < 700, `${textsSaid}`);
  await run(17_000);
  assertEquals(tom.lines.filter((line) => line === "Mina:x").length, 2_000);
});

Deno.test("faults row 51: of 10,000 that come and go quickly few get in, the rest are told why, and others are heard meanwhile", async () => {
  const { world, alice, charly, clients, a, b, run } = await cluster("10,000 comings");
  const tom = clients.enter(b, "Tom");
  await run(300);
  let some: MachatClient[] = [];
  for (let at = 0; at < 10_000; at += 50) {
    some = Array.from({ length: 50 }, (_, more) => clients.enter(a, `n${at + more}`, `r${at + more}`));
    await run(40);
    for (const client of some) client.stream.end();
    if (at === 5_000) tom.send("still here\n");
  }
  await run(3_000);
  const { joined, tooOften, clients: left } = await counted(world, alice);
  assert(joined >= 1_000 && joined < 1_300, `${joined}`);
  assertEquals([joined + tooOften, left, tom.lines], [10_000, 0, ["Tom:still here"]]);
  const turnedAway = some.at(-1)!;
  const why = "*:Too many come from where you are: try again in a minute\n";
  assertEquals([turnedAway.heard, turnedAway.ended], [why, true]);
  await run(60_000);
  const mina = clients.enter(a, "Mina");
  await run(300);
  mina.send("back\n");
  await run(300);
  assertEquals(shown(charly).at(-1), "Mina@alice: back");
});

Deno.test("faults row 49: whatever line ends stand in a name, a room or a text, each line that clients are told names its speaker", async () => {
  const { charly, clients, a, b, run } = await cluster("line ends");
  const ENDS = ["\n", "\r", "\r\n", "\u2028", "\u2029", "\u0085", "\v", "\f"];
  const tom = clients.connect(b, '{"name":"Tom","room":"dev","notices":true}');
  await run(300);
  const forgers = ENDS.flatMap((end) => [
    clients.enter(a, `Eve${end}*:alice went`),
    clients.enter(a, "Eve", `dev${end}*:alice went`),
  ]);
  await run(300);
  for (const forger of forgers) {
    assert(/^\*:No(body| room) can be called so: [^\n]*\n$/.test(forger.heard), JSON.stringify(forger.heard));
  }
  const eve = clients.enter(a, "Eve");
  await run(300);
  for (const end of ENDS) eve.send(`a${end}*:alice went\n`);
  void charly.steps.say(DEV, ENDS.map((end) => `a${end}*:alice went`).join(" "));
  await run(1_000);
  const lines = tom.heard.split(/\r\n|\r|\n/).slice(0, -1);
  assert(lines.length > 8, tom.heard);
  for (const line of lines.filter((line) => line.includes("alice went"))) {
    assert(/^(Eve|charly):/.test(line), JSON.stringify(line));
  }
});

Deno.test("faults row 53: of one name at two doors during a split who came first keeps it, the other is told why it goes", async () => {
  const { world, alice, bob, charly, clients, a, b, run } = await cluster("one name twice");
  const heal = world.network.add(cut([alice.memory.address!], [bob.memory.address!, charly.memory.address!]));
  await run(1_000);
  const first = clients.enter(a, "Mina");
  await run(1_000);
  const second = clients.enter(b, "Mina");
  const tom = clients.enter(b, "Tom");
  await run(1_000);
  first.send("here\n");
  second.send("there\n");
  await run(1_000);
  assertEquals([first.lines, second.lines], [["Mina:here"], ["Mina:there"]]);
  heal();
  await world.clock.until(() => world.isConverged(), 120_000, "one membership again");
  await run(5_000);
  assertEquals([second.lines.at(-1), second.closed], ['*:The name "Mina" is taken in #dev', "ended"]);
  assertEquals([first.closed, tom.closed], [undefined, undefined]);
  first.send("still here\n");
  await run(5_000);
  assertEquals([first.lines.at(-1), tom.lines.at(-1)], ["Mina:still here", "Mina:still here"]);
  assert(shown(charly).includes("Mina@bob went"));
});

Deno.test("a client that does not read is hung up on when too much waits for it, and costs the others nothing", async () => {
  const { world, alice, clients, a, run } = await cluster("slow");
  const [slow, mina, tom] = [clients.enter(a, "Slow"), clients.enter(a, "Mina"), clients.enter(a, "Tom")];
  await run(300);
  slow.stream.pause();
  for (let at = 0; at < 30; at++) {
    mina.send(`${at} ${"x".repeat(60_000)}\n`);
    await run(300);
  }
  assertEquals((await counted(world, alice)).tooSlow, 1);
  await run(5_000);
  assertEquals([(await counted(world, alice)).clients, tom.heard.length > 1_800_000], [2, true]);
  slow.stream.resume();
  await run(1_000);
  assert(slow.closed !== undefined);
});

Deno.test("300 clients in a room, a third of them silent or slow, cost the others nothing", async () => {
  const { charly, clients, a, b, run } = await cluster("crowd");
  const all: MachatClient[] = [];
  for (let at = 0; at < 300; at++) {
    all.push(clients.enter(at % 2 === 0 ? a : b, `c${at}`));
    await run(10);
  }
  await run(1_000);
  const slow = all.filter((_, at) => at % 6 === 0);
  const silent = all.filter((_, at) => at % 6 === 3);
  const lively = all.filter((client) => !slow.includes(client) && !silent.includes(client));
  for (const client of slow) client.stream.pause();
  for (const [at, client] of lively.entries()) client.send(`I am ${at}\n`);
  await run(3_000);
  for (const client of [...lively, ...silent]) assertEquals(client.lines.length, lively.length);
  assertEquals(shown(charly).filter((line) => line.includes(": I am ")).length, lively.length);
});

Deno.test("when the gateway crashes its clients are hung up on and gone from the room, and it lets others in", async () => {
  const { alice, charly, clients, a, run } = await cluster("crash");
  const mina = clients.enter(a, "Mina");
  await run(300);
  alice.system.crash("/peer/gateway");
  await run(3_000);
  assert(mina.closed !== undefined);
  assertEquals(shown(charly), ["Mina@alice came", "Mina@alice went"]);
  const again = clients.enter(a, "Mina");
  await run(300);
  again.send("back\n");
  await run(300);
  assertEquals(again.lines, ["Mina:back"]);
});

Deno.test("a port of its own lets clients in, and nobody else", async () => {
  const world = new World({ seed: "own port" });
  const alice = world.start("alice", { gateway: { onPeersPort: false, tcp: "127.0.0.1:8989" as Address } });
  await world.clock.advance(2_000);
  const clients = await MachatClients.on(world.network);
  const [mina, wrongDoor] = [
    clients.enter("127.0.0.1:8989" as Address, "Mina", "lobby"),
    clients.enter(addressOf(alice), "Tom", "lobby"),
  ];
  await world.clock.advance(500);
  mina.send("hi\n");
  await world.clock.advance(500);
  assertEquals(mina.lines, ["Mina:hi"]);
  assertEquals([wrongDoor.heard, wrongDoor.closed], ["", "reset"]);
  alice.system.crash("/peer/gateway/tcp");
  await world.clock.advance(3_000);
  const again = clients.enter("127.0.0.1:8989" as Address, "Mina", "lobby");
  await world.clock.advance(500);
  again.send("back\n");
  await world.clock.advance(500);
  assertEquals(again.lines, ["Mina:back"]);
});

Deno.test("a port that another has ends the peer, which says why", async () => {
  const world = new World({ seed: "taken" });
  const tcp = "127.0.0.1:8989" as Address;
  world.start("alice", { gateway: { onPeersPort: false, tcp } });
  await world.clock.advance(1_000);
  const bob = world.start("bob", { gateway: { onPeersPort: false, tcp } });
  await world.clock.advance(2_000);
  assertEquals([bob.exitCode, bob.exitReason], [
    3,
    'Clients cannot be let in: Another host has the address "127.0.0.1:8989"',
  ]);
});

async function withTalks(seed: string) {
  const world = new World({ seed });
  const alice = world.start("alice", { gateway: { onPeersPort: true, talks: true } });
  await world.clock.advance(2_000);
  const clients = await MachatClients.on(world.network);
  return { world, alice, clients, a: addressOf(alice), run: (ms: number) => world.clock.advance(ms) };
}

Deno.test("Talks: a console is in one room with MaChat's clients and people, in the peer's room", async () => {
  const { alice, clients, a, run } = await withTalks("talks");
  const mina = clients.enter(a, "Mina", "lobby");
  const { uuid, head, message } = talksConsole("ana");
  const ana = clients.connect(a, head);
  await run(10);
  ana.send(message("ping")); // in a write of its own, as the console does it
  await run(500);
  ana.send(message("hi\n") + message("two\nlines\n"));
  mina.send("hello ana\n");
  await run(500);
  void alice.steps.say("lobby" as RoomName, "ping");
  await run(500);
  assertEquals(
    mina.lines,
    ["Mina:hello ana", "ana:hi", "ana:two", "ana:lines", "alice:ping"].toSorted(byArrival(mina.lines)),
  );
  const [answer, objects = ""] = ana.heard.split("\r\n\r\n");
  assertEquals(answer?.split("\r\n")[0], "HTTP/1.1 101 Web Socket Protocol Handshake");
  const told = JSON.parse(`[${objects.replaceAll("}{", "},{")}]`) as {
    nickname: string;
    message: string;
    uuid: string;
  }[];
  assertEquals(told[0], { uuid, nickname: "ana", message: "ping" }, "it sees itself come, as it did with Talks");
  assertEquals(told.slice(1).map(({ nickname, message }) => `${nickname}: ${message}`).toSorted(), [
    "Mina: hello ana",
    "alice: ping ",
    "ana: hi",
    "ana: two\nlines",
  ]);
  assertEquals(told.filter(({ nickname }) => nickname === "ana").every((words) => words.uuid === uuid), true);
});

/** The order in which they came, where that may be either. */
function byArrival(lines: readonly string[]): (a: string, b: string) => number {
  return (a, b) => lines.indexOf(a) - lines.indexOf(b);
}

Deno.test("Talks: a console that is gone is gone for all; one with a taken nickname is told so and hung up on", async () => {
  const { world, alice, clients, a, run } = await withTalks("talks gone");
  const { head, message } = talksConsole("ana");
  const ana = clients.connect(a, head + message("ping"));
  await run(300);
  const second = clients.connect(a, head + message("ping"));
  await run(3_000);
  assert(second.heard.endsWith('{"uuid":"*","nickname":"*","message":"The name \\"ana\\" is taken in #lobby"}'));
  assertEquals(second.closed, "ended");
  ana.stream.destroy();
  await run(300);
  assertEquals((await counted(world, alice)).clients, 0);
  const again = clients.connect(a, head + message("ping"));
  await run(300);
  assert(again.heard.endsWith(message("ping").replace("\\n", "")));
});

Deno.test("Talks: without --compat talks its consoles are none of ours, and with it other requests stay HTTP", async () => {
  const { clients, a, run } = await cluster("no talks");
  const { head, message } = talksConsole("ana");
  const ana = clients.connect(a, head + message("ping"));
  await run(3_000);
  assertEquals(ana.heard, '*:First comes a handshake: {"name":"...","room":"..."}\n', "there is no HTTP in this world");
});
