/** A log that says two things under one number: whoever has one of them must come to know of the other. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { Batch } from "../../../actors/history/log_message.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { pageOf, RoomLog } from "../../../actors/history/room_log.ts";
import type { Kept } from "../../../actors/history/store.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";
import { DEV, entryOf } from "../../support/entries.ts";

function logOf(name: string, store = new MemoryStore()) {
  const log = new RoomLog({ room: DEV as RoomName, store, signing: simulatedSigning(name) });
  const says = (...texts: readonly string[]): readonly Kept[] =>
    texts.flatMap((text) => log.write([{ type: "said", text }], { name, wallMs: 1 }));
  const takes = (...entries: readonly Kept[]) => log.admit(pageOf(entries) as Batch, 1);
  const texts = (): readonly string[] =>
    store.before(DEV, undefined, 99).map(({ content }) => "text" in content ? content.text : "").toSorted();
  return { log, says, takes, texts };
}

Deno.test("also where the second branch came in pieces that lie behind a gap of the first, the first one's end is told", () => {
  const before = logOf("alice");
  const common = before.says("1", "2", "3", "4");
  const backup = new MemoryStore();
  backup.put(common);
  const [lost] = before.says("5, before the disk was put back");
  const after = logOf("alice", backup);
  const [fifth, sixth, seventh, eighth] = after.says("5", "6", "7", "8");
  const bob = logOf("bob");
  bob.takes(...common, lost!);
  bob.takes(seventh!, eighth!);
  bob.takes(fifth!, sixth!);
  const charly = logOf("charly");
  charly.takes(...common, fifth!, sixth!, seventh!, eighth!);
  const unknown = bob.log.branchEnds.filter((end) => charly.log.lacks(end));
  assertEquals(unknown.map(({ hash }) => hash), [lost!.hash]);
  charly.log.admit(bob.log.branchTo(unknown[0]!)!, 1);
  assertEquals(charly.texts(), bob.texts());
});

Deno.test("what lies between the pieces of a forked log is asked for by what follows from it", () => {
  const before = logOf("alice");
  const common = before.says("1", "2");
  const backup = new MemoryStore();
  backup.put(common);
  const [lost] = before.says("3, before the disk was put back");
  const after = logOf("alice", backup);
  const [third, fourth, fifth, sixth] = after.says("3", "4", "5", "6");
  const bob = logOf("bob");
  bob.takes(...common, lost!);
  bob.takes(sixth!);
  bob.takes(third!);
  assertEquals(bob.log.missingEnds, [{ log: fifth!.log, sequence: 5, hash: fifth!.hash }]);
  const charly = logOf("charly");
  charly.takes(...common, third!, fourth!, fifth!, sixth!);
  assertEquals(charly.log.missingEnds, [], "not forked");
  bob.log.admit(charly.log.branchTo(bob.log.missingEnds[0]!)!, 1);
  assertEquals([bob.log.missingEnds, bob.texts().length], [[], 7]);
});

/** Two branches of one log, each with as many entries as there are words. */
function forkOf(name: string, ...words: readonly string[]): readonly (readonly Kept[])[] {
  return [logOf(name).says(...words), logOf(name).says(...words.map((word) => `${word}, differently`))];
}

Deno.test("a fork beyond those that are remembered is news once, however often its end is sent", () => {
  const charly = logOf("charly");
  for (let at = 0; at < 64; at++) forkOf(`liar ${at}`, "1").forEach((branch) => charly.takes(...branch));
  const [first, second] = forkOf("alice", "1", "2", "3");
  charly.takes(...first!.slice(0, 2));
  const news = [1, 2, 3].map(() => charly.takes(second!.at(-1)!)).map((one) => one.ok && one.news.length);
  assertEquals(news, [1, 0, 0]);
});

Deno.test("evidence of an earlier life counts for what is kept of it", () => {
  const store = new MemoryStore();
  store.put(Array.from({ length: 1_023 }, (_, at) => entryOf(at + 1, { forked: true })));
  const charly = logOf("charly", store);
  const [first, second] = forkOf("alice", "1", "2");
  charly.takes(...first!);
  assertEquals(charly.takes(...second!), { ok: false, why: "crowded" });
  const [first2, second2] = forkOf("bob", "1");
  charly.takes(...first2!);
  const [taken, refused] = [charly.takes(...second2!), charly.takes(second!.at(0)!)];
  assertEquals([taken.ok && taken.forked, refused], [true, { ok: false, why: "crowded" }]);
});
