/** Who holds what we said, by what others tell of themselves. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { decodeLogMessage } from "../../../actors/history/log_message.ts";
import type { Span } from "../../../actors/history/store.ts";
import { Author } from "../../support/author.ts";
import { logId } from "../../support/entries.ts";
import { loneChronicle } from "../../support/lone_chronicle.ts";

/** Alice, who has said three things in a room with two others. */
function alice() {
  const { chronicle } = loneChronicle("alice", "dev" as RoomName, ["bob", "charly"]);
  for (const text of ["one", "two", "three"]) chronicle.write({ type: "said", text });
  const { log } = chronicle.evidence(1)[0]!.entry;
  return {
    chronicle,
    holders: () => chronicle.evidence(5).map(({ holders }) => holders.join()),
    tells: (from: string, first: number, last: number, which: Span["log"] = log) =>
      chronicle.heard(from, { type: "heads", spans: [{ log: which, first, last }], wantsAnswer: false }, true, false),
  };
}

Deno.test("held is what others say they hold, and nothing below that", () => {
  const { holders, tells } = alice();
  assertEquals(holders(), ["", "", ""]);
  tells("bob", 3, 3);
  assertEquals(holders(), ["", "", "bob"], "the newest came first, and the rest is still to come");
  tells("charly", 1, 3);
  tells("bob", 1, 1);
  assertEquals(holders(), ["bob,charly", "charly", "bob,charly"]);
});

Deno.test("what somebody holds of another log is no evidence, and who is gone holds nothing that counts", () => {
  const { chronicle, holders, tells } = alice();
  tells("bob", 1, 3, logId("b"));
  assertEquals(holders(), ["", "", ""]);
  tells("bob", 1, 3);
  chronicle.gone("bob");
  assertEquals(holders(), ["", "", ""]);
});

Deno.test("of a log in a thousand pieces, as a liar may claim it, only so much is believed", () => {
  const { chronicle, tells, holders } = alice();
  for (let first = 2_001; first >= 3; first -= 2) tells("bob", first, first);
  assertEquals(holders(), ["", "", ""]);
  chronicle.gone("bob");
});

Deno.test("who tells that it holds something has put it on disk, so that a crash takes nothing back that counts as held", () => {
  const dev = "dev" as RoomName;
  const { chronicle, sent, store } = loneChronicle("bob", dev, ["alice"]);
  const batch = decodeLogMessage(new Author("alice", dev).says("hello", 1))!;
  chronicle.heard("alice", batch, false, false);
  chronicle.meet("alice");
  const [, told] = sent.find(([, message]) => message.type === "heads")!;
  store.crash();
  assertEquals(told.type === "heads" && told.spans, store.spans(dev));
});
