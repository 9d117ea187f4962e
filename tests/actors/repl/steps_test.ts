import { assert, assertEquals, assertMatch } from "@std/assert";
import chatScript from "../../../scripts/chat.txt" with { type: "text" };
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

const FILES = { "chat.txt": chatScript };
const MANUAL = { manual: true, files: FILES };

/** Everything that chat.txt does, checked: the peer's screen after the script. */
async function execute(seat: Seat): Promise<readonly string[]> {
  return await seat.enter("execute chat.txt", 4_000);
}

Deno.test("step by step: two come, talk, look around and go, and each step says what it did", async () => {
  const world = new World({ seed: 1 });
  const alice = new Seat(world, "alice", MANUAL);
  await execute(alice);
  alice.look();
  const bob = new Seat(world, "bob", MANUAL);

  const [listening] = await bob.enter("memberlistconfigure");
  assertMatch(listening!, /^Listening on 127\.0\.0\.1:\d+$/);
  const address = listening!.slice("Listening on ".length);
  assertEquals(await bob.enter("memberlistcreate"), ["local node name: bob"]);
  assertEquals(await bob.enter("bootstrapjoin"), ["Registered, beside alice"]);
  assertEquals(await bob.enter("memberliststart"), [`Local member ${address}`]);
  assertEquals(await bob.enter("memberlistjoin", 500), [
    `* alice is a member now, at ${alice.peer.memory.address}`,
    "1 host(s) successfully contacted",
    "Known nodes: [alice bob]",
  ]);
  assertEquals(await bob.enter("chatjoin"), [
    "You are in #lobby",
    "* 1 earlier message of #lobby came: history shows it",
  ]);
  const present = await bob.enter("chatmemberlist");
  assertEquals(present.map((line) => line.split(",")[0]), ["alice", "bob (you)"]);
  assertMatch((await bob.enter("msg hi")).join("\n"), /^\d\d:\d\d:\d\d bob: hi$/);
  assertEquals(await bob.enter("memberlist", 300), [
    "0:      Name: alice",
    `        Address: ${alice.peer.memory.address}`,
    "        Tags: app=parley rooms=lobby version=0.0.0",
    "1:      Name: bob",
    `        Address: ${address}`,
    "        Tags: app=parley rooms=lobby version=0.0.0",
  ]);
  assertMatch(
    alice.look().join("\n"),
    /^\* bob is a member now, at .*\n\* bob came to #lobby\n\S+ bob: hi\n\* Others hold what you said in #lobby now$/,
  );

  assertEquals(await bob.enter("chatleave"), ["You left #lobby"]);
  assertEquals(alice.look(), ["* bob left #lobby"]);
  assertEquals(await bob.enter("memberlistleave", 3_000), ["You left the membership"]);
  assertEquals(alice.look(), ["* bob left"]);
  assertEquals(await bob.enter("memberlistshutdown"), ["The membership is shut down"]);
  assertEquals(await bob.enter("bootstrapleave", 1_000), ["No longer registered"]);
  assertEquals(await alice.enter("bootstraplist"), [`alice at ${alice.peer.memory.address}`]);
  await bob.enter("quit", 1_000);
  assertEquals([bob.peer.state, bob.peer.exitCode], ["ended", 0]);
  await world.clock.advance(60_000);
  assertEquals(alice.look(), [], "nothing more is heard of who said goodbye");
});

for (const names of [["alice", "bob"], ["alice", "bob", "charly"]]) {
  Deno.test(`execute chat.txt by ${names.length} peers: all are in one room, and the first hear the later ones`, async () => {
    const world = new World({ seed: names.length });
    const seats: Seat[] = [];
    const shown: (readonly string[])[] = [];
    for (const name of names) {
      const seat = new Seat(world, name, MANUAL);
      shown.push(await execute(seat));
      await world.clock.advance(5_000); // who comes later than this is not told again what was said
      seats.push(seat);
    }
    for (const [index, seat] of seats.entries()) {
      assert(!shown[index]!.some((line) => /Unknown|Usage|chat\.txt:/.test(line)), shown[index]!.join("\n"));
      assertEquals(seat.peer.alive, names);
      assertEquals(seat.peer.said, names.slice(index).map((name) => `${name}: hello`));
      seat.look();
      const who = await seat.enter("chatmemberlist");
      assertEquals(who.map((line) => line.split(/[ ,]/)[0]), names);
    }
  });
}

Deno.test("after memberlistshutdown one can begin anew: at the same port, with one registration, and is heard", async () => {
  const world = new World({ seed: 5 });
  const alice = new Seat(world, "alice", MANUAL);
  await execute(alice);
  const bob = new Seat(world, "bob", MANUAL);
  await execute(bob);
  const first = bob.peer.memory.address;
  assertEquals((await bob.enter("memberlistshutdown")).at(-1), "The membership is shut down");
  assertEquals(await bob.enter("msg hi"), ["You are in no room: chatjoin enters one"]);
  assertEquals(await bob.enter("memberlist"), ["There is no membership yet: memberlistcreate makes one"]);
  assertEquals(await bob.enter("memberliststart"), [
    "Nothing is configured yet: memberlistconfigure comes first",
  ]);
  await world.clock.until(() => !alice.peer.alive.includes("bob"), 30_000, "alice notices");
  alice.look();

  const again = await execute(bob);
  assert(!again.some((line) => line.includes("chat.txt:")), again.join("\n"));
  assertEquals(bob.peer.memory.address, first, "elsewhere the name would count as taken for a minute");
  assert(again.includes(`* alice is a member now, at ${alice.peer.memory.address}`), "alice is news again");
  alice.look();
  const listed = await alice.enter("bootstraplist");
  assertEquals(listed.length, 2, "alice and bob, once each");
  assertEquals(alice.peer.said.at(-1), "bob: hello");
});

Deno.test("memberlistshutdown without a goodbye is found out as a failure, in one line for each event", async () => {
  const world = new World({ seed: 6 });
  const alice = new Seat(world, "alice", MANUAL);
  await execute(alice);
  const bob = new Seat(world, "bob", MANUAL);
  await execute(bob);
  const address = bob.peer.memory.address;
  alice.look();
  await bob.enter("memberlistshutdown", 40_000);
  assertEquals(alice.look(), [
    "* bob does not answer and is suspected",
    `* bob failed: no answer from ${address}`,
  ]);
  assertEquals((await alice.enter("chatmemberlist")).length, 1);
});

Deno.test("memberlistconfigure takes the port that is asked for, and says when another program has it", async () => {
  const world = new World({ seed: 7 });
  const alice = new Seat(world, "alice", MANUAL);
  assertEquals(await alice.enter("memberlistconfigure BindPort 7001"), ["Listening on 127.0.0.1:7001"]);
  const bob = new Seat(world, "bob", MANUAL);
  assertEquals(await bob.enter("memberlistconfigure BindPort 7001"), [
    'Another host has the address "127.0.0.1:7001"',
  ]);
  assertEquals(bob.peer.memory.address, undefined);
  assertEquals(await bob.enter("memberlistconfigure bindport 7002"), ["Listening on 127.0.0.1:7002"]);
});

Deno.test("memberlistjoin says who did not answer, and goes on being a cluster of one", async () => {
  const world = new World({ seed: 8 });
  const alice = new Seat(world, "alice", MANUAL);
  for (const line of ["memberlistconfigure", "memberlistcreate"]) await alice.enter(line);
  assertEquals(await alice.enter("memberlistjoin 127.0.0.1:9", 30_000), [
    "Nobody answered: 127.0.0.1:9 (refused)",
  ]);
  assertEquals(alice.peer.alive, ["alice"]);
});

Deno.test("one's own address can be joined, to no effect", async () => {
  const world = new World({ seed: 9 });
  const alice = new Seat(world, "alice", MANUAL);
  for (const line of ["memberlistconfigure", "memberlistcreate"]) await alice.enter(line);
  assertEquals(await alice.enter(`memberlistjoin ${alice.peer.memory.address}`, 1_000), [
    "Nothing to join: you listen there yourself",
  ]);
});
