import { assert, assertEquals } from "@std/assert";
import { LINK_QUEUE_MAX, LINK_SENDERS_MAX } from "../../../actors/links/link.ts";
import type { AskError } from "../../../actors/runtime/ref.ts";
import { type Address, parseAddress } from "../../../transport/address.ts";
import type { Stream } from "../../../transport/transport.ts";
import { failure, LinkedPeers, type Outcome, outcomeOf, type Stranger, type Word } from "../../support/linked_peers.ts";

const NOBODY = parseAddress("127.0.0.1:9")!;

/** Some ten of these fill what a connection may hold. */
const HEAVY = new Uint8Array(100_000);

/** A link to somebody who says hello and reads nothing until `read` is called. */
async function toOneWhoDoesNotRead(world: LinkedPeers) {
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  const streams: Stream[] = [];
  stranger.told.onAccept = (stream) => {
    streams.push(stream);
    stream.write(stranger.hello());
    stream.pause();
  };
  const ear = alice.to(stranger.address, "ear");
  const fill = async (): Promise<void> => {
    for (let i = 0; i < 40; i++) ear.tell({ text: `filler ${i}`, bytes: HEAVY });
    await world.clock.advance(10);
  };
  ear.tell({ text: "opens it" });
  await world.clock.advance(100);
  return { alice, stranger, ear, fill, read: () => streams.at(-1)!.resume() };
}

/** The texts that somebody was sent, without what only filled the link. */
function told(stranger: Stranger): string[] {
  return stranger.heard(stranger.told.accepted[0]!.told).flatMap((envelope) => {
    const text = envelope.type === "tell" ? (envelope.message as { text: string }).text : "filler";
    return text.startsWith("filler") ? [] : [text];
  });
}

function failures(outcomes: readonly Outcome<void>[]): (AskError["reason"] | undefined)[] {
  return outcomes.map(failure);
}

Deno.test("tellAndWait resolves once the message was written to an open link, and not before", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const first = outcomeOf(alice.to(bob, "ear").tellAndWait({ text: "first" }, 1_000));
  await world.clock.advance(0.1);
  assertEquals([first.settled, (await alice.status()).links[0]?.senders ?? 0], [false, 1]);
  await world.clock.advance(100);
  const second = outcomeOf(alice.to(bob, "ear").tellAndWait({ text: "second" }, 1_000));
  await world.clock.advance(0.1);
  assertEquals([first, second], [{ settled: true, value: undefined }, { settled: true, value: undefined }]);
  await world.clock.advance(100);
  assertEquals(heard.length, 2);
  assertEquals((await alice.status()).links[0]?.queued, 0);
});

Deno.test("tellAndWait waits while the other side does not read, in order, and nothing overtakes it", async () => {
  const world = new LinkedPeers();
  const { alice, stranger, ear, fill, read } = await toOneWhoDoesNotRead(world);
  await fill();
  const waits = ["a", "b", "c"].map((text) => outcomeOf(ear.tellAndWait({ text }, 60_000)));
  ear.tell({ text: "finds no room" });
  await world.clock.advance(5_000);
  assertEquals(waits.map(({ settled }) => settled), [false, false, false]);
  read();
  await world.clock.advance(50);
  ear.tell({ text: "d" });
  await world.clock.advance(100);
  assertEquals(waits.map(({ settled, error }) => [settled, error]), [[true, undefined], [true, undefined], [
    true,
    undefined,
  ]]);
  assertEquals(told(stranger), ["opens it", "a", "b", "c", "d"]);
  assertEquals((await alice.status()).links[0]?.senders, 0);
});

Deno.test("a message sent while somebody waits for room does not overtake, also when there is room by then", async () => {
  const world = new LinkedPeers();
  const { stranger, ear, fill, read } = await toOneWhoDoesNotRead(world);
  await fill();
  const wait = outcomeOf(ear.tellAndWait({ text: "first" }, 60_000));
  await world.clock.advance(26); // the keeper has just looked for room
  read();
  await world.clock.advance(2);
  assertEquals(wait.settled, false);
  ear.tell({ text: "second" });
  await world.clock.advance(1);
  assertEquals(wait.settled, true);
  await world.clock.advance(100);
  assertEquals(told(stranger), ["opens it", "first", "second"]);
});

Deno.test("tellAndWait that finds no room in time rejects with timed_out, is not sent, and leaves nothing behind", async () => {
  const world = new LinkedPeers();
  const { alice, stranger, ear, fill, read } = await toOneWhoDoesNotRead(world);
  await fill();
  const wait = outcomeOf(ear.tellAndWait({ text: "too late" }, 500));
  await world.clock.advance(501);
  assertEquals([failure(wait), (await alice.status()).links[0]?.queued], ["timed_out", 0]);
  read();
  await world.clock.advance(1_000);
  assertEquals(told(stranger), ["opens it"]);
});

Deno.test("tellAndWait of an actor that ends is cancelled, and is not sent", async () => {
  const world = new LinkedPeers();
  const { alice, stranger, ear, fill, read } = await toOneWhoDoesNotRead(world);
  await fill();
  let wait: Outcome<void> | undefined;
  const waiter = alice.system.spawn<never>("waiter", (ctx) => {
    wait = outcomeOf(ctx.tellAndWait<Word>(ear, { text: "never said" }, 60_000));
    return () => {};
  });
  await world.clock.advance(10);
  assertEquals((await alice.status()).links[0]?.senders, 1);
  waiter.stop();
  await world.clock.advance(10);
  assertEquals([failure(wait!), (await alice.status()).links[0]?.senders], ["cancelled", 0]);
  read();
  await world.clock.advance(1_000);
  assertEquals(told(stranger), ["opens it"]);
});

Deno.test("tellAndWait to a peer that cannot be reached, or that is lost meanwhile, rejects with gone", async () => {
  const world = new LinkedPeers();
  const { alice, stranger, ear, fill } = await toOneWhoDoesNotRead(world);
  const nobody = outcomeOf(alice.to(NOBODY, "ear").tellAndWait({ text: "anybody?" }, 60_000));
  await fill();
  const lost = outcomeOf(ear.tellAndWait({ text: "lost" }, 60_000));
  await world.clock.advance(1_000);
  assertEquals(failures([nobody, lost]), ["gone", undefined]);
  alice.links.tell({ type: "peer_gone", peer: stranger.address });
  await world.clock.advance(10);
  assertEquals([failure(lost), (await alice.status()).links], ["gone", []]);
});

Deno.test("tellAndWait of a message that cannot be put into bytes rejects with gone", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const wait = outcomeOf(alice.to(bob, "ear").tellAndWait({ text: "", bytes: () => {} } as unknown as Word, 60_000));
  await world.clock.advance(100);
  assertEquals([failure(wait), (await alice.status()).counters.unsendable], ["gone", 1]);
});

Deno.test("so many senders wait on one link; one more is refused at once, and who gave up makes room", async () => {
  const world = new LinkedPeers();
  const { alice, ear, fill } = await toOneWhoDoesNotRead(world);
  await fill();
  const text = "waits";
  const first = outcomeOf(ear.tellAndWait({ text }, 500));
  const rest = Array.from({ length: LINK_SENDERS_MAX - 1 }, () => outcomeOf(ear.tellAndWait({ text }, 60_000)));
  const refused = outcomeOf(ear.tellAndWait({ text }, 60_000));
  await world.clock.advance(10);
  assertEquals([failure(refused), first.settled, rest.some(({ settled }) => settled)], ["mailbox_full", false, false]);
  assertEquals((await alice.status()).links[0]?.senders, LINK_SENDERS_MAX);
  await world.clock.advance(500);
  const next = outcomeOf(ear.tellAndWait({ text }, 60_000));
  await world.clock.advance(10);
  assertEquals([failure(first), next.settled], ["timed_out", false]);
});

Deno.test("tellAndWait waits also where a queue of messages for a link that is not open is full", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const ear = alice.to(bob, "ear");
  for (let i = 0; i < LINK_QUEUE_MAX; i++) ear.tell({ text: "queued" });
  const wait = outcomeOf(ear.tellAndWait({ text: "waited" }, 60_000));
  ear.tell({ text: "one too many" });
  await world.clock.advance(1_000);
  assertEquals([wait.settled, wait.error], [true, undefined]);
  assertEquals([heard.length, heard.at(-1)], [LINK_QUEUE_MAX + 1, { text: "waited" }]);
});

Deno.test("who waits for room on a link that loses its connection gets it on the next one", async () => {
  const world = new LinkedPeers();
  const { stranger, ear, fill } = await toOneWhoDoesNotRead(world);
  await fill();
  const wait = outcomeOf(ear.tellAndWait({ text: "patient" }, 60_000));
  await world.clock.advance(10);
  stranger.told.onAccept = (stream) => stream.write(stranger.hello());
  stranger.told.accepted[0]!.stream.destroy();
  await world.clock.advance(1_000);
  assertEquals([wait.settled, wait.error], [true, undefined]);
  const again = stranger.heard(stranger.told.accepted[1]!.told).at(-1);
  assert(again?.type === "tell");
  assertEquals(again.message, { text: "patient" });
});

Deno.test("stopping fails who waits for room and leaves no timer behind", async () => {
  const world = new LinkedPeers();
  const { alice, ear, fill } = await toOneWhoDoesNotRead(world);
  await fill();
  const wait = outcomeOf(ear.tellAndWait({ text: "lost" }, 60_000));
  const toNobody = outcomeOf(alice.to("127.0.0.1:9" as Address, "ear").tellAndWait({ text: "lost" }, 60_000));
  await world.clock.advance(10);
  await alice.stop();
  await world.clock.advance(10);
  assertEquals([failures([wait, toNobody]), alice.clock.pending], [["gone", "gone"], 0]);
});

Deno.test("those who wait for room are let in as it comes, although nobody sends anything more", async () => {
  const world = new LinkedPeers();
  const { alice, ear, fill, read } = await toOneWhoDoesNotRead(world);
  await fill();
  const waits = Array.from({ length: 40 }, () => outcomeOf(ear.tellAndWait({ text: "heavy", bytes: HEAVY }, 60_000)));
  await world.clock.advance(1_000);
  read();
  await world.clock.until(() => waits.some(({ settled }) => settled), 1_000, "the first", 1);
  assert(waits.some(({ settled }) => !settled), "all at once: the test holds nobody up");
  await world.clock.advance(10_000);
  assertEquals(waits.filter(({ settled, error }) => settled && error === undefined).length, 40);
  assertEquals((await alice.status()).links[0]?.queued, 0);
});

Deno.test("tellAndWait of an actor that ends in the same turn is not sent", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const ear = alice.to(bob, "ear");
  ear.tell({ text: "opens it" });
  await world.clock.advance(100);
  alice.system.spawn<never>("hasty", (ctx) => {
    ctx.tellAndWait<Word>(ear, { text: "never said" }, 60_000).catch(() => {});
    ctx.stop(ctx.self);
    return () => {};
  });
  await world.clock.advance(100);
  assertEquals(heard, [{ text: "opens it" }]);
});

Deno.test("a link that is given up leaves no timer of those who waited for room on it", async () => {
  const world = new LinkedPeers();
  const { alice, stranger, ear, fill } = await toOneWhoDoesNotRead(world);
  const before = alice.clock.pending;
  await fill();
  outcomeOf(ear.tellAndWait({ text: "lost" }, 60_000));
  await world.clock.advance(3_000); // the log has said by then how many fillers were lost
  assert(alice.clock.pending > before);
  alice.links.tell({ type: "peer_gone", peer: stranger.address });
  await world.clock.advance(1);
  assertEquals(alice.clock.pending, 0, "nor the one that looked after it");
});
