import { assertEquals } from "@std/assert";
import { Screens } from "../../../sim/scenario/screens.ts";
import type { ScreenLine } from "../../../sim/scenario/stage.ts";

/** Screens on which the test writes, and what was typed. */
function twoScreens() {
  const lines = new Map<string, ScreenLine[]>([["a", []], ["b", []]]);
  const typed: string[] = [];
  const screens = new Screens({
    screen: (peer) => lines.get(peer) ?? [],
    type: (peer, line) => typed.push(`${peer}: ${line}`),
  });
  for (const peer of lines.keys()) screens.clear(peer);
  return { screens, typed, write: (peer: string, atMs: number, text: string) => lines.get(peer)!.push({ atMs, text }) };
}

const X = { type: "literal", text: "x" } as const;

Deno.test("what several have shown is told in the order of time", () => {
  const { screens, write } = twoScreens();
  write("a", 1, "a1");
  write("a", 5, "a2");
  write("b", 3, "b1");
  assertEquals(screens.read().map(({ peer, text }) => `${peer} ${text}`), ["a a1", "b b1", "a a2"]);
  assertEquals(screens.read(), []);
});

Deno.test("a line is taken once, the first that matches first", () => {
  const { screens, write } = twoScreens();
  write("a", 1, "one x");
  write("a", 2, "y");
  write("a", 3, "two x");
  screens.read();
  const two = { type: "regex", regex: /^two/ } as const;
  assertEquals([screens.take("a", two), screens.take("a", two)], [true, false]);
  assertEquals([screens.take("a", X), screens.take("a", X), screens.take("b", X)], [true, false, false]);
  assertEquals([screens.has("a", X), screens.has("a", X, 3)], [true, false], "taking takes nothing off the screen");
});

/** What `memberlist` shows of somebody. */
function member(number: number, name: string): readonly string[] {
  return [`${number}:      Name: ${name}`, "        Address: 127.0.0.1:1", "        Tags: app=parley"];
}

Deno.test("an answer is counted and not shown, whatever is shown between its lines", () => {
  const { screens, typed, write } = twoScreens();
  screens.askForMembers("a");
  assertEquals(typed[0], "a: /memberlist");
  for (const line of member(0, "a")) write("a", 1, line);
  write("a", 1, "* c came to #lobby");
  for (const line of member(1, "b")) write("a", 1, line);
  assertEquals(screens.read().map(({ text }) => text), ["* c came to #lobby"]);
  assertEquals(screens.membersOf("a"), undefined, "it has not ended yet");
  write("a", 2, typed[1]!.replace("a: /echo ", ""));
  assertEquals([screens.read(), screens.membersOf("a")], [[], 2]);
});

Deno.test("the end of an earlier question does not end a later one", () => {
  const { screens, typed, write } = twoScreens();
  screens.askForMembers("a");
  screens.askForMembers("a");
  write("a", 1, typed[1]!.replace("a: /echo ", ""));
  assertEquals([screens.read(), screens.membersOf("a")], [[], undefined]);
  write("a", 2, typed[3]!.replace("a: /echo ", ""));
  assertEquals([screens.read(), screens.membersOf("a")], [[], 0]);
});

Deno.test("whom a person lists by himself is shown", () => {
  const { screens, write } = twoScreens();
  for (const line of member(0, "a")) write("a", 1, line);
  assertEquals(screens.read().length, 3);
});
