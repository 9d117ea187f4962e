import { assertEquals } from "@std/assert";
import { LookAlikes } from "../../../actors/repl/look_alikes.ts";

function alike(first: string, second: string): boolean {
  const names = new LookAlikes();
  names.meet(first);
  return names.of(second) === first;
}

const ALIKE: readonly (readonly [string, string])[] = [
  ["bob", "bоb"], // Cyrillic o
  ["paypal", "раураӏ"],
  ["alice", "aIice"],
  ["alice", "a1ice"],
  ["bob", "b0b"],
  ["bob", "BOB"],
  ["bob", "ｂｏｂ"],
  ["bob", "bo\u200bb"],
  ["modern", "modem"],
  ["anna", "αnna"],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["bob", "rob"],
  ["bob", "bob2"],
  ["zoe", "zoë"],
  ["мария", "марина"],
  ["李雷", "李磊"],
  ["alice", "alice.example"],
];

for (const [first, second] of ALIKE) {
  Deno.test(`faults row 18: ${JSON.stringify(second)} looks like ${first}`, () =>
    assertEquals(alike(first, second), true));
}

for (const [first, second] of DIFFERENT) {
  Deno.test(`faults row 18: ${second} does not look like ${first}`, () => assertEquals(alike(first, second), false));
}

Deno.test("who came first keeps the name unmarked, also against many, until he goes", () => {
  const names = new LookAlikes();
  for (const name of ["bob", "bоb", "b0b"]) names.meet(name);
  assertEquals(["bob", "bоb", "b0b"].map((name) => names.of(name)), [undefined, "bob", "bob"]);
  names.part("bob");
  assertEquals(["bоb", "b0b"].map((name) => names.of(name)), [undefined, "bоb"]);
  names.part("bоb");
  names.part("b0b");
  assertEquals(names.of("bob"), undefined);
});
