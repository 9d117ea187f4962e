/** What a peer makes of a history on disk that it cannot use, or use any longer. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { programBelow } from "../support/processes.ts";

/** The lines of a peer's history that were said, without number and time. */
async function historyOf(peer: PeerProcess): Promise<readonly string[]> {
  return (await peer.ask("/history")).split("\n").flatMap((line) => /\d\d:\d\d:\d\d (.*)$/.exec(line)?.[1] ?? []);
}

/** alice and bob, who have said something; bob has ended. */
async function talked(place: Place): Promise<PeerProcess> {
  const alice = await PeerProcess.peer("alice", place);
  const bob = await PeerProcess.peer("bob", place);
  await alice.say("one");
  await bob.waitFor("alice: one");
  await bob.say("two");
  await alice.waitFor("bob: two");
  await bob.endInput();
  await bob.ended();
  return alice;
}

Deno.test("faults row 72: a history that is damaged is moved aside, that is said in one line, and it comes back from others", async () => {
  await using place = await Place.create();
  await using alice = await talked(place);
  const path = place.historyOf("bob");
  await Deno.writeTextFile(path, "this is no database".repeat(1_000));
  await using bob = await PeerProcess.peer("bob", place);
  await bob.waitFor("2 earlier messages of #lobby came");
  assertEquals(await historyOf(bob), ["alice: one", "bob: two"]);
  const told = `${bob.shown}${bob.complaints}`.split("\n").filter((line) => line.includes(path));
  assertEquals(told.map((line) => line.replace(/^.*?(?=\/)/, "")), [
    `${path} is damaged and was moved to ${path}.damaged; history is fetched from others again`,
  ]);
  assertStringIncludes(await Deno.readTextFile(`${path}.damaged`), "this is no database");
  await bob.say("three");
  await alice.waitFor("bob: three");
});

Deno.test("faults row 70: a second process with the data of one that runs is refused with one sentence and 4", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using second = PeerProcess.start("peer", { place, args: ["alice", place.bootstrapFlag] });
  const { code, stdout, stderr } = await second.ended();
  assertEquals([code, stdout], [4, ""]);
  assertMatch(stderr, /^parley: [^\n]*Another process is using \/[^\n]*\/alice\/history\.db[^\n]*\n$/);
  await alice.say("still here");
  await alice.waitFor("alice: still here");
});

Deno.test("faults row 70: a history that a later version wrote is refused with one sentence and 4, and left as it is", async () => {
  await using place = await Place.create();
  await using _alice = await talked(place);
  const path = place.historyOf("bob");
  const db = new DatabaseSync(path);
  db.exec("pragma user_version = 77");
  db.close();
  await using bob = PeerProcess.start("peer", { place, args: ["bob", place.bootstrapFlag] });
  const { code, stderr } = await bob.ended();
  assertEquals([code, stderr], [4, `parley: ${path} was written by a later version (format 77)\n`]);
  const later = new DatabaseSync(path);
  const { entries } = later.prepare("select count(*) as entries from entries").get()!;
  later.close();
  assertEquals(entries, 2);
});

Deno.test(
  "faults row 71: on a disk that is full the chat goes on, that is said once, and what is said is marked as not stored",
  async () => {
    await using place = await Place.create();
    await using alice = await PeerProcess.peer("alice", place);
    await using bob = PeerProcess.start("peer", { place, args: ["bob", place.bootstrapFlag], fileKibMax: 600 });
    await bob.waitFor("You are in #");
    const long = "x".repeat(7_000);
    for (let n = 1; n <= 150 && !bob.shown.includes("(not stored)"); n++) {
      await bob.say(`${n} ${long}`);
      await bob.waitFor(`bob: ${n} x`);
    }
    await bob.waitFor("(not stored)");
    await bob.say("the last words");
    await bob.waitFor("bob: the last words (not stored)");
    await alice.waitFor("bob: the last words");
    await alice.say("heard");
    await bob.waitFor("alice: heard");
    const banner = `${bob.shown}${bob.complaints}`.split("\n").filter((line) => line.includes("not stored on disk"));
    assertEquals(banner.length, 1);
    assertStringIncludes(banner[0]!, place.historyOf("bob"));
    assertMatch(await bob.ask("/held 1"), /the last words \(.*; not stored here\)/);
    assert(!(await historyOf(alice)).some((line) => line.includes("not stored")));
    Deno.kill(await programBelow(bob.pid), "SIGTERM");
    await bob.ended();
    await using again = await PeerProcess.peer("bob", place);
    await again.waitFor(/earlier message|bob: the last words/);
    assert((await again.ask("/history")).includes("bob: the last words"), "others had it");
  },
);
