import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { Importer } from "../../../actors/history/importer.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { entriesIn, lineOf } from "../../../actors/history/ndjson.ts";
import { admittedOf, pageOf, RoomLog } from "../../../actors/history/room_log.ts";
import { type Signer, signerFrom, verifies } from "../../../actors/history/signing.ts";
import type { Kept } from "../../../actors/history/store.ts";

const DEV = "dev" as RoomName;
const signer = (number: number): Signer => signerFrom(new Uint8Array(32).fill(number));

/** Somebody's history of a room; what is written there has one signature for all that is written at once. */
function roomOf({ author, sign }: Signer) {
  const store = new MemoryStore();
  const log = new RoomLog({ room: DEV, store, signing: { author, sign, verifies } });
  const says = (...texts: string[]): readonly Kept[] =>
    log.write(texts.map((text) => ({ type: "said", text })), { name: "bob", wallMs: 1 });
  return { store, log, says };
}

/** Brings lines into alice's history, so many at a time; what came of it, and what she has then. */
async function imported(lines: readonly string[], atOnce = 1_000, alice = roomOf(signer(1))) {
  const importer = new Importer((_room, batches) =>
    Promise.resolve(batches.map((batch) => admittedOf(alice.log.admit(batch, 5))))
  );
  for (let at = 0; at < lines.length; at += atOnce) {
    await importer.take(entriesIn(lines.slice(at, at + atOnce), at));
  }
  const { refusals, ...counts } = await importer.end();
  const texts = alice.store.before(DEV, undefined, 10_000).map(({ content }) => "text" in content ? content.text : "");
  return { counts: Object.values(counts), refusals, texts, alice };
}

const upTo = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at + 1}`);

/** bob's lines in the order of the room: of ten at a time, only the last is signed. */
function linesOf(count: number): readonly string[] {
  const bob = roomOf(signer(2));
  for (let n = 0; n < count; n += 10) bob.says(...upTo(count).slice(n, n + 10));
  return bob.store.before(DEV, undefined, 10_000).map((entry) => lineOf(entry));
}

for (const atOnce of [1_000, 7, 1]) {
  Deno.test(`a history comes in as it was, the newest first or last, ${atOnce} at a time`, async () => {
    const lines = linesOf(40);
    for (const order of [lines, lines.toReversed()]) {
      const { counts, texts, alice } = await imported(order, atOnce);
      assertEquals([counts, texts], [[40, 0, 0], upTo(40)]);
      assertEquals((await imported(order, atOnce, alice)).counts, [0, 40, 0], "a second time everything is known");
    }
  });
}

Deno.test("what stands in a file as it was exported is judged once, a signature at a time", async () => {
  const bob = roomOf(signer(2));
  const sizes: number[] = [];
  const importer = new Importer((_room, batches) => {
    sizes.push(...batches.map(({ bodies }) => bodies.length));
    return Promise.resolve(batches.map((batch) => admittedOf(bob.log.admit(batch, 5))));
  });
  await importer.take(entriesIn(linesOf(40).toReversed()));
  await importer.end();
  assertEquals(sizes, [10, 10, 10, 10]);
});

Deno.test("what one signature stands for comes in with it, and every signature is kept, to be handed on", async () => {
  const { alice } = await imported(linesOf(40).toReversed());
  const signed = alice.store.before(DEV, undefined, 100).filter(({ signature }) => signature !== undefined);
  assertEquals(signed.map(({ sequence }) => sequence), [10, 20, 30, 40]);
});

Deno.test("what is signed by nobody, and what somebody else has signed, is refused by its line, and the rest comes in", async () => {
  const lines = linesOf(20).toReversed();
  const changed = (at: number, by: (line: Record<string, unknown>) => void): string => {
    const line = JSON.parse(lines[at]!);
    by(line);
    return JSON.stringify(line);
  };
  const forger = roomOf(signer(3)).says("a lie")[0]!;
  const forged = changed(0, (line) => line["signature"] = lineOf(forger).match(/"signature":"([^"]+)"/)![1]);
  const unsigned = changed(0, (line) => delete line["signature"]);
  const elsewhere = changed(0, (line) => line["author"] = "0".repeat(64));
  const why = "nobody vouches for it: neither a signature nor what follows it";
  assertEquals(await imported([forged]).then(({ refusals }) => refusals), [{ line: 1, why }]);
  const { counts, refusals, texts } = await imported([forged, ...lines.slice(1), "not JSON"]);
  assertEquals(counts, [10, 0, 11], "the nine that it alone vouched for cannot come in either");
  assertEquals(refusals.find(({ line }) => line === 21)?.why, "it is not JSON");
  assertEquals(refusals.filter((refusal) => refusal.why === why).length, 10);
  assertEquals(texts, upTo(10));
  assertEquals((await imported([unsigned, ...lines.slice(1)])).counts, [10, 0, 10]);
  assertEquals((await imported([elsewhere])).counts, [0, 0, 1]);
});

Deno.test("an entry that was changed is refused, whatever its line says its hash is", async () => {
  const bob = roomOf(signer(2));
  const mallory = roomOf(signer(3));
  const [honest] = bob.says("the truth");
  const [other] = mallory.says("a lie");
  const line = JSON.parse(lineOf(honest!));
  const lie = { ...line, bytes: JSON.parse(lineOf(other!)).bytes };
  const { counts, texts } = await imported([
    JSON.stringify(lie),
    JSON.stringify({ ...lie, hash: undefined }),
    JSON.stringify(line),
  ]);
  assertEquals([counts, texts], [[1, 0, 2], ["the truth"]]);
});

Deno.test("of what two branches of a log say, both come in, and the fork is seen", async () => {
  const one = roomOf(signer(2));
  one.says("first");
  const other = roomOf(signer(2));
  const [first] = one.store.before(DEV, undefined, 9);
  other.log.admit(pageOf([first!])!, 1);
  const restarted = new RoomLog({ room: DEV, store: other.store, signing: { ...signer(2), verifies } });
  one.says("second");
  restarted.write([{ type: "said", text: "another second" }], { name: "bob", wallMs: 1 });
  const lines = [one, other].flatMap(({ store }) => store.before(DEV, undefined, 9).map((entry) => lineOf(entry)));
  const { counts, texts, alice } = await imported(lines);
  assertEquals(counts, [3, 1, 0]);
  assertEquals(texts.toSorted(), ["another second", "first", "second"]);
  assertEquals(alice.store.before(DEV, undefined, 9).filter(({ forked }) => forked).length, 1);
});

Deno.test("what waits for somebody to vouch for it is bounded: the rest is refused at once", async () => {
  const bob = roomOf(signer(2));
  const entries = bob.says(...upTo(256));
  const lonely = lineOf({ ...entries[0]!, signature: undefined });
  const many = Array.from({ length: 10_050 }, () => lonely);
  const { counts, refusals } = await imported(many, 1);
  assertEquals(counts, [0, 0, 10_050]);
  assertEquals(refusals.length, 100);
});
