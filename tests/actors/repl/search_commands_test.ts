import { assertEquals, assertMatch } from "@std/assert";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

/** alice and bob in the lobby. */
async function two(json = false): Promise<{ world: World; alice: Seat; bob: Seat }> {
  const world = new World({ seed: "search" });
  const [alice, bob] = [new Seat(world, "alice", { json }), new Seat(world, "bob")];
  await world.clock.until(() => world.isConverged() && bob.peer.memory.rooms.size > 0, 10_000, "both are in");
  await world.clock.advance(1_000);
  return { world, alice, bob };
}

/** Without their times. */
function untimed(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d /, ""));
}

Deno.test("search finds what anybody said, the newest first, also of rooms that one has left", async () => {
  const { alice, bob } = await two();
  await bob.enter("the cat sat");
  await alice.enter("a Cat and a dog");
  await alice.enter("/join dev");
  await alice.enter("/me feeds the cat");
  await alice.enter("/chatleave");
  assertEquals(untimed(await alice.enter("/search CAT")), [
    "#dev * alice feeds the cat",
    "#lobby alice: a Cat and a dog",
    "#lobby bob: the cat sat",
  ]);
  assertEquals(untimed(await alice.enter("/search cat dog")), ["#lobby alice: a Cat and a dog"]);
  assertEquals(untimed(await alice.enter("/search cat in lobby from bob since 1h")), ["#lobby bob: the cat sat"]);
  assertEquals(untimed(await alice.enter('/search "cat sat"')), ["#lobby bob: the cat sat"]);
  assertEquals(await alice.enter("/search bird"), ["Nothing was found"]);
  assertEquals(await alice.enter("/search cat in the"), ["Nothing was found in #the: what is in quotes is only words"]);
});

Deno.test("of many that are found the newest are shown, and that there are more", async () => {
  const { alice } = await two();
  for (let n = 1; n <= 21; n++) await alice.enter(`number ${n}`, 10);
  const lines = untimed(await alice.enter("/search number"));
  assertEquals(lines.length, 21);
  assertEquals([lines[0], lines[19]], ["#lobby alice: number 21", "#lobby alice: number 2"]);
  assertEquals(lines[20], "There is more: in ROOM, from NAME or since WHEN find less");
  assertEquals(untimed(await alice.enter("/search number 21")), ["#lobby alice: number 21"]);
});

Deno.test("a program gets what was found as data", async () => {
  const { alice, bob } = await two(true);
  await bob.enter("hello there");
  const lines = (await alice.enter("/search hello from bob since 1h")).map((line) => JSON.parse(line));
  const { data, text } = lines.find(({ type, command }) => type === "output" && command === "search");
  assertMatch(text, /#lobby bob: hello there$/);
  const [entry] = data.entries;
  assertEquals([data.words, data.room, data.from, data.more], [["hello"], null, "bob", false]);
  assertEquals([entry.room, entry.author, entry.event, entry.text], ["lobby", "bob", "said", "hello there"]);
  assertEquals([typeof entry.id, typeof entry.saidAt, entry.sequence], ["string", "string", 1]);
});

Deno.test("what was counted of rooms and of what is kept is among the counters", async () => {
  const { alice, bob } = await two();
  await bob.enter("hello");
  await alice.enter("hello yourself");
  const counters = await alice.enter("/counters");
  const of = (what: string): number =>
    Number(counters.find((line) => line.endsWith(`  ${what}`))?.trim().split(" ")[0]);
  assertEquals([of("rooms: entries written"), of("rooms: entries taken"), of("history: entries")], [1, 1, 2]);
});
