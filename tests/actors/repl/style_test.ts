import { assertEquals } from "@std/assert";
import { type ColourSources, createStyle, wantsColour } from "../../../actors/repl/style.ts";

const CASES: readonly (readonly [what: string, sources: ColourSources, coloured: boolean])[] = [
  ["a terminal has colours", { terminal: true }, true],
  ["a pipe has none", { terminal: false }, false],
  ["a dumb terminal has none", { terminal: true, term: "dumb" }, false],
  ["NO_COLOR takes them away", { terminal: true, noColor: "1" }, false],
  ["an empty NO_COLOR says nothing", { terminal: true, noColor: "" }, true],
  ["FORCE_COLOR colours a pipe", { terminal: false, forceColor: "1" }, true],
  ["FORCE_COLOR=0 takes them away", { terminal: true, forceColor: "0" }, false],
  ["FORCE_COLOR wins over NO_COLOR and dumb", { terminal: true, forceColor: "1", noColor: "1", term: "dumb" }, true],
  ["the flag wins over everything", { flag: false, terminal: true, forceColor: "1" }, false],
  ["--color colours a pipe", { flag: true, terminal: false, noColor: "1" }, true],
];

for (const [what, sources, coloured] of CASES) {
  Deno.test(`style: ${what}`, () => assertEquals(wantsColour(sources), coloured));
}

Deno.test("style: looks nest, each ends only itself", () => {
  const style = createStyle(true);
  assertEquals(style.bold(`a ${style.red("b")} c`), "\x1b[1ma \x1b[31mb\x1b[39m c\x1b[22m");
});

Deno.test("style: a name always has the same colour", () => {
  const style = createStyle(true);
  assertEquals(style.byName("alice", "x"), style.byName("alice", "x"));
});

Deno.test("style: without colour nothing is added", () => {
  const style = createStyle(false);
  assertEquals(style.bold(style.red(style.byName("alice", "text"))), "text");
});
