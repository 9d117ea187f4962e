/** A process that stands still and wakes: SIGSTOP, a machine that sleeps, an event loop that somebody keeps. */
import { assertEquals } from "@std/assert";
import type { MembershipEvent } from "../../actors/membership.ts";
import { ProcessClock } from "../../sim/process_clock.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { bareCluster } from "../support/bare_cluster.ts";
import { StreamRecorder, TransportRecorder } from "../transport/recorder.ts";

const NAMES = ["alice", "bob", "charly", "dora", "emil"];

function verdicts(members: readonly MembershipEvent[]): readonly string[] {
  return members.filter(({ type }) => type === "failed" || type === "suspected").map(({ type, member }) =>
    `${type} ${member.name}`
  );
}

for (const ms of [2_500, 5_000, 60_000]) {
  Deno.test(`who stood still for ${ms} ms blames nobody for what it did not hear`, async () => {
    for (let n = 0; n < 10; n++) {
      const world = new World({ seed: `pause ${ms} ${n}` });
      const [alice] = await bareCluster(world, NAMES);
      let sent = false;
      world.network.onEvent = ({ carried }) => void (sent ||= carried.from === alice!.memory.address);
      await world.clock.until(() => sent, 10_000, "alice has pinged, and no answer is there yet");
      alice!.pause(ms);
      await world.clock.advance(ms + 20_000);
      assertEquals(verdicts(alice!.members), [], `${n}`);
    }
  });
}

Deno.test("a suspect whose time runs out while its accuser stands still is heard first", async () => {
  let suspected = 0;
  for (let n = 0; n < 20; n++) {
    const world = new World({ seed: `heard ${n}` });
    const [alice, bob] = await bareCluster(world, ["alice", "bob"]);
    const back = world.network.add(cutOff(bob!.memory.address!));
    const isSuspected = (): boolean => alice!.members.some(({ type }) => type === "suspected");
    await world.clock.until(isSuspected, 20_000, "alice suspects bob");
    suspected++;
    back();
    alice!.pause(10_000);
    await world.clock.advance(40_000);
    assertEquals(verdicts(alice!.members), ["suspected bob"], `${n}`);
  }
  assertEquals(suspected, 20);
});

Deno.test("who is dead is found dead all the same, only later", async () => {
  const world = new World({ seed: "dead" });
  const [alice, bob] = await bareCluster(world, ["alice", "bob"]);
  bob!.kill();
  await world.clock.advance(2_500);
  alice!.pause(10_000);
  await world.clock.advance(30_000);
  assertEquals(verdicts(alice!.members), ["suspected bob", "failed bob"]);
});

Deno.test("who stood still for a minute was found dead, and is back without being asked", async () => {
  const world = new World({ seed: "back" });
  const peers = await bareCluster(world, NAMES);
  peers[0]!.pause(60_000);
  await world.clock.advance(59_000);
  assertEquals(peers[1]!.alive, NAMES.slice(1));
  await world.clock.advance(61_000);
  assertEquals(world.isConverged(), true);
});

Deno.test("who is stopped does nothing until it is told to go on, and then reads all that was sent to it", async () => {
  const world = new World({ seed: "stopped" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 2_000);
  bob!.pause();
  alice!.say("are you there?");
  await world.clock.advance(3_000);
  assertEquals(bob!.said, []);
  bob!.resume();
  await world.clock.advance(100);
  assertEquals(bob!.said, ["alice: are you there?"]);
});

Deno.test("who is stopped again is not woken by the end of the first time", async () => {
  const world = new World({ seed: "stopped twice" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 2_000);
  bob!.pause(1_000);
  bob!.pause(3_000);
  alice!.say("now?");
  await world.clock.advance(2_000);
  assertEquals(bob!.said, []);
  await world.clock.advance(1_100);
  assertEquals(bob!.said, ["alice: now?"]);
});

Deno.test("who goes on finds its timers due first, and then what the network brought, each in its order", async () => {
  const clock = new VirtualClock();
  const process = new ProcessClock(clock);
  const done: string[] = [];
  process.pause();
  process.after(20, () => done.push("timer 2"));
  process.after(10, () => done.push("timer 1"));
  process.whenAwake(() => done.push("packet 1"));
  process.whenAwake(() => done.push("packet 2"));
  await clock.advance(50);
  assertEquals(done, []);
  process.resume();
  await clock.advance(0);
  assertEquals(done, ["timer 1", "timer 2", "packet 1", "packet 2"]);
});

Deno.test("who is stopped does not answer on streams either", async () => {
  const world = new World({ seed: "stopped streams" });
  const [, bob] = await world.startAll(["alice", "bob"], 2_000);
  const open = openSimulatedTransportOn(world.network);
  const dialler = await open("127.0.0.1:30000" as Address, new TransportRecorder());
  bob!.pause(3_000);
  const heard = new StreamRecorder();
  dialler.connect(bob!.memory.address!, 10_000, heard);
  await world.clock.advance(2_900);
  assertEquals(heard.isOpen, false);
  await world.clock.advance(200);
  assertEquals(heard.isOpen, true);
});

Deno.test("who is killed while it is stopped stays dead", async () => {
  const world = new World({ seed: "stopped and killed" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 2_000);
  bob!.pause(1_000);
  alice!.say("hello?");
  await world.clock.advance(500);
  bob!.kill();
  await world.clock.advance(30_000);
  assertEquals([bob!.said, alice!.alive], [[], ["alice"]]);
});

Deno.test("of datagrams for who stands still its socket keeps 160, of streams everything", async () => {
  const world = new World({ seed: "buffer" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 2_000);
  bob!.pause();
  for (let i = 0; i < 500; i++) {
    world.network.carryPacket(alice!.memory.address!, bob!.memory.address!, Uint8Array.of(200));
  }
  alice!.say("one");
  alice!.say("two");
  await world.clock.advance(100);
  bob!.resume();
  await world.clock.advance(100);
  assertEquals(bob!.said, ["alice: one", "alice: two"]);
  assertEquals(world.network.counters.packetsUnheard, 0);
});

Deno.test("of two timers that came due in a pause, the first may cancel the second", async () => {
  const world = new VirtualClock();
  const clock = new ProcessClock(world);
  const fired: string[] = [];
  let cancelSecond = (): void => {};
  clock.after(10, () => {
    fired.push("first");
    cancelSecond();
  });
  cancelSecond = clock.after(20, () => fired.push("second"));
  clock.pause(100);
  await world.advance(200);
  assertEquals(fired, ["first"]);
});
