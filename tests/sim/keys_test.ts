/** Clusters with keys and labels: who belongs to one is in it, all others stay out and see nothing. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../actors/runtime/random.ts";
import { World } from "../../sim/world.ts";
import { type Address, ipBytes, splitAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { Keyring } from "../../transport/wire/keyring.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import { encodeStream, StreamReader } from "../../transport/wire/stream.ts";
import { outcomeOf } from "../support/linked_peers.ts";
import { Seat } from "../support/seat.ts";
import { keyOf, keyringOf, labelOf } from "../transport/wire/secrets.ts";

const OURS = "0123456789abcdef".repeat(4);
const NEXT = "fedcba9876543210".repeat(4);
const THEIRS = "5a".repeat(16);

const keyed = (...keys: readonly string[]): Protection => ({ ...UNPROTECTED, keyring: keyringOf(...keys) });
const labelled = (text: string, base: Protection = UNPROTECTED): Protection => ({ ...base, label: labelOf(text) });

const PROTECTIONS: readonly (readonly [what: string, protection: Protection])[] = [
  ["a key of 256 bits", keyed(OURS)],
  ["a key of 192 bits", keyed("77".repeat(24))],
  ["several keys", keyed(OURS, THEIRS)],
  ["a label", labelled("chat")],
  ["the longest label and a key", labelled("x".repeat(255), keyed(OURS))],
  ["version 0 of encryption", { ...keyed(OURS), encryptionVersion: 0 }],
];

for (const [what, protection] of PROTECTIONS) {
  Deno.test(`five peers with ${what} form one membership, and notice who is killed`, async () => {
    const world = new World({ seed: what, protection });
    const peers = await world.startAll(["alice", "bob", "charly", "dora", "emil"], 200);
    await world.clock.until(() => world.isConverged(), 20_000, "five in one membership");
    peers[2]!.kill();
    await world.clock.until(() => world.isConverged(), 40_000, "the death is known");
    const suspected = world.peers.flatMap(({ members }) => members.filter(({ type }) => type === "suspected"));
    assertEquals(new Set(suspected.map(({ member }) => member.name)), new Set(["charly"]));
  });
}

Deno.test("with key and label, datagrams stay within the profile's size, whatever rides along", async () => {
  const world = new World({ seed: "sizes", protection: labelled("x".repeat(255), keyed(OURS)) });
  let largest = 0;
  world.network.onEvent = ({ carried }) => {
    if (carried.kind === "packet") largest = Math.max(largest, carried.bytes.length);
  };
  const random = seededRandom("names");
  const names = Array.from({ length: 30 }, () => random.bytes(60).toBase64({ alphabet: "base64url" })); // do not compress
  await world.startAll(names, 20);
  await world.clock.until(() => world.isConverged(), 60_000, "30 in one membership");
  // As in the original, a checksum and the first part's length are not counted (`gossipBudget`).
  assert(largest > 1_000 && largest <= 1_407, `${largest}`);
});

/** A peer with some steps done: listening, and a member of a cluster of one. */
async function memberOfOne(world: World, name: string, protection: Protection): Promise<Seat> {
  const seat = new Seat(world, name, { manual: true, protection });
  await seat.enter("memberlistconfigure");
  await seat.enter("memberlistcreate");
  return seat;
}

/** What `seat` reads after asking the other one to take it in. */
async function join(seat: Seat, other: Seat): Promise<string> {
  return (await seat.enter(`memberlistjoin ${other.peer.memory.address}`, 2_000)).join("\n");
}

async function counted(seat: Seat, where: string): Promise<number> {
  const line = (await seat.enter("counters")).find((line) => line.endsWith(`  ${where}`));
  return Number(line?.trim().split(" ")[0] ?? 0);
}

const STRANGERS: readonly (readonly [
  what: string,
  ours: Protection,
  theirs: Protection,
  told: RegExp,
  counter: string,
])[] = [
  ["another key", keyed(OURS), keyed(THEIRS), /uses other keys or another label/, "stream undecryptable"],
  ["no key", keyed(OURS), UNPROTECTED, /uses a key; give this peer the same with --key-file/, "stream unencrypted"],
  ["a key where there is none", UNPROTECTED, keyed(OURS), /uses no key, and this one does/, "stream encrypted"],
  ["another label", labelled("chat"), labelled("work"), /closed without an answer|reset/, "stream wrong label"],
  ["no label", labelled("chat"), UNPROTECTED, /closed without an answer|reset/, "stream unlabelled"],
  ["a label where there is none", UNPROTECTED, labelled("chat"), /closed without an answer|reset/, "stream labelled"],
  [
    "the same key and another label",
    labelled("chat", keyed(OURS)),
    labelled("work", keyed(OURS)),
    /closed without an answer|reset/,
    "stream wrong label",
  ],
];

for (const [what, ours, theirs, told, counter] of STRANGERS) {
  Deno.test(`faults rows 9 and 10: a peer with ${what} stays out on both sides, is told, and is counted`, async () => {
    const world = new World({ seed: what });
    const alice = await memberOfOne(world, "alice", ours);
    const eve = await memberOfOne(world, "eve", theirs);
    const answer = await join(eve, alice);
    assert(told.test(answer), answer);
    assert(told.test(await join(alice, eve)) || told.source.includes("uses"), "the other way round");
    await world.clock.advance(30_000);
    assertEquals([alice.peer.alive, eve.peer.alive], [["alice"], ["eve"]]);
    assertEquals(await counted(alice, `transport: ${counter}`), 1);
  });
}

Deno.test("who has another label goes on alone, and takes nobody off the list for that", async () => {
  const world = new World({ seed: "listed" });
  const alice = world.start("alice", { protection: labelled("chat") });
  await world.clock.advance(3_000);
  const eve = world.start("eve", { protection: labelled("work") });
  await world.clock.advance(2_000);
  const listed = outcomeOf(alice.steps.bootstrapList());
  await world.clock.until(() => listed.settled, 5_000, "a list");
  assert(listed.value?.ok);
  assertEquals(listed.value.value.peers.map(({ name }) => name), ["alice", "eve"]);
  assertEquals([alice.alive, eve.alive, eve.state], [["alice"], ["eve"], "running"]);
});

const DATAGRAMS: readonly (readonly [what: string, ours: Protection, theirs: Protection, counter: string])[] = [
  ["sealed with another key", keyed(OURS), keyed(THEIRS), "packet undecryptable"],
  ["in plain, to who has a key", keyed(OURS), UNPROTECTED, "packet unencrypted"],
  ["sealed, to who has no key", UNPROTECTED, keyed(OURS), "packet encrypted"],
  ["with another label", labelled("chat", keyed(OURS)), labelled("work", keyed(OURS)), "packet wrong label"],
  ["with a label, to who has none", keyed(OURS), labelled("chat", keyed(OURS)), "packet labelled"],
  ["without label, to who has one", labelled("chat", keyed(OURS)), keyed(OURS), "packet unlabelled"],
];

for (const [what, ours, theirs, counter] of DATAGRAMS) {
  Deno.test(`faults rows 9 and 10: a datagram ${what}, is counted and has no effect`, async () => {
    const world = new World({ seed: what });
    const alice = await memberOfOne(world, "alice", ours);
    const eve = await memberOfOne(world, "eve", theirs);
    const claim = encodeMessage({
      type: "alive",
      node: "mallory",
      incarnation: 1,
      addr: Uint8Array.of(127, 0, 0, 1),
      port: 9,
      meta: null,
      vsn: Uint8Array.of(1, 5, 2, 0, 0, 0),
    });
    const outside = await openSimulatedTransportOn(world.network)("127.0.0.1:0" as Address, {
      packet: () => {},
      accept: () => ({ data: () => {}, closed: () => {} }),
    });
    outside.sendPacket(alice.peer.memory.address!, eve.peer.guard.sealPacket([claim], { crc: false }));
    await world.clock.advance(100);
    assertEquals(alice.peer.alive, ["alice"]);
    assertEquals(await counted(alice, `pool: ${counter}`), 1);
    outside.sendPacket(alice.peer.memory.address!, alice.peer.guard.sealPacket([claim], { crc: false }));
    await world.clock.advance(100);
    assertEquals(alice.peer.alive, ["alice", "mallory"], "the same, sealed as alice's cluster does, has one");
  });
}

Deno.test("who has proven a key has anybody pinged, as memberlist does it for all", async () => {
  for (const [ours, isPinged] of [[keyed(OURS), true], [{ ...keyed(OURS), verifyIncoming: false }, false]] as const) {
    const world = new World({ seed: "relay" });
    const alice = await memberOfOne(world, "alice", ours);
    const arrived: Address[] = [];
    const [outside, target] = await Promise.all(
      [1, 2].map(() =>
        openSimulatedTransportOn(world.network)("127.0.0.1:0" as Address, {
          packet: (from) => arrived.push(from),
          accept: () => ({ data: () => {}, closed: () => {} }),
        })
      ),
    );
    const request = encodeMessage({
      type: "indirect_ping",
      sequence: 1,
      node: "nobody",
      target: ipBytes(target!.address),
      port: splitAddress(target!.address).port,
      nack: false,
      sourceAddr: new Uint8Array(),
      sourcePort: 0,
      sourceNode: "",
    });
    outside!.sendPacket(alice.peer.memory.address!, alice.peer.guard.sealPacket([request], { crc: false }));
    await world.clock.advance(100);
    assertEquals(arrived.length, isPinged ? 1 : 0);
  }
});

Deno.test("a key is changed without a pause: install everywhere, use everywhere, remove everywhere", async () => {
  const world = new World({ seed: "rotation", protection: keyed(OURS) });
  const peers = await world.startAll(["alice", "bob", "charly", "dora"], 200);
  await world.clock.until(() => world.isConverged(), 20_000, "four in one membership");
  const [ours, next] = [keyOf(OURS), keyOf(NEXT)];
  const steps: readonly ((ring: Keyring) => ReturnType<Keyring["install"]>)[] = [
    (ring) => ring.install(next),
    (ring) => ring.use(next),
    (ring) => ring.remove(ours),
  ];
  for (const step of steps) {
    for (const { guard } of peers) {
      const change = step(guard.protection.keyring);
      assert(change.ok);
      guard.changeKeys(change.keyring);
      await world.clock.advance(10_000); // several probes while some have taken the step and others have not
    }
  }
  await world.clock.advance(30_000);
  for (const { members, alive } of peers) {
    assertEquals(alive, ["alice", "bob", "charly", "dora"]);
    assertEquals(members.filter(({ type }) => type === "suspected" || type === "failed"), []);
  }
  world.start("emil", { protection: keyed(NEXT) });
  await world.clock.until(() => world.isConverged(), 20_000, "who knows only the new key is let in");
});

/** Everything that goes over the network while two members meet, gossip, exchange tables and part. */
async function overheard(protection: Protection) {
  const world = new World({ seed: "overheard", protection });
  const packets: Uint8Array[] = [];
  const pieces: Uint8Array[] = [];
  world.network.onEvent = ({ carried: { kind, bytes } }) => {
    if (bytes.length > 0) (kind === "packet" ? packets : pieces).push(bytes);
  };
  const [alice, bob] = [
    await memberOfOne(world, "alice-the-first", protection),
    await memberOfOne(world, "bob", protection),
  ];
  await join(bob, alice);
  await world.clock.advance(60_000);
  assertEquals(bob.peer.alive, ["alice-the-first", "bob"]);
  const left = outcomeOf(alice.peer.steps.leave());
  await world.clock.until(() => left.settled, 5_000, "alice has left");
  return { packets, pieces };
}

Deno.test("what a cluster with a key says cannot be read on the network, neither datagrams nor exchanges", async () => {
  const name = new TextEncoder().encode("alice-the-first").toHex();
  const names = (bytes: Uint8Array): boolean => bytes.toHex().includes(name);
  const opens = (bytes: Uint8Array): boolean => {
    const progress = new StreamReader().push(bytes); // an exchange is compressed, so that names may not be found in it
    return progress !== "incomplete" && progress.ok;
  };
  const plain = await overheard(UNPROTECTED);
  assert(plain.packets.some(names) && plain.pieces.some(opens), "the test can tell");
  const sealed = await overheard(keyed(OURS));
  assert(sealed.packets.length > 50 && sealed.pieces.length >= 4);
  assertEquals([...sealed.packets, ...sealed.pieces].filter(names).length, 0);
  assertEquals(sealed.pieces.filter(opens).length, 0);
  const nonces = sealed.packets.map((bytes) => bytes.subarray(1, 13).toHex());
  assertEquals(new Set(nonces).size, nonces.length, "no nonce twice");
});

const WORDS = ["alice-the-first", "bob-the-second", "the-secret-of-the-lobby", "lobby"];

Deno.test("a whole visit under a key, chat and registry and all, shows no name, room or word to the network", async () => {
  const visible = async (protection: Protection): Promise<string[]> => {
    const world = new World({ seed: "visit", protection });
    let carried = "";
    world.network.onEvent = ({ carried: { bytes } }) => carried += `${bytes.toHex()} `;
    const [alice, bob] = await world.startAll(["alice-the-first", "bob-the-second"], 500);
    await world.clock.until(() => world.isConverged(), 10_000, "two in one membership");
    alice!.say("the-secret-of-the-lobby");
    await world.clock.until(() => bob!.said.length > 0, 5_000, "it is heard");
    alice!.quit();
    await world.clock.until(() => alice!.state === "ended", 10_000, "alice has left");
    return WORDS.filter((word) => carried.includes(new TextEncoder().encode(word).toHex()));
  };
  assertEquals(await visible(UNPROTECTED), WORDS, "the test can tell");
  assertEquals(await visible(keyed(OURS)), []);
});

Deno.test("who has another key gets nothing of the registry, which goes on serving its own", async () => {
  const world = new World({ seed: "registry", protection: keyed(OURS) });
  const alice = world.start("alice");
  await world.clock.advance(3_000);
  const eve = world.start("eve", { protection: keyed(THEIRS) });
  const mallory = world.start("mallory", { protection: UNPROTECTED });
  await world.clock.until(() => eve.state === "ended" && mallory.state === "ended", 60_000, "they give up");
  assertEquals([eve.exitCode, mallory.exitCode, alice.alive], [3, 3, ["alice"]]);
  world.start("bob");
  await world.clock.until(() => world.isConverged(), 10_000, "bob is let in");
});

Deno.test("who knocks without the key is told so under the seal, as memberlist does", async () => {
  const world = new World({ seed: "told", protection: keyed(OURS) });
  const alice = await memberOfOne(world, "alice", keyed(OURS));
  const heard: Uint8Array[] = [];
  const outside = await openSimulatedTransportOn(world.network)("127.0.0.1:0" as Address, {
    packet: () => {},
    accept: () => ({ data: () => {}, closed: () => {} }),
  });
  let closedAs: string | undefined;
  const stream = outside.connect(alice.peer.memory.address!, 1_000, {
    data: (bytes) => heard.push(bytes),
    ended: () => stream.end(),
    closed: (reason) => closedAs = reason,
  });
  stream.write(
    encodeStream({ type: "push_pull", join: true, nodes: [], userState: new Uint8Array() }, { compress: true }),
  );
  await world.clock.advance(100);
  const reader = alice.peer.guard.replyReader();
  assertEquals(heard.map((bytes) => reader.push(bytes)).at(-1), {
    ok: true,
    value: { type: "error", text: "encryption is configured but remote state is not encrypted" },
  });
  assertEquals(closedAs, "ended");
});
