/** What others say about logs that is not so, or in another's name, and what must not come of it. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { logOf } from "../../../actors/history/author.ts";
import { type Batch, decodeLogMessage, type LogMessage } from "../../../actors/history/log_message.ts";
import type { EntryHash } from "../../../actors/history/values.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";
import { Author, crafted, simulatedHistory } from "../../support/author.ts";
import { logId } from "../../support/entries.ts";
import { loneChronicle } from "../../support/lone_chronicle.ts";
import { LoneRoom } from "../../support/lone_room.ts";

const DEV = "dev" as RoomName;

function batchIn(payload: Uint8Array): Batch {
  return decodeLogMessage(payload) as Batch;
}

function headsIn(sent: readonly (readonly [string, LogMessage])[]) {
  return sent.flatMap(([, message]) => message.type === "heads" ? [message] : []);
}

Deno.test("an author speaks by the member whose name it bears, whoever else says again what it said", () => {
  const { chronicle } = loneChronicle("charly", DEV, ["alice", "mallory"]);
  const alice = new Author("alice", DEV);
  const { author } = simulatedSigning("alice");
  const one = batchIn(alice.says("one", 1));
  chronicle.heard("mallory", one, false, false);
  assertEquals(chronicle.memberOf(author), undefined);
  chronicle.heard("alice", one, false, false);
  chronicle.heard("mallory", one, false, false);
  chronicle.heard("mallory", batchIn(alice.says("two", 2)), false, false);
  assertEquals(chronicle.memberOf(author), "alice");
});

Deno.test("who speaks by another name than its member's is known by what it says first", () => {
  const { chronicle } = loneChronicle("charly", DEV, ["host", "mallory"]);
  const alice = new Author("alice", DEV);
  const one = batchIn(alice.says("one", 1));
  chronicle.heard("host", one, false, false);
  chronicle.heard("mallory", one, false, false);
  assertEquals(chronicle.memberOf(simulatedSigning("alice").author), "host");
});

Deno.test("of many pieces that somebody holds, what joins them is still believed", () => {
  const { chronicle } = loneChronicle("charly", DEV, ["alice"]);
  for (let n = 1; n <= 200; n++) chronicle.write({ type: "said", text: `${n}` });
  const { log } = chronicle.evidence(1)[0]!.entry;
  const tells = (first: number, last: number): void =>
    chronicle.heard("alice", { type: "heads", spans: [{ log, first, last }], wantsAnswer: false }, true, false);
  for (let n = 1; n <= 64; n++) tells(2 * n, 2 * n);
  tells(1, 200);
  assertEquals(chronicle.evidence(1)[0]!.holders, ["alice"]);
});

Deno.test("what is said about logs by way of others counts for nothing: it may be anybody's", () => {
  const { chronicle, sent } = loneChronicle("charly", DEV, ["alice"]);
  chronicle.write({ type: "said", text: "one" });
  const { log } = chronicle.evidence(1)[0]!.entry;
  chronicle.heard("alice", { type: "heads", spans: [{ log, first: 1, last: 1 }], wantsAnswer: true }, false, false);
  assertEquals([chronicle.evidence(1)[0]!.holders, sent.length], [[], 0]);
});

Deno.test("branches of logs that nobody has seen are not asked for, and of one that is here, not many at once", () => {
  const { chronicle, sent } = loneChronicle("charly", DEV, ["alice", "mallory"]);
  const told = (from: string, ends: readonly { log: ReturnType<typeof logId>; number: number }[]): number => {
    sent.length = 0;
    const branches = ends.map(({ log, number }) => ({
      log,
      sequence: number,
      hash: number.toString(16).padStart(64, "c") as EntryHash,
    }));
    chronicle.heard(from, { type: "branches", ends: branches }, true, false);
    return sent.filter(([, message]) => message.type === "want_branch").length;
  };
  const { log } = crafted("alice", DEV, {});
  chronicle.heard("alice", crafted("alice", DEV, {}), false, false);
  assertEquals(told("mallory", Array.from({ length: 64 }, (_, n) => ({ log: logId("d", n + 1), number: n + 1 }))), 0);
  assertEquals(told("mallory", Array.from({ length: 64 }, (_, n) => ({ log, number: n + 1 }))), 16);
  assertEquals(told("alice", [{ log, number: 1 }]), 1);
});

Deno.test("who comes is told of all logs, however many; who compares is told of the latest, and of all in turn", () => {
  const { chronicle, sent } = loneChronicle("charly", DEV, ["alice"]);
  for (let n = 1; n <= 600; n++) chronicle.heard("x", crafted(`author ${n}`, DEV, {}), false, false);
  const { log: newest } = crafted("author 600", DEV, {});
  sent.length = 0;
  chronicle.meet("alice");
  const heads = headsIn(sent.splice(0));
  assertEquals(heads.map(({ spans, wantsAnswer }) => [spans.length, wantsAnswer]), [[256, true], [256, false], [
    88,
    false,
  ]]);
  assertEquals(new Set(heads.flatMap(({ spans }) => spans.map(({ log }) => log))).size, 600);
  const told = new Set<string>();
  for (let n = 0; n < 4; n++) {
    chronicle.ring("compare");
    const [{ spans }] = headsIn(sent.splice(0)) as [ReturnType<typeof headsIn>[number]];
    assertEquals([spans.length <= 256, spans.at(-1)!.log], [true, newest]);
    spans.forEach(({ log }) => told.add(log));
  }
  assertEquals(told.size, 600);
});

Deno.test("of one log so many pieces are taken, and beyond them what joins one", () => {
  const { log } = new Author("bob", DEV);
  for (let n = 1; n <= 1_024; n++) assertEquals(log.admit(crafted("mallory", DEV, { sequence: 2 * n }), 1).ok, true);
  assertEquals(log.admit(crafted("mallory", DEV, { sequence: 3_000 }), 1), { ok: false, why: "crowded" });
  assertEquals(log.holdings.countOf(logOf(simulatedSigning("mallory").author, 5)), 1_024);
  const { news } = { news: [], ...log.admit(crafted("mallory", DEV, { sequence: 2_049 }), 1) };
  assertEquals(news.length, 1);
});

Deno.test("however many authors somebody makes up, who is in the room and speaks is heard; one alone begins 16 logs", () => {
  const { chronicle, store } = loneChronicle("charly", DEV, ["alice", "mallory"]);
  const kept = (): number => store.spans(DEV).length;
  for (let n = 1; n <= 8_200; n++) chronicle.heard("mallory", crafted(`author ${n}`, DEV, {}), false, false);
  assertEquals(kept(), 8_192);
  for (let n = 1; n <= 20; n++) chronicle.heard("mallory", crafted(`key ${n}`, DEV, { name: "mallory" }), false, false);
  assertEquals(kept(), 8_192 + 16);
  chronicle.heard("dora", crafted("dora", DEV, {}), false, false);
  assertEquals(kept(), 8_192 + 16, "dora is not in the room");
  chronicle.heard("alice", crafted("alice", DEV, {}), false, false);
  assertEquals(kept(), 8_192 + 17);
});

Deno.test("however many logs are forked, of each it is told once: of the first by itself, of the others together, now and then", () => {
  const room = new LoneRoom(simulatedHistory("alice"), DEV);
  const forks = (from: number, count: number, sequence = 1) => {
    for (let number = from; number < from + count; number++) {
      for (const text of ["this", "that"]) {
        const content = { type: "said", text: `${text} ${sequence}` } as const;
        room.publishes("bob", crafted(`mallory ${number}`, DEV, { sequence, content }));
      }
    }
  };
  forks(0, 100);
  const first = Array.from({ length: 8 }, (_, number) => `mallory ${number}`);
  assertEquals(room.forked, first);
  room.passes(59_000);
  forks(0, 100, 2); // which says nothing that was not told
  assertEquals(room.forked, first);
  room.passes(2_000);
  assertEquals(room.forked, [...first, 92]);
  forks(100, 20);
  room.passes(61_000);
  assertEquals(room.forked.slice(first.length), [92, 20]);
  assertEquals(room.counters["forked logs told together"], 112);
  room.passes(61_000);
  forks(200, 1);
  assertEquals(room.forked.slice(first.length), [92, 20, "mallory 200"]);
});

Deno.test("who makes up to a newcomer that an author had said more hides nothing that it says from then on", () => {
  const { chronicle, shown } = loneChronicle("charly", DEV, ["alice", "mallory"]);
  const alice = new Author("alice", DEV);
  const [one, two] = ["one", "two"].map((text, at) => batchIn(alice.says(text, 2_000_000 + at)));
  const made: LogMessage = { type: "heads", spans: [{ log: one!.log, first: 1, last: 1_000 }], wantsAnswer: false };
  chronicle.heard("mallory", made, true, false);
  chronicle.heard("alice", one!, false, false);
  chronicle.heard("mallory", two!, true, false); // of whom it was asked for
  assertEquals(shown, ["one", "two"]);
});
