/** People without a peer of their own: in rooms as guests of a member. */
import { assertEquals } from "@std/assert";
import type { BroadcasterMessage } from "../../actors/broadcaster.ts";
import { RUMOURS } from "../../actors/broadcaster.ts";
import { CHAT, type ChatEvent, GUEST_CHAT, type GuestReply } from "../../actors/chat_room.ts";
import {
  decodeEntry,
  encodeEntry,
  type Entry,
  GUESTS_PER_ENTRY_MAX,
  type RoomName,
} from "../../actors/chat_room/entry.ts";
import { parseGuestName } from "../../actors/chat_room/guest_name.ts";
import type { Occupant } from "../../actors/chat_room/occupants.ts";
import { MEMBERSHIP } from "../../actors/membership.ts";
import { rooms, type RoomsMemory, type RoomsMessage } from "../../actors/rooms.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import type { Address } from "../../transport/address.ts";
import { isLogMessage } from "../../actors/history/log_message.ts";
import { simulatedHistory, writtenIn } from "../support/author.ts";
import { virtualSystem } from "../support/virtual_system.ts";

const DEV = "dev" as RoomName;

/** Alice's rooms, and what her broadcaster is told. */
function house() {
  const { clock, system, deadLetters } = virtualSystem();
  const spread: string[] = [];
  const told: { to: string; entry: Entry }[] = [];
  const broadcaster = system.spawn<BroadcasterMessage>("broadcaster", () => (message) => {
    if (message.type !== "publish" && message.type !== "send_to") return;
    const written = writtenIn(message.payload) ?? [];
    for (const content of written) spread.push("guest" in content ? `said ${content.guest}` : "said");
    if (isLogMessage(message.payload)) return;
    const entry = decodeEntry(message.payload)!;
    const guest = "guest" in entry && entry.guest !== undefined ? ` ${entry.guest}` : "";
    if (message.type === "publish") spread.push(`${entry.type}${guest}`);
    else told.push({ to: message.to, entry });
  });
  const memory: RoomsMemory = new Map();
  const hosted: RoomsMemory = new Map();
  const behavior = rooms({
    self: "alice",
    history: simulatedHistory("alice"),
    memory,
    hosted,
    broadcaster: () => broadcaster,
  });
  const keeper = system.spawn<RoomsMessage>("rooms", behavior, { restart: "permanent" });
  const screen: string[] = [];
  const heard: string[] = [];
  const line = (event: ChatEvent): string =>
    `${event.guest === undefined ? "" : `${event.guest}@`}${event.author} ${
      event.type === "said" ? event.text : event.type
    }`;
  system.events.subscribe(CHAT, (event) => screen.push(line(event)));
  system.events.subscribe(GUEST_CHAT, (event) => heard.push(line(event)));

  async function ask<A>(build: (replyTo: ActorRef<A>) => RoomsMessage): Promise<A> {
    const reply = keeper.ask(build, 1_000);
    await clock.advance(2);
    return await reply;
  }
  const guest = (name: string) => ({
    join: () =>
      ask((replyTo: ActorRef<GuestReply>) => ({
        type: "guest",
        room: DEV,
        message: { type: "guest_join", guest: name, replyTo },
      })),
    say: async (text: string) => {
      keeper.tell({ type: "guest", room: DEV, message: { type: "guest_say", guest: name, text } });
      await clock.advance(2);
    },
    leave: async () => {
      keeper.tell({ type: "guest", room: DEV, message: { type: "guest_leave", guest: name } });
      await clock.advance(2);
    },
  });
  const person = {
    join: () => ask((replyTo: ActorRef<"joined" | "was_in" | "full">) => ({ type: "join", room: DEV, replyTo })),
    leave: () => ask((replyTo: ActorRef<"left" | "not_in">) => ({ type: "leave", room: DEV, replyTo })),
    list: () => ask((replyTo: ActorRef<readonly Occupant[] | "not_in">) => ({ type: "list", room: DEV, replyTo })),
  };
  async function hear(author: string, entry: Entry): Promise<void> {
    system.events.publish(RUMOURS, { topic: "room/dev", author, ageMs: 0, direct: false, payload: encodeEntry(entry) });
    await clock.advance(2);
  }
  async function member(type: "joined" | "left", name: string): Promise<void> {
    const view = { name, address: "127.0.0.1:1" as Address, state: "alive", incarnation: 1, meta: new Uint8Array() };
    system.events.publish(MEMBERSHIP, { type, member: { ...view, state: "alive" } });
    await clock.advance(2);
  }
  return {
    clock,
    system,
    deadLetters,
    keeper,
    spread,
    told,
    screen,
    heard,
    memory,
    hosted,
    guest,
    person,
    hear,
    member,
  };
}

const names = (list: readonly Occupant[] | "not_in"): string[] =>
  list === "not_in" ? [] : list.map(({ name, via }) => via === undefined ? name : `${name}@${via}`);

Deno.test("a guest opens a room for itself, and closes it when it goes; its member is not in it", async () => {
  const { guest, person, spread, screen, heard, hosted, system } = house();
  const mina = guest("Mina");
  assertEquals(await mina.join(), { ok: true, others: [] });
  await mina.say("hi");
  assertEquals(await person.list(), "not_in");
  assertEquals(await person.leave(), "not_in");
  await mina.leave();
  assertEquals(spread, ["looked_in", "came Mina", "said Mina", "went Mina"]);
  assertEquals(heard, ["Mina@alice came", "Mina@alice hi", "Mina@alice went"]);
  assertEquals(screen, [], "whoever is not in the room is shown nothing of it");
  assertEquals([hosted.size, system.tree().filter(({ path }) => path.startsWith("/rooms/")).length], [0, 0]);
});

Deno.test("a person and guests in one room see each other come, speak and go, and the room stays while anybody is in it", async () => {
  const { guest, person, spread, screen, heard } = house();
  await guest("Mina").join();
  assertEquals(await person.join(), "joined");
  assertEquals(names(await person.list()), ["Mina@alice", "alice"]);
  await guest("Tom").join();
  assertEquals(await person.leave(), "left");
  await guest("Mina").say("still here");
  await person.join();
  await guest("Mina").leave();
  await guest("Tom").leave();
  assertEquals(names(await person.list()), ["alice"]);
  assertEquals(screen, ["Tom@alice came", "Mina@alice went", "Tom@alice went"]);
  assertEquals(heard.slice(0, 5), [
    "Mina@alice came",
    "alice came",
    "Tom@alice came",
    "alice went",
    "Mina@alice still here",
  ]);
  assertEquals(spread.filter((line) => line === "came").length, 2);
});

Deno.test("a name that a member or a guest in the room has, here or elsewhere, is refused with the reason", async () => {
  const { guest, person, hear } = house();
  await person.join();
  await hear("bob", { type: "present", wallMs: 1 });
  await hear("bob", { type: "hosting", wallMs: 1, guests: ["Eve"] });
  await guest("Mina").join();
  for (const name of ["alice", "bob", "Eve", "Mina"]) {
    assertEquals(await guest(name).join(), { ok: false, why: `The name "${name}" is taken in #dev` });
  }
  await hear("bob", { type: "went", wallMs: 2, guest: "Eve" });
  assertEquals((await guest("Eve").join()).ok, true);
});

Deno.test("of two guests of one name, let in at the same moment by two members, the one that came first stays", async () => {
  const { clock, guest, hear, heard, told } = house();
  await clock.advance(1_000);
  for (
    const [name, wallMs, member] of [["Mina", -1, "bob"], ["Tom", +1, "bob"], ["Eve", 0, "bob"], [
      "Zoe",
      0,
      "aaron",
    ]] as const
  ) {
    const now = clock.wallMs();
    await guest(name).join();
    told.length = 0;
    await hear(member, { type: "came", wallMs: now + wallMs, guest: name });
    const isOurs = wallMs > 0 || wallMs === 0 && member > "alice";
    assertEquals(heard.includes(`${name}@alice went`), !isOurs, name);
    const claim = { to: member, entry: { type: "came", wallMs: now, guest: name } };
    assertEquals(told as unknown[], isOurs ? [claim] : [], name);
  }
});

Deno.test("who hears in a list of a guest of the same name says since when its own is here, and lets the other decide", async () => {
  const { clock, guest, hear, heard, told } = house();
  await clock.advance(1_000);
  const since = clock.wallMs();
  await guest("Mina").join();
  await hear("bob", { type: "hosting", wallMs: 1, guests: ["Eve", "Mina"] });
  assertEquals(told, [{ to: "bob", entry: { type: "came", wallMs: since, guest: "Mina" } }]);
  assertEquals(heard.filter((line) => line.endsWith("went")), []);
});

Deno.test("a coming from before our own time here, told again, takes no name away", async () => {
  const { clock, system, guest, heard } = house();
  await clock.advance(1_000);
  await guest("Mina").join();
  const payload = encodeEntry({ type: "came", wallMs: 1, guest: "Mina" });
  system.events.publish(RUMOURS, { topic: "room/dev", author: "bob", ageMs: 60_000, direct: false, payload });
  await clock.advance(2);
  assertEquals(heard.filter((line) => line.endsWith("went")), []);
});

Deno.test("who asks is told of all guests, so many in an entry; that a guest came is not answered", async () => {
  const { guest, hear, told } = house();
  const many = GUESTS_PER_ENTRY_MAX + 20;
  for (let at = 0; at < many; at++) await guest(`g${at}`).join();
  await hear("bob", { type: "came", wallMs: 1, guest: "Eve" });
  assertEquals(told.length, 0);
  for (const type of ["came", "asked", "looked_in"] as const) {
    told.length = 0;
    await hear("bob", { type, wallMs: 1 });
    assertEquals(told.map(({ to, entry }) => [to, entry.type === "hosting" ? entry.guests.length : entry.type]), [
      ["bob", GUESTS_PER_ENTRY_MAX],
      ["bob", 20],
    ]);
  }
});

Deno.test("with a member that leaves its guests are gone too; who only looks in is in no list", async () => {
  const { person, hear, member } = house();
  await person.join();
  await hear("bob", { type: "came", wallMs: 1 });
  await hear("bob", { type: "came", wallMs: 1, guest: "Eve" });
  await hear("charly", { type: "looked_in", wallMs: 1 });
  assertEquals(names(await person.list()), ["Eve@bob", "alice", "bob"]);
  await member("left", "bob");
  assertEquals(names(await person.list()), ["alice"]);
});

Deno.test("who pings a guest asks the member for which it is there, and its list of guests is an answer", async () => {
  const { clock, keeper, system, person, hear, told } = house();
  await person.join();
  await hear("bob", { type: "came", wallMs: 1, guest: "Eve" });
  const replies: unknown[] = [];
  const replyTo = system.spawn<unknown>("replies", () => (reply) => void replies.push(reply));
  keeper.tell({ type: "ping", room: DEV, name: "Eve", replyTo });
  await clock.advance(7);
  assertEquals(told.map(({ to, entry }) => [to, entry.type]), [["bob", "asked"]]);
  await hear("bob", { type: "hosting", wallMs: 1, guests: ["Eve"] });
  assertEquals(replies, [{ type: "answered", roundTripMs: 7 }]);
});

Deno.test("guests survive the crash of their room, and of the keeper of the rooms", async () => {
  const { clock, system, guest, spread } = house();
  await guest("Mina").join();
  system.crash("/rooms/room-dev");
  await clock.advance(5_000);
  assertEquals(await guest("Mina").join(), { ok: false, why: 'The name "Mina" is taken in #dev' });
  system.crash("/rooms");
  await clock.advance(5_000);
  assertEquals(await guest("Mina").join(), { ok: false, why: 'The name "Mina" is taken in #dev' });
  await guest("Mina").leave();
  assertEquals(spread.at(-1), "went Mina");
});

Deno.test("a room that closes loses nobody who comes in the same breath", async () => {
  const { clock, keeper, system, deadLetters } = house();
  const replies: boolean[] = [];
  const replyTo = system.spawn<GuestReply>("replies", () => (reply) => void replies.push(reply.ok));
  for (let round = 0; round < 10; round++) {
    const guest = `g${round}`;
    keeper.tell({ type: "guest", room: DEV, message: { type: "guest_join", guest, replyTo } });
    keeper.tell({ type: "guest", room: DEV, message: { type: "guest_leave", guest } });
    if (round % 3 === 0) await clock.advance(round);
  }
  await clock.advance(10);
  assertEquals(replies, Array(10).fill(true));
  assertEquals(deadLetters, []);
});

Deno.test("who comes when the last has just gone finds another room, not the one that is ending", async () => {
  const { clock, keeper, system, deadLetters, guest } = house();
  const replies: boolean[] = [];
  const replyTo = system.spawn<GuestReply>("replies", () => (reply) => void replies.push(reply.ok));
  await guest("Mina").join();
  system.events.subscribe(GUEST_CHAT, ({ type }) => {
    if (type !== "went") return;
    keeper.tell({ type: "guest", room: DEV, message: { type: "guest_join", guest: "Tom", replyTo } });
  });
  await guest("Mina").leave();
  await clock.advance(10);
  assertEquals([replies, deadLetters], [[true], []]);
  await guest("Tom").say("hi");
  assertEquals(await guest("Tom").join(), { ok: false, why: 'The name "Tom" is taken in #dev' });
});

Deno.test("a guest's name has letters, digits, signs and single blanks; what is around it does not count", () => {
  for (const name of ["Mina", "ana\n", " Jean Paul ", "Zoë_1", "李雷", "a+b(c)", "日本 語"]) {
    assertEquals(parseGuestName(name), name.trim(), name);
  }
  assertEquals(parseGuestName("Zoe\u0308"), "Zoë");
  const refused = [
    "",
    " ",
    "a:b",
    "a@b",
    "a\nb",
    "a\x1b[2J",
    "a  b",
    "*",
    "\u202eabc",
    "a\u200bb",
    "x".repeat(65),
    "a\u0000",
  ];
  for (const name of refused) assertEquals(parseGuestName(name), undefined, JSON.stringify(name));
});

Deno.test("entries of guests survive being encoded; those with an impossible guest are none", () => {
  const entries: Entry[] = [
    { type: "came", wallMs: 1, guest: "Mina" },
    { type: "went", wallMs: 1, guest: "Mina" },
    { type: "looked_in", wallMs: 1 },
    { type: "hosting", wallMs: 1, guests: ["Mina", "Tom"] },
  ];
  for (const entry of entries) assertEquals(decodeEntry(encodeEntry(entry)), entry);
  for (const guest of ["", "a\nb", "x".repeat(65)]) {
    assertEquals(decodeEntry(encodeEntry({ type: "came", wallMs: 1, guest })), undefined);
    assertEquals(decodeEntry(encodeEntry({ type: "hosting", wallMs: 1, guests: [guest] })), undefined);
  }
  const crowd = Array.from({ length: GUESTS_PER_ENTRY_MAX + 1 }, (_, at) => `g${at}`);
  assertEquals(decodeEntry(encodeEntry({ type: "hosting", wallMs: 1, guests: crowd })), undefined);
});
