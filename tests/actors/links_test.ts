import { assert, assertEquals } from "@std/assert";
import { LINK_QUEUE_MAX } from "../../actors/links/link.ts";
import { CONNECTION_BACKLOG_BYTES_MAX } from "../../actors/links/connection.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { latency } from "../../sim/rules/latency.ts";
import { links, type LinksMessage, type LinksStatus } from "../../actors/links.ts";
import { type Address, parseAddress } from "../../transport/address.ts";
import type { Stream, StreamHandler } from "../../transport/transport.ts";
import { LINK_VERSION } from "../../transport/link/envelope.ts";
import { FRAME_BYTES_MAX, LINK_PREAMBLE } from "../../transport/link/frame.ts";
import type { ActorRef, StopReason } from "../../actors/runtime/ref.ts";
import { linksCourier } from "../../actors/links/courier.ts";
import { RemoteRef } from "../../actors/runtime/remote_ref.ts";
import { virtualSystem } from "../support/virtual_system.ts";
import {
  ANY_PORT,
  failure,
  type LinkedPeer,
  LinkedPeers,
  outcomeOf,
  type Stranger,
  type Word,
} from "../support/linked_peers.ts";

const NOBODY = parseAddress("127.0.0.1:9")!;

const texts = (heard: readonly Word[]): string[] => heard.flatMap((word) => "text" in word ? [word.text] : []);
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${i}`);

function ask(to: ActorRef<Word>, echo: unknown, timeoutMs = 5_000) {
  return outcomeOf(to.ask<string>((replyTo) => ({ echo, replyTo: replyTo as ActorRef<unknown> }), timeoutMs));
}

Deno.test("messages arrive in the order in which they were sent, also those sent before the link was open", async () => {
  const world = new LinkedPeers();
  world.network.add(latency(1, 50));
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const ear = alice.to(bob, "ear");
  for (const text of numbered(100)) {
    ear.tell({ text });
    if (text.endsWith("9")) await world.clock.advance(7);
  }
  await world.clock.advance(1_000);
  assertEquals(texts(heard), numbered(100));
});

Deno.test("messages keep their order while both sides connect at the same time", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const world = new LinkedPeers(`both ${seed}`);
    world.network.add(latency(1, 60));
    const [alice, bob] = await world.startAll("alice", "bob");
    const [atAlice, atBob] = [alice.listen("ear"), bob.listen("ear")];
    const [toAlice, toBob] = [bob.to(alice, "ear"), alice.to(bob, "ear")];
    for (const text of numbered(60)) {
      toAlice.tell({ text });
      toBob.tell({ text });
      await world.clock.advance(5);
    }
    await world.clock.advance(1_000);
    assertEquals([texts(atAlice.heard), texts(atBob.heard)], [numbered(60), numbered(60)], `seed ${seed}`);
  }
});

Deno.test("an ask is answered", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const replies = numbered(20).map((text) => ask(alice.to(bob, "ear"), text));
  await world.clock.advance(100);
  assertEquals(replies.map(({ value }) => value), numbered(20));
  assertEquals(alice.deadLetters, []);
});

Deno.test("a second reply to one ask is a dead letter at who replied", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.publish(
    "twice",
    bob.system.spawn<Word>("twice", () => (word) => {
      if (!("replyTo" in word)) return;
      word.replyTo.tell("once");
      word.replyTo.tell("twice");
    }),
  );
  const reply = ask(alice.to(bob, "twice"), "");
  await world.clock.advance(100);
  assertEquals(reply.value, "once");
  assertEquals(bob.deadLetters.map((letter) => letter.reason), ["no_such_actor"]);
});

Deno.test("a ref sent over the wire arrives as a ref, also when it leads to a third peer", async () => {
  const world = new LinkedPeers();
  const [alice, bob, carol] = await world.startAll("alice", "bob", "carol");
  bob.listen("ear");
  const atCarol = carol.listen("ear");
  const atAlice = alice.listen("own");
  alice.to(bob, "ear").tell({ echo: { text: "for carol" }, replyTo: alice.to(carol, "ear") as ActorRef<unknown> });
  alice.to(bob, "ear").tell({ echo: { text: "back" }, replyTo: atAlice.ref as ActorRef<unknown> });
  await world.clock.advance(100);
  assertEquals([texts(atCarol.heard), texts(atAlice.heard)], [["for carol"], ["back"]]);
});

Deno.test("an ask that nobody answers times out, and a late answer changes nothing", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const waiting: ActorRef<unknown>[] = [];
  bob.publish(
    "slow",
    bob.system.spawn<Word>("slow", () => (word) => void ("replyTo" in word && waiting.push(word.replyTo))),
  );
  const reply = ask(alice.to(bob, "slow"), "", 500);
  await world.clock.advance(499);
  assertEquals(reply.settled, false);
  await world.clock.advance(2);
  assertEquals(failure(reply), "timed_out");
  waiting[0]!.tell("too late");
  await world.clock.advance(100);
  assertEquals((await alice.status()).counters.unknownTarget, 1);
});

Deno.test("an ask of a peer that cannot be reached fails with gone within half a second", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const reply = ask(alice.to(NOBODY, "ear"), "", 60_000);
  alice.to(NOBODY, "ear").tell({ text: "lost" });
  await world.clock.until(() => reply.settled, 500, "it fails");
  assertEquals(failure(reply), "gone");
  assertEquals(alice.deadLetters.map(({ to, reason }) => [to, reason]), [
    [`${NOBODY}/ear`, "unreachable"],
    [`${NOBODY}/ear`, "unreachable"],
  ]);
  assertEquals((await alice.status()).links, []);
});

Deno.test("an ask of an actor that is not there fails with gone at once, and is a dead letter at the sender", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const reply = ask(alice.to(bob, "nobody"), "", 60_000);
  await world.clock.advance(50);
  assertEquals(failure(reply), "gone");
  assertEquals(alice.deadLetters.map(({ to, reason }) => [to, reason]), [[`${bob.address}/nobody`, "no_such_actor"]]);
  assertEquals((await bob.status()).counters.unknownTarget, 1);
});

Deno.test("what the receiver's decoder refuses is counted there and disturbs nobody", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const ear = alice.to(bob, "ear") as ActorRef<unknown> as ActorRef<unknown>;
  for (const bad of [null, 7, "text", [], {}, { text: 1 }, { echo: 1 }]) ear.tell(bad);
  ear.tell({ text: "good" });
  await world.clock.advance(50);
  assertEquals([texts(heard), (await bob.status()).counters.refused], [["good"], 7]);
});

Deno.test("a reply that makes no sense fails the ask with malformed", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const reply = ask(alice.to(bob, "ear"), { not: "a text" });
  await world.clock.advance(50);
  assertEquals(failure(reply), "malformed");
});

Deno.test("a message that cannot be put into bytes is a dead letter, fails its ask, and harms no other", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const ear = alice.to(bob, "ear");
  const unpublished = alice.system.spawn<unknown>("unpublished", () => () => {});
  const bad: unknown[] = [
    { text: "a function", bytes: () => {} },
    { text: "a ref", replyTo: unpublished },
    { text: "too long", bytes: new Uint8Array(FRAME_BYTES_MAX) },
    { text: "too deep", more: Array.from({ length: 20 }).reduce((inner) => [inner], 1) },
  ];
  for (const message of bad) ear.tell(message as Word); // in the queue, before the link is open
  ear.tell({ text: "first" });
  await world.clock.advance(50);
  for (const message of bad) ear.tell(message as Word); // and on the open link
  const reply = ask(ear, () => {});
  ear.tell({ text: "last" });
  await world.clock.advance(50);
  assertEquals(texts(heard), ["first", "last"]);
  assertEquals([failure(reply), alice.restarts], ["gone", 0]);
  assertEquals((await alice.status()).counters.unsendable, 9);
  assertEquals(alice.system.deadLetterCounts.unsendable, 9);
});

Deno.test("watching an actor that stops brings exactly one notice", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { ref } = bob.listen("ear");
  const stopper = bob.system.spawn<"stop">("parent", (ctx) => {
    const child = ctx.spawn<Word>("child", () => () => {});
    bob.publish("child", child);
    return () => ctx.stop(child);
  });
  const notices: StopReason[] = [];
  alice.to(bob, "child").watch((reason) => notices.push(reason));
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(1_000);
  assertEquals(notices, []);
  stopper.tell("stop");
  await world.clock.advance(60_000);
  assertEquals(notices, ["stopped"]);
  assert(ref.path.endsWith("ear"));
});

Deno.test("watching an actor that is not there brings the notice that it is unknown", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const notices: StopReason[] = [];
  alice.to(bob, "nobody").watch((reason) => notices.push(reason));
  await world.clock.advance(60_000);
  assertEquals(notices, ["unknown"]);
});

Deno.test("watching an actor of a peer that is killed brings one notice that it is unreachable", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const notices: StopReason[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(1_000);
  bob.kill();
  // A host that is gone answers the next ping with a reset, and three attempts to connect with as many.
  await world.clock.until(() => notices.length > 0, 7_000, "a notice");
  await world.clock.advance(60_000);
  assertEquals(notices, ["unreachable"]);
});

Deno.test("watching an actor of a peer that is cut off brings one notice that it is unreachable", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const notices: StopReason[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(1_000);
  world.network.add(cutOff(bob.address));
  // Silence counts as death after 12 s; then three attempts of 3 s each.
  await world.clock.until(() => notices.length > 0, 30_000, "a notice");
  await world.clock.advance(60_000);
  assertEquals(notices, ["unreachable"]);
});

Deno.test("a peer that started again at the same address is somebody else: one notice, and its actors can be had", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const notices: StopReason[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(1_000);
  bob.kill();
  const again = await world.start("bob", bob.address);
  const { heard } = again.listen("ear");
  await world.clock.until(() => notices.length > 0, 10_000, "a notice");
  alice.to(bob, "ear").tell({ text: "hello again" });
  await world.clock.advance(60_000);
  assertEquals([notices, texts(heard)], [["unreachable"], ["hello again"]]);
});

Deno.test("what was asked while a peer started again is answered by the new one", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  alice.to(bob, "ear").watch(() => {});
  await world.clock.advance(1_000);
  bob.kill();
  const again = await world.start("bob", bob.address);
  again.listen("ear");
  // The next ping finds out; then the link waits a moment before it connects again.
  for (let polls = 0; polls < 5_000 && (await alice.status()).connections > 0; polls++) await world.clock.advance(2);
  assertEquals((await alice.status()).connections, 0);
  const reply = ask(alice.to(bob, "ear"), "still there?");
  await world.clock.advance(2_000);
  assertEquals(reply.value ?? failure(reply), "still there?");
});

Deno.test("who unwatches hears nothing", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const notices: StopReason[] = [];
  const unwatch = [1, 2].map(() => alice.to(bob, "ear").watch((reason) => notices.push(reason)));
  unwatch[0]!();
  await world.clock.advance(1_000);
  unwatch[1]!();
  await world.clock.advance(1_000);
  bob.kill();
  await world.clock.advance(60_000);
  assertEquals(notices, []);
});

Deno.test("a watch survives the loss of its connection when another one is left", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  stranger.told.onAccept = (stream) => stream.write(stranger.hello());
  const notices: StopReason[] = [];
  alice.to(stranger.address, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(100);
  const { told } = stranger.link(alice, stranger.hello());
  await world.clock.advance(100);
  const watch = { type: "watch", watch: 1, id: "ear" } as const;
  assertEquals(stranger.heard(stranger.told.accepted[0]!.told).at(-1), watch);
  assertEquals(stranger.heard(told).map(({ type }) => type), ["hello"]);
  stranger.told.accepted[0]!.stream.destroy();
  await world.clock.advance(100);
  assertEquals(stranger.heard(told).at(-1), watch);
  assertEquals([notices, stranger.told.accepted.length], [[], 1]);
});

Deno.test("while a link is not open, so many messages wait; more are dead letters and fail their asks", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  for (const text of numbered(LINK_QUEUE_MAX + 5)) alice.to(bob, "ear").tell({ text });
  const reply = ask(alice.to(bob, "ear"), "one too many", 60_000);
  await world.clock.advance(1_000);
  assertEquals(texts(heard), numbered(LINK_QUEUE_MAX));
  assertEquals(failure(reply), "gone");
  assertEquals(alice.deadLetters.filter(({ reason }) => reason === "unreachable").length, 6);
  assertEquals((await alice.status()).counters.undelivered, 6);
});

Deno.test("a peer that does not read is given so much and no more, the rest are dead letters", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  let slow = false;
  stranger.told.onAccept = (stream) => {
    stream.write(stranger.hello());
    if (slow) stream.pause();
  };
  slow = true;
  const sent = 40;
  for (let i = 0; i < sent; i++) {
    alice.to(stranger.address, "ear").tell({ text: `m${i}`, bytes: new Uint8Array(100_000) });
    await world.clock.advance(10);
  }
  const reply = ask(alice.to(stranger.address, "ear"), "", 60_000);
  await world.clock.advance(100);
  const { counters } = await alice.status();
  assert(counters.undelivered > 0 && counters.undelivered < sent, `${counters.undelivered} of ${sent}`);
  const taken = (sent + 1 - counters.undelivered) * 100_000;
  assert(taken < 2 * CONNECTION_BACKLOG_BYTES_MAX, `${taken} bytes`);
  assertEquals(failure(reply), "gone");
});

const noHellos: readonly [string, (stranger: { hello(more?: object): Uint8Array }) => Uint8Array[]][] = [
  ["of another version", (stranger) => [stranger.hello({ version: LINK_VERSION + 1 })]],
  ["twice", (stranger) => [stranger.hello(), stranger.hello()]],
  ["with a length of nothing", () => [new Uint8Array(4)]],
  ["with a length of 4 GiB", () => [Uint8Array.of(255, 255, 255, 255)]],
  ["of noise", () => [Uint8Array.of(0, 0, 0, 3, 0xc1, 0xc1, 0xc1)]],
];

for (const [what, parts] of noHellos) {
  Deno.test(`a hello ${what} closes the connection, counted`, async () => {
    const world = new LinkedPeers();
    const alice = await world.start("alice");
    const stranger = await world.stranger();
    const { told } = stranger.link(alice, ...parts(stranger));
    await world.clock.advance(50);
    assertEquals(told.closedAs, "reset");
    const { counters, connections } = await alice.status();
    assertEquals([counters.malformed, connections, alice.restarts], [1, 0, 0]);
  });
}

Deno.test("an envelope before the hello closes the connection, and is not delivered", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const { heard } = alice.listen("ear");
  const stranger = await world.stranger();
  const tell = stranger.frame({ type: "tell", id: "ear", number: 1, message: { text: "early" } });
  const { told } = stranger.link(alice, tell, stranger.hello());
  await world.clock.advance(50);
  assertEquals([told.closedAs, heard.length], ["reset", 0]);
});

Deno.test("who has said nonsense is not listened to any more", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const { heard } = alice.listen("ear");
  const stranger = await world.stranger();
  const tell = (text: string): Uint8Array => stranger.frame({ type: "tell", id: "ear", number: 1, message: { text } });
  stranger.link(alice, stranger.hello(), tell("before"), new Uint8Array(4), tell("behind"));
  await world.clock.advance(50);
  assertEquals([texts(heard), (await alice.status()).counters.malformed], [["before"], 1]);
});

Deno.test("a connection without a hello is closed after 5 s, counted, also when single bytes of one keep coming", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  const silent = stranger.link(alice);
  const dripping = stranger.link(alice);
  const hello = stranger.hello();
  for (let second = 0; second < 8; second++) {
    dripping.stream.write(hello.subarray(second, second + 1));
    await world.clock.advance(1_000);
  }
  assertEquals([silent.told.closedAs, dripping.told.closedAs], ["reset", "reset"]);
  assertEquals((await alice.status()).counters.timedOut, 2);
});

Deno.test("nobody puts off the end of a silent connection by opening others", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  const silent = stranger.link(alice);
  for (let second = 0; second < 8; second++) {
    stranger.link(alice);
    await world.clock.advance(1_000);
  }
  assertEquals(silent.told.closedAs, "reset");
});

Deno.test("a peer that drips the bytes of a frame is closed 16 s after its last whole one", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  const { stream, told } = stranger.link(alice, stranger.hello());
  await world.clock.advance(100);
  stream.write(Uint8Array.of(0, 0, 1, 0));
  for (let second = 0; second < 20; second++) {
    stream.write(Uint8Array.of(0xc0));
    await world.clock.advance(1_000);
  }
  assertEquals(told.closedAs, "reset");
});

Deno.test("a silent peer is pinged after 4 s and lives as long as it answers", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const notices: StopReason[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(600_000);
  assertEquals([notices, (await alice.status()).counters.timedOut], [[], 0]);
});

Deno.test("a link on which nobody waits for anything is pinged each 8 s, one on which somebody does each 4 s", async () => {
  const pingsIn = async (ms: number, isWatched: boolean): Promise<number> => {
    const world = new LinkedPeers();
    const alice = await world.start("alice");
    const stranger = await world.stranger();
    stranger.told.onAccept = (stream) => stream.write(stranger.hello());
    const ear = alice.to(stranger.address, "ear");
    ear.tell({ text: "hello" });
    if (isWatched) ear.watch(() => {});
    await world.clock.advance(50);
    const { stream, told } = stranger.told.accepted[0]!;
    const pings = (): number => stranger.heard(told).filter(({ type }) => type === "ping").length;
    for (let answered = 0, passed = 0; passed < ms; passed += 500) {
      for (; answered < pings(); answered++) stream.write(stranger.frame({ type: "pong" }));
      await world.clock.advance(500);
    }
    assertEquals(told.closedAs, undefined);
    return pings();
  };
  // Links are looked after each 2 s, so that it is 10 s and 6 s from one to the next, and 6 s from the greeting.
  assertEquals([await pingsIn(100_000, false), await pingsIn(100_000, true)], [10, 16]);
});

Deno.test("a ping that is not answered ends a link within 25 s, also where nobody waits, and what is told then arrives", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  alice.to(bob, "ear").tell({ text: "before" });
  await world.clock.advance(7_000); // a ping found it well after it was told that
  const heal = world.network.add(cutOff(bob.address));
  await world.clock.advance(19_000);
  assertEquals((await alice.status()).counters.timedOut, 0);
  await world.clock.advance(2_500);
  assertEquals([(await alice.status()).counters.timedOut, (await alice.status()).connections], [1, 0]);
  heal();
  const { heard } = bob.listen("ear again");
  alice.to(bob, "ear again").tell({ text: "after" });
  await world.clock.advance(1_000);
  assertEquals(texts(heard), ["after"]);
});

type Awaiting = (alice: LinkedPeer, stranger: Stranger, stream: Stream) => void;
const awaitings: readonly [what: string, await_: Awaiting][] = [
  ["we watch somebody there", (alice, { address }) => void alice.to(address, "ear").watch(() => {})],
  ["we ask somebody there", (alice, { address }) => void ask(alice.to(address, "ear"), "?", 60_000)],
  [
    "they watch somebody here",
    (_, stranger, stream) => stream.write(stranger.frame({ type: "watch", watch: 1, id: "ear" })),
  ],
  ["we tell somebody there something", (alice, { address }) => alice.to(address, "ear").tell({ text: "there?" })],
  ["half a frame of theirs has come", (_, __, stream) => stream.write(Uint8Array.of(0, 0, 1, 0))],
  ["we wait for room", (alice, { address }, stream) => {
    stream.pause();
    const bytes = new Uint8Array(FRAME_BYTES_MAX - 1_000);
    for (let sent = 0; sent < 3 * CONNECTION_BACKLOG_BYTES_MAX; sent += bytes.length) {
      alice.to(address, "ear").tellAndWait({ text: "", bytes }, 60_000).catch(() => {});
    }
  }],
];
for (const [what, begin] of awaitings) {
  Deno.test(`a peer that was quiet is soon found to be gone when ${what}`, async () => {
    const world = new LinkedPeers();
    const alice = await world.start("alice");
    alice.listen("ear");
    const stranger = await world.stranger();
    stranger.told.onAccept = (stream) => stream.write(stranger.hello());
    alice.to(stranger.address, "ear").tell({ text: "hello" });
    await world.clock.advance(1_000);
    stranger.told.accepted[0]!.stream.write(stranger.frame({ type: "pong" }));
    await world.clock.advance(8_000);
    begin(alice, stranger, stranger.told.accepted[0]!.stream);
    await world.clock.advance(12_000);
    assertEquals((await alice.status()).counters.timedOut, 0);
    // What comes is a sign of life; then it is 6 s until the ping and 12 s for the answer.
    await world.clock.advance(7_500);
    assertEquals((await alice.status()).counters.timedOut, 1);
  });
}

Deno.test("a link that was silent for long is not dead for it when somebody begins to wait", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  alice.to(bob, "ear").tell({ text: "hello" });
  await world.clock.advance(19_000);
  const notices: StopReason[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(100_000);
  assertEquals([notices, (await alice.status()).counters.timedOut], [[], 0]);
});

Deno.test("an idle link is closed after two minutes, and what is sent in that moment still arrives", async () => {
  for (let offsetMs = -3_000; offsetMs <= 3_000; offsetMs += 250) {
    const world = new LinkedPeers(`idle ${offsetMs}`);
    world.network.add(latency(40));
    const [alice, bob] = await world.startAll("alice", "bob");
    const [atBob, atAlice] = [bob.listen("ear"), alice.listen("ear")];
    alice.to(bob, "ear").tell({ text: "first" });
    await world.clock.advance(121_000 + offsetMs);
    alice.to(bob, "ear").tell({ text: "second" });
    bob.to(alice, "ear").tell({ text: "third" });
    await world.clock.advance(5_000);
    assertEquals([texts(atBob.heard), texts(atAlice.heard)], [["first", "second"], ["third"]], `${offsetMs} ms`);
    await world.clock.advance(140_000);
    const [a, b] = [await alice.status(), await bob.status()];
    assertEquals([a.links, a.connections, b.links, b.connections], [[], 0, [], 0]);
    assertEquals([a.counters.timedOut, b.counters.timedOut], [0, 0]);
  }
});

for (const lastWordS of [104, 120]) {
  Deno.test(`an idle link, last heard of after ${lastWordS} s, whose other side does not end its half is given 12 s for it`, async () => {
    const world = new LinkedPeers();
    const alice = await world.start("alice");
    const stranger = await world.stranger();
    stranger.told.onAccept = (stream) => stream.write(stranger.hello());
    alice.to(stranger.address, "ear").tell({ text: "hello" });
    await world.clock.advance(50);
    const { stream, told } = stranger.told.accepted[0]!;
    const closedAt = async (isSo: () => boolean): Promise<number> => {
      await world.clock.until(isSo, 150_000, "an end", 1_000);
      return Math.round(world.clock.now() / 1_000);
    };
    for (let second = 0; second < lastWordS; second++) {
      stream.write(stranger.frame({ type: "pong" }));
      await world.clock.advance(1_000);
    }
    const ended = await closedAt(() => told.isEnded);
    assert(ended >= 120 && ended <= 123, `${ended}`);
    const given = await closedAt(() => told.closedAs !== undefined) - ended;
    assert(given >= 12 && given <= 15, `${given}`);
  });
}

Deno.test("links are looked after by a timer only while there are some", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const pending = (): number[] => [alice, bob].map(({ clock }) => clock.pending);
  assertEquals(pending(), [0, 0]);
  alice.to(bob, "ear").tell({ text: "hello" });
  await world.clock.advance(100);
  assertEquals([texts(heard), pending()], [["hello"], [1, 1]]);
  await world.clock.advance(130_000);
  assertEquals([(await alice.status()).connections, pending()], [0, [0, 0]]);
  alice.to(bob, "ear").tell({ text: "again" });
  await world.clock.advance(100);
  assertEquals(pending(), [1, 1]);
});

Deno.test("a link that is given up between two attempts to connect leaves no timer", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  alice.to(NOBODY, "ear").tell({ text: "lost" });
  await world.clock.advance(50);
  assertEquals((await alice.status()).links.map(({ connections }) => connections), [0]);
  alice.links.tell({ type: "peer_gone", peer: NOBODY });
  await world.clock.advance(1);
  assertEquals(alice.clock.pending, 0);
});

Deno.test("a link that never found a transport is forgotten when nobody waits for it any more", async () => {
  const { clock, system } = virtualSystem();
  const keeper = system.spawn<LinksMessage>("links", links);
  const ear = new RemoteRef<Word>(linksCourier(keeper, system), NOBODY, "ear");
  const given = outcomeOf(ear.tellAndWait({ text: "never said" }, 1_000));
  const count = async (): Promise<number> => {
    const status = outcomeOf(keeper.ask<LinksStatus>((replyTo) => ({ type: "status", replyTo }), 1_000));
    await clock.advance(0);
    return status.value!.links.length;
  };
  await clock.advance(500);
  assertEquals(await count(), 1);
  await clock.advance(130_000);
  assertEquals([failure(given), await count()], ["timed_out", 0]);
});

Deno.test("a link over which the other side watches is not idle", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  alice.listen("ear");
  bob.listen("ear");
  alice.to(bob, "ear").tell({ text: "alice opens it" });
  await world.clock.advance(100);
  const notices: StopReason[] = [];
  bob.to(alice, "ear").watch((reason) => notices.push(reason));
  const before = (await alice.transportStatus()).counters?.streamsOpened;
  await world.clock.advance(600_000);
  assertEquals((await alice.transportStatus()).counters?.streamsOpened, before);
  assertEquals(notices, []);
});

Deno.test("the failure detector's word ends a link at once", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const notices: StopReason[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(100);
  alice.links.tell({ type: "peer_gone", peer: bob.address });
  await world.clock.advance(1);
  assertEquals(notices, ["unreachable"]);
  assertEquals((await alice.status()).connections, 0);
});

Deno.test("a stranger may ask for so many notices, then it is closed", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  alice.listen("ear");
  const stranger = await world.stranger();
  const watches = Array.from({ length: 2_000 }, (_, watch) => stranger.frame({ type: "watch", watch, id: "ear" }));
  const { told } = stranger.link(alice, stranger.hello(), ...watches);
  await world.clock.advance(100);
  assertEquals(told.closedAs, "reset");
  assertEquals((await alice.status()).counters.malformed, 1);
});

Deno.test("of many strangers that do not say hello the oldest is closed, and a peer still gets in", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = alice.listen("ear");
  const stranger = await world.stranger();
  const silent = [];
  for (let i = 0; i < 300; i++) {
    silent.push(stranger.link(alice));
    await world.clock.advance(1);
  }
  bob.to(alice, "ear").tell({ text: "let me in" });
  await world.clock.advance(100);
  assertEquals(texts(heard), ["let me in"]);
  const closed = silent.filter(({ told }) => told.closedAs !== undefined).length;
  assert(closed >= 172 && closed <= 174, `${closed} closed`);
  assertEquals((await alice.status()).counters.crowdedOut, closed);
});

Deno.test("only what is published can be addressed, whatever id a stranger tries", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  alice.system.spawn<unknown>("secret", () => () => {
    throw new Error("reached from outside");
  });
  const stranger = await world.stranger();
  const ids = ["secret", "/secret", "links", "/links", "transport", "?", "__proto__", "constructor", "toString"];
  const tells = ids.map((id, number) => stranger.frame({ type: "tell", id, number, message: { type: "detach" } }));
  const { told } = stranger.link(alice, stranger.hello(), ...tells);
  await world.clock.advance(100);
  const undelivered = ids.map((id, number) => ({ type: "undelivered", id, number, reason: "unknown" } as const));
  assertEquals(stranger.heard(told).slice(1), undelivered);
  assertEquals([(await alice.status()).counters.unknownTarget, alice.restarts], [ids.length, 0]);
});

Deno.test("a stranger can only dead-letter messages that were not sent, and end no ask of another peer", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const waiting: ActorRef<unknown>[] = [];
  bob.publish(
    "slow",
    bob.system.spawn<Word>("slow", () => (word) => void ("replyTo" in word && waiting.push(word.replyTo))),
  );
  const reply = ask(alice.to(bob, "slow"), "");
  await world.clock.advance(100);
  const stranger = await world.stranger();
  stranger.link(
    alice,
    stranger.hello(),
    stranger.frame({ type: "undelivered", id: "slow", number: 1, reason: "unknown" }),
    stranger.frame({ type: "gone", watch: 1, reason: "failed" }),
  );
  await world.clock.advance(100);
  assertEquals(reply.settled, false);
  waiting[0]!.tell("here I am");
  await world.clock.advance(100);
  assertEquals(reply.value, "here I am");
});

// Names and addresses are claims until peers have keys: this is what a liar achieves today, and no more than that.
Deno.test("who claims another's address ends that link, until its true owner is dialled again", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const notices: StopReason[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(100);
  const stranger = await world.stranger();
  const liar = stranger.link(alice, stranger.hello({ address: bob.address }));
  await world.clock.advance(100);
  assertEquals(notices, ["unreachable"]);
  alice.to(bob, "ear").tell({ text: "to whom?" });
  await world.clock.advance(100);
  assertEquals(heard, []);
  const [told] = stranger.heard(liar.told).slice(-1);
  assertEquals(told, { type: "tell", id: "ear", number: 2, message: { text: "to whom?" } });
  liar.stream.destroy();
  await world.clock.advance(100);
  alice.to(bob, "ear").tell({ text: "bob?" });
  await world.clock.advance(1_000);
  assertEquals([texts(heard), alice.restarts], [["bob?"], 0]);
});

Deno.test("a links actor that crashed is attached again, and what came for its former life harms nothing", async () => {
  for (let crashAt = 0; crashAt < 12; crashAt++) {
    const world = new LinkedPeers();
    const [alice, bob] = await world.startAll("alice", "bob");
    bob.listen("ear");
    const stranger = await world.stranger();
    stranger.link(alice, stranger.hello(), stranger.frame({ type: "ping" }));
    alice.to(bob, "ear").tell({ text: "first" });
    for (let step = 0; step < 12; step++) {
      if (step === crashAt) alice.system.crash("/links");
      await world.clock.advance(0.5);
    }
    await world.clock.advance(1_000);
    const { heard } = alice.listen("again");
    const reply = ask(alice.to(bob, "ear"), "after the crash");
    bob.to(alice, "again").tell({ text: "and back" });
    await world.clock.advance(1_000);
    assertEquals([reply.value, texts(heard), alice.restarts], ["after the crash", ["and back"], 1], `step ${crashAt}`);
  }
});

Deno.test("when the transport closes, links end, asks fail and watchers hear of it; it can open again", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const waiting: ActorRef<unknown>[] = [];
  bob.publish(
    "slow",
    bob.system.spawn<Word>("slow", () => (word) => void ("replyTo" in word && waiting.push(word.replyTo))),
  );
  const notices: StopReason[] = [];
  alice.to(bob, "slow").watch((reason) => notices.push(reason));
  const reply = ask(alice.to(bob, "slow"), "");
  await world.clock.advance(100);
  await alice.close();
  await world.clock.advance(1);
  assertEquals([failure(reply), notices, (await alice.status()).connections], ["gone", ["unreachable"], 0]);
  const { heard } = bob.listen("ear");
  alice.to(bob, "ear").tell({ text: "kept until there is a way" });
  await world.clock.advance(1_000);
  await alice.open(ANY_PORT);
  await world.clock.advance(1_000);
  assertEquals(texts(heard), ["kept until there is a way"]);
});

Deno.test("stopping leaves no timer and no stream behind, and tells everybody who waits", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const stranger = await world.stranger();
  const half = stranger.link(alice);
  const whole = stranger.link(alice, stranger.hello());
  const notices: StopReason[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  const toNobody = ask(alice.to(NOBODY, "ear"), "", 60_000);
  await world.clock.advance(150);
  await alice.stop();
  await world.clock.advance(10);
  assertEquals(alice.clock.pending, 0);
  assertEquals([half.told.closedAs, whole.told.closedAs], ["reset", "reset"]);
  assertEquals([failure(toNobody), notices], ["gone", ["unreachable"]]);
  assertEquals((await bob.status()).connections, 0);
});

Deno.test("a stream that never was a link says nothing before its preamble", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  const { stream, told } = stranger.dial(alice, LINK_PREAMBLE.subarray(0, 1));
  await world.clock.advance(100);
  assertEquals(told.length, 0);
  stream.write(LINK_PREAMBLE.subarray(1));
  stream.write(stranger.hello());
  await world.clock.advance(100);
  assertEquals(stranger.heard(told).map(({ type }) => type), ["hello"]);
});

Deno.test("a piece that a full mailbox drops tears its connection, not the stream on it", async () => {
  const { clock, system } = virtualSystem();
  let handler: StreamHandler | undefined;
  let destroyed = false;
  const stream: Stream = {
    remote: "127.0.0.1:2" as Address,
    bufferedBytes: 0,
    write: () => {},
    end: () => {},
    destroy: () => void (destroyed = true),
    pause: () => {},
    resume: () => {},
  };
  const keeper = system.spawn<LinksMessage>("links", links, { mailbox: { limit: 1 } });
  const self = { address: "127.0.0.1:1" as Address, name: "alice" };
  keeper.tell({ type: "attach", transport: { connect: () => stream }, self });
  await clock.advance(1);
  keeper.tell({ type: "accepted", stream, adopt: (adopted) => handler = adopted });
  await clock.advance(1);
  const half = Uint8Array.of(0, 0, 0);
  handler!.data(half); // waits in the mailbox
  handler!.data(half); // finds no room
  await clock.advance(1);
  assertEquals(destroyed, false);
  handler!.data(half);
  await clock.advance(1);
  const status = keeper.ask<LinksStatus>((replyTo) => ({ type: "status", replyTo }), 100);
  await clock.advance(1);
  const { counters, connections } = await status;
  assertEquals([destroyed, connections, counters.torn, counters.malformed], [true, 0, 1, 0]);
});
