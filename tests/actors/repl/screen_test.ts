import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OUTPUT_LINES_MAX } from "../../../actors/repl/output_queue.ts";
import { Screen, type ScreenEffect } from "../../../actors/repl/screen.ts";
import { FakeTerminal } from "../../support/fake_terminal.ts";

function type(screen: Screen, text: string): ScreenEffect[] {
  const effects: ScreenEffect[] = [];
  screen.bytes(new TextEncoder().encode(text), (effect) => effects.push(effect));
  return effects;
}

/** The last frame alone. */
function frameOf(terminal: FakeTerminal, screen: Screen): string {
  screen.flushFrame();
  return terminal.written.at(-1)!;
}

Deno.test("screen: output goes above the half-typed line in one write", () => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal);
  type(screen, "half a li");
  screen.print("one\ntwo");
  assertStringIncludes(frameOf(terminal, screen), "one\r\ntwo\r\n> half a li\x1b7");
  assertEquals(terminal.written.length, 1);
});

Deno.test("screen: nothing is written between frames, nor in a frame without a change", () => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal);
  screen.flushFrame();
  assertEquals([screen.dirty, terminal.written.length], [false, 1]);
  screen.flushFrame();
  screen.print("x");
  assertEquals([screen.dirty, terminal.written.length], [true, 1]);
  screen.flushFrame();
  screen.resized();
  assertEquals(screen.dirty, true);
});

Deno.test("screen: an entered line stays above behind its prompt, unless it comes back as a message", () => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal);
  screen.setPrompt({ text: "alice> ", paint: (text) => `\x1b[1m${text}\x1b[22m` });
  assertEquals(type(screen, "msg hi\r"), [{ type: "submit", text: "msg hi" }]);
  assertStringIncludes(frameOf(terminal, screen), "\x1b[1malice> \x1b[22mmsg hi\r\n");
  screen.setPrompt({ text: "alice #dev> ", echo: false });
  assertEquals(type(screen, "hi\r"), [{ type: "submit", text: "hi" }]);
  assert(!frameOf(terminal, screen).includes("hi"));
});

Deno.test("screen: too much output drops the oldest lines and says how many", () => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal);
  for (let index = 0; index < 5 * OUTPUT_LINES_MAX; index++) screen.print(`line ${index}.`);
  assert(screen.state.output.lines.length < 2 * OUTPUT_LINES_MAX);
  const drawn = frameOf(terminal, screen);
  assertStringIncludes(drawn, `… ${4 * OUTPUT_LINES_MAX} lines dropped\r\nline ${4 * OUTPUT_LINES_MAX}.\r\n`);
});

Deno.test("screen: of control characters only colours reach the terminal", () => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal);
  screen.print("\x1b[31mred\x1b[39m\x1b[2J");
  assertStringIncludes(frameOf(terminal, screen), "\x1b[31mred\x1b[39m<U+001B>[2J\r\n");
});

Deno.test("screen: the second Tab lists the candidates in columns, even within one read", () => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal);
  screen.bytes(new TextEncoder().encode("jo\t\t"), (effect) => {
    assert(effect.type === "complete");
    screen.completed(effect.request, { stem: effect.request.line.before, candidates: ["join", "joint"] });
  });
  assertStringIncludes(frameOf(terminal, screen), "join   joint\r\n> join\x1b7");
});

Deno.test("screen: half a key waits to be flushed", () => {
  const screen = new Screen(new FakeTerminal());
  type(screen, "\x1b");
  assertEquals(screen.waitingForKeys, true);
  screen.flushKeys(() => assert(false, "Esc does nothing"));
  assertEquals(screen.waitingForKeys, false);
});

Deno.test("screen: a new screen goes on where the last one stopped", () => {
  const terminal = new FakeTerminal();
  const first = new Screen(terminal);
  type(first, "one\rhalf \x1b[200~pas");
  first.print("not yet shown");
  const second = new Screen(terminal, structuredClone(first.state));
  assertEquals(second.history, ["one"]);
  assertEquals(type(second, "ted\x1b[201~"), []);
  assertStringIncludes(frameOf(terminal, second), "not yet shown\r\n> half pasted\x1b7");
});

Deno.test("screen: closing shows what waits and restores the terminal", () => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal);
  screen.print("goodbye");
  screen.close();
  assertEquals([terminal.text, terminal.restored, screen.dirty], ["\r\x1b[Jgoodbye\r\n", 1, false]);
});

Deno.test("screen: Ctrl-Z shows what waits, then gives the screen away", () => {
  const terminal = new FakeTerminal();
  const screen = new Screen(terminal);
  screen.print("before");
  assertEquals(type(screen, "\x1a"), []);
  assertEquals(terminal.suspended, 1);
  assertStringIncludes(terminal.text, "before\r\n");
});

Deno.test("screen: without a terminal lines go straight through, with no escape codes and no echo", () => {
  const terminal = new FakeTerminal(false);
  const screen = new Screen(terminal);
  screen.print("one");
  assertEquals(type(screen, "help\r\nmsg \thi\nlast"), [
    { type: "submit", text: "help" },
    { type: "submit", text: "msg \thi" },
  ]);
  const ending: ScreenEffect[] = [];
  screen.end((effect) => ending.push(effect));
  assertEquals(ending, [{ type: "submit", text: "last" }, { type: "end" }]);
  screen.flushFrame();
  screen.close();
  assertEquals([terminal.text, screen.dirty, terminal.restored], ["one\n", false, 1]);
});
