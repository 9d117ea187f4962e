/** Wall clocks that are wrong, and what people are shown all the same. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { Disk } from "../../sim/disk.ts";
import { MachineClock } from "../../sim/machine_clock.ts";
import { cut } from "../../sim/rules/cut.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";

const LOBBY = "lobby" as RoomName;
const HOUR_MS = 3_600_000;
const OFF = [["ahead", HOUR_MS], ["right", 0], ["behind", -HOUR_MS]] as const;

/** Machines whose wall clocks are off by so much, from the start. */
function machine(world: World, offMs: number): MachineClock {
  const clock = new MachineClock(world.clock);
  clock.jump(offMs);
  return clock;
}

/** What a peer holds of the room. */
function held(peer: SimulatedPeer): readonly string[] {
  return peer.history.before(LOBBY, undefined, 1_000).flatMap(({ name, content }) =>
    content.type === "said" ? [`${name}: ${content.text}`] : []
  );
}

/** Those two say it, in turns, two seconds apart. */
async function talk(world: World, peers: readonly SimulatedPeer[], first: number, last: number): Promise<void> {
  for (let n = first; n <= last; n++) {
    peers[n % peers.length]!.say(`${n}`);
    await world.clock.advance(2_000);
  }
}

/** An author says this last, which one of the others does not hear, and has to fetch. */
async function lastWords(world: World, author: SimulatedPeer, to: SimulatedPeer, text: string): Promise<void> {
  const heal = world.network.add(cut([author.memory.address!], [to.memory.address!]));
  author.say(text);
  await world.clock.advance(100);
  author.kill();
  heal();
  await world.clock.until(() => to.said.includes(`${author.name}: ${text}`), 30_000, "it is shown");
}

for (const [theirs, authorOffMs] of OFF) {
  for (const [ours, ownOffMs] of OFF) {
    const who = `with the author's clock ${theirs} and our own ${ours}`;

    Deno.test(`faults row 42: ${who}, who comes is shown nothing of what was said before, and all that is said then, also what was lost`, async () => {
      const world = new World({ seed: "newcomer" });
      const alice = world.start("alice", { clock: machine(world, authorOffMs) });
      const bob = world.start("bob");
      await world.clock.until(() => world.isConverged(), 10_000, "two");
      await world.clock.advance(1_000);
      await talk(world, [alice, bob], 1, 20);
      const charly = world.start("charly", { clock: machine(world, ownOffMs) });
      await world.clock.until(() => held(charly).length === 20, 10_000, "charly has it all");
      await world.clock.advance(3_000);
      assertEquals(charly.said, []);
      await lastWords(world, alice, charly, "farewell");
      const dora = world.start("dora", { clock: machine(world, authorOffMs) });
      await world.clock.until(() => world.isConverged(), 30_000, "three again");
      await world.clock.advance(3_000);
      await lastWords(world, dora, charly, "my first words");
      assertEquals(charly.said, ["alice: farewell", "dora: my first words"]);
    });

    Deno.test(`faults row 42: ${who}, who was there first is shown what was lost`, async () => {
      const world = new World({ seed: "founder" });
      const alice = world.start("alice", { clock: machine(world, ownOffMs) });
      await world.clock.advance(6_000);
      world.start("bob");
      const charly = world.start("charly", { clock: machine(world, authorOffMs) });
      await world.clock.until(() => world.isConverged(), 10_000, "three");
      await world.clock.advance(3_000);
      await lastWords(world, charly, alice, "my first words");
    });

    Deno.test(`faults row 42: ${who}, who was away is shown what was said meanwhile, once and in order`, async () => {
      const world = new World({ seed: "away" });
      const disk = new Disk();
      const alice = world.start("alice", { clock: machine(world, authorOffMs) });
      const bob = world.start("bob");
      let charly = world.start("charly", { disk, clock: machine(world, ownOffMs) });
      await world.clock.until(() => world.isConverged(), 10_000, "three");
      await world.clock.advance(1_000);
      await talk(world, [alice, bob], 1, 10);
      charly.kill();
      await world.clock.until(() => world.isConverged(), 60_000, "charly is missed");
      await talk(world, [alice, bob], 11, 30);
      charly = world.start("charly", { disk, clock: machine(world, ownOffMs) });
      await world.clock.until(() => charly.said.length === 20, 10_000, "charly has caught up");
      await world.clock.advance(3_000);
      assertEquals(charly.said.map((line) => Number(line.split(" ")[1])), Array.from({ length: 20 }, (_, i) => i + 11));
    });
  }
}

Deno.test("faults row 42: who alone heard somebody with a clock ahead is shown what others said meanwhile", async () => {
  const world = new World({ seed: "alone" });
  const disk = new Disk();
  const alice = world.start("alice", { clock: machine(world, HOUR_MS) });
  const bob = world.start("bob");
  const dora = world.start("dora");
  let charly = world.start("charly", { disk });
  await world.clock.until(() => world.isConverged(), 10_000, "four");
  await world.clock.advance(30_000);
  bob.say("before");
  await world.clock.advance(1_000);
  const heal = world.network.add(
    cut([alice, charly].map(({ memory }) => memory.address!), [bob, dora].map(({ memory }) => memory.address!)),
  );
  alice.say("only charly hears this");
  await world.clock.advance(1_000);
  alice.kill();
  charly.kill();
  heal();
  bob.say("meanwhile");
  await world.clock.advance(1_000);
  dora.say("my first words");
  await world.clock.advance(1_000);
  charly = world.start("charly", { disk });
  await world.clock.until(() => held(charly).length === 4, 30_000, "charly has it all");
  await world.clock.advance(3_000);
  assertEquals(charly.said, ["bob: meanwhile", "dora: my first words"]);
});

Deno.test("faults row 42: in a busy room whose clocks all differ, who comes is shown nothing of before and misses no last words", async () => {
  const world = new World({ seed: "busy" });
  const peers: SimulatedPeer[] = [];
  const start = (n: number): SimulatedPeer => {
    peers.push(world.start(`p${n}`, { clock: machine(world, OFF[n % 3]![1]) }));
    return peers[n]!;
  };
  for (let n = 0; n < 10; n++) start(n);
  await world.clock.until(() => world.isConverged(), 20_000, "ten");
  await world.clock.advance(1_000);
  for (let n = 0; n < 30; n++) {
    peers[n % 6]!.say("before 0");
    await world.clock.advance(300);
  }
  for (let newcomer = 0; newcomer < 4; newcomer++) {
    const peer = start(10 + newcomer);
    for (let n = 0; n < 20; n++) {
      peers[n % 6]!.say(`before ${newcomer + 1}`);
      await world.clock.advance(50);
    }
    await world.clock.advance(2_000);
    const old = peer.said.filter((line) => Number(line.split(" ").at(-1)) <= newcomer);
    assertEquals(old, [], peer.name);
  }
  const newcomers = peers.slice(10);
  for (const author of [peers[1]!, peers[8]!]) {
    const heal = world.network.add(cut([author.memory.address!], newcomers.map(({ memory }) => memory.address!)));
    author.say("last words");
    await world.clock.advance(100);
    author.kill();
    heal();
    const isShown = ({ said }: SimulatedPeer) => said.includes(`${author.name}: last words`);
    await world.clock.until(() => newcomers.every(isShown), 40_000, author.name);
  }
});
