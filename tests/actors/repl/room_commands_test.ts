import { assertEquals, assertMatch } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

/** alice and bob, in the lobby and in #dev; speech of both goes to the lobby. */
async function two(seed: string): Promise<{ world: World; alice: Seat; bob: Seat }> {
  const world = new World({ seed });
  const alice = new Seat(world, "alice");
  await world.clock.advance(1_000);
  const bob = new Seat(world, "bob");
  await world.clock.advance(3_000);
  for (const seat of [alice, bob]) {
    await seat.enter("/join dev");
    await seat.enter("/join lobby", 1_000);
  }
  alice.look();
  bob.look();
  return { world, alice, bob };
}

const timeless = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/^[\d:]{8} /, ""));

Deno.test("what is said in another room has that room's name before it, and counts as unread until one goes there", async () => {
  const { alice, bob } = await two("unread");
  await bob.enter("/join dev");
  await bob.enter("one", 500);
  await bob.enter("/me waits", 500);
  assertEquals(timeless(alice.look()), ["#dev bob: one", "#dev * bob waits"]);
  assertEquals(await alice.enter("/rooms"), ["> #lobby [alice, bob]", "  #dev (2 unread) [alice, bob]"]);
  assertEquals(await alice.enter("/join dev"), ["You are in #dev, where 2 messages are new to you"]);
  assertEquals(await alice.enter("/rooms"), ["  #lobby [alice, bob]", "> #dev [alice, bob]"]);
  await bob.enter("two", 500);
  assertEquals(timeless(alice.look()), ["bob: two"]);
  await alice.enter("/part", 500);
  assertEquals(await alice.enter("/rooms"), ["> #lobby [alice, bob]"]);
});

Deno.test("speech goes to the room that was switched to, and what is only told in passing is not unread", async () => {
  const { alice, bob } = await two("switch");
  await alice.enter("/join dev");
  await alice.enter("/join lobby");
  await alice.enter("for the lobby");
  await bob.enter("/part dev", 500);
  alice.look();
  assertEquals(await alice.enter("/rooms"), ["> #lobby [alice, bob]", "  #dev [alice]"]);
  assertEquals(alice.peer.chat.flatMap((event) => event.type === "said" ? [`#${event.room} ${event.text}`] : []), [
    "#lobby for the lobby",
  ]);
});

Deno.test("a topic is shown to all, on entering, among the rooms, and can be cleared", async () => {
  const { world, alice, bob } = await two("topic");
  assertEquals(await alice.enter("/topic"), ["#lobby has no topic: topic TEXT sets one"]);
  assertEquals(timeless(await alice.enter("/topic release  on Friday", 500)), [
    "* alice set the topic: release  on Friday",
  ]);
  assertEquals(timeless(bob.look()), ["* alice set the topic: release  on Friday"]);
  assertEquals(timeless(await bob.enter("/topic")), ["* alice set the topic: release  on Friday"]);
  assertEquals(await bob.enter("/rooms"), [
    "> #lobby: release  on Friday [alice, bob]",
    "  #dev [alice, bob]",
  ]);
  const charly = new Seat(world, "charly");
  await world.clock.advance(5_000);
  assertEquals(charly.look().filter((line) => line.includes("topic")), ["* The topic of #lobby: release  on Friday"]);
  await charly.enter("/join dev");
  assertMatch((await charly.enter("/join lobby")).join("\n"), /You are in #lobby\n[\d:]{8} \* alice set the topic/);
  assertEquals(timeless(await charly.enter("/topic -", 500)), ["* charly cleared the topic"]);
  assertEquals((await alice.enter("/topic")).at(-1), "#lobby has no topic: topic TEXT sets one");
});

Deno.test("what somebody does is told in one line, also in the history", async () => {
  const { alice, bob } = await two("me");
  assertEquals(timeless(await alice.enter("/me waves", 500)), ["* alice waves"]);
  assertEquals(timeless(bob.look()), ["* alice waves"]);
  assertMatch((await bob.enter("/history")).join("\n"), /^1 {2}[\d:]{8} \* alice waves$/);
});

Deno.test("a line in which others name one is marked, by any of one's names; one's own words are not", async () => {
  const { alice, bob } = await two("mention");
  await bob.enter("is Alice here?", 500);
  await bob.enter("what malice", 500);
  await bob.enter("/me asks alice", 500);
  assertEquals(timeless(alice.look()), ["» bob: is Alice here?", "bob: what malice", "» * bob asks alice"]);
  await alice.enter("/nick lice", 500);
  assertEquals(timeless(await alice.enter("alice it is", 500)).at(-1), "lice: alice it is");
  await bob.enter("lice?", 500);
  assertEquals(timeless(alice.look()), ["» bob: lice?"]);
});

for (const bell of [true, false]) {
  Deno.test(`on a terminal the bell ${bell ? "rings once when" : "does not ring, if it shall not, when"} one is named or told something alone`, async () => {
    const world = new World({ seed: "bell" });
    const alice = new Seat(world, "alice", { interactive: true, bell });
    await world.clock.advance(1_000);
    const bob = new Seat(world, "bob");
    await world.clock.advance(3_000);
    const rings = (): number => alice.terminal.text.split("\x07").length - 1;
    await bob.enter("nobody", 500);
    await alice.enter("me, alice", 500);
    assertEquals(rings(), 0);
    await bob.enter("alice alice alice", 500);
    assertEquals(rings(), bell ? 1 : 0);
    await bob.enter("/tell alice psst", 500);
    assertEquals(rings(), bell ? 2 : 0);
    await alice.enter("/tell bob what?", 500);
    assertEquals(rings(), bell ? 2 : 0);
  });
}

Deno.test("one's own words are not unread, and after leaving the membership nothing is", async () => {
  const { world, alice, bob } = await two("own");
  void alice.peer.steps.say("dev" as RoomName, "from elsewhere");
  await bob.enter("/join dev");
  await bob.enter("hi", 500);
  assertEquals((await alice.enter("/rooms")).at(-1), "  #dev (1 unread) [alice, bob]");
  await alice.enter("/memberlistleave", 3_000);
  assertEquals([...alice.peer.memory.repl.unread], []);
  await world.clock.advance(1);
});

Deno.test("numbers of a history that was looked at are forgotten with the room", async () => {
  const { alice } = await two("forgotten");
  await alice.enter("hi", 500);
  await alice.enter("/history");
  await alice.enter("/part", 500);
  await alice.enter("/join lobby", 500);
  assertEquals((await alice.enter("/redact 1")).at(-1), "There is no line 1: history numbers what it shows");
});
