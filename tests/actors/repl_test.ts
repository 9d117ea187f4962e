import { assert, assertEquals, assertMatch } from "@std/assert";
import { CHAT, type ChatEvent } from "../../actors/chat_room.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { MEMBERSHIP, type MembershipEvent } from "../../actors/membership.ts";
import { ownMeta, SERF, type SerfEvent } from "../../actors/serf.ts";
import { NO_DESK } from "../../actors/repl/desk.ts";
import { createEditor } from "../../actors/repl/line_editor/editor.ts";
import type { Address } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { TransportHandler } from "../../transport/transport.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { World } from "../../sim/world.ts";
import { Seat } from "../support/seat.ts";

const LOBBY = "lobby" as RoomName;

/** Somebody who only sends. */
const SILENT: TransportHandler = { packet: () => {}, accept: () => ({ data: () => {}, closed: () => {} }) };

/** A person who has arrived in the lobby by themselves. */
async function arrived(seed: number, interactive = false): Promise<{ world: World; seat: Seat }> {
  const world = new World({ seed });
  const seat = new Seat(world, "alice", { interactive });
  await world.clock.until(() => seat.peer.steps.rooms.length > 0, 5_000, "in the lobby", 1);
  await world.clock.advance(100);
  seat.look();
  return { world, seat };
}

Deno.test("in chat mode text is speech, /word a command, and // begins speech with a slash", async () => {
  const { seat } = await arrived(1);
  await seat.enter("hello");
  await seat.enter("//etc/hosts is a file");
  await seat.enter("/say by command");
  await seat.enter("msg is a word");
  assertEquals(seat.peer.said, [
    "alice: hello",
    "alice: /etc/hosts is a file",
    "alice: by command",
    "alice: msg is a word",
  ]);
  // What is meant for one must not reach all: S1's msg TEXT is for command mode and scripts.
  const reply = await seat.enter("/msg bob a secret");
  assertEquals([reply.length, seat.peer.said.length], [1, 4], reply.join());
  assertMatch(reply[0]!, /bob/);
  assertEquals(await seat.enter("/frobnicate"), ['Unknown command "frobnicate": help lists all commands']);
});

Deno.test("in command mode every line is a command, until join; chatjoin leaves the mode as it is", async () => {
  const world = new World({ seed: 2 });
  const seat = new Seat(world, "alice", { manual: true });
  for (const line of ["memberlistconfigure", "memberlistcreate", "memberliststart", "chatjoin"]) await seat.enter(line);
  assertEquals(await seat.enter("hello"), ['Unknown command "hello": did you mean held or tell or help?']);
  assertEquals(await seat.enter("join dev"), ["You are in #dev"]);
  await seat.enter("hello");
  const [{ hash: id, wallMs } = {}] = seat.peer.history.before("dev" as RoomName, undefined, 1);
  const said = { type: "said", room: "dev", author: "alice", own: true, text: "hello", wallMs, id };
  assertEquals<unknown>(seat.peer.chat.at(-1), said);
  await seat.enter("/part");
  assertEquals(seat.peer.steps.rooms, [LOBBY]);
  await seat.enter("back in the lobby");
  assertEquals(seat.peer.said.at(-1), "alice: back in the lobby");
});

Deno.test("the prompt names the room in chat mode only, and follows from room to room", async () => {
  const { world, seat } = await arrived(3, true);
  assertEquals(seat.typedRow, "alice #lobby> ");
  await seat.enter("/join dev");
  assertEquals(seat.typedRow, "alice #dev> ");
  await seat.enter("/part");
  assertEquals(seat.typedRow, "alice #lobby> ");
  await seat.enter("/part");
  assertEquals(seat.typedRow, "alice> ");
  const bob = new Seat(world, "bob", { manual: true, interactive: true });
  await world.clock.advance(100);
  assertEquals(bob.typedRow, "bob> ");
});

Deno.test("what is said is shown once, not also as it was typed", async () => {
  const { seat } = await arrived(4, true);
  await seat.enter("hello there", 200);
  assertEquals(seat.terminal.text.split("\r\n").filter((line) => /hello there$/.test(line)).length, 1);
});

Deno.test("several pasted lines are one message, and indented below its first", async () => {
  const { seat } = await arrived(5, true);
  await seat.keys("\x1b[200~first\nbob: second\n\x1b[201~");
  await seat.enter("");
  assertEquals(seat.peer.said, ["alice: first\nbob: second"]);
  assertMatch(seat.terminal.text, /alice: first\r\n {2}bob: second\r\n/);
});

Deno.test("what a command shows after the REPL has crashed under it is on the screen of the next", async () => {
  const { world, seat } = await arrived(6, true);
  world.start("bob");
  await world.clock.advance(3_000);
  await seat.keys("/ping bob\r");
  seat.peer.system.crash("/peer/repl");
  await world.clock.advance(3_000);
  assertMatch(seat.terminal.text, /bob answered after \d/);
});

Deno.test("Tab completes commands, also behind a slash, and the paths of actors", async () => {
  const { seat } = await arrived(6, true);
  await seat.enter("/chatmemberl\t");
  await seat.enter("/crash /peer/pool/br\t");
  assertMatch(seat.terminal.text, /alice \(you\), since/);
  assertMatch(seat.terminal.text, /\/peer\/pool\/broadcaster was made to fail/);
  await seat.keys("hel\tlo");
  await seat.enter("");
  assertEquals(seat.peer.said, ["alice: hello"], "speech is not completed");
  await seat.keys("crash /pe\ter");
  await seat.enter("");
  assertEquals(seat.peer.said.at(-1), "alice: crash /peer", "nor by what a command would take");
});

Deno.test("Tab twice lists what could stand there", async () => {
  const world = new World({ seed: 7 });
  const seat = new Seat(world, "alice", { manual: true, interactive: true });
  await seat.keys("memberlists\t\t");
  await world.clock.advance(100);
  assertMatch(
    seat.terminal.text,
    /memberlistshutdown {11}memberlistshutdowntransport\r\nmemberliststart\r\n/,
  );
});

Deno.test("Tab completes members, occupants, items, files and settings where a command takes them", async () => {
  const world = new World({ seed: 12 });
  const files = (stem: string) =>
    Promise.resolve(["scripts/chat.txt", "scripts/sub/"].filter((f) => f.startsWith(stem)));
  const seat = new Seat(world, "alice", { interactive: true, desk: { ...NO_DESK, files } });
  await world.clock.advance(1_000);
  world.start("barnabas");
  await world.clock.advance(3_000);
  await seat.enter("/broadcastadd topic actors");
  const completed: Readonly<Record<string, string>> = {
    "/ping ba": "/ping barnabas ",
    "/play bar": "/play barnabas ",
    "/chatmemberping b": "/chatmemberping barnabas ",
    "/broadcastdel t": "/broadcastdel topic ",
    "/execute scr": "/execute scripts/",
    "/execute scripts/c": "/execute scripts/chat.txt ",
    "/loadconfig scripts/s": "/loadconfig scripts/sub/",
    "/log on scripts/c": "/log on scripts/chat.txt ",
    "/keyinstall scripts/c": "/keyinstall scripts/chat.txt ",
    "/showconfig gossip.probeI": "/showconfig gossip.probeInterval ",
    "/help loadc": "/help loadconfig ",
  };
  for (const [typed, line] of Object.entries(completed)) {
    await seat.keys(`${typed}\t`);
    await world.clock.advance(100);
    assertEquals(seat.typedRow, `alice #lobby> ${line}`);
    await seat.keys("\x03");
  }
});

Deno.test("Tab offers nothing that could not be typed again, or would not be seen", async () => {
  const world = new World({ seed: 13 });
  const files = () => Promise.resolve(["a b", "a\x1b[2J", "a\u202eb", "\n"]);
  const seat = new Seat(world, "alice", { manual: true, interactive: true, desk: { ...NO_DESK, files } });
  await seat.keys("execute \t\t");
  await world.clock.advance(100);
  assertEquals(seat.typedRow, "alice> execute \x07", "a bell, and nothing else");
  assertEquals(seat.terminal.text.includes("2J"), false);
});

Deno.test("what was typed is kept for the next run, but for what is private, and the last run's is there", async () => {
  const world = new World({ seed: 14 });
  const kept: string[] = [];
  const seat = new Seat(world, "alice", { manual: true, interactive: true, keepLine: (line) => kept.push(line) });
  seat.peer.memory.repl.screen = { editor: createEditor(["echo of the last run"]) };
  await seat.enter("echo one");
  await seat.enter(" echo hidden");
  await seat.enter("keylist");
  await seat.enter("frobnicate");
  assertEquals(kept, ["echo one", "frobnicate"]);
  await seat.keys("\x1b[A\x1b[A\x1b[A");
  await world.clock.advance(100);
  assertEquals(seat.typedRow, "alice> echo of the last run");
  const piped = new Seat(world, "bob", { manual: true, keepLine: (line) => kept.push(line) });
  await piped.enter("echo piped");
  assertEquals(kept.length, 2, "nobody types into a pipe");
});

Deno.test("events do not disturb a half-typed line: they come above it, and it is drawn again", async () => {
  const { world, seat } = await arrived(8, true);
  await seat.keys("half a thou");
  const bob = world.start("bob");
  await world.clock.until(() => bob.steps.rooms.length > 0, 5_000, "bob is in", 1);
  bob.say("hi alice");
  await world.clock.advance(500);
  assertMatch(seat.terminal.text, /bob: hi alice\r\n/);
  assertEquals(seat.typedRow, "alice #lobby> half a thou\x07", "and it rings, for alice is named");
  await seat.enter("ght");
  assertEquals(seat.peer.said.at(-1), "alice: half a thought");
});

Deno.test("a crash of the REPL loses nothing: the half-typed line, the lines waiting, the mode, the room", async () => {
  const { world, seat } = await arrived(9, true);
  await seat.keys("half a \x1b[D\x1b[D"); // the cursor stands inside
  seat.peer.system.crash("/peer/repl");
  await seat.keys("\x1b[");
  seat.peer.system.crash("/peer/repl"); // in the middle of a key
  await seat.keys("Cn");
  await world.clock.advance(2_000);
  assertEquals(seat.typedRow, "alice #lobby> half an ");
  await seat.keys("\x05 hour\r");
  await world.clock.advance(100);
  assertEquals(seat.peer.said, ["alice: half an  hour"]);
});

Deno.test("lines that wait for a command are run also when the REPL crashes under it", async () => {
  const { world, seat } = await arrived(10);
  await seat.keys("/sleep 5\none\n/crash /peer/repl\ntwo\nthree\n");
  await seat.end();
  await world.clock.advance(1_000);
  seat.peer.system.crash("/peer/repl");
  await world.clock.until(() => seat.peer.state === "ended", 20_000, "all is said");
  assertEquals(seat.peer.said, ["alice: one", "alice: two", "alice: three"]);
  assertEquals(seat.look().some((line) => line.includes("was made to fail")), true);
});

Deno.test("a script whose REPL crashes stops, and says where", async () => {
  const world = new World({ seed: 11 });
  const files = { "a.txt": "echo one\ncrash /peer/repl\necho two" };
  const seat = new Seat(world, "alice", { manual: true, files });
  const lines = await seat.enter("execute a.txt", 2_000);
  assertEquals(lines, [
    "> echo one",
    "one",
    "> crash /peer/repl",
    "/peer/repl was made to fail",
    "a.txt:3: stopped, for the REPL had to start again",
  ]);
  assertEquals(await seat.enter("echo three"), ["three"]);
});

Deno.test("piped input waits for the arrival, runs every line, says goodbye once and ends", async () => {
  const world = new World({ seed: 12 });
  const bob = world.start("bob");
  await world.clock.advance(2_000);
  const seat = new Seat(world, "alice");
  await seat.keys("one\ntwo\n/chatmemberlist\nthree without an end");
  await seat.end();
  await world.clock.until(() => seat.peer.state === "ended", 10_000, "all lines were run");
  assertEquals(seat.peer.exitCode, 0);
  const expected = ["alice: one", "alice: two", "alice: three without an end"];
  assertEquals(seat.peer.said, expected);
  await world.clock.advance(1_000);
  assertEquals(bob.said, expected);
  assertEquals(bob.members.filter(({ member }) => member.name === "alice").map(({ type }) => type), ["joined", "left"]);
  assert(!seat.terminal.text.includes("\x1b"), "no escape code goes into a pipe");
});

Deno.test("a pipe that ends with quit says goodbye all the same, and what follows quit is not run", async () => {
  const world = new World({ seed: 13 });
  const bob = world.start("bob");
  await world.clock.advance(2_000);
  const seat = new Seat(world, "alice");
  await seat.keys("one\n/quit\ntwo\n");
  await seat.end();
  await world.clock.until(() => seat.peer.state === "ended", 10_000, "it quits");
  await world.clock.advance(1_000);
  assertEquals(bob.said, ["alice: one"]);
  assertEquals(bob.members.at(-1)?.type, "left");
});

/** What may fail in a pipe, and what is said of it. */
const FAILURES: readonly (readonly [what: string, line: string, says: RegExp])[] = [
  ["a command that fails", "/execute nofile", /^Cannot execute nofile: there is no such file$/],
  ["a command that is unknown", "/frobnicate", /^Unknown command "frobnicate"/],
  ["a command called wrongly", "/sleep 1 2", /^Usage: sleep \[SECONDS\]$/],
  ["a script that fails at a line", "/execute bad.txt", /^bad\.txt:2: Unknown command "frobnicate"/],
  ["speech that cannot be sent", `/part\nhello`, /^You are in no room/],
  ["a line that is too long", "x".repeat(100_000), /^A text of 100000 characters is too long/],
];

for (const [what, line, says] of FAILURES) {
  for (const [how, end] of [["the end", ""], ["quit", "/quit\n"]] as const) {
    Deno.test(`${what} in a pipe is said among the errors, and ${how} is a failed one`, async () => {
      const world = new World({ seed: 20 });
      const seat = new Seat(world, "alice", { files: { "bad.txt": "echo one\nfrobnicate\necho two" } });
      await seat.keys(`${line}\n/echo going on\n${end}`);
      await seat.end();
      await world.clock.until(() => seat.peer.state === "ended", 20_000, "it ends");
      assertEquals(seat.peer.exitCode, 1);
      assertEquals(seat.terminal.errors.length, 1, seat.terminal.errors.join("\n"));
      assertMatch(seat.terminal.errors[0]!, says);
      assert(seat.look().includes("going on"));
    });
  }
}

Deno.test("what failed in a pipe is not forgotten when the REPL crashes", async () => {
  const world = new World({ seed: 21 });
  const seat = new Seat(world, "alice");
  await seat.keys("/frobnicate\n/crash /peer/repl\n/sleep 1\n");
  await seat.end();
  await world.clock.until(() => seat.peer.state === "ended", 20_000, "it ends");
  assertEquals([seat.peer.exitCode, seat.terminal.errors.length], [1, 1]);
});

Deno.test("a person sees what fails on the screen, and ends well", async () => {
  const { world, seat } = await arrived(22, true);
  await seat.enter("/frobnicate");
  await seat.enter("/quit");
  await world.clock.until(() => seat.peer.state === "ended", 10_000, "it quits");
  assertEquals([seat.peer.exitCode, seat.terminal.errors], [0, []]);
  assertMatch(seat.terminal.text, /Unknown command "frobnicate"/);
});

for (const [what, keys] of [["Ctrl-D", "\x04"], ["Ctrl-C twice", "\x03\x03"], ["/quit", "/quit\r"]] as const) {
  Deno.test(`${what} leaves in order`, async () => {
    const { world, seat } = await arrived(14, true);
    const bob = world.start("bob");
    await world.clock.advance(2_000);
    await seat.keys(keys);
    await world.clock.until(() => seat.peer.state === "ended", 10_000, "it quits");
    await world.clock.advance(1_000);
    assertEquals([seat.peer.exitCode, bob.members.at(-1)?.type], [0, "left"]);
  });
}

Deno.test("Ctrl-C once says what to do", async () => {
  const { world, seat } = await arrived(15, true);
  await seat.keys("\x03");
  await world.clock.advance(100);
  assertMatch(seat.terminal.text, /Ctrl-C again, or Ctrl-D, quits/);
});

const HOSTILE: Readonly<Record<string, string>> = {
  "clears the screen": "\x1b[2J",
  "writes the clipboard (OSC 52)": "\x1b]52;c;cm0gLXJm\x07",
  "makes a link (OSC 8)": "\x1b]8;;http://example.com\x1b\\here\x1b]8;;\x1b\\",
  "asks for the title": "\x1b[21t",
  "requests a setting (DECRQSS)": "\x1bP$qm\x1b\\",
  "is a C1 control": "\x9b2J",
  "rings a thousand times": "\x07".repeat(1_000),
  "colours": "\x1b[31mred",
  "goes back to the start of the line": "\ralice: lies",
  "turns the line around": "\u202Eevil",
  "cannot be seen": "a\u2060\u200Bb",
  "is half a character": "\uD800",
};

// deno-lint-ignore no-control-regex
const RAW = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202E\u2060\u200B]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/;

for (const [what, text] of Object.entries(HOSTILE)) {
  Deno.test(`faults row 64: text that ${what} is written out, wherever a stranger can put it`, async () => {
    const { world, seat } = await arrived(16);
    const { events } = seat.peer.system;
    const wallMs = world.clock.wallMs();
    const member = {
      name: text,
      address: "127.0.0.1:1" as Address,
      state: "alive",
      incarnation: 1,
      meta: new Uint8Array(),
    } as const;
    events.publish(CHAT, { type: "said", room: LOBBY, author: "bob", own: false, text, wallMs });
    events.publish(CHAT, { type: "said", room: LOBBY, author: text, own: false, text: "hi", wallMs });
    events.publish(CHAT, { type: "said", room: LOBBY, author: "bob", guest: text, own: false, text, wallMs });
    events.publish(CHAT, { type: "came", room: LOBBY, author: "bob", guest: text, wallMs });
    events.publish(CHAT, { type: "came", room: LOBBY, author: text, wallMs });
    events.publish(CHAT, { type: "went", room: LOBBY, author: text, wallMs });
    events.publish(MEMBERSHIP, { type: "suspected", member, by: text });
    events.publish(MEMBERSHIP, { type: "refuted", member });
    events.publish(MEMBERSHIP, { type: "conflict", member, offered: text });
    events.publish(MEMBERSHIP, { type: "failed", member, by: text });
    events.publish(MEMBERSHIP, { type: "left", member });
    const payload = new TextEncoder().encode(text);
    events.publish(SERF, { type: "user_event", name: text, payload });
    events.publish(SERF, { type: "query", name: text, payload, from: text });
    events.publish(SERF, { type: "ruled_out", name: text });
    events.publish(SERF, { type: "keys_changed", from: text });
    const bob = world.start("bob");
    await world.clock.until(() => bob.steps.rooms.length > 0, 10_000, "bob is in the room");
    void bob.steps.say(LOBBY, text);
    void bob.steps.broadcastAdd("key", text);
    await world.clock.advance(1_000);
    await seat.enter("/broadcastlist");
    await seat.enter(`/echo ${text}`);
    await seat.enter(`/${text}`);
    await seat.enter(`/execute ${text}`);
    await seat.enter(`/help ${text}`);
    await seat.enter(`/join ${text}`);
    await world.clock.advance(1_000);
    const found = RAW.exec(seat.terminal.text);
    assert(found === null, JSON.stringify(seat.terminal.text.slice((found?.index ?? 0) - 20)));
    assert(seat.terminal.text.includes("<U+"));
  });
}

for (const [what, text] of Object.entries(HOSTILE)) {
  Deno.test(`faults row 64: text that ${what} does not reach a terminal with keys either`, async () => {
    const { world, seat } = await arrived(17, true);
    const wallMs = world.clock.wallMs();
    seat.peer.system.events.publish(CHAT, { type: "said", room: LOBBY, author: text, own: false, text, wallMs });
    seat.peer.system.events.publish(SERF, { type: "query", name: text, payload: new Uint8Array(), from: text });
    await seat.enter(`/execute ${text.replaceAll("\r", "").replaceAll("\x1b", "")}`);
    await world.clock.advance(1_000);
    assertEquals([seat.terminal.text.includes(text), seat.terminal.text.includes("<U+")], [false, true]);
  });
}

Deno.test("each event is one line, in words that need no colour", async () => {
  const world = new World({ seed: 18 });
  const seat = new Seat(world, "alice", { manual: true });
  await world.clock.advance(10);
  const member = {
    name: "bob",
    address: "127.0.0.1:1" as Address,
    state: "alive",
    incarnation: 1,
    meta: ownMeta("1.0.0", []),
  } as const;
  const stranger = { ...member, name: "agent", meta: new Uint8Array() };
  const lines: readonly (readonly [MembershipEvent, readonly string[]])[] = [
    [{ type: "joined", member }, ["* bob is a member now, at 127.0.0.1:1"]],
    [{ type: "joined", member }, []], // our membership restarted; theirs did not
    [{ type: "updated", member }, []],
    [{ type: "suspected", member, by: "charly" }, ["* bob does not answer and is suspected"]],
    [{ type: "refuted", member }, ["* bob answers again"]],
    [{ type: "failed", member, by: "charly" }, ["* bob failed: no answer from 127.0.0.1:1"]],
    [{ type: "joined", member }, ["* bob is a member now, at 127.0.0.1:1"]],
    [{ type: "left", member }, ["* bob left"]],
    [{ type: "conflict", member, offered: "127.0.0.1:2" }, [
      "* Another peer at 127.0.0.1:2 calls itself bob; it is not let in",
    ]],
    [{ type: "conflict", member, offered: "127.0.0.1:2" }, []], // heard of again, by gossip
    [{ type: "joined", member: { ...member, name: "alice" } }, []], // the person knows
    [{ type: "joined", member: stranger }, [
      "* agent is a member now, at 127.0.0.1:1; it is no Parley peer and does not chat",
    ]],
  ];
  for (const [event, expected] of lines) {
    seat.look();
    seat.peer.system.events.publish(MEMBERSHIP, event);
    await world.clock.advance(50);
    assertEquals(seat.look(), expected, JSON.stringify(event));
  }
});

Deno.test("faults row 18: who only looks like another is marked where it comes, speaks and is listed, while both are there", async () => {
  const world = new World({ seed: 20 });
  const seat = new Seat(world, "alice", { manual: true });
  await seat.enter("memberlistconfigure");
  await seat.enter("memberlistcreate");
  const twin = "b\u043eb"; // a Cyrillic o
  const claim = (node: string, port: number): Uint8Array =>
    encodeMessage({
      type: "alive",
      node,
      incarnation: 1,
      addr: Uint8Array.of(127, 0, 0, 1),
      port,
      meta: null,
      vsn: Uint8Array.of(1, 5, 2, 0, 0, 0),
    });
  const said = (author: string): ChatEvent => ({
    type: "said",
    room: "lobby" as RoomName,
    author,
    wallMs: 0,
    text: "hello",
    own: false,
  });
  const shown = async (act: () => void): Promise<string> => {
    act();
    await world.clock.advance(50);
    return seat.look().join("\n");
  };
  const { address } = seat.peer.memory;
  const hear = (node: string, port: number) => () =>
    world.network.carryPacket("127.0.0.1:9" as Address, address!, claim(node, port));
  const say = (author: string) => () => seat.peer.system.events.publish(CHAT, said(author));
  const marks = (text: string): number => text.split("only looks like it").length - 1;
  seat.look();
  assertEquals(marks(await shown(hear("bob", 1))), 0);
  assertEquals(marks(await shown(hear(twin, 2))), 1);
  assertEquals([marks(await shown(say("bob"))), marks(await shown(say(twin)))], [0, 1]);
  assertEquals(marks((await seat.enter("memberlist")).join("\n")), 1);
  const gone = encodeMessage({ type: "dead", node: "bob", from: "bob", incarnation: 1 });
  await shown(() => world.network.carryPacket("127.0.0.1:9" as Address, address!, gone));
  assertEquals(marks(await shown(say(twin))), 0);
});

Deno.test("what a Serf cluster's members say is a line each, and a long one is cut", async () => {
  const world = new World({ seed: 20 });
  const seat = new Seat(world, "alice", { manual: true });
  await world.clock.advance(10);
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const none = new Uint8Array();
  const lines: readonly (readonly [SerfEvent, string])[] = [
    [{ type: "user_event", name: "deploy", payload: bytes("v1.2") }, "* Serf event deploy: v1.2"],
    [{ type: "user_event", name: "deploy", payload: none }, "* Serf event deploy"],
    [{ type: "user_event", name: "two", payload: bytes("a\nb") }, "* Serf event two: a<U+000A>b"],
    [{ type: "user_event", name: "raw", payload: Uint8Array.of(0xff) }, "* Serf event raw: \u2068\ufffd\u2069"],
    [{ type: "query", name: "up", payload: none, from: "agent" }, "* Serf query up from agent"],
    [{ type: "query", name: "up", payload: bytes("?"), from: "agent" }, "* Serf query up from agent: ?"],
    [
      { type: "ruled_out", name: "bob" },
      "* bob, which failed, counts as left now: somebody in the Serf cluster said so",
    ],
    [{ type: "keys_changed", from: "agent" }, "* The keys of this peer were changed from agent: keylist shows them"],
  ];
  for (const [event, expected] of lines) {
    seat.look();
    seat.peer.system.events.publish(SERF, event);
    await world.clock.advance(50);
    assertEquals(seat.look().join(""), expected);
  }
  seat.peer.system.events.publish(SERF, {
    type: "user_event",
    name: "x".repeat(999),
    payload: bytes("é".repeat(9_999)),
  });
  await world.clock.advance(50);
  assertEquals([...seat.look().join("")].filter((character) => "xé".includes(character)).length, 400);
});

Deno.test("a thief of a name is announced once, and to its holder too", async () => {
  const world = new World({ seed: 19 });
  const alice = new Seat(world, "alice");
  await world.clock.advance(2_000);
  const bob = new Seat(world, "bob");
  await world.clock.advance(2_000);
  // A peer of ours looks before it takes a name; other programs do not.
  const thief = await openSimulatedTransportOn(world.network)("127.0.0.1:9" as Address, SILENT);
  const claim = encodeMessage({
    type: "alive",
    node: "alice",
    incarnation: 1,
    addr: Uint8Array.of(127, 0, 0, 1),
    port: 9,
    meta: null,
    vsn: Uint8Array.of(1, 5, 2, 0, 0, 0),
  });
  for (let times = 0; times < 3; times++) {
    for (const seat of [alice, bob]) thief.sendPacket(seat.peer.memory.address!, claim);
    await world.clock.advance(5_000);
  }
  for (const seat of [alice, bob]) {
    const told = seat.look().filter((line) => line.includes("calls itself alice"));
    assertEquals(told, ["* Another peer at 127.0.0.1:9 calls itself alice; it is not let in"], seat.terminal.text);
  }
});
