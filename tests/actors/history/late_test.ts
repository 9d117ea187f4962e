/** What a screen is told to be late: see `Shelf`. */
import { assertEquals } from "@std/assert";
import type { AuthorId, LogId } from "../../../actors/history/author.ts";
import { logOf } from "../../../actors/history/author.ts";
import type { Place } from "../../../actors/history/entry.ts";
import { Shelf } from "../../../actors/history/shelf.ts";
import type { EntryHash } from "../../../actors/history/values.ts";

const [ALICE, BOB] = ["a", "b"].map((digit) => digit.repeat(64) as AuthorId) as [AuthorId, AuthorId];

/** An entry that follows from the one before it in its log, and from `parents`. */
function entry(log: LogId, sequence: number, ms: number, ...parents: readonly Place[]) {
  return { log, sequence, order: { ms, count: 0 }, hash: `${log} ${sequence}` as EntryHash, parents };
}

const [hers, his] = [logOf(ALICE, 1), logOf(BOB, 1)];

Deno.test("nothing is late that comes in its turn, however much later it is of another author", () => {
  const shelf = new Shelf();
  shelf.noteShown(entry(hers, 1, 10));
  assertEquals(shelf.isLate(entry(hers, 2, 20)), false);
  assertEquals(shelf.isLate(entry(his, 1, 5)), false, "the other side of a split is no answer to anything here");
});

Deno.test("what something on the screen follows from is late, in its own log and in others", () => {
  const shelf = new Shelf();
  shelf.noteShown(entry(hers, 3, 30, { log: his, sequence: 2 }));
  assertEquals([1, 2, 3].map((sequence) => shelf.isLate(entry(his, sequence, 40))), [true, true, false]);
  assertEquals(shelf.isLate(entry(hers, 2, 20)), true);
});

Deno.test("what an author said in another log, and earlier than what is on the screen, is late", () => {
  const shelf = new Shelf();
  const afterTheLoss = logOf(ALICE, 2);
  shelf.noteShown(entry(afterTheLoss, 1, 50));
  assertEquals([40, 60].map((ms) => shelf.isLate(entry(hers, 9, ms))), [true, false]);
  shelf.noteShown(entry(hers, 9, 40));
  assertEquals(shelf.isLate(entry(hers, 10, 45)), true, "the latest counts, not the last");
});

Deno.test("of one that waits in vain, what it waited for comes late once it is on the screen", () => {
  const shelf = new Shelf<ReturnType<typeof entry>>();
  const waiting = entry(hers, 1, 20, { log: his, sequence: 1 });
  assertEquals(shelf.put([waiting], () => false, 0), []);
  assertEquals(shelf.giveUp(0, () => false), [waiting]);
  shelf.noteShown(waiting);
  assertEquals(shelf.isLate(entry(his, 1, 10)), true);
});

Deno.test("of more than anybody reads at once, the latest are shown in order, and the earliest are let go", () => {
  const shelf = new Shelf<ReturnType<typeof entry>>();
  const held = new Set<number>();
  const isHeld = ({ sequence }: Place): boolean => held.has(sequence);
  const shown: number[] = [];
  const letGo: number[] = [];
  for (let last = 5_000; last >= 100; last -= 100) { // pages, the newest first, and the first hundred never come
    const page = Array.from({ length: 100 }, (_, at) => entry(hers, last - 99 + at, last - 99 + at));
    page.forEach(({ sequence }) => sequence > 100 && held.add(sequence));
    shown.push(...shelf.put(page.filter(({ sequence }) => sequence > 100), isHeld, 0).map(({ sequence }) => sequence));
    letGo.push(...shelf.takeLetGo().map(({ sequence }) => sequence));
  }
  assertEquals([shown[0], shown.length, shown.at(-1)], [905, 4_096, 5_000]);
  assertEquals(shown, shown.toSorted((a, b) => a - b));
  assertEquals(letGo, [901, 902, 903, 904]);
  assertEquals(shelf.size, 800, "as nobody said that they are history");
});

Deno.test("who names entries that nobody has written makes nothing late but what was said before", () => {
  const shelf = new Shelf();
  const isHeld = ({ sequence }: Place): boolean => sequence === 1;
  shelf.noteShown(entry(hers, 1, 50, { log: his, sequence: 2 ** 40 }), isHeld);
  assertEquals([40, 60].map((ms) => shelf.isLate(entry(his, 2, ms))), [true, false]);
  shelf.noteShown(entry(hers, 2, 55, { log: his, sequence: 3 }), isHeld);
  assertEquals([53, 60].map((ms) => shelf.isLate(entry(his, 4, ms))), [true, false]);
  shelf.noteShown(entry(hers, 4, 51, { log: his, sequence: 3 }), isHeld);
  assertEquals(shelf.isLate(entry(his, 4, 53)), true, "the latest that names something counts, not the last");
  shelf.noteShown(entry(hers, 3, 70, { log: his, sequence: 1 }), isHeld);
  assertEquals(shelf.isLate(entry(his, 2, 60)), false, "what is here is no claim");
});
