import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

/** A reader that pauses is asked for so many helps: far more than a pipe holds, and far less than a peer keeps. */
const MANY = 300;
/** And for so many: more than a peer keeps for it. */
const TOO_MANY = 4_000;

/** A line of help that stands in it once. */
const HELP_LINE = /^ {2}quit /mg;

for (const [count, what] of [[MANY, "finds everything later"], [TOO_MANY, "is told what it missed"]] as const) {
  Deno.test(`a reader that pauses after ${count} helps disturbs nobody, and ${what}`, async () => {
    await using place = await Place.create();
    await using alice = await PeerProcess.peer("alice", place);
    await using slow = PeerProcess.start("peer", { place, args: ["slow", place.bootstrapFlag], paused: true });
    await alice.waitFor("slow came to #lobby");
    await slow.say("/help\n".repeat(count) + "all were shown");
    await alice.waitFor("slow: all were shown");
    await alice.say("do you hear me?");
    await slow.say("/who\nyes");
    await alice.waitFor("slow: yes");
    assert(!/slow (left|failed|does not answer)/.test(alice.shown), alice.shown);

    slow.resumeReading();
    await slow.waitFor("slow: yes");
    await slow.endInput();
    const { code, stdout, stderr } = await slow.ended();
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "alice: do you hear me?");
    const helps = stdout.match(HELP_LINE)?.length ?? 0;
    if (count === MANY) assertEquals(helps, count);
    else assertMatch(stdout, /^… \d+ lines dropped$/m);
    assertEquals(stdout.includes("lines dropped"), helps < count);
  });
}

Deno.test("a peer whose output nobody reads says goodbye and ends all the same", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using slow = PeerProcess.start("peer", { place, args: ["slow", place.bootstrapFlag], paused: true });
  await slow.say("/help\n".repeat(MANY) + "that is all");
  await slow.endInput();
  await alice.waitFor("slow: that is all");
  await alice.waitFor("slow left");
  assertEquals((await slow.ended()).code, 0);
});

Deno.test("of lines piped in, what fails is one line on stderr each, and the run ends with 1", async () => {
  await using place = await Place.create();
  const script = await place.file("bad.txt", "echo one\nfrobnicate\necho two\n");
  await using peer = PeerProcess.start("peer", { place, way: "task", args: ["alice", place.bootstrapFlag] });
  await peer.say(`/execute nofile\n/execute ${script}\nstill talking\n/part\nto whom?`);
  await peer.endInput();
  const { code, stdout, stderr } = await peer.ended();
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^parley: Cannot execute nofile: [^\n]+\nparley: [^\n]+bad\.txt:2: [^\n]+\nparley: You are in no room[^\n]*\n$/,
  );
  assertMatch(stdout, /^> frobnicate$/m);
  assertMatch(stdout, /alice: still talking$/m);
  assert(!/Cannot execute|Unknown command|no room/.test(stdout), stdout);
});
