import { assertEquals, assertExists } from "@std/assert";
import fc from "fast-check";
import * as edit from "../../../../actors/repl/line_editor/line.ts";
import type { Line } from "../../../../actors/repl/line_editor/line.ts";

/** "ab|c" is a line with the cursor before c. */
function parse(text: string): Line {
  const [before = "", after = ""] = text.split("|");
  return { before, after };
}

const CASES: readonly (readonly [edit: (line: Line) => Line, from: string, to: string])[] = [
  [edit.left, "ab|c", "a|bc"],
  [edit.left, "|abc", "|abc"],
  [edit.right, "ab|c", "abc|"],
  [edit.right, "abc|", "abc|"],
  [edit.home, "ab|c", "|abc"],
  [edit.end, "a|bc", "abc|"],
  [edit.wordLeft, "one two|", "one |two"],
  [edit.wordLeft, "one, |two", "|one, two"],
  [edit.wordLeft, "one ❤️|", "|one ❤️"],
  [edit.wordRight, "|one two", "one| two"],
  [edit.wordRight, "one|, zwölf!", "one, zwölf|!"],
  [edit.deleteBack, "ab|c", "a|c"],
  [edit.deleteBack, "|c", "|c"],
  [edit.deleteOn, "a|bc", "a|c"],
  [edit.deleteOn, "a|", "a|"],
  [edit.transpose, "a|bc", "ba|c"],
  [edit.transpose, "abc|", "acb|"],
  [edit.transpose, "|abc", "|abc"],
  [edit.transpose, "a|", "a|"],
];

for (const [by, from, to] of CASES) {
  Deno.test(`line: ${by.name}() makes "${to}" of "${from}"`, () => assertEquals(by(parse(from)), parse(to)));
}

for (const character of ["👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "e\u0301", "日"]) {
  Deno.test(`line: ${character} is one character to move over and to delete`, () => {
    const line = { before: `x${character}`, after: "y" };
    assertEquals(edit.deleteBack(line), { before: "x", after: "y" });
    assertEquals(edit.left(line), { before: "x", after: `${character}y` });
    assertEquals(edit.right(edit.left(line)), line);
    assertEquals(edit.deleteOn(edit.left(line)), { before: "x", after: "y" });
  });
}

const KILLS: readonly (readonly [kill: (line: Line) => edit.Killed, from: string, to: string, text: string])[] = [
  [edit.killToEnd, "ab|cd", "ab|", "cd"],
  [edit.killToStart, "ab|cd", "|cd", "ab"],
  [edit.killSpacedWordBack, "say a-b.c |x", "say |x", "a-b.c "],
  [edit.killSpacedWordBack, "word|", "|", "word"],
  [edit.killWordBack, "say a-b|", "say a-|", "b"],
  [edit.killWordOn, "say| a-b", "say|-b", " a"],
];

for (const [kill, from, to, text] of KILLS) {
  Deno.test(`line: ${kill.name}() takes "${text}" out of "${from}"`, () => {
    const killed = kill(parse(from));
    assertEquals(killed.line, parse(to));
    assertEquals(killed.text, text);
  });
}

Deno.test("line: a line that is full takes no more", () => {
  const full = edit.lineOf("x".repeat(edit.LINE_LENGTH_MAX));
  assertEquals(edit.insert(full, "y"), undefined);
  assertExists(edit.insert(full, ""));
});

Deno.test("line: moving never changes the text, killing loses none of it", () => {
  const part = fc.string({ unit: "grapheme", maxLength: 12 });
  fc.assert(fc.property(part, part, (before, after) => {
    const line = { before, after };
    for (const move of [edit.left, edit.right, edit.home, edit.end, edit.wordLeft, edit.wordRight]) {
      assertEquals(edit.textOf(move(line)), before + after, move.name);
    }
    for (const [kill] of KILLS) {
      const { line: rest, text } = kill(line);
      assertEquals(rest.before + text + rest.after, before + after, kill.name);
    }
  }));
});
