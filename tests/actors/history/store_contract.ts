/** What every store of entries keeps to, wherever it has them. */
import { assertEquals } from "@std/assert";
import { type AuthorId, authorOfLog } from "../../../actors/history/author.ts";
import { EXPIRED_AT_ONCE_MAX, type HistoryStore, type Kept, type Search } from "../../../actors/history/store.ts";
import { ALICE, BOB, DEV, entryOf, logId, OPS, SOME_SIGNATURE } from "../../support/entries.ts";

/** A store, and the same again as a later life of its owner finds it. */
export type Place = Readonly<{ open(): HistoryStore }>;

export function storeContract(name: string, withPlace: (run: (place: Place) => void) => void | Promise<void>): void {
  const test = (title: string, run: (store: HistoryStore, reopened: () => HistoryStore) => void) =>
    Deno.test(`${name}: ${title}`, () =>
      withPlace((place) => {
        let store = place.open();
        try {
          run(store, () => {
            store.close();
            return store = place.open();
          });
          assertEquals(store.trouble, undefined);
        } finally {
          store.close();
        }
      }));

  test("what is put is found at once, by its hash and by its number, and byte for byte", (store) => {
    const entry = entryOf(1, { text: "naïve 東京 👋 \0 end", signature: SOME_SIGNATURE, count: 3, wallMs: 77 });
    store.put([entry]);
    assertEquals([store.has(DEV, entry.hash), store.find(DEV, entry.hash)], [true, entry]);
    assertEquals(store.at(DEV, ALICE, 1), entry);
    assertEquals([store.has(OPS, entry.hash), store.find(OPS, entry.hash)], [false, undefined]);
    assertEquals(store.at(DEV, BOB, 1), undefined);
    assertEquals(store.at(DEV, ALICE, 2), undefined);
    assertEquals(store.trouble, undefined);
  });

  test("every kind of content is read as it was put, also in a later life", (store, reopened) => {
    const said = entryOf(1);
    const entries = [
      said,
      entryOf(2, { content: { type: "did", text: "waves", guest: "Zoë" } }),
      entryOf(3, { content: { type: "topic", text: "release 2" } }),
      entryOf(4, { content: { type: "edited", target: said.hash, text: "better" } }),
      entryOf(5, { content: { type: "redacted", target: said.hash } }),
      entryOf(6, { content: { type: "reacted", target: said.hash, sign: "👍" } }),
      entryOf(7, { content: { type: "sealed", to: "c".repeat(64) as AuthorId, sealed: new Uint8Array([0, 255, 3]) } }),
      entryOf(8, { previous: said.hash, parents: [{ log: BOB, sequence: 9 }, { log: logId("c", 5), sequence: 1 }] }),
    ];
    store.put(entries);
    store.flush();
    const later = reopened();
    assertEquals(later.range(DEV, ALICE, 1, 8, 100), entries);
    assertEquals(later.find(DEV, said.hash), said);
  });

  test("whose clock was wrong is read as it was put, also in a later life", (store, reopened) => {
    const marked = [entryOf(1, { clock: "ahead" }), entryOf(2, { clock: "behind" }), entryOf(3)];
    store.put(marked);
    store.flush();
    assertEquals(store.range(DEV, ALICE, 1, 3, 9), marked);
    assertEquals(reopened().range(DEV, ALICE, 1, 3, 9), marked);
  });

  test("an entry that is there already stays as it is, but takes a signature that it did not have", (store) => {
    const first = entryOf(1, { receivedWallMs: 5 });
    store.put([first]);
    store.put([{ ...first, receivedWallMs: 9 }]);
    assertEquals(store.find(DEV, first.hash), first);
    store.put([{ ...first, signature: SOME_SIGNATURE, receivedWallMs: 9 }]);
    assertEquals(store.counters()["bytes"], first.bytes.length + SOME_SIGNATURE.length);
    assertEquals(store.find(DEV, first.hash), { ...first, signature: SOME_SIGNATURE });
    store.put([{ ...first, signature: new Uint8Array(64) }]);
    assertEquals(store.at(DEV, ALICE, 1), { ...first, signature: SOME_SIGNATURE });
    assertEquals(store.before(DEV, undefined, 10).length, 1);
  });

  test("the pieces that are held are told of every log of the room, also in a later life", (store, reopened) => {
    const numbers = [5, 3, 4, 9, 1, 10, 12];
    store.put(numbers.map((number) => entryOf(number)));
    store.put([entryOf(7, { log: BOB }), entryOf(2, { room: OPS })]);
    const spans = [
      { log: ALICE, first: 1, last: 1 },
      { log: ALICE, first: 3, last: 5 },
      { log: ALICE, first: 9, last: 10 },
      { log: ALICE, first: 12, last: 12 },
      { log: BOB, first: 7, last: 7 },
    ];
    const sorted = (store: HistoryStore) =>
      store.spans(DEV).toSorted((a, b) => a.log === b.log ? a.first - b.first : a.log < b.log ? -1 : 1);
    assertEquals(sorted(store), spans);
    store.flush();
    const later = reopened();
    assertEquals(sorted(later), spans);
    later.put([entryOf(2), entryOf(11)]);
    assertEquals(sorted(later).slice(0, 2), [{ log: ALICE, first: 1, last: 5 }, { log: ALICE, first: 9, last: 12 }]);
    assertEquals(later.spans("nowhere" as typeof DEV), []);
  });

  test("rooms are those with entries", (store, reopened) => {
    assertEquals(store.rooms(), []);
    store.put([entryOf(1, { room: OPS }), entryOf(1)]);
    store.flush();
    assertEquals(reopened().rooms(), [DEV, OPS]);
  });

  test("a range has what is held of it, in order, and no more than wanted", (store) => {
    store.put([8, 2, 3, 5].map((number) => entryOf(number)));
    store.put([entryOf(4, { log: BOB })]);
    const numbers = (first: number, last: number, limit: number) =>
      store.range(DEV, ALICE, first, last, limit).map(({ sequence }) => sequence);
    assertEquals(numbers(1, 100, 100), [2, 3, 5, 8]);
    assertEquals(numbers(3, 7, 100), [3, 5]);
    assertEquals(numbers(3, 100, 2), [3, 5]);
    assertEquals(numbers(6, 7, 100), []);
    assertEquals(numbers(1, 2 ** 40, 0), []);
  });

  test("the order is by time, then count, then log, then number; pages go back without a gap or a repetition", (store) => {
    const entries = [
      entryOf(2, { ms: 5 }),
      entryOf(1, { ms: 10, count: 0, log: BOB }),
      entryOf(9, { ms: 10, count: 1 }),
      ...[10, 11, 12, 13, 14].map((number) => entryOf(number, { ms: 10, count: 1 })),
      entryOf(3, { ms: 10, count: 1, log: logId("a", 3) }),
      entryOf(2, { ms: 10, count: 1, log: BOB }),
      entryOf(15, { ms: 10, count: 2 }),
      entryOf(3, { ms: 8_640_000_000_000_000, count: 2 ** 52, log: BOB }),
    ];
    store.put(entries.toReversed());
    store.put([entryOf(1, { ms: 7, room: OPS })]);
    const hashes = entries.map(({ hash }) => hash);
    assertEquals(store.before(DEV, undefined, 100).map(({ hash }) => hash), hashes);
    const seen: string[] = [];
    for (let page = store.before(DEV, undefined, 3); page.length > 0; page = store.before(DEV, page[0], 3)) {
      seen.unshift(...page.map(({ hash }) => hash));
    }
    assertEquals(seen, hashes);
  });

  test("of two with one number, the first is on the log's own branch; both are kept and shown, in the same order", (store) => {
    const [first, twin, declared] = [
      entryOf(1),
      entryOf(1, { text: "the other" }),
      entryOf(2, { text: "third", forked: true }),
    ];
    store.put([first, twin, declared]);
    assertEquals(store.at(DEV, ALICE, 1), first);
    assertEquals(store.at(DEV, ALICE, 2), undefined);
    assertEquals(store.spans(DEV), [{ log: ALICE, first: 1, last: 1 }]);
    assertEquals(store.range(DEV, ALICE, 1, 9, 9), [first]);
    assertEquals(store.find(DEV, twin.hash), { ...twin, forked: true });
    assertEquals([DEV, OPS].map((room) => store.forkedCount(room)), [2, 0]);
    const twins = [first.hash, twin.hash].toSorted();
    assertEquals(store.before(DEV, undefined, 9).map(({ hash }) => hash), [...twins, declared.hash]);
    assertEquals(store.before(DEV, store.find(DEV, twins[1]!), 9).map(({ hash }) => hash), twins.slice(0, 1));
    store.put([entryOf(2)]);
    assertEquals(store.at(DEV, ALICE, 2), entryOf(2));
  });

  test("what decides how an entry reads is its author's latest edit, in any of its logs, in the same room", (store) => {
    const target = entryOf(1);
    const edit = (sequence: number, text: string, more = {}) =>
      entryOf(sequence, { content: { type: "edited", target: target.hash, text }, ...more });
    const [early, late] = [edit(3, "early"), edit(2, "late", { log: logId("a", 7), ms: 30 })];
    const forged = edit(5, "forged", { log: BOB, ms: 40 });
    const sign = entryOf(6, { content: { type: "reacted", target: target.hash, sign: "+" }, ms: 60 });
    const elsewhere = edit(4, "elsewhere", { room: OPS, ms: 50 });
    assertEquals(store.decisive(target), undefined);
    store.put([late, forged, elsewhere, early, sign, target]);
    assertEquals(store.decisive(target), late);
    assertEquals([late, early].map((before) => store.decisive(target, before)), [early, undefined]);
    assertEquals([store.decisive(edit(3, "early")), store.decisive(entryOf(1, { room: OPS }))], [undefined, undefined]);
  });

  test("that its author redacted an entry decides, whatever is edited later, from there on in the order", (store) => {
    const target = entryOf(1);
    const redacted = (sequence: number, more = {}) =>
      entryOf(sequence, { content: { type: "redacted", target: target.hash }, ...more });
    const edits = [2, 9].map((sequence) =>
      entryOf(sequence, { content: { type: "edited", target: target.hash, text: `${sequence}` } })
    );
    store.put([redacted(3, { log: BOB }), redacted(4), ...edits, target]);
    assertEquals(store.decisive(target), redacted(4));
    assertEquals(store.decisive(target, redacted(4)), edits[0]);
    assertEquals(store.decisive(target, edits[1]), redacted(4));
  });

  test("the first signs at an entry are found in order, and an author's before a place, in the same room", (store) => {
    const target = entryOf(1);
    const sign = (sequence: number, more = {}) =>
      entryOf(sequence, { content: { type: "reacted", target: target.hash, sign: `${sequence}` }, ...more });
    const other = entryOf(4, { content: { type: "redacted", target: target.hash } });
    const signs = [sign(2), sign(3, { log: BOB }), sign(5), sign(1, { log: logId("b", 2), ms: 6 }), sign(7)];
    store.put([sign(8, { room: OPS }), other, ...signs.toReversed(), target]);
    assertEquals(store.signs(DEV, target.hash, 9), signs);
    assertEquals(store.signs(DEV, target.hash, 2), signs.slice(0, 2));
    assertEquals([store.signs(OPS, target.hash, 9).length, store.signs(DEV, other.hash, 9)], [1, []]);
    const [alice, bob] = [authorOfLog(ALICE), authorOfLog(BOB)];
    const of = (author: AuthorId, before: Kept, limit = 9) =>
      store.signsBy(author, DEV, target.hash, before, limit).map(({ hash }) => hash).toSorted();
    const hashes = (...at: number[]) => at.map((index) => signs[index]!.hash).toSorted();
    assertEquals([of(alice, signs[4]!), of(bob, signs[4]!)], [hashes(0, 2), hashes(1, 3)]);
    assertEquals([of(alice, signs[2]!), of(alice, signs[4]!, 1).length], [hashes(0), 1]);
  });

  test("what goes decides nothing any more, and comes back as it was", (store) => {
    const target = entryOf(2, { ms: 5_000 });
    const edit = entryOf(1, { ms: 1_000, content: { type: "edited", target: target.hash, text: "x" } });
    const sign = entryOf(3, { ms: 1_001, content: { type: "reacted", target: target.hash, sign: "+" } });
    store.put([target, edit, sign]);
    assertEquals(store.expire({ ageMs: 1_000 }, 3_000), 2);
    assertEquals([store.decisive(target), store.signs(DEV, target.hash, 9)], [undefined, []]);
    store.put([sign, edit]);
    assertEquals([store.decisive(target), store.signs(DEV, target.hash, 9)], [edit, [sign]]);
  });

  test("small things are remembered by key, until they are forgotten", (store, reopened) => {
    store.remember("read dev", "naïve \0 \ud800 ☃");
    store.remember("gone", "x");
    store.remember("read dev", "12");
    store.remember("odd", "a\0b\ud800");
    store.remember("gone", undefined);
    store.flush();
    const later = reopened();
    assertEquals([later.recall("read dev"), later.recall("odd"), later.recall("gone")], [
      "12",
      "a\0b\ud800",
      undefined,
    ]);
  });

  const texts = (store: HistoryStore, search: Partial<Search>): string[] =>
    store.search({ words: [], limit: 100, ...search }).map(textOf);

  test("a search finds all words anywhere, whatever their case and marks, the newest first", (store, reopened) => {
    store.put([
      entryOf(1, { text: "Der Zug nach Köln ist voll" }),
      entryOf(2, { text: "KOLNER DOM" }),
      entryOf(3, { text: "nothing here" }),
      entryOf(4, { text: "Ko\u0308ln, decomposed" }),
    ]);
    assertEquals(texts(store, { words: ["köln"] }), [
      "Ko\u0308ln, decomposed",
      "KOLNER DOM",
      "Der Zug nach Köln ist voll",
    ]);
    assertEquals(texts(store, { words: ["zug", "OLN"] }), ["Der Zug nach Köln ist voll"]);
    assertEquals(texts(store, { words: ["köln"], limit: 2 }).length, 2);
    assertEquals(texts(store, { words: ["kölsch"] }), []);
    store.flush();
    assertEquals(texts(reopened(), { words: ["dom"] }), ["KOLNER DOM"]);
  });

  test("words of one or two letters are found too, alone and with longer ones", (store) => {
    store.put([entryOf(1, { text: "to be" }), entryOf(2, { text: "or nöt" }), entryOf(3, { text: "to bend" })]);
    assertEquals(texts(store, { words: ["be"] }), ["to bend", "to be"]);
    assertEquals(texts(store, { words: ["NO"] }), ["or nöt"]);
    assertEquals(texts(store, { words: ["ben", "to"] }), ["to bend"]);
    assertEquals(texts(store, { words: ["ben", "or"] }), []);
    assertEquals(texts(store, { words: ["京"] }), []);
  });

  test("a search takes every word as it is, whatever it would mean to a query language", (store) => {
    const odd = `say "no" AND (x* OR -y) NEAR/2 text:it's 100% \0 a_b`;
    store.put([entryOf(1, { text: odd }), entryOf(2, { text: "AND OR NOT" })]);
    for (const word of [`"no"`, "(x*", "-y)", "near/2", "text:it", "it's", "100%", "a_b", `" AND`, "AND (x"]) {
      assertEquals(texts(store, { words: [word] }), [odd], word);
    }
    for (const word of [`"`, "*", '""""', "100_", "a.b"]) store.search({ words: [word], limit: 5 });
    assertEquals(texts(store, { words: ["100_"] }), []);
  });

  test("a search may be for a room, a speaker and a time", (store) => {
    store.put([
      entryOf(1, { text: "one fish" }),
      entryOf(2, { text: "two fish", room: OPS }),
      entryOf(3, { text: "red fish", name: "bob", log: BOB }),
      entryOf(4, { content: { type: "said", text: "blue fish", guest: "Zoë" } }),
    ]);
    assertEquals(texts(store, { words: ["fish"] }), ["blue fish", "red fish", "two fish", "one fish"]);
    assertEquals(texts(store, { words: ["fish"], room: DEV }), ["blue fish", "red fish", "one fish"]);
    assertEquals(texts(store, { words: ["fish"], from: "alice" }), ["two fish", "one fish"]);
    assertEquals(texts(store, { words: ["fish"], from: "Zoë" }), ["blue fish"]);
    assertEquals(texts(store, { words: ["fish"], sinceWallMs: 3 }), ["blue fish", "red fish"]);
    assertEquals(texts(store, { words: ["re"], from: "bob" }), ["red fish"]);
    assertEquals(texts(store, { words: [], from: "bob" }), ["red fish"]);
    assertEquals(texts(store, { words: ["fish"], from: "b" }), []);
  });

  test("an edited entry is found by its newest text, whichever came first; only its author edits it", (store) => {
    const said = entryOf(1, { text: "teh release" });
    const edit = (sequence: number, text: string, more = {}) =>
      entryOf(sequence, { content: { type: "edited", target: said.hash, text }, ...more });
    store.put([edit(4, "the third release"), said, edit(3, "the second release")]);
    store.put([edit(9, "a forgery", { log: BOB })]);
    assertEquals(store.search({ words: ["third"], limit: 9 }), [said]);
    for (const word of ["teh", "second", "forgery"]) assertEquals(store.search({ words: [word], limit: 9 }), [], word);
    store.put([edit(5, "written elsewhere", { log: logId("a", 2) })]); // another log of the same author
    assertEquals(store.search({ words: ["elsewhere"], limit: 9 }), [said]);
    assertEquals(store.search({ words: ["release"], limit: 9 }), []);
  });

  test("what was redacted is never found, whichever came first; only its author redacts it", (store, reopened) => {
    const [one, two, three] = [
      entryOf(1, { text: "my password" }),
      entryOf(2, { text: "password too" }),
      entryOf(3, {
        text: "password policy",
      }),
    ];
    const redacted = (sequence: number, target: Kept, more = {}) =>
      entryOf(sequence, { content: { type: "redacted", target: target.hash }, ...more });
    store.put([redacted(7, one), one, two, three, redacted(8, two), redacted(9, three, { log: BOB })]);
    store.put([entryOf(10, { content: { type: "edited", target: two.hash, text: "password again" } })]);
    assertEquals(store.search({ words: ["password"], limit: 9 }), [three]);
    assertEquals(store.search({ words: ["pa"], limit: 9 }), [three]);
    store.flush();
    const later = reopened();
    assertEquals(later.search({ words: ["password"], limit: 9 }), [three]);
    assertEquals(later.find(DEV, one.hash), one); // the chain needs it
  });

  test("what is sealed is not found, unless who can open it says what it says", (store, reopened) => {
    const sealed = entryOf(1, {
      content: { type: "sealed", to: "c".repeat(64) as AuthorId, sealed: new TextEncoder().encode("secret plan") },
    });
    store.put([sealed]);
    assertEquals(store.search({ words: ["secret"], limit: 9 }), []);
    store.index(DEV, sealed.hash, "the secret plan");
    store.index(DEV, entryOf(2).hash, "of nobody");
    assertEquals(store.search({ words: ["secret"], limit: 9 }), [sealed]);
    assertEquals(store.search({ words: ["nobody"], limit: 9 }), []);
    store.flush();
    const later = reopened();
    assertEquals(later.search({ words: ["pl"], limit: 9 }), [sealed]);
    later.put([{ ...sealed, signature: SOME_SIGNATURE }]);
    assertEquals(later.search({ words: ["plan"], limit: 9 }).length, 1);
    later.index(DEV, sealed.hash, "another");
    assertEquals(later.search({ words: ["plan"], limit: 9 }), []);
    later.index(DEV, sealed.hash, undefined);
    assertEquals(later.search({ words: ["another"], limit: 9 }), []);
  });

  test("what is said is not made findable by another text", (store) => {
    const said = entryOf(1, { text: "plain" });
    store.put([said]);
    store.index(DEV, said.hash, "forged");
    assertEquals(store.search({ words: ["forged"], limit: 9 }), []);
    assertEquals(store.search({ words: ["plain"], limit: 9 }), [said]);
  });

  test(
    "what is older than wanted goes, the first in order before the others, and its log begins later",
    (store, reopened) => {
      store.put([1, 2, 3, 4].map((number) => entryOf(number, { ms: 1_000 * number })));
      store.put([entryOf(1, { ms: 1_500, room: OPS, text: "elsewhere" })]);
      assertEquals(store.spans(DEV), [{ log: ALICE, first: 1, last: 4 }]);
      assertEquals(store.expire({ ageMs: 3_000 }, 4_700), 2);
      assertEquals(store.expire({ ageMs: 3_000 }, 4_700), 0);
      assertEquals(store.spans(DEV), [{ log: ALICE, first: 2, last: 4 }]);
      assertEquals(store.rooms(), [DEV]);
      assertEquals(store.search({ words: ["elsewhere"], limit: 9 }), []);
      assertEquals(store.find(DEV, entryOf(1, { ms: 1_000 }).hash), undefined);
      store.flush();
      assertEquals(reopened().range(DEV, ALICE, 1, 9, 9).map(({ sequence }) => sequence), [2, 3, 4]);
    },
  );

  test("an entry is as old as it claims, or as long as we have had it, whichever is more", (store) => {
    store.put([
      entryOf(1, { ms: 9_000_000, receivedWallMs: 1_000 }),
      entryOf(2, { ms: 9_000_001, receivedWallMs: 4_000 }),
    ]);
    assertEquals(store.expire({ ageMs: 2_000 }, 4_000), 1);
    assertEquals(store.spans(DEV), [{ log: ALICE, first: 2, last: 2 }]);
    assertEquals(store.expire({}, 1e15), 0);
  });

  test("what is beyond the bytes wanted goes, the first in order before the others", (store, reopened) => {
    const entries = [1, 2, 3].map((number) => entryOf(number, { signature: SOME_SIGNATURE }));
    store.put(entries.toReversed());
    store.flush();
    const later = reopened();
    const weight = entries[0]!.bytes.length + SOME_SIGNATURE.length;
    assertEquals(later.counters()["bytes"], 3 * weight);
    assertEquals(later.expire({ bytesMax: 3 * weight }, 0), 0);
    assertEquals(later.expire({ bytesMax: 3 * weight - 1 }, 0), 1);
    assertEquals(later.before(DEV, undefined, 9), entries.slice(1));
    assertEquals(later.expire({ bytesMax: 0 }, 0), 2);
    assertEquals([later.rooms(), later.counters()["entries"], later.counters()["bytes"]], [[], 0, 0]);
  });

  test("one call lets go of so many at most, and the next goes on", (store) => {
    store.put(Array.from({ length: EXPIRED_AT_ONCE_MAX + 7 }, (_, at) => entryOf(at + 1)));
    assertEquals(store.expire({ bytesMax: 0 }, 0), EXPIRED_AT_ONCE_MAX);
    assertEquals(store.spans(DEV), [{ log: ALICE, first: EXPIRED_AT_ONCE_MAX + 1, last: EXPIRED_AT_ONCE_MAX + 7 }]);
    assertEquals(store.expire({ bytesMax: 0 }, 0), 7);
  });

  test("what went may come back", (store) => {
    const entry = entryOf(1, { text: "boomerang" });
    store.put([entry]);
    store.expire({ bytesMax: 0 }, 0);
    store.put([entry]);
    assertEquals(store.search({ words: ["boomerang"], limit: 9 }), [entry]);
    assertEquals(store.spans(DEV), [{ log: ALICE, first: 1, last: 1 }]);
  });

  test("of what went it is remembered up to where, of each log and also in a later life", (store, reopened) => {
    assertEquals([...store.floors(DEV)], []);
    store.put([entryOf(1), entryOf(2), entryOf(3), entryOf(1, { log: BOB }), entryOf(7, { room: OPS })]);
    store.put([entryOf(4, { text: "one" }), entryOf(4, { text: "two", forked: true })]);
    store.expire({ bytesMax: 0 }, 0);
    const floors = [[ALICE, 4], [BOB, 1]];
    assertEquals([...store.floors(DEV)].toSorted(), floors);
    store.flush();
    const later = reopened();
    assertEquals([...later.floors(DEV)].toSorted(), floors);
    assertEquals([...later.floors(OPS)], [[ALICE, 7]]);
    later.put([entryOf(2), entryOf(6)]);
    later.expire({ bytesMax: entryOf(6).bytes.length }, 0);
    assertEquals(later.floors(DEV).get(ALICE), 4, "what goes a second time changes nothing");
    later.flush();
    const last = reopened();
    assertEquals(last.floors(DEV).get(ALICE), 4);
    last.expire({ bytesMax: 0 }, 0);
    assertEquals(last.floors(DEV).get(ALICE), 6);
  });

  test("a branch that is not the log's own raises no floor", (store) => {
    store.put([entryOf(1), entryOf(2, { text: "a" }), entryOf(2, { text: "b", forked: true, ms: 0 })]);
    store.expire({ bytesMax: store.counters()["bytes"]! - 1 }, 0);
    assertEquals(store.counters()["entries"], 2);
    assertEquals([...store.floors(DEV)], []);
  });

  test("what was told of a sealed entry goes with it", (store) => {
    const sealed = entryOf(1, {
      content: { type: "sealed", to: "c".repeat(64) as AuthorId, sealed: new Uint8Array(2) },
    });
    store.put([sealed]);
    store.index(DEV, sealed.hash, "the plan");
    assertEquals(store.search({ words: ["plan"], limit: 9 }), [sealed]);
    store.expire({ bytesMax: 0 }, 0);
    store.put([sealed]);
    assertEquals(store.search({ words: ["plan"], limit: 9 }), []);
  });

  test("a sealed entry that was redacted is not found, whether it was opened before or after", (store) => {
    const [one, two] = [1, 2].map((number) =>
      entryOf(number, { content: { type: "sealed", to: "c".repeat(64) as AuthorId, sealed: new Uint8Array([number]) } })
    );
    const redacted = (sequence: number, { hash: target }: Kept, more = {}) =>
      entryOf(sequence, { content: { type: "redacted", target }, ...more });
    store.put([one!, two!]);
    store.index(DEV, one!.hash, "plan one");
    store.put([redacted(3, one!, { log: BOB })]);
    assertEquals(store.search({ words: ["plan"], limit: 9 }), [one!]);
    store.put([redacted(4, one!), redacted(5, two!)]);
    store.index(DEV, two!.hash, "plan two");
    assertEquals(store.search({ words: ["plan"], limit: 9 }), []);
  });

  test("where an edit goes before what it edited, that shows again what it said first", (store) => {
    const said = entryOf(2, { text: "the first words", ms: 5_000 });
    store.put([said, entryOf(1, { ms: 1_000, content: { type: "edited", target: said.hash, text: "changed" } })]);
    assertEquals(store.search({ words: ["changed"], limit: 9 }), [said]);
    assertEquals(store.expire({ ageMs: 1_000 }, 3_000), 1);
    assertEquals(store.search({ words: ["changed"], limit: 9 }), []);
    assertEquals(store.search({ words: ["first"], limit: 9 }), [said]);
  });

  test("a word may be as long as a text", (store) => {
    const text = Array.from({ length: 1_200 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join("");
    store.put([entryOf(1, { text }), entryOf(2, { text: text.slice(0, -1) })]);
    assertEquals(store.search({ words: [text], limit: 9 }), [entryOf(1, { text })]);
    assertEquals(store.search({ words: [`${text}${text}${text}${text}`], limit: 9 }), []);
    assertEquals(store.search({ words: Array.from(text), limit: 9 }), [entryOf(1, { text })]);
  });
}

function textOf({ content }: Kept): string {
  return "text" in content ? content.text : "";
}
