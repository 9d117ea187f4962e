/** Who holds what we said, by what others tell of themselves. */
import { assertEquals } from "@std/assert";
import { Chronicle, newChronicleCounters, newChronicleMemory } from "../../../actors/chat_room/chronicle.ts";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { Span } from "../../../actors/history/store.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { logId } from "../../support/entries.ts";
import { simulatedHistory } from "../../support/author.ts";

/** Alice, who has said three things in a room with two others. */
function alice() {
  let sent = 0;
  const history = simulatedHistory("alice");
  const chronicle = new Chronicle({
    room: "dev" as RoomName,
    name: "alice",
    ...history,
    memory: newChronicleMemory(),
    counters: newChronicleCounters(),
    world: {
      now: () => 1_000 * sent,
      wallMs: () => 1,
      random: seededRandom("1"),
      setTimer: () => {},
      publish: () => void sent++,
      sendTo: () => {},
      others: () => ["bob", "charly"],
      taken: () => {},
      show: () => {},
      forked: () => {},
      filled: () => {},
    },
  });
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
