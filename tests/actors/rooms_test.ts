import { assertEquals } from "@std/assert";
import { encodeEntry, type Entry, type RoomName, TEXT_BYTES_MAX } from "../../actors/chat_room/entry.ts";
import { rooms, type RoomsMemory, type RoomsMessage } from "../../actors/rooms.ts";
import type { BroadcasterMessage } from "../../actors/broadcaster.ts";
import { RUMOURS } from "../../actors/broadcaster.ts";
import {
  CHAT,
  type ChatEvent,
  type GuestMessage,
  HISTORY,
  type HistoryEvent,
  PEOPLE,
  type PeopleEvent,
  type SayReply,
} from "../../actors/chat_room.ts";
import type { Occupant } from "../../actors/chat_room/occupants.ts";
import { decodeEntry } from "../../actors/chat_room/entry.ts";
import { MEMBERSHIP } from "../../actors/membership.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import type { Address } from "../../transport/address.ts";
import { encodeLogMessage, isLogMessage } from "../../actors/history/log_message.ts";
import { type Admitted, pageOf, RoomLog } from "../../actors/history/room_log.ts";
import { People, type PeopleReply, viewerOf, type Whois } from "../../actors/history/people.ts";
import { MemoryStore } from "../../actors/history/memory_store.ts";
import { proofOf, type Provable, proven, standingOf } from "../../actors/chat_room/presence.ts";
import { simulatedSigning } from "../../sim/simulated_signing.ts";
import type { Topic } from "../../actors/history/topic.ts";
import { Author, crafted, madeUpNames, simulatedHistory, writtenIn } from "../support/author.ts";
import { virtualSystem } from "../support/virtual_system.ts";

const DEV = "dev" as RoomName;

function spokenOf(payload: Uint8Array): string | undefined {
  return writtenIn(payload) !== undefined ? "said" : decodeEntry(payload)?.type;
}

/** Alice's rooms, with a broadcaster that only writes down what it was told. */
function alone() {
  const { clock, system, log } = virtualSystem();
  const spread: string[] = [];
  const broadcaster = system.spawn<BroadcasterMessage>("broadcaster", () => (message) => {
    if (message.type === "publish") spread.push(`all: ${spokenOf(message.payload)}`);
    if (message.type === "send_to" && !isLogMessage(message.payload)) {
      spread.push(`${message.to}: ${spokenOf(message.payload)}`);
    }
  });
  const memory: RoomsMemory = new Map();
  const history = simulatedHistory("alice");
  const { store } = history;
  const keeper = system.spawn<RoomsMessage>(
    "rooms",
    rooms({
      self: "alice",
      history,
      memory,
      hosted: new Map(),
      broadcaster: () => broadcaster,
    }),
  );
  const shown: ChatEvent[] = [];
  system.events.subscribe(CHAT, (event) => shown.push(event));

  async function ask<A>(build: (replyTo: ActorRef<A>) => RoomsMessage): Promise<A> {
    const reply = keeper.ask(build, 1_000);
    await clock.advance(1);
    return await reply;
  }
  const join = (room: RoomName) =>
    ask((replyTo: ActorRef<"joined" | "was_in" | "full">) => ({ type: "join", room, replyTo }));
  const leave = (room: RoomName) => ask((replyTo: ActorRef<"left" | "not_in">) => ({ type: "leave", room, replyTo }));
  const say = (room: RoomName, text: string) =>
    ask((replyTo: ActorRef<SayReply>) => ({ type: "say", room, text, replyTo }));
  const list = (room: RoomName) =>
    ask((replyTo: ActorRef<readonly Occupant[] | "not_in">) => ({ type: "list", room, replyTo }));
  async function hear(
    author: string,
    entry: Parameters<typeof encodeEntry>[0] | Uint8Array,
    ageMs = 0,
    more: Readonly<{ handedOn?: true }> = {},
  ): Promise<void> {
    const payload = entry instanceof Uint8Array ? entry : encodeEntry(entry);
    system.events.publish(RUMOURS, { topic: "room/dev", author, ageMs, direct: false, payload, ...more });
    await clock.advance(1);
  }
  async function member(type: "joined" | "left", name: string): Promise<void> {
    const member = {
      name,
      address: "127.0.0.1:1" as Address,
      state: "alive",
      incarnation: 1,
      meta: new Uint8Array(),
    } as const;
    system.events.publish(MEMBERSHIP, { type, member });
    await clock.advance(1);
  }
  return { clock, store, system, log, spread, shown, memory, keeper, join, leave, say, list, hear, member };
}

Deno.test("a room one is not in can neither be spoken in, nor listed, nor left", async () => {
  const { say, list, leave } = alone();
  assertEquals(await say(DEV, "hi"), { ok: false, why: "You are not in #dev" });
  assertEquals(await list(DEV), "not_in");
  assertEquals(await leave(DEV), "not_in");
});

Deno.test("who comes, speaks and goes tells everybody, and sees oneself speak once", async () => {
  const { join, say, leave, spread, shown } = alone();
  assertEquals(await join(DEV), "joined");
  assertEquals(await join(DEV), "was_in");
  assertEquals(await say(DEV, "hi"), { ok: true, others: 0 });
  assertEquals(await leave(DEV), "left");
  assertEquals(spread, ["all: came", "all: said", "all: went"]);
  assertEquals(shown.map((event) => [event.type, event.author]), [["said", "alice"]]);
});

Deno.test("a newcomer is shown, and told by everybody who is there; who goes is shown", async () => {
  const { clock, join, list, hear, shown, spread } = alone();
  await join(DEV);
  await hear("bob", { type: "came", wallMs: clock.wallMs() });
  await hear("bob", { type: "came", wallMs: clock.wallMs() });
  assertEquals(((await list(DEV)) as readonly Occupant[]).map(({ name }) => name), ["alice", "bob"]);
  await hear("charly", { type: "present", wallMs: 0 });
  await hear("dora", { type: "asked", wallMs: 0 });
  await hear("bob", { type: "went", wallMs: clock.wallMs() });
  await hear("bob", { type: "went", wallMs: clock.wallMs() });
  assertEquals(shown.map((event) => [event.type, event.author]), [["came", "bob"], ["went", "bob"]]);
  assertEquals(spread, ["all: came", "bob: present", "bob: present", "dora: present"]);
});

Deno.test("that others came before oneself is no news", async () => {
  const { clock, join, hear, shown } = alone();
  await clock.advance(1_000);
  await join(DEV);
  await hear("bob", { type: "came", wallMs: clock.wallMs() - 500 }, 500);
  assertEquals(shown, []);
});

Deno.test("a new member is asked whether it is in the room; one that is gone is in no room", async () => {
  const { join, list, hear, member, spread } = alone();
  await join(DEV);
  await member("joined", "bob");
  await member("joined", "alice"); // ourselves, after a restart of the membership
  assertEquals(spread, ["all: came", "bob: asked"]);
  await hear("bob", { type: "present", wallMs: 1 });
  await member("left", "bob");
  await hear("bob", new Author("bob", DEV).says("my last words", 2));
  assertEquals(((await list(DEV)) as readonly Occupant[]).map(({ name }) => name), ["alice"]);
});

Deno.test("who is heard to speak is in the room; a guest's words, or old ones, put nobody there", async () => {
  const { clock, join, list, hear } = alone();
  await clock.advance(10_000);
  await join(DEV);
  await hear("bob", new Author("bob", DEV).says("hi", clock.wallMs()));
  await hear("charly", new Author("charly", DEV).says("hi", clock.wallMs(), "gina"));
  await hear("dora", new Author("dora", DEV).says("hi", clock.wallMs()), 5_000);
  assertEquals(((await list(DEV)) as readonly Occupant[]).map(({ name }) => name), ["alice", "bob"]);
});

Deno.test("last words that come late are shown all the same", async () => {
  const { join, hear, member, shown } = alone();
  await join(DEV);
  await member("left", "bob");
  await hear("bob", new Author("bob", DEV).says("my last words", 2));
  assertEquals(shown.map((event) => event.type), ["said"]);
});

Deno.test("what is no entry is refused and logged, and the room goes on", async () => {
  const { join, say, hear, log } = alone();
  await join(DEV);
  await hear("bob", new Uint8Array([0xc1, 0xff]));
  assertEquals(log.filter(({ event }) => event === "entry_malformed").map(({ fields }) => fields), [{ author: "bob" }]);
  assertEquals((await say(DEV, "hi")).ok, true);
});

for (
  const [what, text, why] of [
    ["nothing", "", "There is nothing to say"],
    ["blanks only", " \n\t", "There is nothing to say"],
    ["more than fits", "x".repeat(TEXT_BYTES_MAX + 1), "The message is too long"],
  ] as const
) {
  Deno.test(`${what} is not said, for a reason`, async () => {
    const { join, say, spread, shown } = alone();
    await join(DEV);
    assertEquals(await say(DEV, text), { ok: false, why });
    assertEquals([spread, shown], [["all: came"], []]);
  });
}

Deno.test("the longest text is said", async () => {
  const { join, say } = alone();
  await join(DEV);
  assertEquals((await say(DEV, "x".repeat(TEXT_BYTES_MAX))).ok, true);
});

Deno.test("a peer can be in 256 rooms and no more, until it leaves one", async () => {
  const { join, leave } = alone();
  for (let i = 0; i < 256; i++) assertEquals(await join(`r${i}` as RoomName), "joined");
  assertEquals(await join(DEV), "full");
  assertEquals(await join("r7" as RoomName), "was_in");
  await leave("r7" as RoomName);
  assertEquals(await join(DEV), "joined");
});

Deno.test("a room can be entered again in the same breath as it is left, as often as one likes", async () => {
  const { clock, system, keeper, list, spread } = alone();
  const replies: string[] = [];
  const replyTo = system.spawn<string>("replies", () => (reply) => void replies.push(reply));
  for (let i = 0; i < 3; i++) {
    keeper.tell({ type: "join", room: DEV, replyTo });
    keeper.tell({ type: "leave", room: DEV, replyTo });
  }
  keeper.tell({ type: "join", room: DEV, replyTo });
  await clock.advance(10);
  assertEquals(replies.filter((reply) => reply === "joined").length, 4);
  assertEquals(spread.filter((line) => line === "all: came").length, 4);
  assertEquals(spread.at(-1), "all: came", "coming is the last that others hear");
  assertEquals(((await list(DEV)) as readonly Occupant[]).length, 1);
  assertEquals(system.tree().every(({ restarts }) => restarts === 0), true);
});

Deno.test("after a crash of the keeper all rooms are there again, and ask who else is", async () => {
  const { clock, system, join, list, spread, memory } = alone();
  await join(DEV);
  const since = memory.get(DEV)!.sinceWallMs;
  await clock.advance(1_000);
  assertEquals(system.crash("/rooms"), "failed");
  await clock.advance(5_000);
  assertEquals(await list(DEV), [{ name: "alice", sinceWallMs: since }]);
  assertEquals(spread, ["all: came", "all: asked"]);
});

Deno.test("rooms can all be closed without a word", async () => {
  const { join, list, spread, memory, keeper, clock } = alone();
  await join(DEV);
  const closed = keeper.ask((replyTo: ActorRef<"closed">) => ({ type: "close_all", replyTo }), 1_000);
  await clock.advance(1);
  assertEquals(await closed, "closed");
  assertEquals([await list(DEV), memory.size, spread], ["not_in", 0, ["all: came"]]);
});

Deno.test("what was said before we came is not for us, whatever the speaker's clock says", async () => {
  const { clock, join, hear, shown } = alone();
  await join(DEV);
  await clock.advance(1_000);
  const bob = new Author("bob", DEV);
  await hear("bob", bob.says("long before", 0), 5_000);
  await hear("bob", bob.says("just before we knew each other", 0), 500);
  assertEquals(shown.flatMap((event) => event.type === "said" ? [event.text] : []), ["just before we knew each other"]);
});

Deno.test("what somebody does, and what a room is about, is written, told to all and shown as what it is", async () => {
  const { join, keeper, clock, hear, shown, spread } = alone();
  await join(DEV);
  for (const content of [{ type: "did", text: "waves" }, { type: "topic", text: "release\ud800" }] as const) {
    const reply = keeper.ask((replyTo: ActorRef<SayReply>) => ({ type: "write", room: DEV, content, replyTo }), 1_000);
    await clock.advance(5);
    assertEquals(await reply, { ok: true, others: 0 });
  }
  await hear("bob", new Author("bob", DEV).writes(clock.wallMs(), { type: "did", text: "waves back" }));
  assertEquals(
    shown.flatMap((event) => "text" in event ? [`${event.type} ${event.author} ${event.own}: ${event.text}`] : []),
    ["did alice true: waves", "topic alice true: release\ufffd", "did bob false: waves back"],
  );
  assertEquals(spread, ["all: came", "all: said", "all: said"]);
  const topic = await (async () => {
    const asked = keeper.ask(
      (replyTo: ActorRef<Topic | null | "not_in">) => ({ type: "topic", room: DEV, replyTo }),
      1_000,
    );
    await clock.advance(1);
    return await asked;
  })();
  assertEquals((topic as Topic).text, "release\ufffd");
});

Deno.test("who newly comes is told with the earlier messages what the room is about", async () => {
  const { system, clock, join, hear } = alone();
  const told: HistoryEvent[] = [];
  system.events.subscribe(HISTORY, (event) => told.push(event));
  await join(DEV);
  await clock.advance(1_000);
  const bob = new Author("bob", DEV);
  await hear("bob", bob.writes(0, { type: "topic", text: "release" }), 5_000);
  await hear("bob", bob.says("anybody there?", clock.wallMs()));
  assertEquals(told, [{ type: "filled", room: DEV, count: 1, topic: "release" }]);
});

/** That bob is there, with whoever's key. */
function present(type: "came" | "present" | "asked", device: string): Parameters<typeof encodeEntry>[0] {
  const proof = proofOf({ room: DEV, name: "bob", wallMs: 5 }, simulatedSigning(device));
  return { type, wallMs: 5, proof };
}

Deno.test("who asks by another's name is refused, and asked anew once the person accepts it", async () => {
  const { join, list, hear, spread, shown, keeper, clock, system } = alone();
  const told: PeopleEvent[] = [];
  system.events.subscribe(PEOPLE, (event) => told.push(event));
  await join(DEV);
  await hear("bob", present("came", "bob"));
  await hear("bob", { type: "went", wallMs: 6 });
  spread.length = 0;
  for (const type of ["came", "asked", "present"] as const) await hear("bob", present(type, "thief"));
  assertEquals(spread, ["bob: refused", "bob: refused"]);
  assertEquals(((await list(DEV)) as readonly Occupant[]).map(({ name }) => name), ["alice"]);
  assertEquals(shown.map(({ type }) => type), ["came", "went"]);
  const [known, other] = ["bob", "thief"].map((device) => simulatedSigning(device).author);
  assertEquals<unknown>(told, [{ type: "key_changed", room: DEV, name: "bob", known, other }]);
  const accepted = keeper.ask((replyTo: ActorRef<PeopleReply>) => ({ type: "accept", name: "bob", replyTo }), 1_000);
  await clock.advance(2);
  assertEquals(await accepted, { ok: true });
  assertEquals(spread.at(-1), "bob: asked");
  await hear("bob", present("present", "thief"));
  assertEquals(((await list(DEV)) as readonly Occupant[]).map(({ name }) => name), ["alice", "bob"]);
});

Deno.test("that we are refused is told once a minute, and only by whoever says it to us", async () => {
  const { join, system, clock } = alone();
  const told: PeopleEvent[] = [];
  system.events.subscribe(PEOPLE, (event) => told.push(event));
  await join(DEV);
  const holder = simulatedSigning("holder").author;
  const payload = encodeEntry({ type: "refused", wallMs: 5, holder });
  const refuse = async (author: string, direct: boolean): Promise<void> => {
    system.events.publish(RUMOURS, { topic: "room/dev", author, ageMs: 0, direct, payload });
    await clock.advance(1);
  };
  await refuse("bob", false);
  assertEquals(told, []);
  for (const name of ["bob", "charly"]) await refuse(name, true);
  await clock.advance(60_000);
  await refuse("dora", true);
  assertEquals(told.map((event) => "by" in event ? event.by : ""), ["bob", "dora"]);
});

Deno.test("who says that our name is ours refuses nobody: another came by it, and was handed on to them", async () => {
  const { join, system, clock } = alone();
  const told: PeopleEvent[] = [];
  system.events.subscribe(PEOPLE, (event) => told.push(event));
  await join(DEV);
  const refuse = async (author: string, holder: string): Promise<void> => {
    const payload = encodeEntry({ type: "refused", wallMs: 5, holder: simulatedSigning(holder).author });
    system.events.publish(RUMOURS, { topic: "room/dev", author, ageMs: 0, direct: true, payload });
    await clock.advance(1);
  };
  await refuse("bob", "alice");
  await refuse("charly", "holder");
  assertEquals(told.map((event) => "by" in event ? event.by : ""), ["charly"]);
});

Deno.test("what is learnt of names is kept soon, and when they were seen last at the end", async () => {
  const { join, hear, clock, system, store } = alone();
  await join(DEV);
  await hear("bob", present("came", "bob"));
  await clock.advance(2_000);
  const bob = simulatedSigning("bob").author;
  assertEquals(viewerOf(store, bob).isTaken("bob", simulatedSigning("thief").author), true);
  const before = store.recall("known names");
  await hear("bob", present("asked", "bob"));
  await clock.advance(2_000);
  assertEquals(store.recall("known names"), before);
  void system.stop({ mode: "drain" });
  await clock.advance(100);
  assertEquals(store.recall("known names") === before, false);
});

Deno.test("a topic that was shown is not told again with earlier messages", async () => {
  const { system, clock, join, hear } = alone();
  const told: HistoryEvent[] = [];
  system.events.subscribe(HISTORY, (event) => told.push(event));
  await join(DEV);
  await clock.advance(1_000);
  await hear("bob", new Author("bob", DEV).writes(clock.wallMs(), { type: "topic", text: "release" }));
  const charly = new Author("charly", DEV);
  await hear("charly", charly.says("long before", 0), 5_000);
  await hear("charly", charly.says("now", clock.wallMs()));
  assertEquals(told, [{ type: "filled", room: DEV, count: 1 }]);
});

Deno.test("who speaks by another name is told to be called so, but not by one that is another's", async () => {
  const { system, clock, join, hear } = alone();
  const told: PeopleEvent[] = [];
  system.events.subscribe(PEOPLE, (event) => told.push(event));
  await join(DEV);
  await hear("bob", new Author("bob", DEV).says("it is me", clock.wallMs()));
  const { store } = simulatedHistory("thief");
  const log = new RoomLog({ room: DEV, store, signing: simulatedSigning("thief") });
  for (const name of ["thief", "robber", "bob"]) {
    const entries = log.write([{ type: "said", text: name }], { name, wallMs: clock.wallMs() });
    await hear("thief", encodeLogMessage(pageOf(entries)!));
  }
  assertEquals(told.map((event) => event.type === "renamed" ? `${event.from} -> ${event.to}` : event.type), [
    "thief -> robber",
    "key_changed",
  ]);
});

Deno.test("however many names are made up in a room, those of who is in it stay theirs, and those of who went may go", async () => {
  const { clock, join, keeper, hear, member } = alone();
  await join(DEV);
  const proven = (name: string, wallMs: number) =>
    ({
      type: "present",
      wallMs,
      proof: proofOf({ room: DEV, name, wallMs }, simulatedSigning(name)),
    }) as const;
  for (const name of ["bob", "charly"]) await hear(name, proven(name, 5));
  await member("left", "charly");
  const known = async (name: string): Promise<boolean> => {
    const reply = keeper.ask((replyTo: ActorRef<Whois | null>) => ({ type: "whois", name, replyTo }), 1_000);
    await clock.advance(1);
    return await reply !== null;
  };
  assertEquals([await known("bob"), await known("charly")], [true, true]);
  for (const batches of madeUpNames(DEV)) {
    const admitted = keeper.ask(
      (replyTo: ActorRef<readonly Admitted[]>) => ({ type: "admit", room: DEV, batches, replyTo }),
      1_000,
    );
    await clock.advance(1);
    assertEquals((await admitted).filter(({ ok }) => !ok), []);
  }
  assertEquals([await known("bob"), await known("charly")], [true, false]);
});

Deno.test("by way of others nobody is taken off the list, nor put on it, by words that are made up or old; they are counted", async () => {
  const { join, list, hear, keeper, clock, shown, spread } = alone();
  await join(DEV);
  const bob = simulatedSigning("bob");
  const where = { room: DEV, name: "bob" };
  const word = (entry: Provable) => proven(entry, where, bob);
  const passes = (entry: Entry, author = "bob") => hear(author, entry, 0, { handedOn: true });
  const here = async () =>
    ((await list(DEV)) as readonly Occupant[]).map(({ name }) => name).filter((name) => name !== "alice");
  const [came, went, back, guest] = [
    word({ type: "came", wallMs: 1_000 }),
    word({ type: "went", wallMs: 2_000 }),
    word({ type: "came", wallMs: 3_000 }),
    word({ type: "came", wallMs: 3_500, guest: "Mina" }),
  ];
  await passes(came);
  assertEquals(await here(), ["bob"]);
  await passes({ type: "went", wallMs: 1_500 });
  await passes({ ...went, wallMs: 2_500 } as Entry);
  assertEquals(await here(), ["bob"]);
  await passes(went);
  assertEquals(await here(), []);
  await passes(came);
  assertEquals(await here(), [], "nor does an old coming bring anybody back");
  await passes(back);
  await passes(came); // which must not make the old going newer
  await passes(went);
  assertEquals(await here(), ["bob"]);
  await passes({ type: "came", wallMs: 3_600, guest: "Eve" });
  await passes({ type: "hosting", wallMs: 3_600, guests: ["Eve"] });
  await passes(guest);
  await passes({ type: "went", wallMs: 3_700, guest: "Mina" });
  assertEquals(await here(), ["Mina", "bob"]);
  const answered = spread.length;
  await passes({ type: "asked", wallMs: 4_000 });
  await passes({ type: "looked_in", wallMs: 4_000 });
  assertEquals(spread.length, answered, "nobody answers what somebody else made up");
  const counters = keeper.ask(
    (replyTo: ActorRef<Readonly<Record<string, number>>>) => ({ type: "status", replyTo }),
    1_000,
  );
  await clock.advance(1);
  const { "presence not proven": notProven, "presence out of date": outOfDate } = await counters;
  assertEquals([notProven, outOfDate], [7, 3]);
  assertEquals(shown.map((event) => `${event.type} ${"guest" in event ? event.guest : event.author}`), [
    "came bob",
    "went bob",
    "came bob",
    "came Mina",
  ]);
  await hear("bob", { type: "went", wallMs: 10 });
  assertEquals((await here()).includes("bob"), false, "what it says itself counts, plain and whatever its clock");
});

Deno.test("what we say of ourselves and of guests can be proven by way of others, and is never older than what we said", async () => {
  const { clock, system } = virtualSystem();
  const payloads: Uint8Array[] = [];
  const broadcaster = system.spawn<BroadcasterMessage>("broadcaster", () => (message) => {
    if (message.type === "publish") payloads.push(message.payload);
  });
  const history = simulatedHistory("alice");
  let backMs = 0;
  const { wallMs } = clock;
  clock.wallMs = () => wallMs.call(clock) - backMs;
  const keeper = system.spawn<RoomsMessage>(
    "rooms",
    rooms({ self: "alice", history, memory: new Map(), hosted: new Map(), broadcaster: () => broadcaster }),
  );
  const tell = async (message: RoomsMessage) => {
    keeper.tell(message);
    await clock.advance(2);
  };
  const replyTo = keeper as unknown as ActorRef<unknown>;
  const asGuest = (message: GuestMessage): RoomsMessage => ({ type: "guest", room: DEV, message });
  await clock.advance(10_000);
  await tell(asGuest({ type: "guest_join", guest: "Mina", replyTo }));
  await tell({ type: "join", room: DEV, replyTo });
  await tell({ type: "away", away: "lunch", replyTo });
  await tell({ type: "leave", room: DEV, replyTo });
  backMs = 5_000;
  await tell({ type: "join", room: DEV, replyTo });
  await tell({ type: "leave", room: DEV, replyTo });
  await tell(asGuest({ type: "guest_leave", guest: "Mina" }));
  await tell({ type: "join", room: DEV, replyTo });
  const entries = payloads.map((payload) => decodeEntry(payload)!);
  assertEquals(entries.map(({ type }) => type), [
    "looked_in",
    "came",
    "came",
    "present",
    "went",
    "came",
    "went",
    "went",
    "came",
  ]);
  const people = new People(new MemoryStore(), simulatedSigning("bob").author, "bob", 0);
  people.note("alice", simulatedSigning("alice").author, 0);
  for (const entry of entries) {
    const standing = standingOf(
      entry,
      { room: DEV, name: "alice" },
      { signing: simulatedSigning("bob"), people },
      true,
    );
    assertEquals(standing.type === "unproven" || standing.type === "foreign", false, entry.type);
  }
  const times = entries.slice(1).filter(({ type }) => type !== "present").map(({ wallMs }) => wallMs);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("whoever goes after the clock was set back goes no earlier than they came", async () => {
  const { clock, system } = virtualSystem();
  const entries: Entry[] = [];
  const broadcaster = system.spawn<BroadcasterMessage>("broadcaster", () => (message) => {
    if (message.type === "publish") entries.push(decodeEntry(message.payload)!);
  });
  let backMs = 0;
  const { wallMs } = clock;
  clock.wallMs = () => wallMs.call(clock) - backMs;
  const history = simulatedHistory("alice");
  const keeper = system.spawn<RoomsMessage>(
    "rooms",
    rooms({ self: "alice", history, memory: new Map(), hosted: new Map(), broadcaster: () => broadcaster }),
  );
  const replyTo = keeper as unknown as ActorRef<unknown>;
  await clock.advance(10_000);
  keeper.tell({ type: "join", room: DEV, replyTo });
  await clock.advance(1);
  backMs = 5_000;
  keeper.tell({ type: "leave", room: DEV, replyTo });
  await clock.advance(1);
  const [came, went] = entries;
  assertEquals([came?.type, went?.type, went?.wallMs], ["came", "went", came?.wallMs]);
});

Deno.test("of many authors who say two things under one number it is told one by one, and then together", async () => {
  const { join, hear, system, clock } = alone();
  await join(DEV);
  const told: HistoryEvent[] = [];
  system.events.subscribe(HISTORY, (event) => told.push(event));
  for (let number = 0; number < 10; number++) {
    for (const text of ["this", "that"]) {
      const batch = crafted(`mallory ${number}`, DEV, { content: { type: "said", text } });
      await hear("bob", encodeLogMessage(batch));
    }
  }
  await clock.advance(61_000);
  const forks = told.filter(({ type }) => type === "forked" || type === "forks");
  assertEquals([forks.length, forks.at(-1)], [9, { type: "forks", room: DEV, count: 2 }]);
});

Deno.test("who speaks by a name that only looks like one that is known is marked, also who is no member", async () => {
  const { join, hear, shown } = alone();
  await join(DEV);
  for (const name of ["bob", "bоb", "Alice", "carol"]) await hear("dora", new Author(name, DEV).says("hi", 5));
  const marks = shown.map((event) => [event.author, "alike" in event ? event.alike : undefined]);
  assertEquals(marks, [["bob", undefined], ["bоb", "bob"], ["Alice", "alice"], ["carol", undefined]]);
});
