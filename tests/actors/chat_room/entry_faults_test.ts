/** Entries that strangers made up, with signatures as they are in a cluster (Ed25519). */
import { assert, assertEquals } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { HistoryDeps } from "../../../actors/chat_room.ts";
import { authorOf, keyOf, type LogId, logOf } from "../../../actors/history/author.ts";
import { type Body, encodeBody, hashOf, PARENTS_MAX, type Place } from "../../../actors/history/entry.ts";
import { HYBRID_MS_MAX } from "../../../actors/history/hybrid_time.ts";
import type { Batch } from "../../../actors/history/log_message.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { RoomLog } from "../../../actors/history/room_log.ts";
import { type Signer, signerFrom, verifies } from "../../../actors/history/signing.ts";
import { bytesOf, type EntryHash } from "../../../actors/history/values.ts";
import { LoneRoom } from "../../support/lone_room.ts";

const DEV = "dev" as RoomName;
const [ALICE, BOB, MALLORY] = [1, 2, 3].map((number) => signerFrom(new Uint8Array(32).fill(number)));

function historyOf({ author, sign }: Signer): HistoryDeps & { readonly store: MemoryStore } {
  return { store: new MemoryStore(), signing: { author, sign, verifies } };
}

function logBy({ author }: Signer): LogId {
  return logOf(author, 1);
}

/** An entry as whoever has the key can make one, with whatever is to be wrong with it. */
function made(by: Signer, sequence: number, wrong: Partial<Body> & { bytes?: Uint8Array } = {}) {
  const place: Place = { log: logBy(by), sequence };
  const bytes = wrong.bytes ?? encodeBody({
    previous: undefined,
    parents: [],
    time: { ms: 1_000 + sequence, count: 0 },
    wallMs: 1_000 + sequence,
    name: "bob",
    content: { type: "said", text: `number ${sequence}` },
    ...wrong,
  });
  const hash = hashOf(DEV, place, bytes);
  return { place, bytes, hash };
}

function signed(by: Signer, ...entries: readonly ReturnType<typeof made>[]): Batch {
  const last = entries.at(-1)!;
  const { log, sequence } = entries[0]!.place;
  return {
    type: "batch",
    log,
    first: sequence,
    bodies: entries.map(({ bytes }) => bytes),
    signature: by.sign(bytesOf(last.hash)),
  };
}

/** The body of an entry as an array, to be spoilt: version, hash before, parents, time, clock, name, what it says. */
function row(...changes: readonly (readonly [index: number, value: unknown])[]): Uint8Array {
  const fields: unknown[] = [1, null, [], 1_000, 0, 1_000, "bob", 1, "hello"];
  for (const [index, value] of changes) fields[index] = value;
  return encode(fields);
}

Deno.test("faults row 31: an entry by its author is taken, so that what is refused below is refused for its fault", () => {
  const log = new RoomLog({ room: DEV, ...historyOf(ALICE!) });
  assert(log.admit(signed(BOB!, made(BOB!, 1, { bytes: row() })), 1).ok);
});

const FORGED: readonly (readonly [what: string, (batch: Batch) => Batch])[] = [
  ["by another key", (batch) => ({ ...batch, signature: signed(MALLORY!, made(BOB!, 1)).signature })],
  ["over something else", (batch) => ({ ...batch, signature: BOB!.sign(new Uint8Array(32)) })],
  ["with one bit turned", (batch) => ({ ...batch, signature: batch.signature!.with(5, batch.signature![5]! ^ 1) })],
  ["that is missing", (batch) => ({ ...batch, signature: undefined })],
  ["of zeros", (batch) => ({ ...batch, signature: new Uint8Array(64) })],
  ["of another room's entry", (batch) => {
    const { place, bytes } = made(BOB!, 1);
    return { ...batch, signature: BOB!.sign(bytesOf(hashOf("ops" as RoomName, place, bytes))) };
  }],
  ["of another number", (batch) => ({ ...batch, first: 1, signature: signed(BOB!, made(BOB!, 2)).signature })],
  ["for another author's log", (batch) => ({ ...batch, log: logBy(MALLORY!) })],
  ["for another log of the same author", (batch) => ({ ...batch, log: logOf(BOB!.author, 2) })],
];

for (const [what, forge] of FORGED) {
  Deno.test(`faults row 31: an entry with a signature ${what} is refused, and nothing of it is kept`, () => {
    const history = historyOf(ALICE!);
    const log = new RoomLog({ room: DEV, ...history });
    assertEquals(log.admit(forge(signed(BOB!, made(BOB!, 1))), 1), { ok: false, why: "forged" });
    assertEquals([history.store.counters()["entries"], log.holdings.logs, log.latest], [0, [], undefined]);
  });
}

const parents = (count: number): unknown[] =>
  Array.from({ length: count }, (_, at) => [keyOf(authorOf(new Uint8Array(32).fill(at))!), 1, 1]);

const MALFORMED: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ["10,000 parents", row([2, parents(10_000)])],
  [`${PARENTS_MAX + 1} parents`, row([2, parents(PARENTS_MAX + 1)])],
  ["a text of 1 MiB", row([8, "x".repeat(1024 * 1024)])],
  ["a text that is a little too long", row([8, "x".repeat(9 * 1024)])],
  ["a time behind all that there are", row([3, HYBRID_MS_MAX + 1])],
  ["a time before all that there are", row([3, -1])],
  ["a clock behind all that there are", row([5, HYBRID_MS_MAX + 1])],
  ["a clock that is none", row([5, NaN])],
  ["a parent with the number 0", row([2, [[keyOf(BOB!.author), 1, 0]]])],
  ["a hash before of 31 bytes", row([1, new Uint8Array(31)])],
  ["no name", row([6, ""])],
  ["another version", row([0, 2])],
  ["a kind of content that is none", row([7, 99])],
];

for (const [what, bytes] of MALFORMED) {
  Deno.test(`faults row 31: an entry with ${what}, signed by its author, is refused`, () => {
    const history = historyOf(ALICE!);
    const log = new RoomLog({ room: DEV, ...history });
    assertEquals(log.admit(signed(BOB!, made(BOB!, 1, { bytes })), 1), { ok: false, why: "malformed" });
    assertEquals(history.store.counters()["entries"], 0);
  });
}

Deno.test("faults row 31: an entry that does not follow from the one before it in a batch is refused", () => {
  const log = new RoomLog({ room: DEV, ...historyOf(ALICE!) });
  const [one, two] = [made(BOB!, 1), made(BOB!, 2, { previous: "0".repeat(64) as EntryHash })];
  assertEquals(log.admit(signed(BOB!, one, two), 1), { ok: false, why: "broken" });
  const first = made(BOB!, 1, { previous: one.hash });
  assertEquals(log.admit(signed(BOB!, first), 1), { ok: false, why: "broken" }, "a first one follows from nothing");
  assertEquals(log.admit(signed(BOB!, made(BOB!, 2)), 1), { ok: false, why: "broken" }, "a second one from something");
});

Deno.test("faults row 31: what names parents that nobody has waits for them while they may come, and is shown then; it is kept at once", () => {
  const history = historyOf(ALICE!);
  const room = new LoneRoom(history, DEV);
  const unknown = { log: logBy(MALLORY!), sequence: 7 };
  room.publishes("bob", signed(BOB!, made(BOB!, 1, { parents: [unknown] })));
  assertEquals([room.texts, history.store.counters()["entries"]], [[], 1]);
  room.passes(1_900);
  assertEquals(room.texts, []);
  room.passes(2_100); // who handed it on was asked, and does not answer
  assertEquals(room.texts, ["number 1"]);
  room.publishes("mallory", signed(MALLORY!, made(MALLORY!, 7, { previous: "0".repeat(64) as EntryHash })));
  room.passes(4_000);
  assertEquals(room.texts, ["number 1", "number 7 (late)"], "what it follows from is marked, should it come at last");
});

Deno.test("faults row 31: two entries that each follow from the other are shown after 2 s, once each", () => {
  const room = new LoneRoom(historyOf(ALICE!), DEV);
  const one = made(BOB!, 1, { parents: [{ log: logBy(MALLORY!), sequence: 1 }] });
  const other = made(MALLORY!, 1, { parents: [{ log: logBy(BOB!), sequence: 1 }], name: "mallory" });
  room.publishes("bob", signed(BOB!, one));
  room.publishes("mallory", signed(MALLORY!, other));
  const self = made(BOB!, 2, { parents: [{ log: logBy(BOB!), sequence: 2 }], previous: one.hash });
  room.publishes("bob", signed(BOB!, self));
  room.passes(2_100);
  assertEquals(room.texts.map((text) => text.replace(" (late)", "")).toSorted(), ["number 1", "number 1", "number 2"]);
  room.passes(60_000);
  assertEquals(room.shown.length, 3);
  room.publishes("bob", signed(BOB!, made(BOB!, 3, { previous: self.hash })));
  room.passes(3_000);
  assertEquals(room.texts.at(-1), "number 3", "and who made the circle can go on");
});

Deno.test("faults row 31: of a flood of entries that wait for what nobody has, so many wait, and nobody else does", () => {
  const room = new LoneRoom(historyOf(ALICE!), DEV);
  const unknown = [{ log: logBy(BOB!), sequence: 9 }];
  let previous: EntryHash | undefined;
  for (let first = 1; first < 6_000; first += 250) {
    const entries = Array.from({ length: 250 }, (_, at) => {
      const entry = made(MALLORY!, first + at, { parents: unknown, previous, name: "mallory" });
      previous = entry.hash;
      return entry;
    });
    room.publishes("mallory", signed(MALLORY!, ...entries));
  }
  room.publishes("bob", signed(BOB!, made(BOB!, 1, { time: { ms: 1, count: 0 } })));
  assertEquals(room.texts, ["number 1"]);
  room.passes(4_000);
  assertEquals(room.shown.length, 1 + 4_096);
});

for (const [what, ms] of [["1970", 0], ["9999", Date.UTC(9999, 11, 31)], ["275760", HYBRID_MS_MAX]] as const) {
  Deno.test(`faults row 31: an entry from the year ${what} is taken, stands where it says, and changes nothing for others`, () => {
    const history = historyOf(ALICE!);
    const room = new LoneRoom(history, DEV);
    room.chronicle.write({ type: "said", text: "before" });
    room.publishes("bob", signed(BOB!, made(BOB!, 1, { time: { ms, count: 0 }, wallMs: ms })));
    room.passes(100);
    room.chronicle.write({ type: "said", text: "after" });
    room.passes(100);
    assertEquals(room.texts, ["before", "number 1", "after"]);
    const inOrder = history.store.before(DEV, undefined, 9).map(({ content }) => "text" in content && content.text);
    assertEquals(inOrder, ms === 0 ? ["number 1", "before", "after"] : ["before", "number 1", "after"]);
  });
}
