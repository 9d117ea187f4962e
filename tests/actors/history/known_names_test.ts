import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AuthorId } from "../../../actors/history/author.ts";
import { HYBRID_MS_MAX } from "../../../actors/history/hybrid_time.ts";
import { KnownNames, NAMES_MAX, NAMES_PER_AUTHOR_MAX } from "../../../actors/history/known_names.ts";

const authorNo = (number: number): AuthorId => number.toString(16).padStart(64, "0") as AuthorId;
const SELF = authorNo(0xffff);
const [ADA, BOB, EVE] = [authorNo(1), authorNo(2), authorNo(3)];

function reread(names: KnownNames): KnownNames {
  const read = KnownNames.fromText(SELF, names.toText());
  assert(read.ok, JSON.stringify(read));
  return read.names;
}

/** As many names as fit, each of another author, from `number` on. */
function fill(names: KnownNames, count = NAMES_MAX): void {
  for (let number = 0; number < count; number++) names.note(`n${number}`, authorNo(1000 + number), number);
}

Deno.test("a name belongs to whom it was seen with first", () => {
  const names = new KnownNames(SELF);
  assertEquals(names.note("bob", BOB, 10), "first");
  assertEquals(names.note("bob", BOB, 20), "known");
  assertEquals(names.of("bob"), { name: "bob", author: BOB, firstWallMs: 10, lastWallMs: 20, verified: false });
  assertEquals([names.isTaken("bob", BOB), names.isTaken("bob", EVE), names.isTaken("eve", EVE)], [false, true, false]);
});

Deno.test("another key under a known name is told each time, and changes nothing", () => {
  const names = new KnownNames(SELF);
  names.note("bob", BOB, 10);
  for (const at of [20, 30]) assertEquals(names.note("bob", EVE, at), { changed: BOB });
  assertEquals(names.of("bob"), {
    name: "bob",
    author: BOB,
    firstWallMs: 10,
    lastWallMs: 10,
    verified: false,
    claimant: EVE,
  });
  assertEquals(names.note("bob", BOB, 40), "known");
  assertEquals(names.counters(), { kept: 1, evicted: 0, unkept: 0, refused: 2 });
});

Deno.test("our own name is as well defended as another's, and so is another's from us", () => {
  const names = new KnownNames(SELF);
  names.note("me", SELF, 1);
  names.note("bob", BOB, 1);
  assertEquals(names.note("me", EVE, 2), { changed: SELF });
  assertEquals(names.note("bob", SELF, 2), { changed: BOB });
});

Deno.test("the person who accepts a new key gives it the name", () => {
  const names = new KnownNames(SELF);
  names.note("bob", BOB, 10);
  assert(names.verify("bob", BOB));
  names.note("bob", EVE, 20);
  names.rebind("bob", EVE, 30);
  assertEquals(names.of("bob"), { name: "bob", author: EVE, firstWallMs: 30, lastWallMs: 30, verified: false });
  assertEquals(names.note("bob", EVE, 40), "known");
  assertEquals(names.note("bob", BOB, 40), { changed: EVE });
});

Deno.test("a fingerprint is compared for the author that the name belongs to, and no other", () => {
  const names = new KnownNames(SELF);
  names.note("bob", BOB, 10);
  assertEquals([names.verify("bob", EVE), names.verify("eve", EVE)], [false, false]);
  assertEquals(names.of("bob")?.verified, false);
  assert(names.verify("bob", BOB));
  assertEquals(names.of("bob")?.verified, true);
  names.note("bob", BOB, 20);
  assertEquals(names.of("bob")?.verified, true);
});

Deno.test("a name that looks like somebody else's is found out, one's own is not", () => {
  const names = new KnownNames(SELF);
  names.note("bob", BOB, 1);
  names.note("alice", ADA, 1);
  assertEquals(names.alike("bоb", EVE), "bob"); // Cyrillic о
  assertEquals(names.alike("aIice", EVE), "alice");
  assertEquals(names.alike("Bob", BOB), undefined);
  assertEquals(names.alike("bob", EVE), undefined, "the same name is taken, not alike");
  assertEquals(names.alike("carol", EVE), undefined);
  names.note("BOB", EVE, 2);
  assertEquals(names.alike("bob", BOB), "BOB");
  names.forget("BOB");
  assertEquals(names.alike("bob", BOB), undefined);
  names.forget("bob");
  assertEquals(names.alike("b0b", EVE), undefined);
});

Deno.test("of several names that look the same the first is told, and one that was forgotten begins anew", () => {
  const names = new KnownNames(SELF);
  names.note("BOB", BOB, 1);
  names.note("b0b", ADA, 1);
  assertEquals(names.alike("bob", EVE), "BOB");
  names.forget("BOB");
  names.note("BOB", BOB, 2);
  assertEquals(names.alike("bob", EVE), "b0b");
});

Deno.test("of names of several that look the same the one known first is the original, whoever is seen later", () => {
  const names = new KnownNames(SELF);
  const originals = () => [names.original("bob", BOB), names.original("bоb", EVE), names.original("b0b", ADA)];
  names.note("bob", BOB, 5);
  assertEquals(originals(), [undefined, "bob", "bob"], "also of who is not known yet");
  names.note("bоb", EVE, 5); // Cyrillic о, in the same millisecond
  names.note("b0b", ADA, 9);
  assertEquals(originals(), [undefined, "bob", "bob"]);
  names.note("bob", BOB, 99);
  assertEquals(originals(), [undefined, "bob", "bob"]);
  const again = reread(names);
  assertEquals(["bob", "bоb", "b0b"].map((name) => again.of(name)?.firstWallMs), [5, 6, 9]);
  assertEquals([again.original("bob", BOB), again.original("bоb", EVE)], [undefined, "bob"]);
  again.note("BOB", authorNo(7), 1); // by a clock that was set back
  assertEquals([again.original("bob", BOB), again.of("BOB")?.firstWallMs], [undefined, 10]);
  assertEquals(names.original("Bob", BOB), undefined, "one's own other name");
  assertEquals(names.original("carol", EVE), undefined);
  names.forget("bob");
  assertEquals(originals(), ["bоb", undefined, "bоb"]);
});

Deno.test("our own name, and one that the person made sure of, look like nobody's, however late they came", () => {
  const names = new KnownNames(SELF);
  names.note("rne", EVE, 1);
  names.note("me", SELF, 2);
  assertEquals([names.original("me", SELF), names.original("rne", EVE)], [undefined, "me"]);
  names.note("b0b", EVE, 1);
  names.note("bob", BOB, 2);
  assertEquals([names.original("bob", BOB), names.original("b0b", EVE)], ["b0b", undefined]);
  names.verify("bob", BOB);
  assertEquals([names.original("bob", BOB), names.original("b0b", EVE)], [undefined, "bob"]);
  names.verify("b0b", EVE);
  assertEquals([names.original("bob", BOB), names.original("b0b", EVE)], [undefined, undefined]);
  names.note("BOB", SELF, 3);
  assertEquals(names.original("BOB", SELF), undefined);
});

Deno.test("a name that was forgotten is compared like one that never was known", () => {
  const names = new KnownNames(SELF);
  names.note("bob", BOB, 1);
  names.forget("bob");
  names.note("b0b", ADA, 2);
  assertEquals([names.original("bob", BOB), names.original("b0b", ADA)], ["b0b", undefined]);
});

Deno.test("an author's names are told, the one seen last first", () => {
  const names = new KnownNames(SELF);
  for (const name of ["bob", "robert", "bobby"]) names.note(name, BOB, 1);
  names.note("ada", ADA, 1);
  names.note("bob", BOB, 2);
  assertEquals(names.namesOf(BOB), ["bob", "bobby", "robert"]);
  assertEquals(names.namesOf(EVE), []);
});

Deno.test("beyond what is kept the name unseen for longest goes, whatever the wall clock says", () => {
  const names = new KnownNames(SELF);
  fill(names);
  names.note("n0", authorNo(1000), 0); // seen again, by a clock that was set back
  names.note("new", EVE, 5);
  assertEquals([names.of("n0")?.name, names.of("n1"), names.of("new")?.name], ["n0", undefined, "new"]);
  assertEquals(names.counters(), { kept: NAMES_MAX, evicted: 1, unkept: 0, refused: 0 });
});

Deno.test("who takes a known name in vain does not keep it from being forgotten", () => {
  const names = new KnownNames(SELF);
  fill(names);
  names.note("n0", EVE, 1);
  names.note("new", EVE, 2);
  assertEquals(names.of("n0"), undefined);
});

Deno.test("a name that is verified or ours is never forgotten by itself", () => {
  const names = new KnownNames(SELF);
  names.note("me", SELF, 1);
  names.note("bob", BOB, 1);
  names.verify("bob", BOB);
  fill(names, 2 * NAMES_MAX);
  assertEquals([names.of("me")?.author, names.of("bob")?.author], [SELF, BOB]);
  assertEquals(names.counters(), { kept: NAMES_MAX, evicted: NAMES_MAX + 2, unkept: 0, refused: 0 });
});

Deno.test("by however many made-up names, nobody's is forgotten who is here, nor the one by which they spoke last", () => {
  const here = new Set(["bob", "eve"]);
  const names = new KnownNames(SELF, (name) => here.has(name));
  for (const name of ["bob", "bobby", "robert"]) names.note(name, BOB, 1);
  names.note("ada", ADA, 1);
  for (let author = 0; author < 3 * NAMES_MAX / NAMES_PER_AUTHOR_MAX; author++) {
    for (let number = 0; number < NAMES_PER_AUTHOR_MAX; number++) {
      names.note(`made up ${author} ${number}`, authorNo(1000 + author), 2);
    }
  }
  assertEquals(["bob", "bobby", "robert", "ada"].map((name) => names.of(name)?.name), [
    "bob",
    undefined,
    "robert",
    undefined,
  ]);
  assertEquals(names.note("bob", EVE, 3), { changed: BOB });
  here.delete("bob");
  fill(names);
  assertEquals([names.of("bob"), names.of("robert")], [undefined, undefined]);
});

Deno.test("who is here and takes many names keeps the one it is here by", () => {
  const names = new KnownNames(SELF, (name) => name === "bob");
  names.note("bob", BOB, 1);
  for (let number = 0; number < 2 * NAMES_PER_AUTHOR_MAX; number++) names.note(`bob${number}`, BOB, 2);
  assertEquals([names.of("bob")?.author, names.namesOf(BOB).length], [BOB, NAMES_PER_AUTHOR_MAX]);
});

Deno.test("where everybody is here, a new name is not kept, and counted; names that were read are defended too", () => {
  const names = new KnownNames(SELF);
  fill(names);
  const read = KnownNames.fromText(SELF, names.toText(), (name) => name.startsWith("n"));
  assert(read.ok);
  assertEquals([read.names.note("bob", BOB, 2), read.names.note("bob", EVE, 2)], ["first", "first"]);
  assertEquals(read.names.counters(), { kept: NAMES_MAX, evicted: 0, unkept: 2, refused: 0 });
});

Deno.test("where all that are kept must stay, a new name is not kept, and counted", () => {
  const names = new KnownNames(SELF);
  for (let number = 0; number < NAMES_MAX; number++) names.note(`n${number}`, SELF, 1);
  assertEquals([names.note("bob", BOB, 2), names.note("bob", EVE, 2)], ["first", "first"]);
  assertEquals(names.counters(), { kept: NAMES_MAX, evicted: 0, unkept: 2, refused: 0 });
});

Deno.test("an author who takes many names drives out its own", () => {
  const names = new KnownNames(SELF);
  names.note("bob", BOB, 1);
  names.note("eve", EVE, 1);
  names.verify("eve", EVE);
  for (let number = 0; number < NAMES_PER_AUTHOR_MAX + 3; number++) names.note(`eve${number}`, EVE, 2);
  assertEquals(names.namesOf(EVE).length, NAMES_PER_AUTHOR_MAX + 1);
  assertEquals([names.of("eve")?.author, names.of("eve2"), names.of("eve3")?.author], [EVE, undefined, EVE]);
  assertEquals(names.of("bob")?.author, BOB);
});

Deno.test("a name that could not be written is not kept, and counted", () => {
  const names = new KnownNames(SELF);
  for (const name of ["", "half \ud800", "x".repeat(129)]) assertEquals(names.note(name, BOB, 1), "first");
  assertEquals(names.counters(), { kept: 0, evicted: 0, unkept: 3, refused: 0 });
});

Deno.test("what should be kept counts as a change, that somebody is seen again does not", () => {
  const names = new KnownNames(SELF);
  const changes = (act: () => void): number => {
    const before = names.changes;
    act();
    return names.changes - before;
  };
  assertEquals(changes(() => names.note("bob", BOB, 1)), 1);
  assertEquals(changes(() => names.note("bob", BOB, 2)), 0);
  assertEquals(changes(() => names.note("bob", EVE, 2)), 0);
  assertEquals(changes(() => names.verify("bob", BOB)), 1);
  assert(changes(() => names.rebind("bob", EVE, 3)) > 0);
  assertEquals(changes(() => names.forget("bob")), 1);
  assertEquals(changes(() => names.forget("bob")), 0);
});

Deno.test("what was written is read again, and the order of forgetting with it", () => {
  const anyNote = fc.tuple(
    fc.oneof(fc.string({ maxLength: 10 }), fc.string({ unit: "binary", maxLength: 140 })),
    fc.nat(5).map(authorNo),
    fc.oneof(fc.double(), fc.nat(), fc.constant(NaN)),
    fc.boolean(),
  );
  fc.assert(fc.property(fc.array(anyNote, { maxLength: 60 }), (notes) => {
    const names = new KnownNames(SELF);
    for (const [name, author, atWallMs, verified] of notes) {
      names.note(name, author, atWallMs);
      if (verified) names.verify(name, author);
    }
    const again = reread(names);
    assertEquals(again.toText(), names.toText());
    for (const [name, author] of notes) {
      assertEquals(again.isTaken(name, author), names.isTaken(name, author));
      assertEquals(again.of(name)?.verified, names.of(name)?.verified);
    }
  }));
});

Deno.test("as many names as are kept, and the longest, are read again", () => {
  const names = new KnownNames(SELF);
  for (let number = 0; number < NAMES_MAX; number++) {
    names.note("\x01".repeat(124) + number.toString().padStart(4, "0"), authorNo(1000 + number), HYBRID_MS_MAX);
  }
  assertEquals(reread(names).counters()["kept"], NAMES_MAX);
});

const ROW = ["bob", BOB, 1, 2, true];
const BAD: readonly (readonly [what: string, text: string])[] = [
  ["no JSON", "names"],
  ["a list", "[]"],
  ["of another version", JSON.stringify({ v: 2, names: [] })],
  ["without names", JSON.stringify({ v: 1 })],
  ["a row that is too short", JSON.stringify({ v: 1, names: [ROW.slice(0, 4)] })],
  ...[["", 0], ["x".repeat(129), 0], [7, 0], ["ab", 1], [BOB.toUpperCase().replace("2", "A"), 1], [-1, 2], [1.5, 2], [
    HYBRID_MS_MAX + 1,
    3,
  ], [1, 4]].map(([value, at]) =>
    [
      `${JSON.stringify(value).slice(0, 20)} at ${at}`,
      JSON.stringify({ v: 1, names: [ROW.with(at as number, value!)] }),
    ] as const
  ),
];

for (const [what, text] of BAD) {
  Deno.test(`known names are not read from what is damaged: ${what}`, () => {
    assertEquals(KnownNames.fromText(SELF, text), { ok: false, why: "the known names are damaged" });
  });
}

Deno.test("known names are not read where one is named twice, or where they are too many", () => {
  const twice = JSON.stringify({ v: 1, names: [ROW, ROW] });
  assertEquals(KnownNames.fromText(SELF, twice), { ok: false, why: "the known names name one twice" });
  const rows = Array.from({ length: NAMES_MAX + 1 }, (_, number) => ROW.with(0, `n${number}`));
  const many = JSON.stringify({ v: 1, names: rows });
  assertEquals(KnownNames.fromText(SELF, many), { ok: false, why: "the known names are damaged" });
  const long = " ".repeat(NAMES_MAX * 1024 + 1);
  assertEquals(KnownNames.fromText(SELF, long), { ok: false, why: "the known names are too many to be ours" });
});

Deno.test("whatever is read as known names, nothing is thrown", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    assert(!KnownNames.fromText(SELF, text).ok);
  }));
});
