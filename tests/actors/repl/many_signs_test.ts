import { assertEquals } from "@std/assert";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

Deno.test("of more signs than fit behind a line, the first are shown and the others counted", async () => {
  const world = new World({ seed: "signs" });
  const alice = new Seat(world, "alice");
  await world.clock.until(() => alice.peer.memory.rooms.size > 0, 10_000, "she is in");
  await alice.enter("hello");
  await alice.enter("/history");
  for (let at = 1; at <= 10; at++) await alice.enter(`/react 1 s${at}`);
  const line = (await alice.enter("/history")).find((line) => line.includes("alice: hello"));
  const shown = Array.from({ length: 8 }, (_, at) => ` [s${at + 1} alice]`).join("");
  assertEquals(line?.slice(line.indexOf("hello")), `hello${shown} and 2 more`);
});
