import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  complete,
  createEditor,
  type Editor,
  type EditorEffect,
  searchPrompt,
  step,
} from "../../../../actors/repl/line_editor/editor.ts";
import type { History } from "../../../../actors/repl/line_editor/history.ts";
import { type Key, KeyDecoder } from "../../../../actors/repl/line_editor/keys.ts";
import { LINE_LENGTH_MAX, lineOf } from "../../../../actors/repl/line_editor/line.ts";

const BYTES: Readonly<Record<string, string>> = {
  left: "\x1b[D",
  up: "\x1b[A",
  down: "\x1b[B",
  enter: "\r",
  tab: "\t",
  backspace: "\x7f",
  delete: "\x1b[3~",
};

/** Types `keys`: text as it is, `<name>` for a key, `<C-x>` with Ctrl, `<M-x>` with Alt. */
function type(editor: Editor, keys: string): [Editor, EditorEffect[]] {
  const bytes = keys.replace(/<C-(.)>/g, (_, letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96))
    .replace(/<M-(.)>/g, "\x1b$1").replace(/<(\w+)>/g, (_, name: string) => BYTES[name]!);
  return pressAll(editor, new KeyDecoder().push(new TextEncoder().encode(bytes)));
}

function pressAll(editor: Editor, keys: readonly Key[]): [Editor, EditorEffect[]] {
  const all: EditorEffect[] = [];
  for (const key of keys) {
    const [next, effects] = step(editor, key);
    editor = next;
    all.push(...effects);
  }
  return [editor, all];
}

function after(keys: string, history: History = []): string {
  const { line } = type(createEditor(history), keys)[0];
  return `${line.before}|${line.after}`;
}

const HISTORY = ["join dev", "msg hello", "join ops"];

for (
  const [keys, line] of [
    ["abc<left>X", "abX|c"],
    ["abc<C-a>X<C-e>Y", "XabcY|"],
    ["one two<M-b><M-b><M-f>X", "oneX| two"],
    ["abc<C-a><C-d>", "|bc"],
    ["ab<C-t>", "ba|"],
    ["one two<C-w><C-y><C-y>", "one twotwo|"],
    ["one two<C-w><C-w><C-y>", "one two|"],
    ["one two<M-b><C-k><C-u><C-y>", "one two|"],
    ["one two<C-w><left>x<C-u><C-y><M-y>", "two| "],
    ["typed<C-c>", "|"],
    ["typed<C-c><C-y>", "typed|"],
    ["👨‍👩‍👧‍👦🇩🇪<backspace>", "👨‍👩‍👧‍👦|"],
    ["dra<up>", "join ops|"],
    ["dra<up><up><down><down>ft", "draft|"],
    ["<C-r>msg", "msg| hello"],
    ["<C-r>join<C-r>", "join| dev"],
    ["<C-r>join<C-r>X", "join| dev"],
    ["<C-r>join<C-r><C-e>X", "join devX|"],
    ["<C-r>jx<backspace>", "j|oin ops"],
    ["dra<C-r>join<C-g>ft", "draft|"],
    ["<C-r>msg<up>", "join dev|"],
  ] as const
) {
  Deno.test(`editor: ${keys} leaves ${line}`, () => assertEquals(after(keys, HISTORY), line));
}

Deno.test("editor: Enter submits the line and remembers it", () => {
  const [editor, effects] = type(createEditor(), "msg hi<enter>");
  assertEquals(effects, [{ type: "submit", text: "msg hi" }]);
  assertEquals([editor.line, editor.history], [lineOf(""), ["msg hi"]]);
});

Deno.test("editor: Enter while searching submits what was found", () => {
  assertEquals(type(createEditor(HISTORY), "<C-r>msg<enter>")[1], [{ type: "submit", text: "msg hello" }]);
});

Deno.test("editor: a failed search says so and keeps what it had", () => {
  const [editor, effects] = type(createEditor(HISTORY), "<C-r>msgx");
  assertEquals(effects, [{ type: "bell" }]);
  assertEquals([editor.line.before, searchPrompt(editor.search!)], ["msg", "(not in history: msgx) "]);
});

Deno.test("editor: Ctrl-C clears first, then interrupts, then quits", () => {
  assertEquals(type(createEditor(), "x<C-c><C-c><C-c>")[1], [{ type: "interrupt" }, { type: "quit" }]);
  assertEquals(type(createEditor(), "<C-c>x<backspace><C-c>")[1], [{ type: "interrupt" }, { type: "interrupt" }]);
});

Deno.test("editor: Ctrl-D ends only on an empty line", () => {
  assertEquals(type(createEditor(), "x<C-d>")[1], []);
  assertEquals(type(createEditor(), "<C-d>")[1], [{ type: "end" }]);
});

Deno.test("editor: several pasted lines are one text, sent by Enter and not before", () => {
  const paste: Key = { type: "paste", text: "one\ntwo\n", dropped: 0 };
  const [editor, none] = step(createEditor(), paste);
  assertEquals(none, []);
  assertEquals(type(editor, "!<enter>")[1], [{ type: "submit", text: "one\ntwo!" }]);
});

Deno.test("editor: a paste that was cut or does not fit is refused, and the line stays", () => {
  const lengthMax = LINE_LENGTH_MAX;
  const [editor] = type(createEditor(), "abc");
  const cut = step(editor, { type: "paste", text: "x", dropped: 9 });
  assertEquals(cut, [editor, [{ type: "refused", length: 10, lengthMax }]]);
  const long = step(editor, { type: "paste", text: "x".repeat(lengthMax), dropped: 0 });
  assertEquals(long, [editor, [{ type: "refused", length: lengthMax, lengthMax }]]);
});

Deno.test("editor: a full line takes no more characters", () => {
  const [editor] = step(createEditor(), { type: "paste", text: "x".repeat(LINE_LENGTH_MAX), dropped: 0 });
  assertEquals(type(editor, "y"), [editor, [{ type: "bell" }]]);
});

Deno.test("editor: Tab completes what is common, and lists at the second", () => {
  const candidates = ["chatjoin", "chatleave"];
  const [asked, [first]] = type(createEditor(), "c<tab>");
  assertEquals(first, { type: "complete", request: { line: lineOf("c"), list: false } });
  const [completed] = complete(asked, { line: lineOf("c"), list: false }, { stem: "c", candidates });
  assertEquals(completed.line, lineOf("chat"));
  const [again, [second]] = type(completed, "<tab>");
  assertEquals(second, { type: "complete", request: { line: lineOf("chat"), list: true } });
  const [, effects] = complete(again, { line: lineOf("chat"), list: true }, { stem: "chat", candidates });
  assertEquals(effects, [{ type: "list", candidates }]);
});

for (
  const [what, candidates, line] of [
    ["the only candidate gets a space", ["join"], "join "],
    ["a directory gets none", ["jobs/"], "jobs/"],
    ["candidates may correct the case", ["JOIN", "JOINT"], "JOIN"],
    ["none leaves the line", [], "jo"],
  ] as const
) {
  Deno.test(`editor: on completion ${what}`, () => {
    const [editor] = type(createEditor(), "jo<tab>");
    const [{ line: completed }] = complete(editor, { line: editor.line, list: false }, { stem: "jo", candidates });
    assertEquals(completed, lineOf(line));
  });
}

Deno.test("editor: an answer that comes after more was typed is ignored", () => {
  const [editor] = type(createEditor(), "jo<tab>");
  const [later] = type(editor, "x");
  const answer = { stem: "jo", candidates: ["join"] };
  assertEquals(complete(later, { line: editor.line, list: false }, answer), [later, []]);
});

Deno.test("editor: Ctrl-L and Ctrl-Z are for the screen", () => {
  assertEquals(type(createEditor(), "<C-l><C-z>")[1], [{ type: "clear_screen" }, { type: "suspend" }]);
});

Deno.test("editor: no keys break it, and the line stays within its bound", () => {
  const name = fc.constantFrom(
    ...Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => `ctrl-${letter}`),
    ...[
      "left",
      "right",
      "up",
      "down",
      "home",
      "end",
      "delete",
      "backspace",
      "enter",
      "tab",
      "escape",
      "alt-b",
      "alt-f",
    ],
    ...["alt-d", "alt-y", "alt-backspace", "ctrl-left", "ctrl-right", "unknown"],
  );
  const key: fc.Arbitrary<Key> = fc.oneof(
    name.map((name) => ({ type: "press" as const, name })),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).map((char) => ({ type: "char" as const, char })),
    fc.string({ unit: "grapheme" }).map((text) => ({ type: "paste" as const, text, dropped: 0 })),
  );
  fc.assert(fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
    const [{ line }] = pressAll(createEditor(HISTORY), keys);
    assertEquals(line.before.length + line.after.length <= LINE_LENGTH_MAX, true);
  }));
});
