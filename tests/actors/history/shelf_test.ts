import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Place } from "../../../actors/history/entry.ts";
import { Shelf } from "../../../actors/history/shelf.ts";
import type { Kept } from "../../../actors/history/store.ts";
import { ALICE, BOB, entryOf } from "../../support/entries.ts";

/** A shelf, and what is here of all. */
function standing() {
  const here = new Set<string>();
  const shelf = new Shelf<Kept>();
  const keyOf = ({ log, sequence }: Place): string => `${log} ${sequence}`;
  const isHere = (place: Place): boolean => here.has(keyOf(place));
  const shown = (ready: readonly Kept[]): readonly string[] => {
    ready.forEach((entry) => shelf.noteShown(entry));
    return ready.map(nameOf);
  };
  const putAt = (now: number, ...entries: Kept[]): readonly string[] => {
    entries.forEach((entry) => here.add(keyOf(entry)));
    return shown(shelf.put(entries, isHere, now));
  };
  const put = (...entries: Kept[]): readonly string[] => putAt(0, ...entries);
  const giveUp = (since: number): readonly string[] => shown(shelf.giveUp(since, isHere));
  return { shelf, put, putAt, giveUp };
}

const nameOf = ({ log, sequence }: Place): string => `${log === ALICE ? "a" : "b"}${sequence}`;
const alice = (sequence: number, parents: readonly Place[] = []) => entryOf(sequence, { parents });
const bob = (sequence: number, parents: readonly Place[] = [], ms = sequence) =>
  entryOf(sequence, { log: BOB, parents, ms });

Deno.test("what follows from nothing that is lacking is ready at once", () => {
  const { shelf, put } = standing();
  assertEquals(put(alice(1)), ["a1"]);
  assertEquals(put(alice(2), bob(1, [{ log: ALICE, sequence: 2 }], 3)), ["a2", "b1"]);
  assertEquals(shelf.size, 0);
});

Deno.test("what comes at once is ready in the order of the room, in whatever order it comes", () => {
  const { put } = standing();
  assertEquals(put(bob(1, [], 9), alice(1), alice(2)), ["a1", "a2", "b1"]);
  assertEquals(put(alice(3), bob(3, [], 10), bob(4, [], 11)), ["a3"], "what is not, waits");
  assertEquals(put(bob(2, [], 9)), ["b2", "b3", "b4"]);
});

Deno.test("an entry waits for the one before it in its log, and what follows from it waits with it", () => {
  const { shelf, put } = standing();
  assertEquals(put(alice(2)), []);
  assertEquals(put(bob(1, [{ log: ALICE, sequence: 2 }], 5)), []);
  assertEquals(shelf.size, 2);
  assertEquals(put(alice(1)), ["a1", "a2", "b1"]);
  assertEquals(shelf.size, 0);
});

Deno.test("what no longer can be waited for comes in order, and what it overtook is late", () => {
  const { shelf, put, giveUp } = standing();
  put(alice(3), bob(1, [{ log: ALICE, sequence: 4 }], 9));
  assertEquals([giveUp(0), shelf.size], [["a3", "b1"], 0]);
  assert(shelf.isLate(alice(2)) && shelf.isLate(alice(4)));
  assert(!shelf.isLate(alice(5)) && !shelf.isLate(bob(2, [], 10)));
});

Deno.test("each waits for itself, and what was waited for in vain is not waited for again, however much more comes", () => {
  const { shelf, putAt, giveUp } = standing();
  const madeUp = { log: ALICE, sequence: 99 };
  assertEquals(putAt(0, bob(1, [madeUp])), []);
  assertEquals(putAt(10, bob(2), bob(3)), [], "they follow from what waits");
  assertEquals(putAt(20, bob(5)), []);
  assertEquals(giveUp(-1), []);
  assertEquals(giveUp(0), ["b1", "b2", "b3"]);
  assertEquals(putAt(30, alice(1, [madeUp])), ["a1"]);
  assertEquals([giveUp(10), shelf.size], [[], 1]);
  assertEquals([giveUp(20), shelf.size], [["b5"], 0]);
});

Deno.test("whatever comes in whatever order, all is shown once, and nothing before what it follows from", () => {
  const order = fc.shuffledSubarray(Array.from({ length: 12 }, (_, at) => at), { minLength: 12 });
  fc.assert(fc.property(order, (order) => {
    const { shelf, put } = standing();
    // Two who answer each other: each entry follows from the one before it of the other.
    const entries = Array.from({ length: 12 }, (_, at) => {
      const number = Math.floor(at / 2) + 1;
      return at % 2 === 0
        ? entryOf(number, { ms: at + 1, parents: number > 1 ? [{ log: BOB, sequence: number - 1 }] : [] })
        : entryOf(number, { ms: at + 1, log: BOB, parents: [{ log: ALICE, sequence: number }] });
    });
    assertEquals(order.flatMap((at) => put(entries[at]!)), entries.map(nameOf));
    assertEquals(shelf.size, 0);
  }));
});

Deno.test("of too many that wait, the earliest are let go, told of once, and waited for no more", () => {
  const { shelf, put } = standing();
  const many = Array.from({ length: 5_000 }, (_, at) => alice(at + 2));
  put(...many);
  const letGo = shelf.takeLetGo();
  assert(letGo.length >= 904, `${letGo.length}`);
  assertEquals([nameOf(letGo[0]!), shelf.takeLetGo()], ["a2", []]);
});
