import { assert, assertEquals } from "@std/assert";
import type { AuthorId } from "../../../actors/history/author.ts";
import { HYBRID_MS_MAX } from "../../../actors/history/hybrid_time.ts";
import { entriesIn, LINE_MAX, lineOf } from "../../../actors/history/ndjson.ts";
import type { Kept } from "../../../actors/history/store.ts";
import { ALICE, BOB, entryOf, OPS, SOME_SIGNATURE } from "../../support/entries.ts";

const SAID = entryOf(1, {
  text: 'line one\nline "two" \u2028 東京',
  signature: SOME_SIGNATURE,
  wallMs: 1_700_000_000_000,
});

const ALL: readonly Kept[] = [
  SAID,
  entryOf(2, { content: { type: "did", text: "waves", guest: "Zoë" }, previous: SAID.hash, room: OPS }),
  entryOf(3, { content: { type: "redacted", target: SAID.hash }, parents: [{ log: BOB, sequence: 4 }] }),
  entryOf(4, {
    content: { type: "sealed", to: "c".repeat(64) as AuthorId, sealed: new Uint8Array([1, 2]) },
    forked: true,
  }),
];

function asCame({ order: _, receivedWallMs: __, forked: ___, ...entry }: Kept) {
  return entry;
}

Deno.test("what is exported is imported again, byte for byte, with what nobody signed unsigned", () => {
  const lines = ALL.map((entry) => lineOf(entry));
  assertEquals(lines.filter((line) => line.includes("\n")), []);
  assertEquals([...entriesIn(lines)], ALL.map((entry, at) => ({ ok: true, line: at + 1, entry: asCame(entry) })));
});

Deno.test("a line says in readable JSON who said what, where and when", () => {
  const { bytes, signature, ...readable } = JSON.parse(lineOf(SAID));
  assertEquals(readable, {
    v: 1,
    type: "entry",
    room: "dev",
    author: "a".repeat(64),
    epoch: 1,
    sequence: 1,
    hash: SAID.hash,
    name: "alice",
    wall: "2023-11-14T22:13:20.000Z",
    received: "1970-01-01T00:00:00.001Z",
    time: { ms: 1, count: 0 },
    order: { ms: 1, count: 0 },
    parents: [],
    content: { type: "said", text: 'line one\nline "two" \u2028 東京' },
  });
  assertEquals([typeof bytes, typeof signature], ["string", "string"]);
  assertEquals(JSON.parse(lineOf(ALL[2]!)).parents, [{ author: "b".repeat(64), epoch: 1, sequence: 4 }]);
  assertEquals(JSON.parse(lineOf(ALL[3]!)).forked, true);
});

Deno.test("faults row 42: a line has its author's time, and says that its clock was wrong", () => {
  const hourAhead = { ...SAID, clock: "ahead" as const, wallMs: SAID.wallMs + 3_600_000 };
  const { wall, clock } = JSON.parse(lineOf(hourAhead));
  assertEquals([wall, clock], ["2023-11-14T23:13:20.000Z", "ahead"]);
  assertEquals(JSON.parse(lineOf({ ...SAID, wallMs: HYBRID_MS_MAX })).wall, "9999-12-31T23:59:59.999Z");
});

Deno.test("of what was redacted nothing readable is exported", () => {
  const line = lineOf(SAID, true);
  assertEquals(JSON.parse(line).content, { type: "said", redacted: true });
  assert(!line.includes("東京"));
  assert([...entriesIn([line])][0]!.ok);
});

Deno.test("a bad line is told by its number and why, and the others are read", () => {
  const good = lineOf(SAID);
  const changed = (change: Record<string, unknown>) => JSON.stringify({ ...JSON.parse(good), ...change });
  const bad: readonly (readonly [line: string, why: string])[] = [
    ["{", "it is not JSON"],
    ["[]", "it is not an object"],
    ["null", "it is not an object"],
    [changed({ v: 2 }), "it is of another version"],
    [changed({ type: "note" }), "it is no entry"],
    [changed({ room: "a b" }), "it names no room"],
    [changed({ room: "#dev" }), "it names no room"],
    [changed({ room: 7 }), "it names no room"],
    [changed({ author: "A".repeat(64) }), "it names no place in a log"],
    [changed({ author: ["a"] }), "it names no place in a log"],
    [changed({ epoch: -1 }), "it names no place in a log"],
    [changed({ epoch: 2 ** 53 }), "it names no place in a log"],
    [changed({ sequence: 0 }), "it names no place in a log"],
    [changed({ sequence: 2 ** 40 + 1 }), "it names no place in a log"],
    [changed({ sequence: 1.5 }), "it names no place in a log"],
    [changed({ bytes: "!" }), "its bytes are no entry"],
    [changed({ bytes: undefined }), "its bytes are no entry"],
    [changed({ bytes: "AAAA" }), "its bytes are no entry"],
    [changed({ bytes: "A".repeat(100_000) }), "its bytes are no entry"],
    [changed({ signature: "AAAA" }), "its signature is none"],
    [changed({ signature: 5 }), "its signature is none"],
    [changed({ sequence: 2 }), "its bytes are not what its hash says"],
    [changed({ room: "ops" }), "its bytes are not what its hash says"],
    [`${" ".repeat(LINE_MAX)}{}`, `it is longer than ${LINE_MAX} characters`],
  ];
  const lines = ["", ...bad.map(([line]) => line), "  ", good];
  const read = [...entriesIn(lines)];
  assertEquals(read.slice(0, -1), bad.map(([, why], at) => ({ ok: false, line: at + 2, why })));
  assertEquals(read.at(-1), { ok: true, line: bad.length + 3, entry: asCame(SAID) });
});

Deno.test("what is readable in a line does not matter when it is read again, nor does what is unknown", () => {
  const line = JSON.stringify({
    ...JSON.parse(lineOf(SAID)),
    content: { type: "said", text: "forged" },
    hash: undefined,
    x: 1,
  });
  assertEquals([...entriesIn([line])], [{ ok: true, line: 1, entry: asCame(SAID) }]);
});

Deno.test("the longest entry fits into a line, whatever its characters", () => {
  for (const text of ["x".repeat(8 * 1024), "\u0001".repeat(8 * 1024), "東".repeat(2_730)]) {
    const line = lineOf(entryOf(1, { text, log: ALICE, signature: SOME_SIGNATURE }));
    assert([...entriesIn([line])][0]!.ok, `${line.length}`);
  }
});
