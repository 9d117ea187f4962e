/** What is news to somebody who comes, or comes back; times are chosen so that they say the opposite. */
import { assertEquals } from "@std/assert";
import { Since } from "../../../actors/chat_room/chronicle/since.ts";
import type { LogId } from "../../../actors/history/author.ts";
import type { HybridTime } from "../../../actors/history/hybrid_time.ts";
import type { Span } from "../../../actors/history/store.ts";
import { ALICE, BOB, entryOf, logId } from "../../support/entries.ts";

const NOW_MS = 1_000_000;
const [EARLIER, LATER] = [NOW_MS - 1, NOW_MS + 1];

/** Somebody who comes at 0 by the monotonic clock, and at `NOW_MS` by the wall clock. */
function came(held: readonly Span[] = [], latest?: HybridTime, wasWhole = false): Since {
  const since = new Since();
  since.begin({ held, latest, wasWhole, wallMs: NOW_MS, now: 0 });
  return since;
}

/** Somebody who comes back, and had as much of Alice's log. */
function cameBack(last: number, wasWhole = false): Since {
  return came([upTo(ALICE, last)], { ms: NOW_MS, count: 0 }, wasWhole);
}

function upTo(log: LogId, last: number): Span {
  return { log, first: 1, last };
}

/** Whether that entry of Alice's is news. */
function isNews(since: Since, sequence: number, ms: number, log = ALICE): boolean {
  return since.isNews(entryOf(sequence, { ms, log }));
}

Deno.test("to a newcomer, what others hold as it comes is history, and what is behind that is news, whatever the times say", () => {
  const since = came();
  since.told("bob", [upTo(ALICE, 10)], 100);
  since.told("charly", [upTo(ALICE, 12)], 300);
  since.told("dora", [upTo(ALICE, 11)], 310);
  assertEquals([isNews(since, 12, LATER), isNews(since, 13, EARLIER)], [false, true]);
});

Deno.test("what somebody tells first when others have greeted us may have been said since: times decide", () => {
  const since = came();
  since.told("bob", [upTo(ALICE, 10)], 100);
  since.told("charly", [upTo(ALICE, 10)], 300);
  since.told("dora", [upTo(ALICE, 14)], 351);
  assertEquals([isNews(since, 14, LATER), isNews(since, 14, EARLIER), isNews(since, 10, LATER)], [true, false, false]);
});

Deno.test("what somebody tells in several messages at once counts as one", () => {
  const since = came();
  since.told("bob", [upTo(BOB, 3)], 100);
  since.told("bob", [upTo(ALICE, 10)], 110);
  assertEquals([isNews(since, 10, LATER), isNews(since, 11, EARLIER)], [false, true]);
});

Deno.test("what who has told before tells later changes nothing: it was said since", () => {
  const since = came();
  since.told("bob", [upTo(ALICE, 10)], 100);
  since.told("bob", [upTo(ALICE, 11)], 400);
  assertEquals(isNews(since, 11, EARLIER), true);
});

Deno.test("of what somebody tells first when we are here already, times decide what was said since; not of what is behind it", () => {
  const since = came();
  since.told("bob", [upTo(ALICE, 10)], 100);
  since.told("charly", [upTo(ALICE, 20)], 60_000);
  const news = [[10, LATER], [15, LATER], [15, EARLIER], [21, EARLIER]].map(([n, ms]) => isNews(since, n!, ms!));
  assertEquals(news, [false, true, false, true]);
});

Deno.test("who was here alone for long may have missed what the others told each other: times decide", () => {
  const since = came();
  since.told("bob", [upTo(ALICE, 10)], 5_001);
  assertEquals([isNews(since, 10, LATER), isNews(since, 10, EARLIER), isNews(since, 11, EARLIER)], [true, false, true]);
});

Deno.test("who came back is shown what it did not have, whatever the times say and others tell", () => {
  const since = cameBack(10);
  since.told("bob", [upTo(ALICE, 20)], 100);
  assertEquals([isNews(since, 10, LATER), isNews(since, 11, EARLIER), isNews(since, 20, EARLIER)], [false, true, true]);
});

Deno.test("of a log that nobody has told of, times decide, but for the first words of who had told us of none", () => {
  for (const since of [came(), cameBack(1)]) {
    const first = (ms: number) => since.isNews(entryOf(1, { log: BOB, name: "bob", ms }));
    assertEquals([first(EARLIER), first(LATER)], [false, true]);
    since.told("bob", [], 100);
    assertEquals(first(EARLIER), true);
  }
});

Deno.test("who came back compares times with that of the latest that it has", () => {
  const since = came([upTo(ALICE, 3)], { ms: NOW_MS - 100, count: 0 });
  assertEquals([isNews(since, 1, NOW_MS - 100, BOB), isNews(since, 1, NOW_MS - 99, BOB)], [false, true]);
});

Deno.test("of a log that somebody told of who came back itself, times decide", () => {
  const since = cameBack(1);
  since.told("bob", [upTo(BOB, 5)], 100);
  const [earlier, later] = [EARLIER, LATER].map((ms) => since.isNews(entryOf(5, { log: BOB, name: "bob", ms })));
  assertEquals([earlier, later], [false, true]);
});

Deno.test("who had all that there was before it went is shown whatever is in logs that it did not know", () => {
  const since = cameBack(3, true);
  since.told("bob", [upTo(BOB, 5), upTo(ALICE, 9)], 100);
  const news = [isNews(since, 1, EARLIER, BOB), isNews(since, 3, LATER), isNews(since, 4, EARLIER)];
  assertEquals(news, [true, false, true]);
});

Deno.test("who comes is whole once it knows each log that it was told of, ten seconds after somebody began to tell", () => {
  const since = came();
  const isWhole = (now: number, ...known: readonly LogId[]) => since.isWhole(now, (log) => known.includes(log));
  assertEquals(isWhole(60_000), false);
  since.told("bob", [upTo(ALICE, 3), upTo(BOB, 1)], 60_000);
  assertEquals([isWhole(70_000, ALICE, BOB), isWhole(70_001, ALICE), isWhole(70_001, ALICE, BOB)], [
    false,
    false,
    true,
  ]);
});

Deno.test("who makes up that there was more than there is hides nothing once the author has spoken", () => {
  const since = came();
  since.told("mallory", [upTo(ALICE, 1_000_000)], 100);
  since.said(ALICE, 11);
  assertEquals([isNews(since, 12, LATER), isNews(since, 10, LATER)], [true, false]);
});

Deno.test("what was said before a newcomer came is history with all before it, and to who came back it is news", () => {
  const since = came();
  since.saidBefore(ALICE, 7);
  assertEquals([isNews(since, 7, LATER), isNews(since, 8, EARLIER)], [false, true]);
  const back = cameBack(5);
  back.saidBefore(BOB, 7);
  assertEquals(isNews(back, 7, LATER, BOB), true);
});

Deno.test("of a fork the number does not say what was here: times decide", () => {
  const since = cameBack(10);
  const forked = [EARLIER, LATER].map((ms) => since.isNews(entryOf(5, { ms, forked: true })));
  assertEquals(forked, [false, true]);
});

Deno.test("what is before something that was let go of is news to nobody, also where everything else is", () => {
  for (const since of [cameBack(1), new Since()]) {
    since.everything();
    since.letGo({ ms: 50, count: 0 });
    since.letGo({ ms: 40, count: 0 });
    assertEquals([isNews(since, 9, 50), isNews(since, 9, 51), isNews(since, 1, 51)], [false, true, true]);
  }
});

Deno.test("after a crash of the room's actor we are where we were", () => {
  const since = came();
  assertEquals([new Since().hasBegun, since.hasBegun], [false, true]);
  since.begin({
    held: [upTo(ALICE, 10)],
    latest: { ms: 2 * NOW_MS, count: 0 },
    wasWhole: true,
    wallMs: NOW_MS,
    now: 9_000,
  });
  assertEquals(isNews(since, 5, LATER), true);
});

Deno.test("of a log in pieces, the end of the last counts", () => {
  const since = came([{ log: ALICE, first: 1, last: 3 }, { log: ALICE, first: 7, last: 9 }], { ms: NOW_MS, count: 0 });
  assertEquals([isNews(since, 5, LATER), isNews(since, 10, EARLIER)], [false, true]);
});

Deno.test("of more logs than are remembered, times decide; so it is with more members", () => {
  const since = came();
  const logs = Array.from({ length: 9_217 }, (_, epoch) => logId("c", epoch));
  since.told("bob", logs.map((log) => upTo(log, 5)), 100);
  assertEquals([isNews(since, 5, LATER, logs[9_215]), isNews(since, 5, LATER, logs[9_216])], [false, true]);
  const crowd = came();
  for (let n = 0; n <= 8_192; n++) crowd.told(`member ${n}`, [], 100);
  const first = [8_191, 8_192].map((n) => crowd.isNews(entryOf(1, { log: BOB, name: `member ${n}`, ms: EARLIER })));
  assertEquals(first, [true, false]);
});
