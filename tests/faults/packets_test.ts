/** Packets of `faults.md`: what somebody without scruples sends, and that the others do not notice. */
import { assert, assertEquals } from "@std/assert";
import { RUMOURS } from "../../actors/broadcaster.ts";
import type { NodeName } from "../../actors/membership/member.ts";
import { local } from "../../actors/pool/profile.ts";
import { World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import type { Alive, Ping } from "../../transport/wire/message.ts";
import { encodeCompounds } from "../../transport/wire/compound.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import { outcomeOf } from "../support/linked_peers.ts";
import { keyringOf, labelOf } from "../transport/wire/secrets.ts";
import { type Attacker, Siege } from "./siege.ts";

const KEYED: Protection = { ...UNPROTECTED, keyring: keyringOf("0123456789abcdef".repeat(2)) };

const PING: Ping = {
  type: "ping",
  sequence: 7,
  node: "alice",
  sourceAddr: new Uint8Array(),
  sourcePort: 0,
  sourceNode: "",
};

function alive(node: string, more: Partial<Alive> = {}): Alive {
  const vsn = Uint8Array.of(1, 5, 2, 0, 0, 0);
  return { type: "alive", node, incarnation: 1, addr: Uint8Array.of(10, 9, 9, 9), port: 9, meta: null, vsn, ...more };
}

/** The sum of what was counted where the name begins like this. */
function counted(counters: Readonly<Record<string, number>>, prefix: string): number {
  return Object.entries(counters).reduce((sum, [name, count]) => name.startsWith(prefix) ? sum + count : sum, 0);
}

const NOISE: readonly (readonly [row: string, what: string, bytes: Uint8Array])[] = [
  ["1", "nothing", new Uint8Array()],
  ["1", "one byte", Uint8Array.of(200)],
  ["1", "65,507 bytes of noise", new Uint8Array(65_507).map((_, at) => at * 7919 >> 3)],
  ["2", "a type for streams", Uint8Array.of(6, 0x80)],
  ["2", "an error", encodeMessage({ type: "error", text: "no" })],
  ["6", "a checksum that is wrong", Uint8Array.of(12, 1, 2, 3, 4, 0x80)],
  ["8", "compression of nothing", Uint8Array.of(9, 0x80)],
];

for (const [row, what, bytes] of NOISE) {
  Deno.test(`row ${row}: ${what} is counted by reason and by source, and told once a minute`, async () => {
    const siege = await Siege.of(what);
    const eve = await siege.from("10.0.0.66");
    for (let i = 0; i < 20; i++) eve.packet(bytes);
    await siege.world.clock.advance(100);
    const counters = await siege.counters();
    assertEquals(counters["pool: dropped from 10.0.0.66"], 20);
    assertEquals(counted(counters, "pool: "), 40, JSON.stringify(counters));
    const lines = (): number => siege.log.filter(({ event }) => event === "dropped").length;
    assertEquals(lines(), 1);
    await siege.world.clock.advance(60_000);
    eve.packet(bytes);
    await siege.world.clock.advance(100);
    assertEquals([lines(), siege.peer.alive], [2, ["alice"]]);
  });
}

Deno.test("row 9: to whoever has not the key there is the same silence, whatever it sends", async () => {
  const siege = await Siege.of("oracle", { protection: KEYED });
  const eve = await siege.from("10.0.0.66");
  const sealed = siege.peer.guard.sealPacket([encodeMessage(PING)], { crc: false });
  const tries = [
    sealed.with(sealed.length - 1, sealed.at(-1)! ^ 1),
    sealed.with(0, 9),
    sealed.with(0, 0),
    sealed.subarray(0, sealed.length - 1),
    encodeMessage(PING),
    new Uint8Array(100),
  ];
  for (const bytes of tries) eve.packet(bytes);
  await siege.world.clock.advance(1_000);
  assertEquals(eve.told.packets, []);
  assertEquals(counted(await siege.counters(), "pool: packet "), tries.length);
  eve.packet(sealed);
  await siege.world.clock.advance(100);
  assertEquals(eve.told.packets.length, 1, "the true one is answered: the test proves something");
});

Deno.test("row 10: another cluster that talks to us all day is told of once", async () => {
  const siege = await Siege.of("labelled", { protection: { ...KEYED, label: labelOf("chat") } });
  const other = await siege.from("10.0.0.66");
  const packet = encodeMessage(PING);
  const labelled = Uint8Array.of(244, 4, ...new TextEncoder().encode("work"), ...packet);
  for (let hour = 0; hour < 3; hour++) {
    for (const bytes of [labelled, packet, labelled]) other.packet(bytes);
    await siege.world.clock.advance(3_600_000 / 60);
  }
  const told = siege.log.filter(({ event }) => event === "another_cluster_is_talking_to_us");
  assertEquals(told.length, 1);
  const counters = await siege.counters();
  assertEquals([counters["pool: packet wrong label"], counters["pool: packet unlabelled"]], [6, 3]);
});

/** An hour in the life of a cluster: somebody comes, one is suspected and refutes, one leaves, one is killed. */
async function anHour(protection: Protection) {
  const world = new World({ seed: "an hour", protection });
  const recorded: { from: Address; to: Address; bytes: Uint8Array }[] = [];
  const siege = await Siege.in(world);
  world.network.onEvent = ({ carried: { kind, from, to, bytes } }) => {
    if (kind === "packet") recorded.push({ from, to, bytes: bytes.slice() });
  };
  const [bob, charly, dora] = await world.startAll(["bob", "charly", "dora"], 500);
  await world.clock.until(() => world.isConverged(), 10_000, "four in one membership");
  await world.clock.advance(60_000);
  charly!.quit();
  dora!.kill();
  await world.clock.advance(60_000);
  siege.peer.say("still here");
  await world.clock.advance(60_000);
  world.network.onEvent = undefined;
  return { world, siege, bob: bob!, recorded };
}

Deno.test("row 11: who repeats all packets of a cluster with a key changes nothing, and nobody hears anything twice", async () => {
  const { world, siege, bob, recorded } = await anHour(KEYED);
  assert(recorded.length > 500, `${recorded.length}`);
  const heard: unknown[] = [];
  // What goes over links is none of these packets: peers compare what they hold of a room now and then.
  siege.peer.system.events.subscribe(RUMOURS, (rumour) => rumour.direct || heard.push(rumour));
  await world.clock.advance(600_000); // the dead and the gone are forgotten by now
  const before = [siege.peer, bob].map(({ members, chat }) => [members.length, chat.length]);
  for (const [at, { from, to, bytes }] of recorded.entries()) {
    world.network.carryPacket(from, to, bytes);
    if (at % 20 === 0) await world.clock.advance(20);
  }
  await world.clock.advance(30_000);
  assertEquals([siege.peer, bob].map(({ members, chat }) => [members.length, chat.length]), before);
  assertEquals([siege.peer.alive, bob.alive, heard], [["alice", "bob"], ["alice", "bob"], []]);
  const counters = await siege.counters();
  const toAlice = recorded.filter(({ to }) => to === siege.address).length;
  assertEquals(counters["pool: packet replayed"], toAlice);
});

Deno.test("row 11: without a key a repeated packet revives nobody either, as long as the dead are remembered", async () => {
  const { world, siege, bob, recorded } = await anHour(UNPROTECTED);
  const before = [siege.peer, bob].map(({ members }) => members.length);
  for (const [at, { from, to, bytes }] of recorded.entries()) {
    world.network.carryPacket(from, to, bytes);
    if (at % 20 === 0) await world.clock.advance(20);
  }
  await world.clock.advance(30_000);
  assertEquals([siege.peer, bob].map(({ members }) => members.length), before);
});

Deno.test("row 13: a forged death of ours is refuted with a higher incarnation, seen by all, and its sender counted", async () => {
  const siege = await Siege.of("forged");
  const bob = siege.world.start("bob");
  await siege.world.clock.until(() => siege.world.isConverged(), 5_000, "two in one membership");
  await siege.world.clock.advance(3_000); // she has said what she is
  const eve = await siege.from("10.0.0.66");
  const { incarnation } = siege.peer.memory.membership;
  eve.say({ type: "dead", node: "alice", from: "bob", incarnation });
  await siege.world.clock.advance(5_000);
  assertEquals(siege.peer.memory.membership.incarnation, incarnation + 1);
  assertEquals([siege.peer.alive, bob.alive], [["alice", "bob"], ["alice", "bob"]]);
  assertEquals(bob.members.filter(({ type }) => type === "failed" || type === "left"), []);
  const counters = await siege.counters();
  assertEquals(counters["membership: accused by bob"], 1, JSON.stringify(counters));
  assertEquals(counters["pool: accusations of us from 10.0.0.66"], 1);
});

Deno.test("row 14: 100,000 alives for names that do not exist displace only each other, and all tables stay bounded", async () => {
  const siege = await Siege.of("names");
  const [bob, charly] = await siege.world.startAll(["bob", "charly"], 300);
  await siege.world.clock.until(() => siege.world.isConverged(), 10_000, "three in one membership");
  await siege.world.clock.advance(10_000); // everybody has answered everybody
  for (const peer of [bob!, charly!]) peer.pause(600_000); // they stay members, but cannot help
  siege.peer.members.length = 0;
  const hosts = Array.from({ length: 10 }, (_, i) => siege.from(`10.0.0.${60 + i}`)); // one alone would spend its budget
  const attackers = await Promise.all(hosts);
  for (let packet = 0; packet < 2_000; packet++) {
    const names = Array.from({ length: 50 }, (_, i) => encodeMessage(alive(`ghost-${packet}-${i}`)));
    attackers[packet % 10]!.packet(encodeCompounds(names)[0]!);
    if (packet % 20 === 19) await siege.world.clock.advance(10);
  }
  const { alive: there, memory } = siege.peer;
  assertEquals(there.length, 8_192 + 3);
  assert(["alice", "bob", "charly"].every((name) => there.includes(name)), "the true members are there");
  assert(!there.includes("ghost-0-0") && there.includes("ghost-1999-49"), "the oldest went");
  const counters = await siege.counters();
  assertEquals(counters["membership: crowded out"], 100_000 - 8_192);
  assert(memory.membership.present.size <= 8_192 + 2);
  assert(memory.membership.lost.size <= 1_024);
});

Deno.test("row 14: who answered a probe or an exchange at its address is not displaced; elsewhere, it is", async () => {
  const profile = { ...local, probeIntervalMs: 1_000_000, unverifiedMax: 2 };
  const siege = await Siege.in(new World({ seed: "answered", profile }));
  const eve = await siege.from("10.0.0.66");
  const membership = siege.cast.get("membership");
  const bob = siege.world.start("bob");
  await siege.world.clock.until(() => siege.world.isConverged(), 5_000, "two in one membership");
  const exchanged = outcomeOf(siege.peer.steps.join([bob.memory.address!]));
  await siege.world.clock.until(() => exchanged.settled, 5_000, "tables are exchanged");
  for (const name of ["probed", "elsewhere"]) eve.say(alive(name));
  await siege.world.clock.advance(10);
  membership.tell({ type: "answered", node: "probed" as NodeName, address: "10.9.9.9:9" as Address });
  membership.tell({ type: "answered", node: "elsewhere" as NodeName, address: "10.9.9.8:9" as Address });
  for (const name of ["x", "y", "z"]) eve.say(alive(name));
  await siege.world.clock.advance(10);
  assertEquals(siege.peer.alive, ["alice", "bob", "probed", "y", "z"]);
});

Deno.test("row 15: of 50,000 pings in a second from one address as many are answered as its budget has", async () => {
  const siege = await Siege.of("flood");
  const bob = siege.world.start("bob");
  await siege.world.clock.until(() => siege.world.isConverged(), 5_000, "two in one membership");
  const eve = await siege.from("10.0.0.66");
  for (let ms = 0; ms < 1_000; ms++) {
    for (let i = 0; i < 50; i++) eve.say({ ...PING, sequence: ms * 50 + i });
    await siege.world.clock.advance(1);
  }
  await siege.world.clock.advance(100);
  const answered = eve.messages.filter(({ type }) => type === "ack").length;
  assert(answered >= 4_000 && answered <= 6_100, `${answered}`);
  const counters = await siege.counters();
  assertEquals(counters["transport: packet over budget"], 50_000 - answered);
  await siege.world.clock.advance(10_000);
  const bad = [...siege.peer.members, ...bob.members].filter(({ type }) => type === "failed" || type === "suspected");
  assertEquals(bad, [], "the others have their own");
});

/** Alice has much to tell; eve is no member. */
async function talkative(seed: string, ackPayload = new Uint8Array()): Promise<[Siege, Attacker]> {
  const siege = await Siege.of(seed);
  siege.cast.get("failureDetector").tell({ type: "set_ack_payload", payload: ackPayload });
  const news = Array.from({ length: 20 }, (_, i) => encodeMessage(alive(`news-${i}`)));
  const mallory = await siege.from("10.0.0.67");
  mallory.packet(encodeCompounds(news)[0]!);
  await siege.world.clock.advance(2);
  return [siege, await siege.from("10.0.0.66")];
}

Deno.test("row 14: one address alone gets no further than its budget, however many names a packet has", async () => {
  const siege = await Siege.of("budget");
  const eve = await siege.from("10.0.0.66");
  const pings = Array.from({ length: 120 }, (_, sequence) => encodeMessage({ ...PING, node: "bob", sequence }));
  const packet = encodeCompounds(Array(100).fill(encodeCompounds(pings)[0]!).slice(0, 14))[0]!;
  for (let i = 0; i < 20; i++) eve.packet(packet);
  await siege.world.clock.advance(10);
  const counters = await siege.counters();
  const [heard, dropped] = [
    counters["failure detector: pings for somebody else"]!,
    counters["pool: message over budget"]!,
  ];
  assertEquals([heard, heard + dropped], [16_384, 20 * 14 * 120]);
});

Deno.test("row 15: empty packets spend as much as others", async () => {
  const siege = await Siege.of("empty");
  const eve = await siege.from("10.0.0.66");
  for (let i = 0; i < 5_000; i++) eve.packet(new Uint8Array());
  await siege.world.clock.advance(10);
  assertEquals((await siege.counters())["transport: packet over budget"], 1_000);
});

Deno.test("row 15: long packets spend more of a budget than short ones", async () => {
  const siege = await Siege.of("long");
  const eve = await siege.from("10.0.0.66");
  const noise = new Uint8Array(60_000).fill(200);
  for (let i = 0; i < 200; i++) eve.packet(noise);
  await siege.world.clock.advance(10);
  assertEquals((await siege.counters())["pool: packet unknown type"], 100);
});

Deno.test("rows 15 and 16: to strangers no answer is longer than the question, and none brings gossip", async () => {
  const [siege, eve] = await talkative("bare", new Uint8Array(512));
  // A ping without a name, which nobody sends who knows us, is 3 bytes shorter than any ack of memberlist's can be.
  const questions: Ping[] = [PING, { ...PING, sequence: 0xffff_ffff }, { ...PING, node: "", sourceNode: "eve" }];
  for (const question of questions) eve.say(question);
  await siege.world.clock.advance(10);
  assertEquals(eve.messages.map(({ type }) => type), ["ack", "ack", "ack"]);
  const lengths = eve.told.packets.map(({ bytes }) => bytes.length);
  const asked = questions.map((question) => encodeMessage(question).length);
  assert(lengths.every((length, at) => length <= asked[at]!), `${lengths} to ${asked}`);
});

Deno.test("row 15: a ping for another node's name is counted, and answered by nobody", async () => {
  const [siege, eve] = await talkative("other");
  eve.say({ ...PING, node: "bob" });
  await siege.world.clock.advance(1_000);
  assertEquals(eve.told.packets, []);
  assertEquals((await siege.counters())["failure detector: pings for somebody else"], 1);
});

Deno.test("row 16: an answer goes to the claimed address only, bare, and nobody is pinged for a stranger", async () => {
  const [siege, eve] = await talkative("spoofed");
  const victim = await siege.from("10.0.0.7");
  const [addr, port] = [Uint8Array.of(10, 0, 0, 7), Number(victim.address.split(":")[1])];
  eve.say({ ...PING, sourceAddr: addr, sourcePort: port, sourceNode: "eve" });
  await siege.world.clock.advance(10);
  assertEquals([eve.told.packets.length, victim.messages.map(({ type }) => type)], [0, ["ack"]]);
  for (let sequence = 0; sequence < 100; sequence++) {
    eve.say({ ...PING, type: "indirect_ping", sequence, node: "x", target: addr, port, nack: false });
  }
  await siege.world.clock.advance(10);
  assertEquals(victim.messages.filter(({ type }) => type === "ping"), []);
  assertEquals((await siege.counters())["failure detector: relays refused"], 100);
  assert(victim.told.packets.every(({ bytes }) => bytes.length < 100), "and no gossip with it");
});

Deno.test("row 16: of those who proved the key but are no members, 16 requests at once are served, and no more", async () => {
  const siege = await Siege.of("spoofed inside", { protection: KEYED });
  const [eve, victim] = [await siege.from("10.0.0.66"), await siege.from("10.0.0.7")];
  const [target, port] = [Uint8Array.of(10, 0, 0, 7), Number(victim.address.split(":")[1])];
  for (let sequence = 0; sequence < 100; sequence++) {
    const request = { ...PING, type: "indirect_ping", sequence, node: "x", target, port, nack: false } as const;
    eve.packet(siege.peer.guard.sealPacket([encodeMessage(request)], { crc: false }));
  }
  await siege.world.clock.advance(10);
  assertEquals(victim.told.packets.length, 16);
  assertEquals((await siege.counters())["failure detector: relays refused"], 84);
});
