import { assertEquals } from "@std/assert";
import { Forks } from "../../../actors/history/forks.ts";
import type { EntryHash } from "../../../actors/history/values.ts";
import { ALICE, BOB, logId } from "../../support/entries.ts";

const hash = (number: number): EntryHash => number.toString(16).padStart(64, "0") as EntryHash;
const end = (sequence: number, number: number, log = ALICE) => ({ log, sequence, hash: hash(number) });

Deno.test("a branch that goes on has one end, which is the last", () => {
  const forks = new Forks();
  forks.note(end(3, 1), hash(9));
  forks.note(end(4, 2), hash(1));
  forks.note(end(3, 5), hash(9));
  assertEquals(forks.ends, [end(4, 2), end(3, 5)]);
  assertEquals([forks.has(ALICE), forks.has(BOB), forks.logs], [true, false, [ALICE]]);
});

Deno.test("the ends of branches are remembered in a text", () => {
  const forks = new Forks();
  forks.note(end(3, 1), undefined);
  forks.note(end(7, 2, BOB), undefined);
  forks.note(end(8, 3, BOB), undefined);
  assertEquals(Forks.from(forks.text).ends, forks.ends);
  assertEquals(Forks.from(undefined).ends, []);
  assertEquals(Forks.from(new Forks().text).ends, []);
});

Deno.test("of a text that is torn, what is whole is remembered", () => {
  const good = `${ALICE} 3 ${hash(1)}`;
  for (const bad of ["", "x", `${ALICE} three ${hash(1)}`, `${ALICE} 3 ${hash(1).slice(1)}`, `${ALICE} 3`]) {
    assertEquals(Forks.from(`${bad}\n${good}`).ends, [end(3, 1)]);
  }
});

Deno.test("so many logs, and so many ends of each, are remembered, and those that are go on", () => {
  const forks = new Forks();
  for (let n = 1; n <= 100; n++) forks.note(end(n, n), undefined);
  assertEquals(forks.ends.length, 16);
  for (let n = 1; n <= 100; n++) forks.note(end(1, n, logId("b", n)), undefined);
  assertEquals(forks.logs.length, 64);
  forks.note(end(2, 200), hash(1));
  assertEquals([forks.ends.length, forks.ends.some(({ hash: of }) => of === hash(200))], [16 + 63, true]);
});
