/** What is asked for, and of whom, when something shows that more is lacking. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { decodeLogMessage, type LogMessage } from "../../../actors/history/log_message.ts";
import { Author } from "../../support/author.ts";
import { loneChronicle } from "../../support/lone_chronicle.ts";

const DEV = "dev" as RoomName;

function batchIn(payload: Uint8Array): LogMessage & { readonly type: "batch" } {
  const message = decodeLogMessage(payload);
  if (message?.type !== "batch") throw new Error("no batch");
  return message;
}

/** Charly, who knows nobody's logs yet; and what he asks for, as `whom: first-last`. */
function charly() {
  const { chronicle, sent } = loneChronicle("charly", DEV, ["alice", "bob"]);
  return {
    hears: (from: string, batch: LogMessage, isDirect = false) => chronicle.heard(from, batch, isDirect, false),
    wants: () =>
      sent.splice(0).flatMap(([to, message]) =>
        message.type === "want" ? [`${to}: ${message.span.first}-${message.span.last}`] : []
      ),
  };
}

Deno.test("who speaks is asked for what it said before", () => {
  const alice = new Author("alice", DEV);
  const [, , third] = ["one", "two", "three"].map((text, at) => batchIn(alice.says(text, at + 1)));
  const { hears, wants } = charly();
  hears("alice", third!);
  assertEquals(wants(), ["alice: 1-2"]);
});

Deno.test("who answers is asked for what it answers, if that is not here, and for nothing that is", () => {
  const [alice, bob] = [new Author("alice", DEV), new Author("bob", DEV)];
  const questions = ["one", "two"].map((text, at) => batchIn(bob.says(text, at + 1)));
  for (const question of questions) alice.log.admit(question, 1);
  const answer = batchIn(alice.says("an answer", 3));
  const unaware = charly();
  unaware.hears("alice", answer);
  assertEquals(unaware.wants(), ["alice: 1-2"]);
  const aware = charly();
  for (const question of questions) aware.hears("bob", question);
  aware.hears("alice", answer);
  assertEquals(aware.wants(), []);
});

Deno.test("who was away for longer than anybody reads is shown the latest, and told how many came before them", () => {
  const alice = new Author("alice", DEV);
  const { chronicle, shown, filled } = loneChronicle("charly", DEV, ["alice"]);
  const pages = Array.from({ length: 50 }, (_, page) =>
    batchIn(
      alice.writes(
        10 + page,
        ...Array.from({ length: 100 }, (_, at) => ({ type: "said", text: `${page * 100 + at + 1}` }) as const),
      ),
    ));
  const newest = pages.pop()!;
  chronicle.heard("alice", newest, false, false);
  for (const page of pages.toReversed()) chronicle.heard("alice", page, true, false);
  chronicle.heard("alice", { type: "lacking", span: { log: newest.log, first: 1, last: newest.first } }, true, false);
  assertEquals([shown.length, shown[0], shown.at(-1)], [4_096, "905", "5000"]);
  assertEquals(filled, [904]);
});

Deno.test("two who hold as much of a log, and not the same, learn that it is forked from what their newest entries are", () => {
  const [lost, again] = ["lost by the disk", "said under the same number"].map((text) => {
    const alice = new Author("alice", DEV);
    return { alice, batch: batchIn(alice.says(text, 1)) };
  });
  const bob = loneChronicle("bob", DEV, ["charly"]);
  bob.chronicle.heard("alice", lost!.batch, false, false);
  bob.sent.splice(0);
  const tops = (author: Author): LogMessage => ({ type: "tops", ends: author.log.tops });
  bob.chronicle.heard("charly", tops(lost!.alice), true, false);
  assertEquals(bob.sent, [], "the same");
  const [end] = again!.alice.log.tops;
  bob.chronicle.heard("charly", { type: "tops", ends: [{ ...end!, sequence: 2 }] }, true, false);
  assertEquals(bob.sent, [], "more than bob has is fetched as always");
  bob.chronicle.heard("charly", tops(again!.alice), true, false);
  assertEquals(bob.sent, [["charly", { type: "want_branch", end: end! }]]);
  bob.chronicle.heard("charly", again!.batch, true, false);
  assertEquals(bob.store.before(DEV, undefined, 9).length, 2, "both are kept");
});
