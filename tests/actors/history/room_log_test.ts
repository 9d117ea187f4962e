import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { authorOfLog, epochOfLog } from "../../../actors/history/author.ts";
import { PARENTS_MAX } from "../../../actors/history/entry.ts";
import { BATCH_BYTES, BATCH_ENTRIES_MAX } from "../../../actors/history/log_message.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { type Admission, admittedOf, pageOf, RoomLog } from "../../../actors/history/room_log.ts";
import { type Signer, signerFrom, verifies } from "../../../actors/history/signing.ts";
import type { Kept } from "../../../actors/history/store.ts";

const DEV = "dev" as RoomName;

/** Somebody in the room, with a key of its own. */
class Person {
  readonly store: MemoryStore;
  readonly signer: Signer;
  readonly log: RoomLog;

  constructor(number: number, store = new MemoryStore()) {
    this.store = store;
    this.signer = signerFrom(new Uint8Array(32).fill(number));
    this.log = new RoomLog({ room: DEV, store, signing: { ...this.signer, verifies } });
  }

  says(...texts: string[]): readonly Kept[] {
    return this.saysAt(1_000, ...texts);
  }

  saysAt(wallMs: number, ...texts: string[]): readonly Kept[] {
    return this.log.write(texts.map((text) => ({ type: "said", text })), { name: "somebody", wallMs });
  }

  hears(entries: readonly Kept[], signature = entries.at(-1)?.signature): Admission {
    return this.log.admit({ ...pageOf(entries)!, signature }, 5);
  }

  get texts(): readonly string[] {
    return this.store.before(DEV, undefined, 9_999).map(({ content }) => "text" in content ? content.text : "");
  }
}

const upTo = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at + 1}`);

Deno.test("what is written together is chained, signed once at its end, and verified by its author's key", () => {
  const alice = new Person(1);
  const entries = alice.says("one", "two", "three");
  assertEquals(entries.map(({ sequence }) => sequence), [1, 2, 3]);
  assertEquals(entries.map(({ previous }) => previous), [undefined, entries[0]!.hash, entries[1]!.hash]);
  assertEquals(entries.map(({ signature }) => signature !== undefined), [false, false, true]);
  assertEquals(authorOfLog(entries[0]!.log), alice.signer.author);
  assertEquals([alice.log.ownLog, alice.log.ownSequence], [entries[0]!.log, 3]);
  assertEquals(new Person(2).hears(entries).ok, true);
});

Deno.test("a later life goes on where the last one ended", () => {
  const alice = new Person(1);
  const [, two] = alice.says("one", "two");
  const again = new Person(1, alice.store);
  const [three] = again.says("three");
  assertEquals([three!.log, three!.sequence, three!.previous], [two!.log, 3, two!.hash]);
  const bob = new Person(2);
  assertEquals([bob.hears(alice.store.before(DEV, undefined, 9)).ok, bob.texts], [true, ["one", "two", "three"]]);
});

Deno.test("an entry names what its author had seen of others and nothing follows from yet, and is later than all of it", () => {
  const [alice, bob, charly] = [new Person(1), new Person(2), new Person(3)];
  const [hello] = bob.saysAt(9_000, "hello");
  alice.hears([hello!]);
  const [reply] = alice.saysAt(1, "hi");
  assertEquals(reply!.parents, [{ log: hello!.log, sequence: 1 }]);
  assert(reply!.time.ms === 9_000 && reply!.time.count > hello!.time.count, "though its clock is behind");
  const [more] = alice.says("and more");
  assertEquals(more!.parents, [], "it follows from the one before it, which does from bob's");
  charly.hears([hello!]);
  charly.hears([reply!]);
  const [late] = charly.says("me too");
  assertEquals(late!.parents, [{ log: reply!.log, sequence: 1 }], "bob's is behind alice's");
});

Deno.test("of too many that nothing follows from, those that changed last are named", () => {
  const alice = new Person(1);
  const others = Array.from({ length: PARENTS_MAX + 4 }, (_, at) => new Person(at + 2).says("hello")[0]!);
  others.forEach((entry) => alice.hears([entry]));
  const [entry] = alice.says("hello all");
  assertEquals(entry!.parents.map(({ log }) => log), others.slice(4).map(({ log }) => log).toReversed());
});

Deno.test("what is here already is no news, and a batch that is new in part is taken in that part", () => {
  const [alice, bob] = [new Person(1), new Person(2)];
  const entries = alice.says("one", "two");
  const later = alice.says("three");
  bob.hears(entries);
  assertEquals(admittedOf(bob.hears(entries)), { ok: true, news: 0 });
  const admission = bob.hears([...entries, ...later]);
  assert(admission.ok);
  assertEquals([admission.news.map(({ sequence }) => sequence), admission.forked], [[3], false]);
});

Deno.test("without a signature, what follows vouches for what it follows from, and for nothing else", () => {
  const [alice, bob] = [new Person(1), new Person(2)];
  const entries = alice.says("one", "two", "three");
  assertEquals(bob.hears(entries.slice(0, 2)), { ok: false, why: "forged" });
  assertEquals(bob.hears([entries[2]!]).ok, true);
  assertEquals(bob.hears([entries[0]!]), { ok: false, why: "forged" }, "the one between is not here");
  assertEquals(bob.hears([entries[1]!]).ok, true);
  assertEquals(bob.hears([entries[0]!]).ok, true);
  assertEquals(bob.texts, ["one", "two", "three"]);
  const other = new Person(1).says("one, but another");
  assertEquals(bob.hears([{ ...other[0]!, signature: undefined }]), { ok: false, why: "forged" });
});

Deno.test("of what somebody wants the newest comes first, in pages, around what is not here", () => {
  const alice = new Person(1);
  const entries = alice.says(...upTo(700));
  const span = (first: number, last: number) => ({ log: entries[0]!.log, first, last });
  const numbers = (first: number, last: number): readonly string[] =>
    alice.log.pagesOf(span(first, last)).map(({ first, bodies }) => `${first}-${first + bodies.length - 1}`);
  const pages = alice.log.pagesOf(span(1, 10 ** 9));
  assert(pages.every(({ bodies }) => bodies.length <= BATCH_ENTRIES_MAX));
  assert(pages.every(({ bodies }) => bodies.reduce((sum, body) => sum + body.length, 0) <= BATCH_BYTES));
  assertEquals(pages[0]!.first + pages[0]!.bodies.length - 1, 700);
  assertEquals(pages.at(-1)!.first, pages.reduce((first, page) => first - page.bodies.length, 701));
  assertEquals(numbers(3, 5), ["3-5"]);
  assertEquals([numbers(701, 900), alice.log.pagesOf({ log: new Person(2).says("x")[0]!.log, first: 1, last: 1 })], [
    [],
    [],
  ]);
  const bob = new Person(2);
  bob.hears(entries.slice(8, 10), alice.signer.sign(Uint8Array.fromHex(entries[9]!.hash)));
  bob.hears(entries.slice(3, 5), alice.signer.sign(Uint8Array.fromHex(entries[4]!.hash)));
  const held = bob.log.pagesOf(span(1, 700)).map(({ first, bodies }) => `${first}-${first + bodies.length - 1}`);
  assertEquals(held, ["9-10", "4-5"]);
});

Deno.test("a page is as many as fit from the last back, and at least that one", () => {
  const alice = new Person(1);
  const entries = alice.says(...Array.from({ length: 5 }, () => "x".repeat(5_000)));
  const page = pageOf(entries)!;
  assertEquals([page.first, page.bodies.length, page.signature !== undefined], [4, 2, true]);
  assertEquals(pageOf([]), undefined);
});

Deno.test("two entries under one number are a fork: both are kept, the second aside, and its author begins another log", () => {
  const [alice, twin, bob] = [new Person(1), new Person(1), new Person(2)];
  const [first] = alice.says("one");
  twin.hears([first!]);
  const restored = new Person(1, twin.store);
  const two = alice.says("two");
  const other = restored.says("two, but another");
  bob.hears([first!]);
  bob.hears(two);
  const admission = bob.hears(other);
  assert(admission.ok && admission.forked);
  assertEquals(admission.lacking, undefined, "where it branches off is here");
  assert(bob.log.isForked(first!.log));
  assertEquals(bob.texts.toSorted(), ["one", "two", "two, but another"]);
  assertEquals(bob.store.at(DEV, first!.log, 2)!.hash, two[0]!.hash, "who came first stays");
  assertEquals(bob.log.branchEnds.map(({ hash }) => hash).toSorted(), [two[0]!.hash, other[0]!.hash].toSorted());
  assertEquals(bob.log.branchTo(bob.log.branchEnds[1]!)!.bodies.length, 2, "from its end back to the beginning");
  restored.hears(two);
  const [next] = restored.says("in a new log");
  assertNotEquals(next!.log, first!.log);
  assertEquals([next!.sequence, authorOfLog(next!.log)], [1, authorOfLog(first!.log)]);
  assert(epochOfLog(next!.log) > epochOfLog(first!.log));
  assert(new Person(2, bob.store).log.isForked(first!.log), "a later life knows");
});

Deno.test("a branch whose beginning is not here is waited for, and needs no signature then", () => {
  const [alice, twin, bob] = [new Person(1), new Person(1), new Person(2)];
  const ours = alice.says("one", "two");
  const theirs = twin.says("another one", "another two");
  bob.hears(ours);
  const admission = bob.hears([theirs[1]!]);
  assert(admission.ok && admission.forked);
  assertEquals(admission.lacking, { log: theirs[0]!.log, sequence: 1, hash: theirs[0]!.hash });
  assertEquals(bob.log.lacks(admission.lacking!), true);
  assertEquals(bob.hears([theirs[0]!]).ok, true);
  assertEquals([bob.log.lacks(admission.lacking!), bob.texts.length], [false, 4]);
});

Deno.test("what only memory keeps is written into a log that ends with this life", () => {
  const alice = new Person(1, new MemoryStore({ trouble: "the disk is full" }));
  const [one] = alice.says("one");
  const [two] = alice.says("two");
  assertEquals([one!.sequence, two!.sequence, two!.log], [1, 2, one!.log]);
  const kept = new Person(1);
  const [before] = kept.says("kept");
  const store = new MemoryStore({ trouble: "the disk is full" });
  store.put([before!]);
  const [after] = new Person(1, store).says("not kept");
  assertNotEquals(after!.log, before!.log);
});

Deno.test("what was let go of is neither taken again nor told, and our own numbers are not given a second time", () => {
  const [alice, bob] = [new Person(1), new Person(2)];
  const entries = alice.says("one", "two", "three");
  bob.hears(entries);
  while (bob.store.counters()["entries"]! > 1) bob.store.expire({ bytesMax: bob.store.counters()["bytes"]! - 1 }, 0);
  assertEquals(bob.texts, ["three"]);
  assertEquals([bob.log.holdings.topOf(entries[0]!.log), admittedOf(bob.hears(entries))], [
    { first: 3, last: 3 },
    { ok: true, news: 0 },
  ]);
  assertEquals([bob.texts, bob.log.isForked(entries[0]!.log)], [["three"], false]);
  alice.store.expire({ bytesMax: 0 }, 0);
  const [next] = new Person(1, alice.store).saysAt(0, "a new beginning");
  assertEquals(next!.sequence, 1);
  assert(epochOfLog(next!.log) > epochOfLog(entries[0]!.log), "though the clock is behind, it is another log");
});

Deno.test("there is room for so many entries beside their logs", () => {
  const bob = new Person(2);
  bob.hears(new Person(1).says(...upTo(3)));
  let refused = 0;
  for (let n = 0; n < 1_100 && refused === 0; n++) {
    const admission = bob.hears(new Person(1).says(`another ${n}`));
    if (!admission.ok) assertEquals([admission.why, ++refused, n], ["crowded", 1, 1_024]);
  }
  assertEquals(refused, 1);
});
