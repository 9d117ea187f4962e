import { assertEquals, assertMatch } from "@std/assert";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

async function two(seed: string): Promise<{ world: World; alice: Seat; bob: Seat }> {
  const world = new World({ seed });
  const alice = new Seat(world, "alice");
  await world.clock.advance(1_000);
  const bob = new Seat(world, "bob");
  await world.clock.advance(3_000);
  alice.look();
  bob.look();
  return { world, alice, bob };
}

const timeless = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/[\d:]{8}/, "TIME"));

Deno.test("what one has said can be corrected, is shown to all, and stands so in every history", async () => {
  const { alice, bob } = await two("edit");
  await alice.enter("helo", 500);
  await bob.enter("hi", 500);
  bob.look();
  assertEquals(
    timeless(await alice.enter("/edit hello, all", 500)).at(-1),
    'TIME * alice corrected "helo": hello, all',
  );
  assertEquals(timeless(bob.look()), ['TIME * alice corrected "helo": hello, all']);
  const history = ["1  TIME alice: hello, all (corrected)", "2  TIME bob: hi"];
  for (const seat of [alice, bob]) assertEquals(timeless(await seat.enter("/history")), history);
  assertEquals(await bob.enter("/edit 1 forged"), ["That is not yours: only its author can change it"]);
  assertEquals(await bob.enter("/edit 3 what"), ["There is no line 3: history numbers what it shows"]);
  await bob.enter("/edit 2 hi there", 500);
  assertEquals(timeless(await alice.enter("/history 1")).at(-1), "1  TIME bob: hi there (corrected)");
});

Deno.test("what one has said can be taken back, and stands nowhere any more", async () => {
  const { alice, bob } = await two("redact");
  await alice.enter("secret", 500);
  await alice.enter("/me blushes", 500);
  bob.look();
  await alice.enter("/redact", 500);
  assertMatch(timeless(bob.look()).join("\n"), /^TIME \* alice took back what was said at \d\d:\d\d:\d\d$/);
  await alice.enter("/redact last", 500);
  assertEquals(timeless(await bob.enter("/history")).slice(-2), [
    "1  TIME alice: (taken back)",
    "2  TIME * alice (taken back)",
  ]);
  assertEquals((await alice.enter("/redact", 500)).at(-1), "You have said nothing here lately");
  assertEquals(await alice.enter("/redact 1"), ["There is no line 1: history numbers what it shows"]);
});

Deno.test("signs are given to what others said, and stand behind it until they are taken back", async () => {
  const { alice, bob } = await two("react");
  await alice.enter("lunch?", 500);
  bob.look();
  assertEquals(timeless(await bob.enter("/react 👍", 500)), [
    'TIME * bob gave 👍 to alice: "lunch?"'.replace("👍", SIGN),
  ]);
  await alice.enter("/history");
  await alice.enter("/react 1 👍", 500);
  assertEquals(timeless(await alice.enter("/history")), [`1  TIME alice: lunch? [${SIGN} bob, alice]`]);
  alice.look();
  await bob.enter("/react last 👍", 500);
  assertEquals(timeless(alice.look()), [`TIME * bob took ${SIGN} back from alice: "lunch?"`]);
  assertEquals(timeless(await alice.enter("/history")), [`1  TIME alice: lunch? [${SIGN} alice]`]);
  assertEquals(await alice.enter("/react 👍"), ["Nobody else has said anything lately"]);
});

/** A sign that is no plain character is kept from turning the line around. */
const SIGN = "\u2068👍\u2069";

Deno.test("a program is told of changes with what they are about, and the history's entries as they are now", async () => {
  const world = new World({ seed: "program" });
  const alice = new Seat(world, "alice", { json: true });
  await world.clock.advance(1_000);
  for (const line of ["helo", "/edit hello", "/react 1 x"]) await alice.enter(line, 100);
  await alice.enter("/history");
  await alice.enter("/react 1 x");
  await alice.enter("/redact");
  const shown = alice.look();
  const [data] = shown.concat(await alice.enter("/history 5")).map((line) => JSON.parse(line))
    .filter(({ type, command }) => type === "output" && command === "history").map((line) => line.data);
  const { id, redacted, text, event } = data.entries[0];
  assertEquals({ redacted, text, event }, { redacted: true, text: undefined, event: "said" });
  const changes = alice.peer.chat.filter(({ type }) => type !== "said");
  assertEquals(changes.map((event) => [event.type, "target" in event && event.target === id]), [
    ["edited", true],
    ["reacted", true],
    ["redacted", true],
  ]);
});
