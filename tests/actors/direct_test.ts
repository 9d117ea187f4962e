import { assertEquals } from "@std/assert";
import { type BroadcasterMessage, RUMOURS } from "../../actors/broadcaster.ts";
import { HISTORY, type HistoryEvent, type SayReply } from "../../actors/chat_room.ts";
import { newChronicleCounters, newChronicleMemory } from "../../actors/chat_room/chronicle.ts";
import { type RoomName, TEXT_BYTES_MAX } from "../../actors/chat_room/entry.ts";
import { DIRECT, direct, type DirectEvent, type DirectMessage } from "../../actors/direct.ts";
import { DIRECT_ROOM, shownLetter } from "../../actors/direct/letter.ts";
import type { Content } from "../../actors/history/content.ts";
import { decodeLogMessage, encodeLogMessage } from "../../actors/history/log_message.ts";
import { MemoryStore } from "../../actors/history/memory_store.ts";
import { People } from "../../actors/history/people.ts";
import type { Span } from "../../actors/history/store.ts";
import { MEMBERSHIP, type MembershipMessage } from "../../actors/membership.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { ownMeta } from "../../actors/serf.ts";
import { simulatedSealing } from "../../sim/simulated_sealing.ts";
import { simulatedSigning } from "../../sim/simulated_signing.ts";
import type { Address } from "../../transport/address.ts";
import { Author, crafted, writtenIn } from "../support/author.ts";
import { virtualSystem } from "../support/virtual_system.ts";

/** alice's keeper of what is said to one other; of members, nobody was there before it. */
async function post(store = new MemoryStore()) {
  const { clock, system, log } = virtualSystem();
  const sent: string[] = [];
  const broadcaster = system.spawn<BroadcasterMessage>("broadcaster", () => (message) => {
    if (message.type !== "publish" && message.type !== "send_to") return;
    const to = message.type === "publish" ? "all" : message.to;
    sent.push(
      `${to}: ${writtenIn(message.payload)?.map(({ type }) => type).join() ?? decodeLogMessage(message.payload)?.type}`,
    );
  });
  const membership = system.spawn<MembershipMessage>("membership", () => (message) => {
    if (message.type === "list") message.replyTo.tell([]);
  });
  const signing = simulatedSigning("alice");
  const people = new People(store, signing.author, "alice", 0);
  const keeper = system.spawn<DirectMessage>(
    "direct",
    direct({
      history: { store, signing },
      sealer: simulatedSealing(signing.author),
      people,
      peopleChanged: () => {},
      memory: newChronicleMemory(),
      counters: newChronicleCounters(),
      self: "alice",
      broadcaster: () => broadcaster,
      membership: () => membership,
    }),
  );
  const shown: DirectEvent[] = [];
  system.events.subscribe(DIRECT, (event) => shown.push(event));

  await clock.advance(1); // it has begun

  async function tell(name: string, text: string): Promise<SayReply> {
    const reply = keeper.ask((replyTo: ActorRef<SayReply>) => ({ type: "tell", name, text, replyTo }), 1_000);
    await clock.advance(5);
    return await reply;
  }
  async function joined(name: string, meta = ownMeta("1.0.0", [])): Promise<void> {
    const member = { name, address: "127.0.0.1:1" as Address, state: "alive", incarnation: 1, meta } as const;
    system.events.publish(MEMBERSHIP, { type: "joined", member });
    await clock.advance(1);
  }
  async function hear(author: string, payload: Uint8Array): Promise<void> {
    system.events.publish(RUMOURS, { topic: "room/@direct", author, ageMs: 90_000, direct: false, payload });
    await clock.advance(1);
  }
  return { clock, system, log, people, sent, shown, store, tell, joined, hear };
}

const bob = simulatedSigning("bob").author;

function letter(to = simulatedSigning("alice").author, room: RoomName = DIRECT_ROOM): Uint8Array {
  const sealed = simulatedSealing(bob).seal(room, to, "hi")!;
  return new Author("bob", DIRECT_ROOM).writes(5, { type: "sealed", to, sealed });
}

Deno.test("who was never told anything and has told nothing is silent, whoever comes", async () => {
  const { clock, joined, sent } = await post();
  for (const name of ["bob", "charly"]) await joined(name);
  await clock.advance(120_000);
  assertEquals(sent, []);
});

Deno.test("who can be told something has shown a key, and is somebody else", async () => {
  const { people, tell, sent } = await post();
  people.note("bob", bob, 1);
  assertEquals(await tell("bob", "hi"), { ok: true, others: 0 });
  const whys = [await tell("dora", "hi"), await tell("alice", "hi"), await tell("bob", " "), await tell("bob", LONG)];
  assertEquals(whys.map((reply) => reply.ok ? "" : reply.why), [
    "dora has shown no key here, so nothing can be sealed for them",
    "That is you",
    "There is nothing to say",
    "The message is too long",
  ]);
  assertEquals(sent, ["all: sealed"]);
});

const LONG = "x".repeat(TEXT_BYTES_MAX + 1);

Deno.test("what is for us is shown whenever it was said, and findable; what is for others is neither, and is kept", async () => {
  const { hear, shown, store } = await post();
  await hear("bob", letter());
  assertEquals(shown.map(({ from, to, own, text, wallMs }) => ({ from, to, own, text, wallMs })), [
    { from: "bob", to: "alice", own: false, text: "hi", wallMs: 5 },
  ]);
  const others = await post();
  await others.hear("bob", letter(simulatedSigning("charly").author));
  assertEquals(others.shown, []);
  assertEquals(others.people.authorOf("bob"), bob, "who it is by is known all the same");
  const counts = [store, others.store].map((one) => [
    one.before(DIRECT_ROOM, undefined, 9).length,
    one.search({ words: ["hi"], limit: 9 }).length,
  ]);
  assertEquals(counts, [[1, 1], [1, 0]]);
});

Deno.test("what was sealed for elsewhere is not shown, and what cannot be read is logged", async () => {
  const { hear, shown, log } = await post();
  await hear("bob", letter(undefined, "dev" as RoomName));
  await hear("bob", Uint8Array.of(0x92, 2, 9));
  assertEquals(shown, []);
  assertEquals(log.map(({ event }) => event), ["log_message_malformed"]);
});

Deno.test("that an author has said two things under one number is shown, and what is not on a disk is marked", async () => {
  const { hear, system, people, store, tell, shown } = await post(new MemoryStore({ trouble: "the disk is full" }));
  const told: HistoryEvent[] = [];
  system.events.subscribe(HISTORY, (event) => told.push(event));
  await hear("bob", letter());
  await hear("bob", letter(simulatedSigning("charly").author));
  assertEquals(told.map(({ type, room }) => [type, room]), [["forked", DIRECT_ROOM]]);
  people.note("bob", bob, 1);
  assertEquals(await tell("bob", "hi"), { ok: true, others: 0, unstored: true });
  assertEquals(shown.map(({ own, unstored }) => [own, unstored]), [[false, undefined], [true, true]]);
  assertEquals(store.trouble, "the disk is full");
});

Deno.test("that nobody else holds what was told, or others do again, is shown", async () => {
  const { clock, system, people, tell, joined, store } = await post();
  const told: HistoryEvent[] = [];
  system.events.subscribe(HISTORY, (event) => told.push(event));
  people.note("bob", bob, 1);
  await joined("bob");
  await tell("bob", "hi");
  await clock.advance(5_000);
  assertEquals(told, [{ type: "unheld", room: DIRECT_ROOM, others: 1 }]);
  const [{ log, last }] = store.spans(DIRECT_ROOM) as [Span];
  const payload = encodeLogMessage({ type: "heads", spans: [{ log, first: 1, last }], wantsAnswer: false });
  system.events.publish(RUMOURS, { topic: "room/@direct", author: "bob", ageMs: 0, direct: true, payload });
  await clock.advance(1);
  assertEquals(told.slice(1), [{ type: "held", room: DIRECT_ROOM, others: 1 }]);
});

Deno.test("what is not sealed is kept by nobody", async () => {
  const { hear, shown, store } = await post();
  const open: readonly Content[] = [{ type: "said", text: "buy" }, { type: "topic", text: "buy" }];
  for (const content of open) await hear("bob", new Author("bob", DIRECT_ROOM).writes(5, content));
  assertEquals([shown, store.search({ words: ["buy"], limit: 9 }), store.spans(DIRECT_ROOM)], [[], [], []]);
});

Deno.test("who keeps something tells newcomers that are peers of ours of it", async () => {
  const { hear, joined, sent } = await post();
  await hear("bob", letter());
  await joined("charly");
  await joined("stranger", new Uint8Array());
  assertEquals(sent, ["charly: heads", "charly: tops"]);
});

Deno.test("a letter of who is ignored is not found by its words", async () => {
  const { hear, people, store } = await post();
  await hear("bob", letter());
  const [entry] = store.before(DIRECT_ROOM, undefined, 1);
  const sealer = simulatedSealing(people.self);
  assertEquals(shownLetter(entry!, people, sealer)?.text, "hi");
  people.ignore("bob");
  assertEquals(shownLetter(entry!, people, sealer), undefined);
});

Deno.test("of many such authors it is told one by one, and then together", async () => {
  const { hear, system, clock } = await post();
  const told: HistoryEvent[] = [];
  system.events.subscribe(HISTORY, (event) => told.push(event));
  for (let number = 0; number < 10; number++) {
    for (const sealed of [Uint8Array.of(1), Uint8Array.of(2)]) {
      const batch = crafted(`mallory ${number}`, DIRECT_ROOM, { content: { type: "sealed", to: bob, sealed } });
      await hear("bob", encodeLogMessage(batch));
    }
  }
  await clock.advance(61_000);
  const forks = told.filter(({ type }) => type === "forked" || type === "forks");
  assertEquals([forks.length, forks.at(-1)], [9, { type: "forks", room: DIRECT_ROOM, count: 2 }]);
});
