import { assertEquals, assertMatch } from "@std/assert";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

/** Three who have seen each other in the lobby. */
async function three(json = false) {
  const world = new World({ seed: "letters" });
  const seats: Seat[] = [];
  for (const name of ["alice", "bob", "charly"]) {
    seats.push(new Seat(world, name, { json }));
    await world.clock.advance(2_000);
  }
  const [alice, bob, charly] = seats as [Seat, Seat, Seat];
  await bob.enter("/tell alice one", 1_000);
  await charly.enter("/tell alice of others", 1_000);
  await alice.enter("/tell bob two", 1_000);
  await bob.enter("/tell charly not for alice", 1_000);
  await bob.enter("/tell alice three", 1_000);
  for (const seat of seats) seat.look();
  return { world, alice, bob, charly };
}

const timeless = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, "").replace(/[\u2066-\u2069]/g, ""));

Deno.test("what two told each other is shown to the two, the latest of it, without what they told others", async () => {
  const { alice, bob, charly } = await three();
  assertEquals(timeless(await alice.enter("/history @bob")), [
    "bob -> you: one",
    "you -> bob: two",
    "bob -> you: three",
  ]);
  assertEquals(timeless(await bob.enter('/history @"alice" 2')), ["alice -> you: two", "you -> alice: three"]);
  assertEquals(timeless(await charly.enter("/history @alice")), ["you -> alice: of others"]);
  assertEquals(timeless(await alice.enter("/history @charly 1")), ["charly -> you: of others"]);
});

Deno.test("of who is not known nothing is shown, nor where nothing was told; a room is not needed", async () => {
  const { alice, charly } = await three();
  assertEquals(timeless(await charly.enter("/history @dora")), ['Nobody called "dora" is known here']);
  assertEquals(timeless(await charly.enter("/history @bob")), ["bob -> you: not for alice"]);
  assertEquals(timeless(await alice.enter("/history @alice")), [
    "You and alice have told each other nothing yet, as far as it is here",
  ]);
  await alice.enter("/part");
  assertEquals((await alice.enter("/history @bob 1")).length, 1);
  for (const wrong of ["@", "@bob x", "@bob 0", '@"bob', "@bob 1 2"]) {
    assertMatch((await alice.enter(`/history ${wrong}`)).join(), /Usage: history/);
  }
});

Deno.test("to a program each says who told it to whom", async () => {
  const { alice } = await three(true);
  const records = (await alice.enter("/history @bob 2")).map((line) => JSON.parse(line));
  const { data } = records.find(({ type }) => type === "output");
  assertEquals(data.room, "@bob");
  assertEquals(data.entries.map(({ author, to, text, event }: Record<string, string>) => [author, to, text, event]), [
    ["alice", "bob", "two", "sealed"],
    ["bob", "alice", "three", "sealed"],
  ]);
});
