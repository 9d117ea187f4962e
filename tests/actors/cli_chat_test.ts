/** Members that run cli-chat, in one room with ours. The stand-in for their program has its faults. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ChatEvent } from "../../actors/chat_room.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { encodeMember, encodeState } from "../../actors/cli_chat/format.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import { Seat } from "../support/seat.ts";
import { CliChatPeer } from "../support/cli_chat_peer.ts";
import { ANY_PORT, outcomeOf } from "../support/linked_peers.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { StreamRecorder, TransportRecorder } from "../transport/recorder.ts";

const LOBBY = "lobby" as RoomName;

/** Gossip reaches a handful of members in less. */
const SPREAD_MS = 2_000;

/** Their gossip is said twice or three times in all, so it may miss some; exchanges of tables repair that. */
const REPAIRED_WITHIN_MS = 90_000;

/** A member that is killed is found out. */
const FAILS_WITHIN_MS = 30_000;

async function worldOf(seed: string, ...names: string[]) {
  const world = new World({ seed });
  const ours: SimulatedPeer[] = [];
  for (const name of names) {
    ours.push(world.start(name, { cliChat: true }));
    await world.clock.advance(SPREAD_MS);
  }
  const theirs = async (name: string, number = 1): Promise<CliChatPeer> => {
    const peer = await CliChatPeer.start(world, name, number);
    await peer.join(ours[0]!.memory.address!);
    peer.chatJoin();
    const areMet = (): boolean =>
      ours.every(({ state, memory }) => state !== "running" || memory.cliChat.records.get(peer.node) !== undefined);
    await world.clock.until(areMet, REPAIRED_WITHIN_MS, `all of ours know ${name}`);
    await world.clock.advance(SPREAD_MS);
    return peer;
  };
  return { world, ours, theirs };
}

/** What is on a screen of ours. */
function shown({ chat }: SimulatedPeer): string[] {
  return chat.map((event: ChatEvent) => {
    const who = event.guest === undefined ? event.author : `${event.guest}@${event.author}`;
    return event.type === "said" ? `${who}: ${event.text}` : `${who} ${event.type}`;
  });
}

async function present(world: World, peer: SimulatedPeer): Promise<string[]> {
  const outcome = outcomeOf(peer.steps.occupants(LOBBY));
  await world.clock.until(() => outcome.settled, 5_000, "the list");
  const result = outcome.value!;
  return result.ok ? result.value.map(({ name, via }) => via === undefined ? name : `${name}@${via}`) : [];
}

const counts = async (world: World, peer: SimulatedPeer): Promise<Readonly<Record<string, number>>> => {
  const asked = peer.cast.get("cliChat").ask<Readonly<Record<string, number>>>(
    (replyTo) => ({ type: "status", replyTo }),
    1_000,
  );
  const outcome = outcomeOf(asked);
  await world.clock.until(() => outcome.settled, 1_000, "the counts");
  return outcome.value!;
};

Deno.test("one of theirs and one of ours come, see each other, talk and go", async () => {
  const { world, ours: [alice], theirs } = await worldOf("talk", "alice");
  const bob = await theirs("bob");
  assertEquals([...bob.members.keys()].toSorted(), ["alice", bob.node]);
  assertEquals(await present(world, alice!), ["alice", "bob@alice"]);
  await bob.msg("hello from bob");
  alice!.say("hello bob\nhow are you");
  await world.clock.advance(SPREAD_MS);
  bob.chatLeave();
  await world.clock.advance(SPREAD_MS);
  assertEquals(shown(alice!), [
    "bob@alice came",
    "bob@alice: hello from bob",
    "alice: hello bob\nhow are you",
    "bob@alice went",
  ]);
  assertEquals(bob.lines.length, 1);
  assertMatch(bob.lines[0]!, /^<[A-Z][a-z]{2} \d{1,2} \d\d:\d\d:\d\d\.\d{3} alice> hello bob how are you$/);
  assertEquals(await present(world, alice!), ["alice"]);
});

Deno.test("what one of ours does, and what the room is about, one of theirs is told in a line of who did it", async () => {
  const { world, ours: [alice], theirs } = await worldOf("deeds", "alice");
  const bob = await theirs("bob");
  void alice!.steps.talk.write(LOBBY, { type: "did", text: "waves" });
  await world.clock.advance(SPREAD_MS);
  void alice!.steps.talk.write(LOBBY, { type: "topic", text: "release" });
  await world.clock.advance(SPREAD_MS);
  const texts = bob.lines.map((line) => line.replace(/^<\S+ \d+ \S+ /, "<"));
  assertEquals(texts, ["<alice> * waves", "<alice> * has set the topic: release"]);
});

Deno.test("our record is what theirs are, key for key, and its address takes their lines and their knocks", async () => {
  const { ours: [alice], theirs } = await worldOf("record", "alice");
  const bob = await theirs("bob");
  const { timestamp, ...rest } = bob.members.get("alice")!;
  assertEquals(rest, { name: "alice", sender: alice!.memory.address! });
  const said = bob.heard.find((payload) => payload.includes("alice"));
  const nanos = timestamp?.nanos === undefined ? "" : `,"nanos":${timestamp.nanos}`;
  assertEquals(
    said,
    `{"name":"alice","sender":"${alice!.memory.address}","timestamp":{"seconds":${timestamp?.seconds}${nanos}}}`,
  );
  assert(await bob.send(alice!.memory.address!));
});

Deno.test("who leaves the room leaves their chat, and is in it again when it comes back", async () => {
  const { world, ours: [alice], theirs } = await worldOf("again", "alice");
  const bob = await theirs("bob");
  void alice!.steps.chatLeave(LOBBY);
  await world.clock.advance(SPREAD_MS);
  assertEquals([...bob.members.keys()], [bob.node]);
  assert(bob.heard.some((payload) => payload.startsWith('{"msgType":1,"name":"alice"')));
  void alice!.steps.chatJoin(LOBBY);
  await world.clock.advance(SPREAD_MS);
  assertEquals([...bob.members.keys()].toSorted(), ["alice", bob.node]);
  assertEquals(await present(world, alice!), ["alice", "bob@alice"]);
});

Deno.test("several of ours and of theirs hear everybody once, and in the order in which one speaks", async () => {
  const { world, ours, theirs } = await worldOf("crowd", "bea", "alice", "carl");
  const bob = await theirs("bob", 1);
  const dora = await theirs("dora", 2);
  for (let i = 0; i < 5; i++) ours[0]!.say(`b${i}`);
  await dora.msg("from dora");
  await bob.msg("from bob");
  await world.clock.advance(SPREAD_MS);
  for (const peer of ours) {
    const said = shown(peer).filter((line) => line.includes(": "));
    assertEquals(said.filter((line) => line.startsWith("bea")), [0, 1, 2, 3, 4].map((i) => `bea: b${i}`));
    assertEquals(said.filter((line) => line.includes("from")), ["dora@bea: from dora", "bob@bea: from bob"]);
    assertEquals(await present(world, peer), ["alice", "bea", "bob@bea", "carl", "dora@bea"]);
  }
  const texts = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/^<\S+ \d+ \S+ /, "<"));
  assertEquals(
    texts(bob.lines).toSorted(),
    [...[0, 1, 2, 3, 4].map((i) => `<bea> b${i}`), "<dora> from dora"].toSorted(),
  );
  assertEquals(texts(bob.lines).filter((line) => line.startsWith("<bea>")), [0, 1, 2, 3, 4].map((i) => `<bea> b${i}`));
});

Deno.test("when the peer that lets them in dies, another one does", async () => {
  const { world, ours: [alice, bea], theirs } = await worldOf("host", "alice", "bea");
  const bob = await theirs("bob");
  alice!.kill();
  await world.clock.advance(FAILS_WITHIN_MS);
  bob.members.delete("alice");
  await bob.msg("still here");
  bea!.say("me too");
  await world.clock.advance(SPREAD_MS);
  assertEquals(await present(world, bea!), ["bea", "bob@bea"]);
  assertEquals(shown(bea!).at(-2), "bob@bea: still here");
  assertMatch(bob.lines.at(-1)!, /bea> me too$/);
});

Deno.test("a peer of ours without this mode talks with them through one that has it", async () => {
  const { world, ours: [alice], theirs } = await worldOf("plain", "alice");
  const carol = world.start("carol");
  await world.clock.advance(SPREAD_MS);
  const bob = await theirs("bob");
  await bob.msg("hi all");
  carol.say("hi bob");
  await world.clock.advance(SPREAD_MS);
  assert(shown(carol).includes("bob@alice: hi all"), shown(carol).join("\n"));
  assertMatch(bob.lines.at(-1)!, /carol> hi bob$/);
  assertEquals(bob.members.has("carol"), false);
  assertEquals(await present(world, alice!), ["alice", "bob@alice", "carol"]);
});

Deno.test("defect 7: the empty record is neither kept, nor handed on, nor ever said by us", async () => {
  const { world, ours: [alice, bea], theirs } = await worldOf("empty", "alice", "bea");
  const lurker = await CliChatPeer.start(world, "lurker", 9); // a node, and never in the chat
  await lurker.join(bea!.memory.address!);
  void bea!.steps.chatLeave(LOBBY);
  await world.clock.advance(SPREAD_MS);
  const bob = await theirs("bob", 1);
  for (let i = 0; i < 10; i++) {
    bob.announce();
    await world.clock.advance(SPREAD_MS);
  }
  assert(lurker.members.has(""), "the stand-in has the fault");
  const ofOurs = bob.heard.filter((payload) => !payload.includes('"name"'));
  for (const payload of ofOurs) assertEquals(payload, "{}"); // by the lurker, and by nobody else
  for (const peer of [alice!, bea!]) {
    assertEquals(peer.memory.cliChat.records.all.filter(({ name }) => name === ""), []);
    assertEquals(peer.memory.cliChat.records.all.map(({ name }) => name).includes(lurker.node), false);
  }
  const handedOn = new TextDecoder().decode(encodeState(alice!.memory.cliChat.records.all));
  assertEquals(Object.keys(JSON.parse(handedOn)).includes(""), false);
});

Deno.test("defect 8: one dead member keeps nobody else from hearing us", async () => {
  const { world, ours: [alice], theirs } = await worldOf("dead", "alice");
  const [bob, dora] = [await theirs("bob", 1), await theirs("dora", 2)];
  bob.kill();
  alice!.say("anybody there");
  await world.clock.advance(5_000);
  assertMatch(dora.lines.at(-1)!, /anybody there$/);
  assertEquals((await counts(world, alice!))["lines not delivered"], 1);
});

Deno.test("a member that stands still delays nobody, and what it misses is bounded and counted", async () => {
  const { world, ours: [alice], theirs } = await worldOf("stuck", "alice");
  const [bob, dora] = [await theirs("bob", 1), await theirs("dora", 2)];
  bob.isStuck = true;
  for (let i = 0; i < 100; i++) alice!.say(`line ${i}`);
  await world.clock.advance(SPREAD_MS);
  assertEquals(dora.lines.length, 65, "one under way and those that waited");
  assertMatch(dora.lines.at(-1)!, /line 99$/);
  await world.clock.advance(10_000);
  const counted = await counts(world, alice!);
  assertEquals(counted["lines that waited too long"]! > 0, true);
  assertEquals(counted["lines not delivered"]! > 0, true);
});

Deno.test("defect 10: a ping of theirs is answered once, however often it is gossiped, and spoils no record of ours", async () => {
  const { world, ours: [alice], theirs } = await worldOf("ping", "alice");
  const [bob, dora] = [await theirs("bob", 1), await theirs("dora", 2)];
  const before = bob.heard.length;
  bob.ping("alice");
  await world.clock.advance(SPREAD_MS);
  bob.gossip(
    bob.heard.findLast((payload) => payload.startsWith('{"msgType":2,"name":"alice"'))!.replace(
      /"timestamp".*$/,
      '"timestamp":{"seconds":1}}',
    ),
  );
  await world.clock.advance(SPREAD_MS); // an older question, gossiped late
  const answers = new Set(
    bob.heard.slice(before).filter((payload) => payload.startsWith('{"msgType":2,"name":"alice"')),
  );
  assertEquals(answers.size, 1);
  while (!bob.members.has(dora.node)) {
    dora.announce();
    await world.clock.advance(SPREAD_MS);
  }
  bob.ping(dora.node); // its record of dora says ping from now on, and is handed on so
  await world.clock.advance(60_000);
  dora.chatLeave();
  await world.clock.advance(SPREAD_MS);
  assertEquals(await present(world, alice!), ["alice", "bob@alice"]);
});

Deno.test("defect 11: a newer record of a name replaces the older, and neither an older one nor an old leave counts", async () => {
  const { world, ours: [alice], theirs } = await worldOf("newer", "alice");
  const bob = await theirs("bob");
  const { seconds = 0 } = bob.members.get(bob.node)!.timestamp!;
  const record = (sender: string, at: number, msgType?: number): string =>
    JSON.stringify({
      ...(msgType === undefined ? {} : { msgType }),
      name: bob.node,
      sender,
      timestamp: { seconds: at },
    });
  const sender = (): string | undefined => alice!.memory.cliChat.records.get(bob.node)?.sender;
  bob.gossip(record("127.0.0.1:1", seconds + 10));
  await world.clock.advance(SPREAD_MS);
  assertEquals(sender(), "127.0.0.1:1");
  bob.gossip(record("127.0.0.1:2", seconds + 5));
  bob.gossip(record(bob.sender, seconds, 1));
  await world.clock.advance(SPREAD_MS);
  assertEquals(sender(), "127.0.0.1:1");
  bob.gossip(record("127.0.0.1:1", seconds + 10, 1));
  await world.clock.advance(SPREAD_MS);
  bob.gossip(record("127.0.0.1:1", seconds + 10));
  await world.clock.advance(SPREAD_MS);
  assertEquals(sender(), undefined, "who left stays away until something newer is said");
});

Deno.test("defect 12: a member whose joining was lost is found when tables are exchanged", async () => {
  const { world, ours: [alice], theirs } = await worldOf("lost", "alice");
  const bob = await theirs("bob", 1);
  const late = await CliChatPeer.start(world, "late", 2);
  await late.join(bob.address);
  await world.clock.advance(SPREAD_MS);
  const seconds = Math.floor(world.clock.wallMs() / 1_000);
  const record = { name: late.node, sender: late.sender, timestamp: { seconds } };
  bob.members.set(late.node, record); // as if its gossip had reached bob alone
  await world.clock.advance(60_000);
  assertEquals(await present(world, alice!), ["alice", "bob@alice", "late@alice"]);
});

Deno.test("a member that is killed leaves the room, and one whose program is there after all stays in it", async () => {
  const { world, ours: [alice], theirs } = await worldOf("killed", "alice");
  const [bob, dora] = [await theirs("bob", 1), await theirs("dora", 2)];
  bob.kill();
  world.network.crash(dora.address); // its gossip is dead, its listener is not
  await world.clock.advance(FAILS_WITHIN_MS);
  assertEquals(await present(world, alice!), ["alice", "dora@alice"]);
  world.network.crash(dora.sender);
  await world.clock.advance(20_000);
  assertEquals(await present(world, alice!), ["alice"]);
});

Deno.test("two of one name are two people in the room, also beside one of ours of that name", async () => {
  const { world, ours: [alice], theirs } = await worldOf("names", "alice");
  const first = await theirs("alice", 1);
  const second = await theirs("alice", 2);
  assertEquals(await present(world, alice!), ["alice", "alice-cli@alice", "alice-cli-2@alice"]);
  await first.msg("it is me");
  await second.msg("no, me");
  await world.clock.advance(SPREAD_MS);
  assertEquals(shown(alice!).filter((line) => line.includes(":")).map((line) => line.split(": ")[1]), [
    "it is me",
    "no, me",
  ]);
});

Deno.test("what somebody says before gossip has told who it is waits for that, and is counted when nobody comes", async () => {
  const { world, ours: [alice] } = await worldOf("early", "alice");
  const bob = await CliChatPeer.start(world, "bob");
  await bob.join(alice!.memory.address!);
  await bob.send(alice!.memory.address!, "<Nov 20 20:53:36.494 bob> too early\n");
  bob.chatJoin();
  await world.clock.advance(SPREAD_MS);
  assertEquals(shown(alice!), ["bob@alice came", "bob@alice: too early"]);
  await bob.send(alice!.memory.address!, "<Nov 20 20:53:36.494 nobody> who am I\n");
  await world.clock.advance(10_000);
  assertEquals((await counts(world, alice!))["lines of unknown members"], 1);
});

const ODD: readonly [what: string, parts: readonly string[], heard: readonly string[]][] = [
  ["a line in pieces", ["<Nov 20 20:", "53:36.494 bo", "b> hi", "\n"], ["hi"]],
  ["a line without a time, as later versions send it", ["<bob> hi\n"], ["hi"]],
  ["a line with the end of Windows", ["<bob> hi\r\n"], ["hi"]],
  ["a second line, which their program does not read either", ["<bob> one\n<bob> two\n"], ["one"]],
  ["no end of line", ["<bob> hi"], []],
  ["nothing", [], []],
  ["a notice of later versions", ["<joined> bob has joined\n"], []],
  ["no text", ["<bob> \n"], []],
  ["9,000 bytes", [`<bob> ${"x".repeat(9_000)}\n`], []],
  ["a megabyte without an end", [`<bob> ${"x".repeat(1_000_000)}`], []],
  ["bytes that no terminal should see", ["<bob> \x1b[2Jhi\n"], ["\x1b[2Jhi"]], // the screen shows them written out
];

for (const [what, parts, heard] of ODD) {
  Deno.test(`on a connection, ${what}: the room hears ${JSON.stringify(heard)}, and the peer lives`, async () => {
    const { world, ours: [alice], theirs } = await worldOf("odd", "alice");
    const bob = await theirs("bob");
    await bob.send(alice!.memory.address!, ...parts);
    await world.clock.advance(SPREAD_MS);
    assertEquals(shown(alice!).slice(1), heard.map((text) => `bob@alice: ${text}`));
    await bob.msg("well?");
    await world.clock.advance(SPREAD_MS);
    assertEquals(shown(alice!).at(-1), "bob@alice: well?");
  });
}

const STRAY: readonly [what: string, payload: string][] = [
  ["nothing", ""],
  ["an empty record", "{}"],
  ["a record without an address", '{"name":"x"}'],
  ["an address that is none", '{"name":"x","sender":"nowhere"}'],
  ["port 0", '{"name":"x","sender":"127.0.0.1:0"}'],
  ["a name of control characters", '{"name":"\\u001b[2J","sender":"127.0.0.1:5"}'],
  ["a name of 300 characters", `{"name":"${"x".repeat(300)}","sender":"127.0.0.1:5"}`],
  ["an unknown type", '{"msgType":3,"name":"x","sender":"127.0.0.1:5"}'],
  ["a time of year 9999", '{"name":"x","sender":"127.0.0.1:5","timestamp":{"seconds":253370764800}}'],
  ["a time below zero", '{"name":"x","sender":"127.0.0.1:5","timestamp":{"seconds":-1}}'],
  ["their key/value broadcast", 'd[{"Action":"add","Data":{"k":"v w"}}]'],
  ["an array", "[]"],
  ["null", "null"],
  ["a prototype", '{"__proto__":{"name":"x"},"sender":"127.0.0.1:5"}'],
];

Deno.test("gossip that is no record is dropped, and kept by nobody", async () => {
  const { world, ours: [alice], theirs } = await worldOf("stray", "alice");
  const bob = await theirs("bob");
  for (const [, payload] of STRAY) bob.gossip(payload);
  await world.clock.advance(5_000);
  assertEquals(alice!.memory.cliChat.records.all.map(({ name }) => name), [bob.node]);
  assertEquals(alice!.memory.cliChat.guests.size, 1);
});

Deno.test("a record that leads to another machine, or to a stranger to the cluster, is connected to by nobody", async () => {
  const { world, ours: [alice], theirs } = await worldOf("led", "alice");
  const bob = await theirs("bob");
  const { seconds = 0 } = bob.members.get(bob.node)!.timestamp!;
  bob.gossip(JSON.stringify({ name: bob.node, sender: "10.0.0.9:80", timestamp: { seconds: seconds + 1 } }));
  bob.gossip(JSON.stringify({ name: "stranger", sender: "127.0.0.1:80", timestamp: { seconds } }));
  await world.clock.advance(SPREAD_MS);
  const { streams } = alice!.traffic;
  alice!.say("secret");
  await world.clock.advance(1_000);
  assertEquals(alice!.traffic.streams, streams);
  assertEquals(await present(world, alice!), ["alice"]);
});

Deno.test("somebody who says that we have left, or are elsewhere, is contradicted", async () => {
  const { world, ours: [alice], theirs } = await worldOf("forged", "alice");
  const [bob, dora] = [await theirs("bob", 1), await theirs("dora", 2)];
  const { timestamp, sender } = bob.members.get("alice")!;
  dora.gossip(JSON.stringify({ msgType: 1, name: "alice", sender, timestamp }));
  await world.clock.advance(SPREAD_MS);
  assertEquals(bob.members.get("alice")?.sender, alice!.memory.address!);
});

Deno.test("whoever lets nobody in passes no lines on, and counts them", async () => {
  const { world, ours: [alice, bea], theirs } = await worldOf("other", "alice", "bea");
  const bob = await theirs("bob");
  await bob.msg("once");
  await world.clock.advance(SPREAD_MS);
  assertEquals((await counts(world, bea!))["lines that another peer passes on"], 1);
  assertEquals((await counts(world, alice!))["lines that another peer passes on"], undefined);
});

Deno.test("what one of ours learns of them, the others know at once", async () => {
  const { world, ours } = await worldOf("learn", "alice", "bea", "carl", "dan", "eve");
  const bob = await CliChatPeer.start(world, "bob");
  await bob.join(ours[4]!.memory.address!);
  ours[4]!.cast.get("cliChat").tell({
    type: "user_message",
    payload: encodeMember({
      type: "join",
      record: { name: bob.node, sender: bob.sender, timestamp: { seconds: 1, nanos: 0 } },
    }),
    via: "packet",
    from: bob.address,
  });
  await world.clock.advance(200);
  assertEquals(ours.map(({ memory }) => memory.cliChat.records.get(bob.node)?.sender), ours.map(() => bob.sender));
});

Deno.test("a joining of ours that was lost is said again every 15 s, as long as somebody is there to hear it", async () => {
  const { world, ours: [alice], theirs } = await worldOf("repeat", "alice");
  const bob = await theirs("bob");
  bob.members.delete("alice");
  await world.clock.advance(40_000);
  assertEquals(bob.members.get("alice")?.sender, alice!.memory.address!);
});

Deno.test("a leave of a former life of ours is not worth a word", async () => {
  const { world, ours: [alice], theirs } = await worldOf("former", "alice");
  const bob = await theirs("bob");
  const { sender } = bob.members.get("alice")!;
  const before = alice!.memory.cliChat.own!.timestamp;
  bob.gossip(JSON.stringify({ msgType: 1, name: "alice", sender, timestamp: { seconds: before.seconds - 10 } }));
  await world.clock.advance(SPREAD_MS);
  assertEquals(alice!.memory.cliChat.own!.timestamp, before);
});

Deno.test("a connection that brings no line end is closed after five seconds, and counted", async () => {
  const { world, ours: [alice] } = await worldOf("silent", "alice");
  const told = new TransportRecorder();
  const stranger = await openSimulatedTransportOn(world.network)(ANY_PORT, told);
  const recorder = new StreamRecorder();
  const stream = stranger.connect(alice!.memory.address!, 1_000, recorder);
  stream.write(new TextEncoder().encode("<bob> and now"));
  await world.clock.advance(4_900);
  assertEquals(recorder.closedAs, undefined);
  await world.clock.advance(1_000);
  assertEquals(recorder.closedAs, "reset");
  assertEquals((await counts(world, alice!))["lines never finished"], 1);
});

Deno.test("defect 18: who has left their chat takes no line any more, from that moment on, and is in it again when back", async () => {
  const { world, ours: [alice] } = await worldOf("left", "alice");
  const stranger = await openSimulatedTransportOn(world.network)(ANY_PORT, new TransportRecorder());
  const say = (text: string): StreamRecorder => {
    const recorder = new StreamRecorder();
    stranger.connect(alice!.memory.address!, 1_000, recorder).write(new TextEncoder().encode(text));
    return recorder;
  };
  void alice!.steps.chatLeave(LOBBY);
  await world.clock.advance(1);
  const lines = [say("<bob> the first"), say("<bob> the second\n")];
  await world.clock.advance(100);
  assertEquals(lines.map(({ closedAs }) => closedAs), ["reset", "reset"]);
  assertEquals((await counts(world, alice!))["lines while out of the room"], 2);
  void alice!.steps.chatJoin(LOBBY);
  await world.clock.advance(100);
  say("<bob> the third\n");
  await world.clock.advance(5_000);
  assertEquals((await counts(world, alice!))["lines while out of the room"], 2);
});

Deno.test("lines above the limit are dropped and counted", async () => {
  const { world, ours: [alice], theirs } = await worldOf("flood", "alice");
  const bob = await theirs("bob");
  for (let i = 0; i < 100; i++) await bob.send(alice!.memory.address!, `<bob> ${i}\n`);
  await world.clock.advance(SPREAD_MS);
  const said = shown(alice!).length - 1;
  assertEquals(said + (await counts(world, alice!))["lines over the limit"]!, 100);
  assert(said >= 60, `${said}`);
});

Deno.test("after a crash of the actor, and of the rooms, everybody is there and hears each other", async () => {
  for (const part of ["cli_chat", "rooms", "transport"]) {
    const { world, ours: [alice], theirs } = await worldOf(`crash ${part}`, "alice");
    const bob = await theirs("bob");
    alice!.system.crash(`/peer/${part}`);
    await world.clock.advance(20_000);
    assertEquals([part, await present(world, alice!)], [part, ["alice", "bob@alice"]]);
    await bob.msg("and now");
    alice!.say("yes");
    await world.clock.advance(SPREAD_MS);
    assert(shown(alice!).includes("bob@alice: and now"), part);
    assertMatch(bob.lines.at(-1)!, /alice> yes$/);
  }
});

Deno.test("a guest of ours that somebody else takes out of the room comes back", async () => {
  const { world, ours: [alice], theirs } = await worldOf("sent away", "alice");
  const bob = await theirs("bob");
  const gone = { type: "guest_leave", guest: "bob" } as const;
  alice!.cast.get("rooms").tell({ type: "guest", room: LOBBY, message: gone });
  await world.clock.advance(SPREAD_MS);
  await bob.msg("here again");
  await world.clock.advance(SPREAD_MS);
  assertEquals(shown(alice!).at(-1), "bob@alice: here again");
});

Deno.test("nobody is told of a member that runs cli-chat that it does not chat", async () => {
  const world = new World({ seed: "told" });
  const alice = new Seat(world, "alice", { cliChat: true });
  await world.clock.advance(SPREAD_MS);
  const bob = await CliChatPeer.start(world, "bob");
  await bob.join(alice.peer.memory.address!);
  bob.chatJoin();
  await world.clock.advance(SPREAD_MS);
  assertEquals(alice.look().filter((line) => line.includes("bob")), [
    `* ${bob.node} is a member now, at ${bob.address}; it is no Parley peer`,
    "* bob@alice came to #lobby",
  ]);
});

/** A line at a time of each, to each of ours that bob knows and from each of them, while `during` happens. */
async function talkWhile(world: World, bob: CliChatPeer, ours: readonly SimulatedPeer[], during: () => void) {
  let theirs = 0;
  let spoken = 0;
  const say = async (): Promise<void> => {
    for (const peer of ours.filter(({ name, state }) => state === "running" && bob.members.has(name))) {
      await bob.send(peer.memory.address!, `<Nov 20 20:53:36.494 bob> theirs ${theirs}\n`);
    }
    theirs++;
    ours.at(-1)!.say(`ours ${spoken++}`);
    await world.clock.advance(500);
  };
  for (let i = 0; i < 10; i++) await say();
  during();
  for (let i = 0; i < 60; i++) await say();
  await world.clock.advance(FAILS_WITHIN_MS);
  return { theirs: numbered("theirs", theirs), ours: numbered("ours", spoken) };
}

const numbered = (what: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${what} ${i}`);
const textsOf = (lines: readonly string[], what: RegExp): string[] =>
  lines.map((line) => what.exec(line)?.[0]).filter((text) => text !== undefined);

const HANDOVERS: Readonly<Record<string, (peer: SimulatedPeer) => void>> = {
  "is killed": (peer) => peer.kill(),
  "leaves": (peer) => void peer.steps.leave(2_000),
  "leaves the room": (peer) => void peer.steps.chatLeave(LOBBY),
};

for (const [what, happens] of Object.entries(HANDOVERS)) {
  Deno.test(`when the peer that lets them in ${what}, nothing said meanwhile is lost or doubled`, async () => {
    const { world, ours, theirs } = await worldOf(`handover ${what}`, "alice", "bea", "carl");
    const bob = await theirs("bob");
    const said = await talkWhile(world, bob, ours, () => happens(ours[0]!));
    assertEquals(await present(world, ours[1]!).then((names) => names.filter((name) => name.startsWith("bob"))), [
      "bob@bea",
    ]);
    for (const peer of ours.slice(1)) assertEquals(textsOf(shown(peer), /theirs \d+$/), said.theirs, peer.name);
    assertEquals(textsOf(bob.lines, /ours \d+$/), said.ours);
  });
}

Deno.test("a peer that comes later, whatever it is called, leaves letting them in to the one that came first", async () => {
  const { world, ours, theirs } = await worldOf("handover arrival", "bea", "carl");
  const bob = await theirs("bob");
  const said = await talkWhile(world, bob, ours, () => ours.unshift(world.start("alice", { cliChat: true })));
  const [alice, ...others] = ours;
  assertEquals((await present(world, alice!)).filter((name) => name.startsWith("bob")), ["bob@bea"]);
  for (const peer of others) assertEquals(textsOf(shown(peer), /theirs \d+$/), said.theirs, peer.name);
  assertEquals(textsOf(bob.lines, /ours \d+$/), said.ours);
});

Deno.test("what nobody passed on for a minute is given up and counted", async () => {
  const { world, ours: [, bea], theirs } = await worldOf("given up", "alice", "bea");
  const bob = await theirs("bob");
  await bob.send(bea!.memory.address!, "<bob> only to bea\n");
  await world.clock.advance(61_000);
  await bob.send(bea!.memory.address!, "<bob> again\n");
  await world.clock.advance(SPREAD_MS);
  assertEquals((await counts(world, bea!))["lines that nobody else passed on"], 1);
});

Deno.test("what was given up because a member stands still is not brought to it by the next one either", async () => {
  const { world, ours: [alice, bea], theirs } = await worldOf("given up, too", "alice", "bea");
  const bob = await theirs("bob");
  bob.isStuck = true;
  for (let i = 0; i < 100; i++) {
    bea!.say(`ours ${i}`);
    await world.clock.advance(2);
  }
  await world.clock.advance(SPREAD_MS);
  alice!.kill();
  bob.isStuck = false;
  await world.clock.advance(FAILS_WITHIN_MS);
  const brought = textsOf(bob.lines, /ours \d+$/);
  assertEquals(brought, numbered("ours", 100).filter((_, i) => i === 0 || i > 35), "35 gave way");
});
