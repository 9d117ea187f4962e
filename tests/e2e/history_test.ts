/** Rooms that heal, with real processes: what was acknowledged outlives its author, and who was away misses nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

/** Messages that are said at once, and after which their author waits to see them. */
const SAID_AT_ONCE = 500;

const MANY = 10_000;

/** The texts that a peer's `/history` has of that many entries, in order. */
async function historyOf(peer: PeerProcess, count: number): Promise<readonly string[]> {
  return textsIn(await peer.ask(`/history ${count}`));
}

/** What somebody says in these lines, numbered or not, without who says it and when. */
function textsIn(shown: string): readonly string[] {
  return [...shown.matchAll(/^(?: *\d+ +)?\d\d:\d\d:\d\d \S+: (.*)$/gm)].map(([, text = ""]) => text);
}

/** Of how many it was told that they came and are in the history. */
function earlierIn(shown: string): number {
  return [...shown.matchAll(/(\d+) earlier messages of #lobby came/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

/** Waits until the peer is told that its last message is held so; throws with what it was told instead. */
async function heldAs(peer: PeerProcess, wanted: RegExp): Promise<void> {
  let told = "";
  for (let asked = 0; asked < 100; asked++) {
    told = await peer.ask("/held 1");
    if (wanted.test(told)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Not held as ${wanted}: ${told}`);
}

/** Ends a peer as `kill -9` does, and waits until it is gone. */
async function kill(peer: PeerProcess): Promise<void> {
  peer.signal("SIGKILL");
  await peer.ended();
}

Deno.test("an author is killed once one other holds its message: who slept meanwhile has it, and so has who comes later", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using bob = await PeerProcess.peer("bob", place);
  await using charly = await PeerProcess.peer("charly", place);
  await alice.waitFor("charly came to #lobby");
  await bob.waitFor("charly came to #lobby");
  charly.signal("SIGSTOP");
  await alice.say("my last words");
  await heldAs(alice, /my last words \(held by 1 of \d: bob\)/);
  await kill(alice);
  charly.signal("SIGCONT");
  await charly.waitFor("alice: my last words");
  await using dora = await PeerProcess.peer("dora", place);
  await dora.waitFor("1 earlier message of #lobby came");
  assertEquals(await historyOf(dora, 5), ["my last words"]);
});

Deno.test("what is said while nobody else is there is held by nobody, outlives its author's death, and arrives", async () => {
  await using place = await Place.create();
  const alice = await PeerProcess.peer("alice", place);
  await alice.say("is anybody there?");
  assertMatch(await alice.ask("/held"), /is anybody there\? \(nobody else here holds it\)/);
  await kill(alice);
  await using again = await PeerProcess.peer("alice", place);
  await using bob = await PeerProcess.peer("bob", place);
  await bob.waitFor("1 earlier message of #lobby came");
  assertEquals(await historyOf(bob, 5), ["is anybody there?"]);
  await heldAs(again, /is anybody there\? \(held by 1 of 1: bob\)/);
});

Deno.test("all are killed at once and start again: the room has everything that was said, in the same order", async () => {
  await using place = await Place.create();
  const names = ["alice", "bob", "charly"];
  const before = [];
  for (const name of names) before.push(await PeerProcess.peer(name, place));
  const said = [];
  for (const [at, peer] of before.entries()) {
    const text = `said by ${names[at]}`;
    said.push(text);
    await peer.say(text);
    await Promise.all(before.map((other) => other.waitFor(text)));
    await heldAs(peer, /held by 2 of 2/);
  }
  await Promise.all(before.map(kill));
  await using alice = await PeerProcess.peer("alice", place);
  await using bob = await PeerProcess.peer("bob", place);
  await using charly = await PeerProcess.peer("charly", place);
  for (const peer of [alice, bob, charly]) assertEquals(await historyOf(peer, 10), said);
  await charly.say("we are back");
  await Promise.all([alice, bob].map((peer) => peer.waitFor("charly: we are back")));
});

Deno.test("who was away for 10,000 messages has them all in order, and so has a newcomer, who may speak at once", async (t) => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using bob = await PeerProcess.peer("bob", place);
  await using charly = await PeerProcess.peer("charly", place);
  await alice.waitFor("charly came to #lobby");
  await charly.say("see you");
  await alice.waitFor("charly: see you");
  await charly.say("/quit");
  await charly.ended();
  const texts = Array.from({ length: MANY }, (_, at) => `message ${at + 1}`);
  for (let at = 0; at < MANY; at += SAID_AT_ONCE) {
    const some = texts.slice(at, at + SAID_AT_ONCE);
    await alice.say(some.join("\n"));
    await alice.waitFor(`alice: ${some.at(-1)}\n`);
  }
  await bob.waitFor(`alice: message ${MANY}\n`);

  await t.step("the one who returns is shown the latest, in order, and told of the others", async () => {
    await using again = await PeerProcess.peer("charly", place);
    const from = performance.now();
    // A machine that is busy may find nothing more to ask for meanwhile, and tell of them in two parts.
    const isAll = () => earlierIn(again.shown) + textsIn(again.shown).length >= MANY;
    while (!isAll() && performance.now() - from < 60_000) await new Promise((resolve) => setTimeout(resolve, 20));
    tell("who was away had 10,000 messages", from);
    const shown = textsIn(again.shown);
    assertEquals([...texts.slice(0, earlierIn(again.shown)), ...shown], texts);
    assert(shown.length >= 1_000, `${shown.length} were shown`);
    assertEquals(await historyOf(again, MANY), texts);
  });

  await t.step("the newcomer is heard before all have come to it", async () => {
    await using dora = await PeerProcess.peer("dora", place);
    const from = performance.now();
    await dora.say("hello from dora");
    await bob.waitFor("dora: hello from dora");
    await dora.waitFor("10001 earlier messages of #lobby came", 60_000);
    tell("a newcomer had 10,000 messages", from);
    assertMatch(dora.shown, /dora: hello from dora[\s\S]*10001 earlier messages/);
    assertEquals(await historyOf(dora, MANY), [...texts.slice(1), "hello from dora"]);
  });
});

/** For people: machines differ too much, and have too much else to do, for a bound on it. */
function tell(what: string, fromMs: number): void {
  Deno.stderr.writeSync(
    new TextEncoder().encode(`${what} ${Math.round(performance.now() - fromMs)} ms after it was in\n`),
  );
}
