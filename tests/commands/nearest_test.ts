import { assertEquals } from "@std/assert";
import { nearest } from "../../commands/nearest.ts";

const words = ["bind", "bootstrap", "join", "room", "manual", "no-manual", "name"];

const table: readonly [word: string, candidate: string | undefined][] = [
  ["bind", "bind"],
  ["bnd", "bind"],
  ["bidn", "bind"],
  ["binds", "bind"],
  ["bootstarp", "bootstrap"],
  ["botstap", "bootstrap"],
  ["rooom", "room"],
  ["no-manuel", "no-manual"],
  ["xyzw", undefined],
  ["", undefined],
  ["b", undefined],
  ["x".repeat(100_000), undefined],
];

for (const [word, candidate] of table) {
  Deno.test({
    name: `${JSON.stringify(word.slice(0, 20))} is probably ${candidate ?? "something else"}`,
    permissions: "none",
    fn: () => assertEquals(nearest(word, words), candidate),
  });
}
