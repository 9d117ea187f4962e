import { assert, assertEquals } from "@std/assert";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { Rule } from "../../../sim/rule.ts";
import type { Address } from "../../../transport/address.ts";
import { Channel, type ChannelStep } from "../../../transport/link/channel.ts";
import { ANSWER_BYTES, OPENING_BYTES } from "../../../transport/link/handshake.ts";
import { LINK_PREAMBLE } from "../../../transport/link/frame.ts";
import type { Stream } from "../../../transport/transport.ts";
import type { Key } from "../../../transport/wire/key.ts";
import { Keyring } from "../../../transport/wire/keyring.ts";
import { parseLabel } from "../../../transport/wire/label.ts";
import { type Protection, UNPROTECTED } from "../../../transport/wire/protection.ts";
import { keyOf, protectedBy } from "../../support/keys.ts";
import {
  ANY_PORT,
  failure,
  type LinkedPeer,
  LinkedPeers,
  outcomeOf,
  type Stranger,
  type Word,
} from "../../support/linked_peers.ts";
import type { StreamRecorder } from "../../transport/recorder.ts";

const [KEY, NEW, OTHER] = [keyOf(1), keyOf(2), keyOf(3)];
const KEYED = protectedBy(KEY);

const texts = (heard: readonly Word[]): string[] => heard.flatMap((word) => "text" in word ? [word.text] : []);

const ask = (from: LinkedPeer, to: LinkedPeer, timeoutMs = 10_000) =>
  outcomeOf(
    from.to(to, "ear").ask<string>(
      (replyTo) => ({ echo: "the answer", replyTo: replyTo as ActorRef<unknown> }),
      timeoutMs,
    ),
  );

/** Two peers, of which the first has something to say to the second. */
async function two(ours: Protection = KEYED, theirs: Protection = ours, seed = "sealed") {
  const world = new LinkedPeers(seed);
  const alice = await world.start("alice", ANY_PORT, ours);
  const bob = await world.start("bob", ANY_PORT, theirs);
  return { world, alice, bob, heard: bob.listen("ear").heard };
}

/** All that the network carries, and who said it. */
function tap(world: LinkedPeers): { from: Address; bytes: Uint8Array }[] {
  const carried: { from: Address; bytes: Uint8Array }[] = [];
  world.network.onEvent = ({ carried: { kind, from, bytes } }) => {
    if (kind === "stream" && bytes.length > 0) carried.push({ from, bytes: bytes.slice() });
  };
  return carried;
}

/** Lets `change` rewrite, in place, what `from` says; by how many bytes it had said before. */
function rewrite(from: LinkedPeer, change: (bytes: Uint8Array, before: number) => void): Rule {
  let said = 0;
  return (carried) => {
    if (carried.kind !== "stream" || carried.from !== from.address) return "pass";
    change(carried.bytes, said);
    said += carried.bytes.length;
    return "pass";
  };
}

Deno.test("peers with the same key tell, ask and watch as those without do, and nothing is counted", async () => {
  const { world, alice, bob, heard } = await two();
  const notices: string[] = [];
  for (let number = 0; number < 50; number++) alice.to(bob, "ear").tell({ text: `${number}` });
  const reply = ask(alice, bob);
  alice.to(bob, "ear").watch((reason) => notices.push(reason));
  await world.clock.advance(100);
  assertEquals(texts(heard), Array.from({ length: 50 }, (_, number) => `${number}`));
  assertEquals([reply.value, notices], ["the answer", []]);
  bob.kill();
  await world.clock.advance(60_000);
  assertEquals(notices, ["unreachable"]);
  const { unproven, forged, outdated, malformed, torn } = (await alice.status()).counters;
  assertEquals([unproven, forged, outdated, malformed, torn], [0, 0, 0, 0, 0]);
});

Deno.test("nothing of what is said, to whom and by whom, can be read on the way", async () => {
  const world = new LinkedPeers("eavesdropped", { ...KEYED, label: parseLabel("the-label")! });
  const carried = tap(world);
  const [alice, bob] = await world.startAll("alice-name", "bob-name");
  bob.listen("ear");
  alice.to(bob, "ear").tell({ text: "the plaintext" });
  const reply = ask(alice, bob);
  await world.clock.advance(200);
  assertEquals(reply.value, "the answer");
  const wire = carried.map(({ bytes }) => new TextDecoder("latin1").decode(bytes)).join("");
  const secrets = ["plaintext", "ear", "the answer", "alice-name", "bob-name", "text", "the-label", alice.address];
  for (const secret of secrets) assert(!wire.includes(secret), secret);
  assert(wire.length > 300, "something was carried");
});

const strangers: readonly [string, Protection, Protection, ours: number, theirs: number][] = [
  ["another key", KEYED, protectedBy(OTHER), 3, 3],
  ["no key, dialled by one with a key", KEYED, UNPROTECTED, 3, 3],
  ["a key, dialled by one without", UNPROTECTED, KEYED, 0, 3],
  ["another label", KEYED, { ...KEYED, label: parseLabel("other")! }, 3, 3],
];

for (const [what, ours, theirs, unprovenHere, unprovenThere] of strangers) {
  Deno.test(`a peer with ${what} is refused: counted, nothing is delivered, asks fail`, async () => {
    const { world, alice, bob, heard } = await two(ours, theirs);
    alice.listen("ear");
    alice.to(bob, "ear").tell({ text: "not for you" });
    const reply = ask(alice, bob);
    await world.clock.advance(5_000);
    assertEquals([failure(reply), heard], ["gone", []]);
    const [here, there] = [await alice.status(), await bob.status()];
    assertEquals([here.counters.unproven, there.counters.unproven], [unprovenHere, unprovenThere]);
    assertEquals(here.counters.unwelcome, 3 - unprovenHere, "who dials in plain counts that nobody answers");
    assertEquals([here.connections, there.connections, here.links, there.links], [0, 0, [], []]);
    assertEquals([alice.restarts, bob.restarts], [0, 0]);
    assertEquals(alice.deadLetters.map(({ reason }) => reason), ["unreachable", "unreachable"]);
  });
}

Deno.test("who is refused is told nothing: not one byte comes back", async () => {
  const world = new LinkedPeers("silent", KEYED);
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  const random = seededRandom("noise");
  const openings = [
    stranger.hello(),
    Uint8Array.of(1, ...random.bytes(OPENING_BYTES - 1)),
    Uint8Array.of(2),
    Uint8Array.of(0),
    random.bytes(200),
    sealedOpening(alice, OTHER),
  ];
  for (const opening of openings) {
    const { told } = stranger.link(alice, opening);
    await world.clock.advance(20);
    assertEquals([told.length, told.closedAs], [0, "reset"]);
  }
  assertEquals((await alice.status()).counters.unproven, openings.length);
});

Deno.test("who proves nothing is closed after 5 s, whether it is silent, drips or stops half-way", async () => {
  const world = new LinkedPeers("slow", KEYED);
  const alice = await world.start("alice");
  const stranger = await world.stranger();
  const opening = sealedOpening(alice, KEY);
  const half = stranger.link(alice, opening);
  const dripping = stranger.link(alice);
  for (let second = 0; second < 8; second++) {
    dripping.stream.write(opening.subarray(second, second + 1));
    await world.clock.advance(1_000);
  }
  assertEquals([half.told.closedAs, dripping.told.closedAs, half.told.length], ["reset", "reset", ANSWER_BYTES]);
  assertEquals((await alice.status()).counters.timedOut, 2);
});

for (const side of ["who dials", "who answers"] as const) {
  Deno.test(`a byte that is changed anywhere in what ${side} says closes the connection, and nothing comes twice`, async () => {
    const sideOf = (alice: LinkedPeer, bob: LinkedPeer): LinkedPeer => side === "who dials" ? alice : bob;
    const { world, alice, bob } = await two();
    const carried = tap(world);
    ask(alice, bob);
    await world.clock.advance(100);
    const { address } = sideOf(alice, bob);
    const total = carried.filter(({ from }) => from === address).reduce((sum, { bytes }) => sum + bytes.length, 0);
    for (let at = side === "who dials" ? LINK_PREAMBLE.length : 0; at < total; at++) {
      const { world, alice, bob, heard } = await two(KEYED, KEYED, `changed ${at}`);
      let isDone = false;
      world.network.add(rewrite(sideOf(alice, bob), (bytes, before) => {
        if (isDone || at < before || at >= before + bytes.length) return;
        bytes[at - before]! ^= 1 << (at % 8);
        isDone = true;
      }));
      const reply = ask(alice, bob, 60_000);
      await world.clock.advance(19_000);
      const counters = [(await alice.status()).counters, (await bob.status()).counters];
      const sum = (key: "unproven" | "forged" | "timedOut"): number => counters.reduce((all, one) => all + one[key], 0);
      // A length that became a little longer waits for more bytes, until somebody finds that too long.
      assert(isDone && sum("unproven") + sum("forged") + sum("timedOut") > 0, `byte ${at}`);
      // What had been written on that connection may be lost; what had not is written on the next one.
      assert(heard.length === 1 || (heard.length === 0 && reply.value === undefined), `byte ${at}`);
      if (sum("unproven") > 0) assertEquals([heard.length, reply.value], [1, "the answer"], `byte ${at}`);
      assertEquals([alice.restarts, bob.restarts], [0, 0]);
    }
  });
}

/** One who has the key, and therefore can do on purpose what others can only try. */
class Insider {
  readonly stream: Stream;
  readonly #channel: Channel;
  readonly #stranger: Stranger;
  readonly #told: { readonly bytes: Uint8Array; readonly closedAs: unknown };
  #read = 0;

  constructor(stranger: Stranger, peer: LinkedPeer, protection: Protection = KEYED) {
    const random = seededRandom("insider");
    const secrets = (length: number): Uint8Array => random.bytes(length);
    this.#channel = Channel.dial({ protection, place: peer.address, secrets });
    this.#stranger = stranger;
    const { stream, told } = stranger.link(peer, this.#channel.opening);
    this.stream = stream;
    this.#told = told;
  }

  get closedAs(): unknown {
    return this.#told.closedAs;
  }

  /** Takes what came. */
  take(): ChannelStep {
    const bytes = this.#told.bytes.slice(this.#read);
    this.#read += bytes.length;
    const step = this.#channel.receive(bytes);
    if (step.ok && step.say !== undefined) this.stream.write(step.say);
    return step;
  }

  /** A sealed frame, which is written by whoever wants it to arrive. */
  frame(plain: Uint8Array): Uint8Array {
    return this.#channel.frame(plain.subarray(4));
  }

  tell(text: string, number: number): Uint8Array {
    return this.frame(this.#stranger.frame({ type: "tell", id: "ear", number, message: { text } }));
  }

  hello(): Uint8Array {
    return this.frame(this.#stranger.hello());
  }

  end(): Uint8Array {
    return this.#channel.end();
  }

  get received(): Uint8Array {
    return this.#told.bytes;
  }
}

async function insider() {
  const world = new LinkedPeers("insider", KEYED);
  const alice = await world.start("alice");
  const { heard } = alice.listen("ear");
  const inside = new Insider(await world.stranger(), alice);
  await world.clock.advance(20);
  inside.take();
  inside.stream.write(inside.hello());
  await world.clock.advance(20);
  return { world, alice, heard, inside };
}

const tricks: readonly [string, (inside: Insider) => readonly Uint8Array[], heard: readonly string[]][] = [
  ["repeated", (inside) => twice(inside.tell("once", 1)), ["once"]],
  ["left out", (inside) => [inside.tell("lost", 1), inside.tell("behind", 2)].slice(1), []],
  ["out of order", (inside) => [inside.tell("first", 1), inside.tell("second", 2)].toReversed(), []],
  ["cut short", (inside) => [inside.tell("short", 1).subarray(0, -1), inside.tell("behind", 2)], []],
  ["sent back to who said it", ({ received }) => [received.slice(ANSWER_BYTES)], []],
  ["behind the end", (inside) => [inside.end(), inside.tell("late", 1)], []],
];

for (const [what, parts, expected] of tricks) {
  Deno.test(`a frame that is ${what} closes the connection, counted, and is not delivered`, async () => {
    const { world, alice, heard, inside } = await insider();
    assert(inside.received.length > ANSWER_BYTES, "they have said hello");
    for (const part of parts(inside)) {
      inside.stream.write(part);
      await world.clock.advance(10);
    }
    assertEquals([texts(heard), inside.closedAs], [[...expected], "reset"]);
    assertEquals((await alice.status()).counters.forged, 1);
  });
}

Deno.test("a stream that ends without the last frame was cut, and is counted as torn; with it, it was ended", async () => {
  for (const isAnnounced of [true, false]) {
    const { world, alice, heard, inside } = await insider();
    inside.stream.write(inside.tell("whole", 1));
    if (isAnnounced) inside.stream.write(inside.end());
    inside.stream.end();
    await world.clock.advance(100);
    assertEquals([texts(heard), inside.closedAs], [["whole"], isAnnounced ? "ended" : "reset"]);
    const { counters, connections } = await alice.status();
    assertEquals([counters.torn, counters.forged, connections], [isAnnounced ? 0 : 1, 0, 0]);
  }
});

Deno.test("a message as long as a frame may be arrives sealed too", async () => {
  const { world, alice, bob, heard } = await two();
  alice.to(bob, "ear").tell({ text: "long", bytes: new Uint8Array(500_000) });
  await world.clock.advance(200);
  assertEquals(texts(heard), ["long"]);
});

Deno.test("a connection that was recorded whole and is played to a peer that started again is refused", async () => {
  const world = new LinkedPeers("recorded", KEYED);
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const carried = tap(world);
  alice.to(bob, "ear").tell({ text: "pay" });
  await world.clock.advance(100);
  assertEquals(texts(heard), ["pay"]);
  const parts = carried.filter(({ from }) => from === alice.address).map(({ bytes }) => bytes);
  bob.kill();
  await world.clock.advance(10_000);
  const again = await world.start("bob", bob.address);
  const ear = again.listen("ear");
  const stranger = await world.stranger();
  for (const pace of [0, 20]) {
    const { stream, told } = stranger.dial(again);
    for (const part of parts) {
      stream.write(part);
      await world.clock.advance(pace);
    }
    await world.clock.advance(100);
    assertEquals([told.closedAs, ear.heard], ["reset", []]);
  }
  assertEquals((await again.status()).counters.unproven, 2);
});

Deno.test("a connection that is led to another peer of the ring than the one dialled is refused", async () => {
  const world = new LinkedPeers("led astray", KEYED);
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  // Somebody in between, who takes Carol's place and passes everything on to Bob.
  const relay = await world.stranger();
  relay.told.onAccept = (stream) => {
    const onward = relay.told.connect(relay.transport, bob.address);
    passOn(relay.told.accepted.at(-1)!.told, onward.stream);
    passOn(onward.told, stream);
  };
  alice.to(relay.address, "ear").tell({ text: "for carol" });
  await world.clock.advance(5_000);
  assertEquals(heard, []);
  assertEquals([(await alice.status()).links, (await bob.status()).counters.unproven], [[], 3]);
});

Deno.test("while keys rotate, peers that share any key the other dials with reach each other", async () => {
  const { world, alice, bob, heard } = await two(protectedBy(KEY, NEW), protectedBy(NEW, KEY));
  const atAlice = alice.listen("ear").heard;
  alice.to(bob, "ear").tell({ text: "with the old one" });
  await world.clock.advance(100);
  alice.links.tell({ type: "peer_gone", peer: bob.address });
  await world.clock.advance(100);
  bob.to(alice, "ear").tell({ text: "with the new one" });
  await world.clock.advance(100);
  assertEquals([texts(heard), texts(atAlice)], [["with the old one"], ["with the new one"]]);
});

Deno.test("a rotation loses and repeats nothing, and ends what the old key has proven", async () => {
  const { world, alice, bob, heard } = await two();
  const change = (next: (ring: Keyring) => ReturnType<Keyring["install"]>) => {
    for (const peer of [alice, bob]) {
      const result = next(peer.protection.keyring);
      assert(result.ok);
      peer.protection = { ...peer.protection, keyring: result.keyring };
    }
  };
  let number = 0;
  const chat = async (seconds: number) => {
    for (let i = 0; i < 10 * seconds; i++) {
      alice.to(bob, "ear").tell({ text: `${number++}` });
      await world.clock.advance(100);
    }
  };
  await chat(5);
  change((ring) => ring.install(NEW));
  await chat(5);
  change((ring) => ring.use(NEW));
  await chat(5);
  assertEquals((await alice.status()).counters.outdated, 0);
  change((ring) => ring.remove(KEY));
  await chat(5);
  assertEquals(texts(heard).map(Number), Array.from({ length: number }, (_, n) => n));
  const [here, there] = [await alice.status(), await bob.status()];
  assert(here.counters.outdated + there.counters.outdated >= 1);
  assertEquals([here.counters.torn, there.counters.torn, here.connections, there.connections], [0, 0, 1, 1]);
});

Deno.test("one who was proven by a key that was removed, and does not follow, is hung up on", async () => {
  const { world, alice, heard, inside } = await insider();
  alice.protection = protectedBy(NEW);
  await world.clock.advance(5_000);
  inside.stream.write(inside.tell("still here", 1));
  await world.clock.advance(20);
  assertEquals([heard, inside.closedAs], [[], "reset"]);
});

Deno.test("what a removed key has proven is ended within 2 s, also where nothing was said for long", async () => {
  const { world, alice, bob } = await two(protectedBy(KEY, NEW));
  alice.to(bob, "ear").tell({ text: "hello" });
  await world.clock.advance(9_000);
  alice.protection = bob.protection = protectedBy(NEW);
  await world.clock.advance(2_000);
  assertEquals([(await alice.status()).connections, (await bob.status()).connections], [0, 0]);
});

Deno.test("a cluster turns encryption on in three steps without losing a message", async () => {
  const { world, alice, bob, heard } = await two(UNPROTECTED);
  const atAlice = alice.listen("ear").heard;
  let number = 0;
  const chat = async () => {
    for (let i = 0; i < 40; i++) {
      alice.to(bob, "ear").tell({ text: `${number}` });
      bob.to(alice, "ear").tell({ text: `${number++}` });
      await world.clock.advance(100);
    }
  };
  const steps: readonly Partial<Protection>[] = [
    { keyring: KEYED.keyring, verifyIncoming: false, verifyOutgoing: false },
    { verifyOutgoing: true },
    { verifyIncoming: true },
  ];
  await chat();
  for (const step of steps) {
    for (const peer of [alice, bob]) {
      peer.protection = { ...peer.protection, ...step };
      await chat();
    }
  }
  const all = Array.from({ length: number }, (_, n) => n);
  assertEquals([texts(heard).map(Number), texts(atAlice).map(Number)], [all, all]);
  const carried = tap(world);
  alice.to(bob, "ear").tell({ text: "readable?" });
  await world.clock.advance(100);
  assert(carried.length > 0);
  assert(!carried.some(({ bytes }) => new TextDecoder("latin1").decode(bytes).includes("readable?")));
});

function twice(frame: Uint8Array): readonly Uint8Array[] {
  return [frame, frame.slice()];
}

function sealedOpening(peer: LinkedPeer, key: Key): Uint8Array {
  const random = seededRandom("opening");
  return Channel.dial({
    protection: protectedBy(key),
    place: peer.address,
    secrets: (length) => random.bytes(length),
  }).opening;
}

/** Writes what comes here there, too. */
function passOn(here: StreamRecorder, there: Stream): void {
  const data = here.data.bind(here);
  const closed = here.closed.bind(here);
  here.data = (bytes) => {
    data(bytes);
    there.write(bytes);
  };
  here.closed = (reason) => {
    closed(reason);
    there.destroy();
  };
}
