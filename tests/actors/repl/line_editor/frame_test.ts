import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { frame, lastFrame } from "../../../../actors/repl/line_editor/frame.ts";
import { cutToWidth, textWidthAtMost, widthAtMost } from "../../../../actors/repl/line_editor/width.ts";

const plain = (text: string) => text;
const BASE = {
  above: [],
  prompt: "a> ",
  paintPrompt: plain,
  line: { before: "", after: "" },
  columns: 80,
  clear: false,
};

/** What a frame writes into the row of the line. */
function rowOf(drawn: string): string {
  // deno-lint-ignore no-control-regex
  return drawn.split("\n").at(-1)!.replace(/\x1b(\[[?\d;]*[A-Za-z]|[78])/g, "").replaceAll("\r", "");
}

Deno.test("frame: output comes above, the cursor is saved where the line is split", () => {
  const drawn = frame({ ...BASE, above: ["one", "two"], line: { before: "he", after: "llo" } });
  assertEquals(drawn, "\x1b[?2026h\r\x1b[Jone\r\ntwo\r\na> he\x1b7llo\x1b8\x1b[?2026l");
});

Deno.test("frame: the prompt is coloured after it was cut", () => {
  const drawn = frame({ ...BASE, columns: 14, prompt: "somebody> ", paintPrompt: (text) => `\x1b[1m${text}\x1b[22m` });
  assertStringIncludes(drawn, "\x1b[1my> \x1b[22m");
});

Deno.test("frame: pasted line ends and tabs have marks, controls are written out", () => {
  const drawn = frame({ ...BASE, line: { before: "a\nb\tc\x1b", after: "" } });
  assertEquals(rowOf(drawn), "a> a⏎b⇥c<U+001B>");
});

Deno.test("frame: a long line shows what is around the cursor", () => {
  const line = { before: "0123456789".repeat(9), after: "abcdefghij".repeat(9) };
  assertEquals(rowOf(frame({ ...BASE, columns: 20, line })), "a> 90123456789abcde");
});

Deno.test("frame: whatever is typed, the row never reaches the last column", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "日", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "e\u0301", "\n", "\x1b", "\u200b", "🫩"),
  });
  fc.assert(fc.property(text, text, text, fc.integer({ min: 1, max: 60 }), (prompt, before, after, columns) => {
    const row = rowOf(frame({ ...BASE, prompt, line: { before, after }, columns }));
    assert(textWidthAtMost(row) <= Math.max(0, columns - 1), row);
  }));
});

Deno.test("frame: a terminal of one column shows nothing and breaks nothing", () => {
  assertEquals(rowOf(frame({ ...BASE, columns: 1, line: { before: "abc", after: "d" } })), "");
});

Deno.test("frame: the last one leaves a half-typed line readable, and no prompt without one", () => {
  const { prompt, paintPrompt } = BASE;
  const last = (before: string) => lastFrame({ above: ["bye"], prompt, paintPrompt, line: { before, after: "" } });
  assertEquals(last("half"), "\r\x1b[Jbye\r\na> half\r\n");
  assertEquals(last(""), "\r\x1b[Jbye\r\n");
});

Deno.test("width: characters of several code points count as wide as any terminal draws them", () => {
  // What tmux 3.3a took for each, asked with a cursor report.
  const drawn = [["日", 2], ["👍🏽", 4], ["👨‍👩‍👧‍👦", 2], ["🇩🇪", 2], ["❤️", 1], ["न्त्र", 3], ["e\u0301", 1], [
    "\u00ad",
    1,
  ]] as const;
  for (const [character, columns] of drawn) assert(widthAtMost(character) >= columns, character);
});

Deno.test("width: cutting keeps whole characters from the end asked for", () => {
  assertEquals(cutToWidth("ab日本", 3, "start"), { text: "ab", width: 2 });
  assertEquals(cutToWidth("ab日本", 3, "end"), { text: "本", width: 2 });
  assertEquals(cutToWidth("abc", 0, "end"), { text: "", width: 0 });
});
