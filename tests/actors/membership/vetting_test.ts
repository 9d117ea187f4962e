import { assertEquals } from "@std/assert";
import type { Claim } from "../../../actors/membership/merge.ts";
import { Vetting } from "../../../actors/membership/vetting.ts";
import type { Verdict } from "../../../actors/pool/delegate.ts";
import type { Alive } from "../../../transport/wire/message.ts";
import { alive, dead, suspect } from "./table.ts";

/** A vetting whose application answers when it is told to, and what it lets through. */
function vettingOf(options: { isProposable?: (alive: Alive) => boolean } = {}) {
  const applied: string[] = [];
  const counted: string[] = [];
  const asked: { readonly name: string; readonly answer: (verdict: Verdict) => void }[] = [];
  const vetting = new Vetting({
    application: { judgeAlive: ({ name }, answer) => void asked.push({ name, answer }) },
    isProposable: options.isProposable ?? (() => true),
    apply: ({ type, node, incarnation }) => void applied.push(`${type} ${node} ${incarnation}`),
    count: (what) => void counted.push(what),
  });
  return { vetting, applied, counted, asked };
}

const YES: Verdict = { ok: true };
const NO: Verdict = { ok: false, why: "no" };

Deno.test("an alive is applied once it is agreed to, and a refused one never", () => {
  const { vetting, applied, counted, asked } = vettingOf();
  vetting.hear(alive("a", 1));
  vetting.hear(alive("b", 1));
  assertEquals([applied, asked.map(({ name }) => name)], [[], ["a", "b"]]);
  asked[1]!.answer(NO);
  asked[0]!.answer(YES);
  assertEquals([applied, counted], [["alive a 1"], ["alive vetoed"]]);
});

Deno.test("an accusation is not asked about, and waits only behind an alive of the same member", () => {
  const { vetting, applied, asked } = vettingOf();
  vetting.hear(suspect("b", 1, "x"));
  vetting.hear(alive("a", 2));
  vetting.hear(dead("a", 2, "a"));
  vetting.hear(dead("b", 1, "x"));
  assertEquals(applied, ["suspect b 1", "dead b 1"]);
  asked[0]!.answer(YES);
  assertEquals([applied.slice(2), asked.length], [["alive a 2", "dead a 2"], 1]);
});

Deno.test("of one member the first word is the first to be applied, though the answers come in another order", () => {
  const { vetting, applied, asked } = vettingOf();
  vetting.hear(alive("a", 1));
  vetting.hear(alive("a", 2));
  asked[1]!.answer(YES);
  assertEquals(applied, []);
  asked[0]!.answer(YES);
  assertEquals(applied, ["alive a 1", "alive a 2"]);
});

Deno.test("what the rules would drop unseen is not proposed", () => {
  const { vetting, applied, asked } = vettingOf({ isProposable: ({ node }) => node !== "self" });
  vetting.hear(alive("self", 9));
  assertEquals([applied, asked.length], [["alive self 9"], 0]);
});

Deno.test("at most 1024 from packets wait, and the newest is dropped and counted; a table's are beside that", () => {
  const { vetting, applied, counted, asked } = vettingOf();
  for (let i = 0; i < 1_025; i++) vetting.hear(alive(`m${i}`, 1));
  assertEquals([asked.length, counted], [1_024, ["alive veto: too many waiting"]]);
  vetting.hearAll([alive("row", 1)], () => {});
  assertEquals(asked.length, 1_025);
  asked[0]!.answer(YES);
  vetting.hear(alive("late", 1));
  assertEquals([asked.length, applied, counted.length], [1_026, ["alive m0 1"], 1]);
});

Deno.test("a table's rows are asked about sixteen at a time, and all are done with when it says so", () => {
  const { vetting, applied, asked } = vettingOf();
  let done = 0;
  const rows: Claim[] = Array.from(
    { length: 40 },
    (_, i) => i % 2 === 0 ? alive(`m${i}`, 1) : suspect(`m${i}`, 1, "x"),
  );
  vetting.hearAll(rows, () => done++);
  assertEquals([asked.length, applied.length], [16, 15]);
  for (let i = 0; i < 20; i++) {
    assertEquals(done, 0);
    asked[i]!.answer(i === 7 ? NO : YES);
  }
  assertEquals([asked.length, applied.length, done], [20, 39, 1]);
});

Deno.test("an empty table and one of accusations are done with at once, however long", () => {
  const { vetting, applied } = vettingOf();
  let done = 0;
  vetting.hearAll([], () => done++);
  vetting.hearAll(Array.from({ length: 50_000 }, (_, i) => suspect(`m${i}`, 1, "x")), () => done++);
  assertEquals([applied.length, done], [50_000, 2]);
});

Deno.test("what is to be done afterwards waits for what was said of that member before, and for nobody else", () => {
  const { vetting, asked } = vettingOf();
  const done: string[] = [];
  vetting.hear(alive("a", 2));
  vetting.afterwards("a", () => done.push("a"));
  vetting.afterwards("b", () => done.push("b"));
  assertEquals(done, ["b"]);
  asked[0]!.answer(NO);
  assertEquals(done, ["b", "a"]);
});
