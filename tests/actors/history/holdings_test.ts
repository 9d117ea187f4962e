import { assertEquals } from "@std/assert";
import type { LogId } from "../../../actors/history/author.ts";
import { Holdings } from "../../../actors/history/holdings.ts";
import { ALICE, BOB, logId } from "../../support/entries.ts";

const piece = (first: number, last: number) => ({ first, last });

Deno.test("what is held of each log is told in pieces, and what changed last is last", () => {
  const holdings = new Holdings([{ log: ALICE, first: 1, last: 3 }, { log: BOB, first: 5, last: 9 }]);
  assertEquals(holdings.logs, [ALICE, BOB]);
  holdings.add({ log: ALICE, first: 5, last: 5 });
  assertEquals(holdings.logs, [BOB, ALICE]);
  assertEquals(holdings.piecesOf(ALICE), [piece(1, 3), piece(5, 5)]);
  assertEquals([holdings.topOf(ALICE), holdings.topOf(BOB), holdings.topOf(logId("c"))], [
    piece(5, 5),
    piece(5, 9),
    undefined,
  ]);
  assertEquals([3, 4, 5, 6].map((number) => holdings.has(ALICE, number)), [true, false, true, false]);
  assertEquals([holdings.pieceUpTo(ALICE, 4), holdings.pieceUpTo(BOB, 4)], [piece(1, 3), undefined]);
  assertEquals(holdings.lackingOf(ALICE, piece(1, 7)), [piece(6, 7), piece(4, 4)]);
  assertEquals(holdings.lackingOf(logId("c"), piece(2, 3)), [piece(2, 3)], "of a log that nobody knows, all");
  assertEquals([holdings.knows(ALICE), holdings.knows(logId("c"))], [true, false]);
});

Deno.test("what was let go of is not held, not lacking and not told, from the moment on at which it went", () => {
  const floors = new Map<LogId, number>();
  const holdings = new Holdings([{ log: ALICE, first: 1, last: 9 }, { log: BOB, first: 4, last: 6 }], () => floors);
  assertEquals(holdings.isLetGo(ALICE, 1), false);
  floors.set(ALICE, 3).set(BOB, 6).set(logId("c"), 2);
  assertEquals([3, 4].map((number) => holdings.has(ALICE, number)), [false, true]);
  assertEquals([3, 4].map((number) => holdings.isLetGo(ALICE, number)), [true, false]);
  assertEquals(holdings.piecesOf(ALICE), [piece(4, 9)]);
  assertEquals(holdings.pieceUpTo(ALICE, 9), piece(4, 9));
  assertEquals([holdings.topOf(BOB), holdings.piecesOf(BOB), holdings.pieceUpTo(BOB, 9)], [undefined, [], undefined]);
  assertEquals(holdings.lackingOf(ALICE, piece(1, 11)), [piece(10, 11)]);
  assertEquals(holdings.lackingOf(BOB, piece(1, 6)), []);
  assertEquals(holdings.lackingOf(BOB, piece(1, 8)), [piece(7, 8)]);
  assertEquals(holdings.lackingOf(logId("c"), piece(1, 3)), [piece(3, 3)]);
  assertEquals(holdings.everKnown.toSorted(), [ALICE, BOB, logId("c")]);
});
