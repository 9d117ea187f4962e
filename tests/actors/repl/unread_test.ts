import { assertEquals } from "@std/assert";
import { Disk } from "../../../sim/disk.ts";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

/** alice, who reads the lobby, and bob, who speaks in #dev, where both are; alice's disk outlives her. */
async function two(seed: string) {
  const world = new World({ seed });
  const disk = new Disk();
  const start = async (json = false) => {
    const alice = new Seat(world, "alice", { disk, json });
    await world.clock.until(() => alice.peer.memory.rooms.size > 0, 20_000, "alice is in");
    await world.clock.advance(1_000);
    alice.look();
    return alice;
  };
  const alice = await start();
  const bob = new Seat(world, "bob");
  await world.clock.advance(3_000);
  await alice.enter("/join dev");
  await alice.enter("/join lobby");
  await bob.enter("/join dev", 1_000);
  for (const text of ["one", "two"]) await bob.enter(text, 500);
  const gone = () => world.clock.until(() => bob.peer.alive.length === 1, 60_000, "bob knows that alice is gone");
  return { world, alice, bob, start, gone };
}

const LEFT = "  #dev (2 unread; you are not in it now)";

Deno.test("what was unread when a process was killed is told by the next one, until the room is entered", async () => {
  const { world, alice, start, gone } = await two("killed");
  await world.clock.advance(6_000);
  alice.peer.kill();
  await gone();
  const second = await start();
  assertEquals((await second.enter("/rooms")).at(-1), LEFT);
  second.peer.kill(); // who only looked has read nothing
  await gone();
  const third = await start();
  assertEquals((await third.enter("/rooms")).at(-1), LEFT);
  assertEquals(await third.enter("/join dev"), ["You are in #dev, where 2 messages are new to you"]);
  assertEquals((await third.enter("/rooms")).filter((line) => line.includes("unread")), []);
  await world.clock.advance(6_000);
  third.peer.kill();
  await gone();
  assertEquals((await (await start()).enter("/rooms")).filter((line) => line.includes("unread")), []);
});

Deno.test("who quits has it written at once; to a program such a room is one that is not joined", async () => {
  const { alice, start, gone } = await two("quits");
  await alice.enter("/quit", 1_000);
  await gone();
  const again = await start(true);
  const records = (await again.enter("/rooms")).map((line) => JSON.parse(line));
  const { data: { rooms } } = records.find(({ type }) => type === "output");
  assertEquals(rooms.map(({ room, joined, unread }: Record<string, unknown>) => [room, joined, unread]), [
    ["lobby", true, 0],
    ["dev", false, 2],
  ]);
});

Deno.test("what is said on counts on from what was unread before, and is written once for many", async () => {
  const { world, alice, bob, start, gone } = await two("counts on");
  const { history } = alice.peer;
  let writes = 0;
  const { remember } = history;
  history.remember = (key, value) => {
    if (key === "unread") writes++;
    remember.call(history, key, value);
  };
  for (let at = 0; at < 20; at++) await bob.enter(`${at}`, 600);
  assertEquals(writes >= 1 && writes <= 3, true, `${writes} in 12 s, which talk puts off no longer`);
  await world.clock.advance(6_000);
  alice.peer.system.crash("/peer/repl");
  await world.clock.advance(1_000);
  assertEquals((await alice.enter("/rooms")).filter((line) => line.includes("(22 unread)")).length, 1);
  alice.peer.kill();
  await gone();
  const again = await start();
  assertEquals((await again.enter("/rooms")).at(-1), "  #dev (22 unread; you are not in it now)");
});
