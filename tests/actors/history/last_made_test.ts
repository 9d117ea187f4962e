import { assertEquals } from "@std/assert";
import { lastMade } from "../../../actors/history/last_made.ts";

Deno.test("what is asked for again is not made again, until something else was asked for", () => {
  const made: string[] = [];
  const shouted = lastMade((word: string) => {
    made.push(word);
    return word.toUpperCase();
  });
  assertEquals(["a", "a", "b", "b", "a"].map(shouted), ["A", "A", "B", "B", "A"]);
  assertEquals(made, ["a", "b", "a"]);
});
