import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { EntryHash } from "../../../actors/history/values.ts";
import { assert, assertEquals } from "@std/assert";
import { chatRecord, recordLine, serfRecord } from "../../../actors/repl/records.ts";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

type Line = Readonly<Record<string, unknown>>;

/** What was shown, each line one object; without the time, which each has. */
function parsed(lines: readonly string[]): Line[] {
  return lines.map((line) => {
    const { v, time, ...rest } = JSON.parse(line) as Record<string, unknown>;
    assertEquals(v, 1);
    assert(!Number.isNaN(Date.parse(String(time))), line);
    return rest;
  });
}

async function two(): Promise<{ world: World; alice: Seat; bob: Seat }> {
  const world = new World({ seed: 7 });
  const alice = new Seat(world, "alice", { json: true });
  await world.clock.advance(1_000);
  const bob = new Seat(world, "bob");
  await world.clock.advance(3_000);
  return { world, alice, bob };
}

Deno.test("for a program every line is one object: what a command shows, and when it has ended", async () => {
  const { alice } = await two();
  parsed(alice.look());
  assertEquals(parsed(await alice.enter("/echo a\tb")), [
    { type: "output", command: "echo", text: "a<U+0009>b", data: { text: "a\tb" } },
    { type: "done", command: "echo", ok: true },
  ]);
  assertEquals(parsed(await alice.enter("/ping nobody")), [
    { type: "error", text: 'There is no member called "nobody": memberlist shows them' },
    { type: "done", command: "ping", ok: false },
  ]);
  assertEquals(parsed(await alice.enter("/frobnicate")).at(-1), { type: "done", command: "", ok: false });
});

Deno.test("a program is told what happens to members and in rooms, with what is known of it", async () => {
  const { world, alice, bob } = await two();
  const told = parsed(alice.look());
  const joined = told.find(({ type, event, name }) => type === "member" && event === "joined" && name === "bob");
  assertEquals(joined?.["address"], bob.peer.memory.address);
  assertEquals(joined?.["state"], "alive");
  assert(told.some(({ type, event, author }) => type === "chat" && event === "came" && author === "bob"));
  await bob.enter("hello \x1b[2J\u202e 👍", 500);
  const [said] = parsed(alice.look());
  assertEquals({ ...said, saidAt: "" }, {
    type: "chat",
    event: "said",
    room: "lobby",
    author: "bob",
    own: false,
    text: "hello \x1b[2J\u202e 👍",
    saidAt: "",
    id: alice.peer.history.before("lobby" as RoomName, undefined, 1)[0]!.hash,
  });
  bob.peer.kill();
  await world.clock.advance(15_000);
  const events = parsed(alice.look()).filter(({ type, name }) => type === "member" && name === "bob");
  assertEquals(events.map(({ event }) => event), ["suspected", "failed"]);
  assertEquals(events.every(({ by }) => typeof by === "string"), true);
});

Deno.test("what is said by ourselves is told as well, and that it was said", async () => {
  const { alice } = await two();
  alice.look();
  const lines = parsed(await alice.enter("hi"));
  assertEquals(lines.map(({ type, own, command, ok }) => ({ type, own, command, ok })), [
    { type: "chat", own: true, command: undefined, ok: undefined },
    { type: "done", own: undefined, command: "msg", ok: true },
  ]);
});

Deno.test("a line for programs holds exactly what was said, and nothing that a terminal obeys", () => {
  const kinds = ["plain", "\x1b[2J", "\x7f", "\x9b", "\u202e\u2028", "é", "👍", "\ud800", '"\\'];
  for (const text of [...kinds, kinds.join("")]) {
    const line = recordLine({ type: "notice", text }, 0);
    assert(/^[\x20-\x7e]+$/.test(line), line);
    assertEquals(JSON.parse(line), { v: 1, type: "notice", time: "1970-01-01T00:00:00.000Z", text });
  }
});

Deno.test("a line begins with the version, what it is and when that was; the rest is in the record's own order", () => {
  const by = { room: "dev" as RoomName, author: "bob", wallMs: 1_000 };
  const said = recordLine(chatRecord({ ...by, type: "said", own: false, id: "ab" as EntryHash, text: "hi" }), 2_000);
  const time = '"time":"1970-01-01T00:00:02.000Z","event":"said","room":"dev"';
  const rest = '"author":"bob","own":false,"id":"ab","text":"hi","saidAt":"1970-01-01T00:00:01.000Z"';
  assertEquals(said, `{"v":1,"type":"chat",${time},${rest}}`);
});

Deno.test("what a Serf cluster says is told with its payload in hexadecimal digits", () => {
  const payload = Uint8Array.of(0, 255);
  assertEquals(serfRecord({ type: "query", name: "q", payload, from: "node1" }), {
    type: "serf",
    event: "query",
    name: "q",
    payload: "00ff",
    from: "node1",
  });
});
