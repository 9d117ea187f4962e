import { assertEquals } from "@std/assert";
import type { Kept } from "../../../actors/history/store.ts";
import type { Shown } from "../../../actors/history/shown.ts";
import type { EntryHash } from "../../../actors/history/values.ts";
import { isTarget, targetOf } from "../../../actors/repl/target.ts";

const hashOf = (digit: string): EntryHash => digit.repeat(64) as EntryHash;
const [A, B, C, D, E] = ["a", "b", "c", "d", "e"].map(hashOf) as [
  EntryHash,
  EntryHash,
  EntryHash,
  EntryHash,
  EntryHash,
];

function shown(hash: EntryHash, isOwn: boolean, text: string | undefined = "hi"): Shown {
  return {
    entry: { hash, content: { type: "said", text: "hi" } } as Kept,
    isOwn,
    text,
    isEdited: false,
    isForeign: false,
    reactions: [],
  };
}

const taken = (hash: EntryHash, isOwn: boolean): Shown => ({ ...shown(hash, isOwn), text: undefined });

const SCENE = {
  listed: [C, A],
  latest: [shown(A, true), shown(B, false), shown(C, true), taken(D, true), taken(E, false)],
};

Deno.test("numbers, last and long beginnings of ids say which message is meant; words do not", () => {
  const yes = ["last", "1", "20", "99999", "a".repeat(12), A];
  const no = ["", "0", "01", "100000", "lastly", "Last", "facade", "deadbeef", "g".repeat(12), `${A}a`, "1.5", "-1"];
  assertEquals(yes.filter((word) => !isTarget(word)), []);
  assertEquals(no.filter(isTarget), []);
});

Deno.test("without a word the last message is meant that still says something, one's own or another's", () => {
  assertEquals(targetOf(undefined, "own", SCENE), { ok: true, target: C });
  assertEquals(targetOf("last", "others", SCENE), { ok: true, target: B });
  assertEquals(targetOf("last", "own", { ...SCENE, latest: [] }), {
    ok: false,
    why: "You have said nothing here lately",
  });
  assertEquals(targetOf("last", "others", { ...SCENE, latest: [taken(E, false)] }), {
    ok: false,
    why: "Nobody else has said anything lately",
  });
});

Deno.test("a topic is no message: who corrects the last means what was said before it", () => {
  const topic = shown(D, true);
  const latest = [shown(A, true), {
    ...topic,
    entry: { ...topic.entry, content: { type: "topic", text: "hi" } } as Kept,
  }];
  assertEquals(targetOf("last", "own", { listed: [], latest }), { ok: true, target: A });
});

Deno.test("a number is that of a line as the history was last shown", () => {
  assertEquals(targetOf("2", "others", SCENE), { ok: true, target: A });
  assertEquals(targetOf("3", "own", SCENE), {
    ok: false,
    why: "There is no line 3: history numbers what it shows",
  });
});

Deno.test("an id's beginning means the only message that has it", () => {
  assertEquals(targetOf("b".repeat(20), "own", SCENE), { ok: true, target: B });
  assertEquals(targetOf("f".repeat(20), "own", SCENE), { ok: false, why: "No message of late has that id" });
  const alike = { ...SCENE, latest: [shown(A, true), shown(`${"a".repeat(63)}b` as EntryHash, true)] };
  assertEquals(targetOf("a".repeat(20), "own", alike), { ok: false, why: "No message of late has that id" });
});
