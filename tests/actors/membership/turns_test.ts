import { assertEquals } from "@std/assert";
import { Turns } from "../../../actors/membership/turns.ts";

Deno.test("what waits in one line is done in the order of coming, whichever is ready first", () => {
  const turns = new Turns();
  const done: string[] = [];
  const [a1, a2, a3] = [turns.enter("a"), turns.enter("a"), turns.enter("a")];
  turns.ready(a2, () => done.push("a2"));
  assertEquals(done, []);
  turns.ready(a1, () => done.push("a1"));
  assertEquals(done, ["a1", "a2"]);
  turns.ready(a3, () => done.push("a3"));
  assertEquals(done, ["a1", "a2", "a3"]);
  assertEquals(turns.isWaiting("a"), false);
});

Deno.test("lines of different names do not wait for each other", () => {
  const turns = new Turns();
  const done: string[] = [];
  turns.enter("a");
  turns.ready(turns.enter("b"), () => done.push("b"));
  assertEquals([done, turns.isWaiting("a"), turns.isWaiting("b")], [["b"], true, false]);
});

Deno.test("who comes while the last is being done stands in a new line", () => {
  const turns = new Turns();
  const done: string[] = [];
  turns.ready(turns.enter("a"), () => {
    done.push("first");
    turns.ready(turns.enter("a"), () => done.push("second"));
  });
  assertEquals([done, turns.isWaiting("a")], [["first", "second"], false]);
});
