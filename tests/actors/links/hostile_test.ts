import { assert, assertEquals } from "@std/assert";
import { encode, ExtData } from "@msgpack/msgpack";
import fc from "fast-check";
import { published } from "../../../actors/links/exports.ts";
import { DEAD_LETTERS } from "../../../actors/runtime/dead_letters.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { RemoteRef } from "../../../actors/runtime/remote_ref.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { LINK_VERSION } from "../../../transport/link/envelope.ts";
import { encodeFrame, FRAME_BYTES_MAX } from "../../../transport/link/frame.ts";
import { STREAM_BUFFER_BYTES_MAX } from "../../../transport/transport.ts";
import { decodeWord, failure, LinkedPeers, outcomeOf, type Stranger, type Word } from "../../support/linked_peers.ts";

const texts = (heard: readonly Word[]): string[] => heard.flatMap((word) => "text" in word ? [word.text] : []);

/** A frame of whatever a stranger makes up. */
const frame = (value: unknown): Uint8Array => encodeFrame(encode(value, { maxDepth: 1_000 }));

const ref = (address: unknown, id: unknown): ExtData => new ExtData(1, encode([address, id]));

/** One of each kind, all its fields right; the actor they are for is `ear`. */
function vocabulary(stranger: Stranger): readonly (readonly unknown[])[] {
  const message = { echo: "x", replyTo: ref(stranger.address, "own") };
  return [
    [0, LINK_VERSION, stranger.address, "stranger", "stranger"],
    [1, "ear", 1, message],
    [1, "ear", 2, { text: "text" }],
    [1, "?0011223344556677", 3, "a reply that nobody asked for"],
    [2, 1, "ear"],
    [3, 1],
    [4, 1, "stopped"],
    [5, "ear", 1, "unknown"],
    [6],
    [7],
    [8, "ear", 4, "finish", null],
    [8, "?0011223344556677", 5, "kill", 0],
  ];
}

/** Values of every type, with those at the edges of what is allowed. */
const WRONG: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 1.5, NaN, Infinity, 2 ** 53, 2 ** 32, "", "ear", "nobody", "x".repeat(257)],
  ...["__proto__", "constructor", "127.0.0.1:9", "finish", "stopped", [], [[]], {}, { type: "detach" }],
  ...[Uint8Array.of(1), new Date(0), ref("127.0.0.1:9", "ear"), ref("nowhere", "ear"), ref("127.0.0.1:9", "")],
  ...[ref("127.0.0.1:9", 7), new ExtData(1, Uint8Array.of(0xc1)), new ExtData(99, Uint8Array.of(1))],
];

/** A peer that watches, asks and publishes, so that every kind of envelope finds something to disturb. */
async function busyPeer(world: LinkedPeers) {
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = alice.listen("ear");
  bob.listen("ear");
  const notices: string[] = [];
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(50);
  return { alice, bob, heard, notices };
}

/** What must hold whatever a stranger sent: nothing crashed, others are served, and nothing is kept of it. */
async function assertUnharmed(world: LinkedPeers, { alice, bob, notices }: Awaited<ReturnType<typeof busyPeer>>) {
  const reply = outcomeOf(
    bob.to(alice, "ear").ask<string>((replyTo) => ({ echo: "served", replyTo: replyTo as ActorRef<unknown> }), 1_000),
  );
  await world.clock.advance(50);
  const crashes = alice.log.filter(({ event }) => event === "actor_crashed");
  assertEquals([reply.value, crashes, notices], ["served", [], []]);
  await world.clock.advance(300_000);
  const { links, connections, slots } = await alice.status();
  assertEquals([links.length, connections <= 2, slots], [1, true, 0]);
  const [link] = links;
  assertEquals([link?.peer, link?.queued, link?.watches, link?.theirWatches], [bob.address, 0, 1, 0]);
}

Deno.test("a wrong type in any field of any envelope harms nobody", async () => {
  const world = new LinkedPeers();
  const peer = await busyPeer(world);
  let sent = 0;
  for (const [kind, right] of vocabulary(await world.stranger()).entries()) {
    for (let field = 0; field <= right.length; field++) {
      for (const value of WRONG) {
        const stranger = await world.stranger();
        const own = vocabulary(stranger)[kind]!;
        const wrong = field < own.length ? own.with(field, value) : [...own, value];
        const { stream } = stranger.link(peer.alice, stranger.hello(), frame(wrong));
        await world.clock.advance(5);
        stream.destroy();
        sent++;
      }
    }
  }
  assert(sent > 1_000, `${sent}`);
  await assertUnharmed(world, peer);
});

Deno.test("whatever a stranger says in whatever order, with whatever changed, harms nobody", async () => {
  const anything = fc.anything({
    values: [fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(...WRONG), fc.uint8Array()],
    maxDepth: 3,
  });
  const change = fc.record({ kind: fc.nat(11), field: fc.nat(5), value: anything, changed: fc.boolean() });
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), flips, async (changes, bytesChanged) => {
      const world = new LinkedPeers();
      const peer = await busyPeer(world);
      const stranger = await world.stranger();
      const parts = changes.map(({ kind, field, value, changed }) => {
        const right = vocabulary(stranger)[kind]!;
        return frame(changed && field < right.length ? right.with(field, value) : right);
      });
      const said = Uint8Array.from(parts.flatMap((part) => [...part]));
      for (const [at, byte] of bytesChanged) said[at % said.length] = byte;
      const { stream } = stranger.link(peer.alice, stranger.hello(), said);
      await world.clock.advance(100);
      stream.destroy();
      await assertUnharmed(world, peer);
    }),
    { numRuns: 150 },
  );
});

Deno.test("a message as long as a frame may be arrives, a longer claim closes the connection at once, counted", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const { heard } = alice.listen("ear");
  const stranger = await world.stranger();
  const bytesFor = (length: number): Uint8Array =>
    frame([1, "ear", 1, { text: "long", bytes: new Uint8Array(length) }]);
  const overhead = bytesFor(100_000).length - 4 - 100_000;
  const longest = bytesFor(FRAME_BYTES_MAX - overhead);
  assertEquals(longest.length, 4 + FRAME_BYTES_MAX);
  const { stream, told } = stranger.link(alice, stranger.hello(), longest);
  await world.clock.advance(1_000);
  assertEquals([texts(heard), told.closedAs], [["long"], undefined]);
  const claim = new Uint8Array(4);
  new DataView(claim.buffer).setUint32(0, FRAME_BYTES_MAX + 1);
  stream.write(claim);
  await world.clock.advance(50);
  assertEquals([told.closedAs, (await alice.status()).counters.malformed], ["reset", 1]);
});

Deno.test("a message nested a thousand deep closes the connection, counted", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const { heard } = alice.listen("ear");
  const stranger = await world.stranger();
  const deep = Array.from({ length: 900 }).reduce((inner) => [inner], 1);
  const { told } = stranger.link(alice, stranger.hello(), frame([1, "ear", 1, { text: "deep", deep }]));
  await world.clock.advance(50);
  assertEquals([heard, told.closedAs, (await alice.status()).counters.malformed], [[], "reset", 1]);
});

Deno.test("a ref that leads nowhere is a dead letter of who tells it something, and harms nobody", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  alice.listen("ear");
  const stranger = await world.stranger();
  const told = (address: string, id: string, number: number): Uint8Array =>
    frame([1, "ear", number, { echo: "x", replyTo: ref(address, id) }]);
  stranger.link(
    alice,
    stranger.hello(),
    told("127.0.0.1:9", "nobody is there", 1),
    told(bob.address, "no such actor", 2),
    told(bob.address, "?0011223344556677", 3),
    told(bob.address, "__proto__", 4),
  );
  await world.clock.advance(60_000);
  const letters = alice.deadLetters.map(({ to, reason }) => `${to} ${reason}`).toSorted();
  const nobodies = ["no such actor", "?0011223344556677", "__proto__"];
  assertEquals(
    letters,
    [
      "127.0.0.1:9/nobody is there unreachable",
      ...nobodies.map((id) => `${bob.address}/${id} no_such_actor`),
    ].toSorted(),
  );
  assertEquals([alice.restarts, bob.restarts], [0, 0]);
});

Deno.test("refs to a thousand addresses where nobody is take no place from a peer that is there", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  alice.listen("ear");
  const { heard } = bob.listen("ear");
  alice.to(bob, "ear").watch(() => {});
  await world.clock.advance(100);
  const stranger = await world.stranger();
  const refs = Array.from(
    { length: 1_500 },
    (_, i) => frame([1, "ear", i, { echo: "x", replyTo: ref(`127.0.${1 + (i >> 8)}.${i & 255}:9`, "ear") }]),
  );
  const { stream } = stranger.link(alice, stranger.hello(), ...refs);
  await world.clock.until(() => alice.deadLetters.length > 100, 10_000, "the first that give way", 1);
  assert((await alice.status()).links.length <= 1_024);
  const carol = await world.start("carol");
  const atCarol = carol.listen("ear");
  alice.to(carol, "ear").tell({ text: "still room" });
  alice.to(bob, "ear").tell({ text: "still here" });
  carol.to(alice, "ear").tell({ text: "let me in" });
  await world.clock.advance(200);
  assertEquals([texts(heard), texts(atCarol.heard)], [["still here"], ["still room"]]);
  stream.destroy();
  await world.clock.advance(60_000);
  assertEquals([alice.restarts, (await alice.status()).links.length <= 2], [0, true]);
});

Deno.test("a token that was made up reaches no reply slot, and nobody else's, however many are tried", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const waiting: ActorRef<unknown>[] = [];
  bob.publish("slow", bob.system.spawn<Word>("slow", () => (w) => void ("replyTo" in w && waiting.push(w.replyTo))));
  const reply = outcomeOf(
    alice.to(bob, "slow").ask<string>((replyTo) => ({ echo: "", replyTo: replyTo as ActorRef<unknown> }), 60_000),
  );
  await world.clock.advance(100);
  const token = (waiting[0] as RemoteRef<unknown>).id;
  assertEquals((await alice.status()).slots, 1);
  const random = seededRandom("guesses");
  const guesses = Array.from({ length: 500 }, () => `?${random.bytes(8).toHex()}`);
  const near = ["?", token.slice(0, -1), `${token}0`, token.toUpperCase(), ` ${token}`, token.slice(1)];
  const stranger = await world.stranger();
  const all = [...guesses, ...near].filter((guess) => guess !== token);
  const kinds = all.flatMap((id, number) => [frame([1, id, number, "forged"]), frame([8, id, number, "kill", null])]);
  stranger.link(alice, stranger.hello(), ...kinds);
  await world.clock.advance(100);
  assertEquals([reply.settled, (await alice.status()).counters.unknownTarget], [false, 2 * all.length]);
  // A ref may be passed on: whoever was given the token may use it, once.
  const { told } = stranger.link(
    alice,
    stranger.hello(),
    frame([1, token, 1, "first"]),
    frame([1, token, 2, "second"]),
  );
  await world.clock.advance(100);
  assertEquals([reply.value, (await alice.status()).slots], ["first", 0]);
  assertEquals(stranger.heard(told).at(-1), { type: "undelivered", id: token, number: 2, reason: "unknown" });
});

Deno.test("so many reply slots are open; of one more, the oldest ask fails at once", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.publish("mute", bob.system.spawn<Word>("mute", () => () => {}));
  const ask = () =>
    outcomeOf(
      alice.to(bob, "mute").ask<string>((replyTo) => ({ echo: "", replyTo: replyTo as ActorRef<unknown> }), 60_000),
    );
  const asks = [];
  for (let i = 0; i < 4_097; i++) {
    asks.push(ask());
    if (i % 500 === 0) await world.clock.advance(20);
  }
  await world.clock.advance(100);
  assertEquals(asks.map(failure).filter((reason) => reason !== undefined), ["gone"]);
  assertEquals([failure(asks[0]!), (await alice.status()).slots], ["gone", 4_096]);
  await world.clock.advance(60_000);
  assertEquals((await alice.status()).slots, 0);
});

Deno.test("a published actor whose full mailbox says so crashes nobody: counted, and answered with mailbox_full", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const heard: Word[] = [];
  const ref = bob.system.spawn<Word>("narrow", () => async (word) => {
    heard.push(word);
    await new Promise<void>((resolve) => void bob.clock.after(1_000, resolve));
  }, { mailbox: { limit: 2, whenFull: "fail" } });
  bob.publish("narrow", ref);
  const narrow = alice.to(bob, "narrow");
  for (let i = 0; i < 20; i++) narrow.tell({ text: `${i}` });
  const asked = outcomeOf(
    narrow.ask<string>((replyTo) => ({ echo: "", replyTo: replyTo as ActorRef<unknown> }), 60_000),
  );
  await world.clock.advance(100);
  const { counters } = await bob.status();
  assertEquals([bob.restarts, failure(asked)], [0, "mailbox_full"]);
  assert(counters.full >= 17, `${counters.full}`);
  assertEquals(alice.deadLetters.length, counters.full);
  assertEquals(
    new Set(alice.deadLetters.map(({ to, reason }) => `${to} ${reason}`)),
    new Set([`${narrow.path} mailbox_full`]),
  );
  await world.clock.advance(60_000);
  assertEquals(heard.length, 21 - counters.full);
});

Deno.test("a decoder that throws over a stranger's bytes refuses them, with a line in the log", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const heard: Word[] = [];
  const ref = bob.system.spawn<Word>("ear", () => (word) => void heard.push(word));
  const decode = (value: unknown): Word | undefined => {
    if (decodeWord(value) === undefined) throw new TypeError("a fault in our decoder");
    return decodeWord(value);
  };
  bob.links.tell({ type: "publish", id: "ear", actor: published(ref, decode) });
  (alice.to(bob, "ear") as ActorRef<unknown>).tell({ text: 7 });
  alice.to(bob, "ear").tell({ text: "good" });
  await world.clock.advance(100);
  assertEquals([texts(heard), bob.restarts, (await bob.status()).counters.refused], [["good"], 0, 1]);
  assertEquals(bob.log.filter(({ event }) => event === "decoder_failed").length, 1);
});

Deno.test("a decoder of replies that throws fails its ask with malformed, and harms nobody", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear");
  const ear = new RemoteRef<Word>(alice.courier, bob.address, "ear", () => {
    throw new TypeError("a fault in our decoder");
  });
  const reply = outcomeOf(ear.ask<string>((replyTo) => ({ echo: "x", replyTo: replyTo as ActorRef<unknown> }), 60_000));
  await world.clock.advance(100);
  assertEquals([failure(reply), alice.restarts], ["malformed", 0]);
  assertEquals(alice.log.filter(({ event }) => event === "decoder_failed").length, 1);
});

Deno.test("a stranger that has much undelivered and reads none of it is closed, its answers do not pile up", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  const id = "x".repeat(250);
  const flood = Array.from({ length: 100 }, (_, number) => [1, id, number, null]).map(frame);
  const { stream, told } = stranger.link(alice, stranger.hello());
  await world.clock.advance(50);
  stream.pause();
  let sent = 0;
  for (; told.closedAs === undefined && sent < 4 * STREAM_BUFFER_BYTES_MAX; sent += 100 * 250) {
    for (const part of flood) stream.write(part);
    await world.clock.advance(10);
  }
  assert(sent < 2 * STREAM_BUFFER_BYTES_MAX, `${sent} bytes`);
  assertEquals([alice.restarts, (await alice.status()).connections], [0, 0]);
});

Deno.test("undelivered and gone for what was never sent or watched cost a dead letter at most", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  let letters = 0;
  alice.system.events.subscribe(DEAD_LETTERS, () => letters++);
  const stranger = await world.stranger();
  const made = Array.from({ length: 200 }, (_, i) => [frame([5, "ear", i, "full"]), frame([4, i, "failed"])]).flat();
  stranger.link(alice, stranger.hello(), ...made);
  await world.clock.advance(100);
  assertEquals([letters, alice.restarts], [200, 0]);
  assertEquals((await alice.status()).counters.malformed, 0);
});
