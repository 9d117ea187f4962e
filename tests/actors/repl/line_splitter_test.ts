import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LINE_LENGTH_MAX } from "../../../actors/repl/line_editor/line.ts";
import { LineSplitter } from "../../../actors/repl/line_splitter.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function linesOf(...texts: string[]) {
  const splitter = new LineSplitter();
  return [...texts.flatMap((text) => splitter.push(bytesOf(text))), ...splitter.end()];
}

const line = (text: string) => ({ type: "line" as const, text });

for (
  const [text, lines] of [
    ["", []],
    ["one\ntwo\n", ["one", "two"]],
    ["one\r\ntwo\r\n", ["one", "two"]],
    ["one\ntwo", ["one", "two"]],
    ["\n\n", ["", ""]],
    ["a\rb\n", ["a\rb"]],
  ] as const
) {
  Deno.test(`line splitter: ${JSON.stringify(text)} has ${lines.length} lines`, () => {
    assertEquals(linesOf(text), lines.map(line));
  });
}

Deno.test("line splitter: a line of the greatest length passes, a longer one is named and left out", () => {
  const longest = "x".repeat(LINE_LENGTH_MAX);
  assertEquals(linesOf(longest + "\r\nnext\n"), [line(longest), line("next")]);
  assertEquals(linesOf(longest + "x\nnext\n"), [{ type: "too_long", length: LINE_LENGTH_MAX + 1 }, line("next")]);
  assertEquals(linesOf(longest, longest, "\n"), [{ type: "too_long", length: 2 * LINE_LENGTH_MAX }]);
});

Deno.test("line splitter: any split of the bytes gives the same lines", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "日", "\r", "\n", "\r\n", "👍🏽") });
  fc.assert(fc.property(text, fc.nat(40), (text, cut) => {
    const [whole, split] = [new LineSplitter(), new LineSplitter()];
    const bytes = bytesOf(text);
    assertEquals(
      [...split.push(bytes.subarray(0, cut)), ...split.push(bytes.subarray(cut)), ...split.end()],
      [...whole.push(bytes), ...whole.end()],
    );
  }));
});
