import { assertEquals } from "@std/assert";
import {
  findOlder,
  HISTORY_ENTRIES_MAX,
  newer,
  older,
  remember,
  shownAt,
} from "../../../../actors/repl/line_editor/history.ts";

Deno.test("history: remembers lines, but not the same twice in a row", () => {
  assertEquals(["a", "b", "b", "a"].reduce(remember, [] as readonly string[]), ["a", "b", "a"]);
});

for (const text of ["", "   ", " private", "set key 1234", "KEY=1"]) {
  Deno.test(`history: does not keep "${text}"`, () => assertEquals(remember(["a"], text), ["a"]));
}

Deno.test("history: forgets the oldest when it is full", () => {
  const full = Array.from({ length: HISTORY_ENTRIES_MAX }, (_, index) => `line ${index}`);
  const history = remember(full, "last");
  assertEquals([history.length, history[0], history.at(-1)], [HISTORY_ENTRIES_MAX, "line 1", "last"]);
});

Deno.test("history: walks back to the oldest and on to the draft, and no further", () => {
  const history = ["a", "b"];
  const first = older(history, undefined, "draft")!;
  const second = older(history, first, "ignored")!;
  assertEquals([shownAt(history, first), shownAt(history, second)], ["b", "a"]);
  assertEquals(older(history, second, ""), undefined);
  const back = newer(history, newer(history, second))!;
  assertEquals(shownAt(history, back), "draft");
  assertEquals(newer(history, back), undefined);
  assertEquals(newer(history, undefined), undefined);
});

Deno.test("history: finds the newest entry older than a place", () => {
  const history = ["join dev", "msg hi", "join ops"];
  assertEquals(findOlder(history, "join", 3), 2);
  assertEquals(findOlder(history, "join", 2), 0);
  assertEquals(findOlder(history, "join", 0), undefined);
});
