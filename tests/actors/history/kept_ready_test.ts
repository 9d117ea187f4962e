import { assertEquals } from "@std/assert";
import { KeptReady } from "../../../actors/history/kept_ready.ts";

Deno.test("what is kept is not made again, and the one unused for longest goes first", () => {
  const made: string[] = [];
  const ready = new KeptReady(2, (name: string) => {
    made.push(name);
    return name.toUpperCase();
  });
  const asked = ["a", "b", "b", "a", "c", "a", "b"].map((name) => ready.for(name));
  assertEquals(asked, ["A", "B", "B", "A", "C", "A", "B"]);
  assertEquals(made, ["a", "b", "c", "b"]);
  assertEquals(ready.size, 2);
});

Deno.test("what cannot be made takes nobody's place", () => {
  let made = 0;
  const ready = new KeptReady(1, (name: string) => {
    made++;
    return name === "none" ? undefined : name;
  });
  assertEquals([ready.for("a"), ready.for("none"), ready.for("none"), ready.for("a")], [
    "a",
    undefined,
    undefined,
    "a",
  ]);
  assertEquals([made, ready.size], [3, 1]);
});
