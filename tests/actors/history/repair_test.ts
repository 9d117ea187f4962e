import { assertEquals } from "@std/assert";
import type { LogId } from "../../../actors/history/author.ts";
import { Holdings } from "../../../actors/history/holdings.ts";
import { newRepairCounters, Repair } from "../../../actors/history/repair.ts";
import { ALICE, BOB, logId } from "../../support/entries.ts";

/** Somebody who holds 1 to 3 of alice's log. */
function mender() {
  const holdings = new Holdings([{ log: ALICE, first: 1, last: 3 }]);
  const over = new Set<LogId>();
  const counters = newRepairCounters();
  const repair = new Repair(holdings, (log) => over.has(log), counters);
  const wants = (now = 0): readonly string[] =>
    repair.next(now, () => 0).map(({ to, span: { log, first, last } }) =>
      `${to}: ${log === ALICE ? "alice" : log === BOB ? "bob" : "other"} ${first}-${last}`
    );
  const offers = (peer: string, first: number, last: number, log = ALICE): void =>
    repair.offered(peer, [{ log, first, last }]);
  return { repair, holdings, over, counters, wants, offers };
}

Deno.test("of what others offer, what is lacking is asked for, the newest first, of one holder at a time", () => {
  const { repair, holdings, wants, offers } = mender();
  offers("bob", 1, 3);
  assertEquals([wants(), repair.lacking, repair.isIdle], [[], 0, true], "nothing of that is lacking");
  holdings.add({ log: ALICE, first: 6, last: 6 });
  offers("bob", 1, 8);
  offers("charly", 1, 8);
  assertEquals([repair.lacking, wants()], [4, ["bob: alice 7-8"]]);
  assertEquals([wants(), repair.isIdle], [[], false], "one wish for a log at a time");
  assertEquals([repair.isAskedOf("bob", ALICE), repair.isAskedOf("charly", ALICE)], [true, false]);
  repair.arrived(ALICE, "bob", 10);
  holdings.add({ log: ALICE, first: 7, last: 8 });
  repair.answered(ALICE, "bob");
  assertEquals(wants(10), ["bob: alice 4-5"]);
});

Deno.test("who has nothing of what it offered is not asked again, and another is", () => {
  const { repair, counters, wants, offers } = mender();
  offers("bob", 1, 5);
  offers("charly", 1, 5);
  wants();
  repair.answered(ALICE, "charly");
  assertEquals(counters["repair offers given up"], 0, "who was not asked cannot answer");
  repair.answered(ALICE, "bob");
  assertEquals([wants(), counters["repair offers given up"]], [["charly: alice 4-5"], 1]);
  repair.answered(ALICE, "charly");
  assertEquals([wants(), repair.lacking, repair.isIdle], [[], 0, true]);
});

Deno.test("who does not answer within 3 s has lost its turn, and who sends something may take its time", () => {
  const { repair, counters, wants, offers } = mender();
  offers("bob", 1, 9);
  offers("charly", 1, 9);
  assertEquals(wants(0), ["bob: alice 4-9"]);
  repair.arrived(ALICE, "charly", 2_000);
  repair.arrived(ALICE, "bob", 2_500);
  assertEquals([wants(3_001), wants(5_500)], [[], []]);
  assertEquals(wants(5_501), ["charly: alice 4-9"]);
  assertEquals([counters["repair wishes unanswered"], counters["repair wishes"]], [1, 2]);
});

Deno.test("with who is gone goes what it offered, and what it was asked for", () => {
  const { repair, wants, offers } = mender();
  offers("bob", 1, 5);
  offers("charly", 1, 4);
  wants();
  repair.gone("bob");
  assertEquals([wants(), repair.lacking], [["charly: alice 4-4"], 1]);
  repair.gone("charly");
  assertEquals([wants(), repair.isIdle, repair.lacking], [[], true, 0]);
});

Deno.test("nothing is asked for of a log that has come to an end", () => {
  const { repair, over, wants, offers } = mender();
  over.add(BOB);
  offers("bob", 1, 5, BOB);
  offers("bob", 1, 4);
  over.add(ALICE);
  assertEquals([wants(), repair.lacking], [[], 0]);
});

Deno.test("what came meanwhile from others is not asked for", () => {
  const { holdings, wants, offers, repair } = mender();
  offers("bob", 1, 5);
  holdings.add({ log: ALICE, first: 4, last: 5 });
  assertEquals([wants(), repair.lacking], [[], 0]);
});

Deno.test("eight logs are asked for at once, and the next when one of them is done", () => {
  const { repair, wants, offers } = mender();
  for (let n = 1; n <= 10; n++) offers("bob", 1, 1, logId("b", n + 1));
  assertEquals(wants().length, 8);
  repair.answered(logId("b", 2), "bob");
  assertEquals(wants().length, 1);
});

Deno.test("of a log the offers of eight are remembered, those of the latest", () => {
  const { repair, wants, offers } = mender();
  for (let n = 1; n <= 9; n++) offers(`peer ${n}`, 1, 4);
  offers("peer 2", 1, 5);
  assertEquals(wants(), ["peer 3: alice 4-4"], "peer 1 has made room, and peer 2 is the latest now");
  for (let n = 3; n <= 9; n++) repair.gone(`peer ${n}`);
  assertEquals(wants(), ["peer 2: alice 4-5"]);
});

Deno.test("there is an end to the logs of which something is lacking", () => {
  const { repair, counters, offers } = mender();
  for (let n = 1; n <= 8_200; n++) offers(`mallory ${n % 9}`, 1, 2, logId("f", n));
  assertEquals([repair.lacking, counters["repair offers given up"]], [2 * 8_192, 8]);
});

Deno.test("who should hold something is asked until it says that it does not; what it offers itself is believed", () => {
  const { repair, wants, offers } = mender();
  const supposed = (last: number): void => repair.supposed("bob", { log: BOB, first: 1, last });
  supposed(4);
  assertEquals(wants(), ["bob: bob 1-4"]);
  repair.answered(BOB, "bob");
  supposed(4);
  assertEquals(wants(), []);
  supposed(6);
  assertEquals(wants(), ["bob: bob 5-6"], "what is newer, it may have");
  repair.answered(BOB, "bob");
  repair.supposed("charly", { log: BOB, first: 1, last: 2 });
  assertEquals(wants(), ["charly: bob 1-2"], "another may have it");
  repair.gone("charly");
  offers("bob", 1, 2, BOB);
  assertEquals(wants(), ["bob: bob 1-2"]);
});

Deno.test("who offers a thousand logs keeps nobody from the one of another, whether it answers or not", () => {
  const { repair, wants, offers } = mender();
  const floods = (): void => {
    for (let n = 1; n <= 9_000; n++) offers("mallory", 1, 2 ** 40, logId("f", n));
  };
  floods();
  offers("bob", 1, 5);
  assertEquals(repair.lacking, 1_000_000, "no figure that somebody makes up is passed on");
  const first = wants(0);
  assertEquals([first.length, first[1]], [9, "bob: alice 4-5"]);
  repair.answered(ALICE, "bob");
  floods();
  assertEquals(wants(3_001), ["mallory: other 1-1099511627776"], "who did not answer is asked for one thing at a time");
  for (let n = 1; n <= 9; n++) offers("bob", 1, 1, logId("b", n + 1));
  assertEquals(wants(3_002).length, 8);
  repair.answered(logId("b", 2), "bob");
  assertEquals(wants(3_003), ["bob: other 1-1"]);
});

Deno.test("who answers again is asked again as others are", () => {
  const { repair, wants, offers } = mender();
  offers("bob", 1, 5);
  wants(0);
  wants(3_001);
  for (let n = 1; n <= 9; n++) offers("bob", 1, 2, logId("b", n + 1));
  assertEquals(wants(3_002).length, 1);
  repair.arrived(logId("b", 2), "bob", 3_003);
  assertEquals(wants(3_003).length, 7);
});

Deno.test("who says that it has nothing has answered, and who comes anew is asked as others are", () => {
  for (const answers of [true, false]) {
    const { repair, wants, offers } = mender();
    offers("bob", 1, 5);
    wants(0);
    wants(3_001);
    for (let n = 1; n <= 9; n++) offers("bob", 1, 2, logId("b", n + 1));
    assertEquals(wants(3_002).length, 1);
    if (answers) {
      repair.answered(logId("b", 2), "bob");
    } else {
      repair.gone("bob");
      for (let n = 1; n <= 9; n++) offers("bob", 1, 2, logId("b", n + 1));
    }
    assertEquals(wants(3_003).length, 8);
  }
});

Deno.test("of all, 16 logs are asked for at once; whose turn was is the last to have one again", () => {
  const { repair, wants, offers } = mender();
  const peers = ["a", "b", "c"];
  for (const peer of peers) for (let n = 1; n <= 9; n++) offers(peer, 1, 1, logId(peer, n));
  const asked = wants().map((want) => want[0]);
  assertEquals(asked.length, 16);
  assertEquals(asked.slice(0, 6), ["a", "b", "c", "a", "b", "c"]);
  assertEquals(asked.at(-1), "a");
  repair.answered(logId("a", 2), "a");
  assertEquals(wants().map((want) => want[0]), ["b"]);
});

Deno.test("a log is asked of another who has it while the one has enough to answer", () => {
  const { wants, offers } = mender();
  for (let n = 1; n <= 8; n++) offers("bob", 1, 1, logId("b", n + 1));
  wants();
  offers("bob", 1, 5);
  offers("charly", 1, 5);
  assertEquals(wants(), ["charly: alice 4-5"]);
});
