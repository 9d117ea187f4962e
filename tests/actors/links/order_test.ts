import { assert, assertEquals } from "@std/assert";
import { latency } from "../../../sim/rules/latency.ts";
import { cutOff } from "../../../sim/rules/cut.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { type LinkedPeer, LinkedPeers, type Word } from "../../support/linked_peers.ts";

const numbers = (heard: readonly Word[]): number[] =>
  heard.flatMap((word) => "text" in word ? [Number(word.text)] : []);

/** Whether each number is larger than the one before: nothing twice, nothing overtaken. */
function rises(heard: readonly number[]): boolean {
  return heard.every((number, at) => at === 0 || number > heard[at - 1]!);
}

type Breakage = (alice: LinkedPeer, bob: LinkedPeer) => void;

const hangUp = (one: LinkedPeer, other: LinkedPeer): void => one.links.tell({ type: "peer_gone", peer: other.address });

const breakages: readonly [what: string, interrupt: Breakage][] = [
  ["the sender hangs up", hangUp],
  ["the receiver hangs up", (alice, bob) => hangUp(bob, alice)],
  ["both hang up", (alice, bob) => [hangUp(alice, bob), hangUp(bob, alice)]],
  ["the sender's links crash", (alice) => void alice.system.crash("/links")],
];

for (const [what, interrupt] of breakages) {
  Deno.test(`when ${what}, what was under way may be lost, but nothing comes twice or out of order`, async () => {
    let lost = 0;
    for (let seed = 0; seed < 15; seed++) {
      const world = new LinkedPeers(`${what} ${seed}`);
      world.network.add(latency(1, 150));
      const [alice, bob] = await world.startAll("alice", "bob");
      const { heard } = bob.listen("ear");
      const [ear, back] = [alice.to(bob, "ear"), bob.to(alice, "nobody")];
      for (let number = 0; number < 300; number++) {
        ear.tell({ text: `${number}` });
        if (number % 7 === 0) back.tell({ text: "so that both sides connect" });
        if (number === 100 || number === 200) interrupt(alice, bob);
        await world.clock.advance(13);
      }
      await world.clock.advance(60_000);
      const got = numbers(heard);
      assert(rises(got), `seed ${seed}: ${got}`);
      assertEquals(got.at(-1), 299, `seed ${seed}: it goes on after the last breakage`);
      lost += 300 - got.length;
    }
    assert(lost > 0, "the test breaks nothing");
  });
}

Deno.test("after a cut that outlasts its connection, what comes is in order, and nothing comes twice", async () => {
  const world = new LinkedPeers();
  world.network.add(latency(1, 50));
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  for (let number = 0; number < 60; number++) {
    if (number === 10) {
      const heal = world.network.add(cutOff(bob.address));
      world.clock.after(25_000, heal);
    }
    alice.to(bob, "ear").tell({ text: `${number}` });
    await world.clock.advance(1_000);
  }
  const got = numbers(heard);
  assert(rises(got) && got.length < 60, `${got}`);
  assertEquals(got.at(-1), 59);
});

Deno.test("what comes on a connection after the sender has gone over to another is dropped, counted, and closes it", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const { heard } = alice.listen("ear");
  const stranger = await world.stranger();
  const tell = (number: number): Uint8Array =>
    stranger.frame({ type: "tell", id: "ear", number, message: { text: `${number}` } });
  const first = stranger.link(alice, stranger.hello(), tell(1));
  await world.clock.advance(50);
  const second = stranger.link(alice, stranger.hello(), tell(3));
  await world.clock.advance(50);
  first.stream.write(tell(2));
  second.stream.write(tell(4));
  await world.clock.advance(50);
  assertEquals(numbers(heard), [1, 3, 4]);
  assertEquals([first.told.closedAs, second.told.closedAs], ["reset", undefined]);
  assertEquals((await alice.status()).counters.overtaken, 1);
});

Deno.test("tells, asks, waits for room and stops of one sender to one receiver keep their order among each other", async () => {
  const world = new LinkedPeers();
  world.network.add(latency(1, 50));
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear", { stoppable: true });
  const ear = alice.to(bob, "ear");
  for (let round = 0; round < 3; round++) {
    ear.tell({ text: `${3 * round}` });
    ear.ask<string>((replyTo) => ({ echo: `${3 * round + 1}`, replyTo: replyTo as ActorRef<unknown> }), 9_000).catch(
      () => {},
    );
    ear.tellAndWait({ text: `${3 * round + 2}` }, 9_000).catch(() => {});
    await world.clock.advance(70); // the first round before the link is open, the others after
  }
  ear.stop({ mode: "drain" });
  ear.tell({ text: "behind the stop" });
  await world.clock.advance(1_000);
  assertEquals(
    heard.map((word) => "text" in word ? word.text : word.echo),
    Array.from({ length: 9 }, (_, i) => `${i}`),
  );
  assertEquals(alice.deadLetters.map(({ reason }) => reason), ["no_such_actor"]);
});
