import { assert, assertEquals, assertMatch } from "@std/assert";
import { fingerprintOf } from "../../../actors/history/fingerprint.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

const wordsOf = (device: string): string => fingerprintOf(simulatedSigning(device).author).words;
const timeless = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/[\d:]{8}/, "TIME"));

/** alice and bob, who know each other. */
async function two(seed: string) {
  const world = new World({ seed });
  const alice = new Seat(world, "alice");
  await world.clock.advance(1_000);
  const bob = new Seat(world, "bob");
  await world.clock.advance(3_000);
  alice.look();
  bob.look();
  return { world, alice, bob };
}

/** Somebody who comes by bob's name with another key, once bob is gone. */
async function imposed(seed: string) {
  const { world, alice, bob } = await two(seed);
  await bob.enter("it is me", 500);
  await bob.enter("/quit", 10_000);
  alice.look();
  const other = new Seat(world, "bob", { device: "mallory" });
  await world.clock.advance(3_000);
  return { world, alice, other };
}

Deno.test("whoami shows the key's words and the rooms, and whois the same words to others", async () => {
  const { alice, bob } = await two("who");
  const words = wordsOf("bob");
  const [first, second, third] = await bob.enter("/whoami");
  assertEquals([first, third], ["You are bob", "Rooms: #lobby"]);
  assertMatch(second!, new RegExp(`^Fingerprint: ${words} \\([0-9a-f ]{24}\\)$`));
  await bob.enter("hi", 500);
  alice.look();
  const shown = await alice.enter("/whois bob");
  assertEquals([shown[0], shown[1]], ["bob", second]);
  assertMatch(shown[2]!, /^Known since \d{4}-\d\d-\d\d [\d:]{8}, last seen /);
  assertMatch(shown[3]!, /^Log \d+ in #lobby: 1 entry$/);
  assertEquals(shown[4], `Member bob, at ${bob.peer.memory.address}`);
  assertEquals(await alice.enter("/whois carol"), ['Nobody called "carol" is known here']);
});

Deno.test("who comes by a known name with another key is refused, and both sides are told so loudly, once", async () => {
  const { alice, other } = await imposed("imposed");
  const shown = alice.look().filter((line) => !/is a member|came|left/.test(line));
  assertEquals(shown, [
    "* bob is not who went by that name before, or has another key now.",
    `  Known here: ${wordsOf("bob")}. Now: ${wordsOf("mallory")}.`,
    "  Ask bob elsewhere for the words that whoami shows. If they are the new ones: accept bob. Beware if not.",
  ]);
  const told = other.look().filter((line) => line.includes("does not let you"));
  assertEquals(told, [
    `* alice does not let you into #lobby: the name bob belongs to another key here: ${wordsOf("bob")}.`,
  ]);
  assertEquals((await alice.enter("/who")).map((line) => line.split(",")[0]), ["alice (you)"]);
});

Deno.test("what is said by a name that is another's is shown with a mark, also in the history", async () => {
  const { alice, other } = await imposed("marked");
  alice.look();
  await other.enter("trust me", 1_000);
  assertEquals(timeless(alice.look()), ["TIME bob (not the one you know): trust me"]);
  assertEquals(timeless(await alice.enter("/history")), [
    "1  TIME bob: it is me",
    "2  TIME bob (not the one you know): trust me",
  ]);
  assertEquals((await alice.enter("/whois bob")).filter((line) => line.includes("Another")), [
    `Another key goes by that name: ${wordsOf("mallory")}`,
  ]);
});

Deno.test("whom the person accepts is in by that name, without a mark; what the former said has one", async () => {
  const { alice, other } = await imposed("accepted");
  alice.look();
  const [accepted] = await alice.enter("/accept bob", 1_000);
  assertEquals(accepted, "bob is who goes by that name now: whois shows the key");
  await other.enter("thanks", 1_000);
  assertEquals(timeless(alice.look()), ["TIME bob: thanks"]);
  assertEquals((await alice.enter("/who")).map((line) => line.split(",")[0]), ["alice (you)", "bob"]);
  assertEquals(timeless(await alice.enter("/history")), [
    "1  TIME bob (not the one you know): it is me",
    "2  TIME bob: thanks",
  ]);
  assertEquals(await alice.enter("/accept bob"), ['Nobody else has gone by the name "bob" since the start']);
});

Deno.test("of who is ignored nothing is shown by any name, until no longer", async () => {
  const { alice, bob } = await two("ignored");
  assertEquals(await alice.enter("/ignore bob"), ["You ignore bob: unignore ends that"]);
  await bob.enter("one", 500);
  await bob.enter("/nick rob", 500);
  await bob.enter("two", 500);
  await bob.enter("/part", 500);
  await bob.enter("/join lobby", 500);
  assertEquals(alice.look(), []);
  assertEquals(await alice.enter("/history"), ["Nothing was said in #lobby yet"]);
  assertEquals(await alice.enter("/ignore"), ["bob"]);
  assertEquals((await alice.enter("/whois rob"))[0], "rob, whom you ignore");
  await alice.enter("/unignore bob");
  await bob.enter("three", 500);
  assertEquals(timeless(alice.look()).slice(-1), ["TIME rob: three"]);
  assertEquals((await alice.enter("/history")).length, 3);
});

Deno.test("one speaks by another name if it is nobody's, and others are told; the member's name stays", async () => {
  const { alice, bob } = await two("nick");
  await bob.enter("hi", 500);
  assertEquals(await bob.enter("/nick alice"), ["A member is called alice"]);
  assertEquals(await bob.enter("/nick a lice"), ['Nobody can be called "a lice"']);
  assertEquals(await bob.enter("/nick Alice"), ['The name "Alice" looks like "alice", which belongs to another key']);
  assertEquals(await bob.enter("/nick rob"), ["You speak as rob from now on"]);
  alice.look();
  await bob.enter("hi again", 500);
  assertEquals(timeless(alice.look()), ["* bob is called rob now", "TIME rob: hi again"]);
  assertEquals((await alice.enter("/who")).map((line) => line.split(",")[0]), ["alice (you)", "bob"]);
  const whois = await alice.enter("/whois rob");
  assert(whois.includes("Also called bob"), whois.join("\n"));
  assert(whois.includes(`Member bob, at ${bob.peer.memory.address}`), whois.join("\n"));
  assertEquals((await bob.enter("/whoami"))[0], "You are bob, speaking as rob");
  assertEquals(await bob.enter("/nick"), ["You speak as rob"]);
});

Deno.test("what is told to one other is shown as such to the two, and a program has it in fields", async () => {
  const { world, alice, bob } = await two("tell");
  const charly = new Seat(world, "charly", { json: true });
  await world.clock.advance(3_000);
  alice.look();
  bob.look();
  charly.look();
  assertEquals(timeless(await alice.enter("/tell bob only  for you", 500)), ["TIME you -> bob: only  for you"]);
  assertEquals(timeless(bob.look()), ["TIME alice -> you: only  for you"]);
  assertEquals(charly.look(), []);
  await bob.enter('/dm "charly" hi', 500);
  const [record] = charly.look().map((line) => JSON.parse(line));
  const { type, event, from, to, own, text } = record;
  assertEquals({ type, event, from, to, own, text }, {
    type: "direct",
    event: "told",
    from: "bob",
    to: "charly",
    own: false,
    text: "hi",
  });
  const found = await bob.enter("/search only");
  assertEquals(found.map((line) => line.replace(/^\S+ \S+ /, "")), ["(direct) alice: only  for you"]);
  assertEquals(
    await charly.enter("/search only").then((lines) => lines.some((line) => line.includes("for you"))),
    false,
  );
  assertEquals(await alice.enter("/tell dora hi"), ["dora has shown no key here, so nothing can be sealed for them"]);
  assertEquals(await alice.enter("/tell alice hi"), ["That is you"]);
  assertEquals(await alice.enter(`/tell bob ${"x".repeat(9_000)}`), ["The message is too long"]);
});

Deno.test("of who is ignored nothing is shown that was told to us alone, and by a name that is another's with a mark", async () => {
  const { alice, other } = await imposed("told");
  alice.look();
  await other.enter("/tell alice trust me", 1_000);
  assertEquals(timeless(alice.look()), ["TIME bob (not the one you know) -> you: trust me"]);
  await alice.enter("/accept bob", 500);
  await alice.enter("/ignore bob");
  alice.look();
  await other.enter("/tell alice hello?", 1_000);
  assertEquals(alice.look(), []);
});

/** How bob stands in the list of who is in the room. */
async function who(seat: Seat): Promise<string> {
  return (await seat.enter("/who")).find((line) => line.startsWith("bob") && line.includes("since"))!;
}

Deno.test("who is away is shown so, with where, to all who are there and who come later, until back", async () => {
  const { world, alice, bob } = await two("away");
  assertEquals(await bob.enter("/away at lunch", 500), ["You are away: back ends that"]);
  assertEquals(alice.look(), [], "it is there for who looks");
  const isAway = /^bob, since [\d:]{8}, away: at lunch$/;
  assertMatch(await who(alice), isAway);
  assertEquals((await alice.enter("/whois bob")).at(-1), "Away: at lunch");
  assertMatch(await who(bob), /^bob \(you\), since [\d:]{8}, away: at lunch$/);
  const charly = new Seat(world, "charly");
  await world.clock.advance(3_000);
  charly.look();
  assertMatch(await who(charly), isAway);
  assertEquals(timeless(await charly.enter("/tell bob psst")), ["TIME you -> bob: psst", "bob is away: at lunch"]);
  bob.peer.system.crash("/peer/rooms");
  await world.clock.advance(2_000);
  assertMatch(await who(alice), isAway);
  assertEquals((await bob.enter("/back", 500)).at(-1), "You are back");
  assertMatch(await who(alice), /^bob, since [\d:]{8}$/);
  assertEquals(await bob.enter("/away", 500), ["You are away: back ends that"]);
  assertMatch(await who(alice), /^bob, since [\d:]{8}, away$/);
  assertEquals(await bob.enter(`/away ${"x".repeat(201)}`), ["That is too long a line"]);
});

Deno.test("of who is gone it is known when they were seen last", async () => {
  const { world, alice, bob } = await two("last seen");
  await bob.enter("bye", 60_000);
  const goneAt = world.clock.wallMs();
  bob.peer.quit();
  await world.clock.advance(120_000);
  const shown = await alice.enter("/whois bob");
  assertEquals(shown.at(-1), "Not a member now");
  const [, lastSeen = ""] = /last seen (.*)$/.exec(shown.find((line) => line.startsWith("Known since"))!) ?? [];
  assert(Math.abs(new Date(lastSeen).getTime() - goneAt) < 5_000, `${lastSeen}, gone at ${goneAt}`);
});
