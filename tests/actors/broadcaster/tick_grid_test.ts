import { assertEquals, assertThrows } from "@std/assert";
import { TickGrid } from "../../../actors/broadcaster/tick_grid.ts";

Deno.test("the first moment is the one that was given, and each further one an interval later", () => {
  const grid = new TickGrid(1_070, 200);
  assertEquals(grid.takeNext(1_000), 70);
  assertEquals(grid.takeNext(1_070), 200);
  assertEquals(grid.takeNext(1_270), 200);
});

Deno.test("after a rest the next moment is one of those that would have come without it", () => {
  const grid = new TickGrid(1_070, 200);
  grid.takeNext(1_000);
  assertEquals(grid.takeNext(9_000), 70);
  assertEquals(grid.takeNext(20_069), 1);
});

Deno.test("a moment that is just now counts", () => {
  assertEquals(new TickGrid(1_000, 200).takeNext(1_400), 0);
});

Deno.test("a timer that fires a little early is not given the same moment again", () => {
  const grid = new TickGrid(1_000, 200);
  assertEquals(grid.takeNext(950), 50);
  assertEquals(grid.takeNext(999), 201);
});

Deno.test("an interval has to be one", () => {
  for (const intervalMs of [0, -1, NaN]) assertThrows(() => new TickGrid(0, intervalMs), RangeError);
});

Deno.test("of the moments that passed one is kept, and then the grid goes on as it was", () => {
  const grid = new TickGrid(100, 1_000);
  assertEquals(grid.takeNextOrKept(50), 50, "at 100");
  assertEquals(grid.takeNextOrKept(150), 950, "at 1,100");
  assertEquals(grid.takeNextOrKept(2_600), 0, "that of 2,100, late");
  assertEquals(grid.takeNextOrKept(2_600), 500, "at 3,100");
  assertEquals(grid.takeNextOrKept(9_999), 0, "one of 4,100 to 9,100");
  assertEquals(grid.takeNextOrKept(9_999), 101, "at 10,100");
  assertEquals(grid.takeNextOrKept(11_100), 0, "just now");
  assertEquals(grid.takeNextOrKept(11_100), 1_000, "and not twice");
});
