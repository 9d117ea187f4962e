import { assert, assertEquals } from "@std/assert";
import { local } from "../../actors/pool/profile.ts";
import type { Rule } from "../../sim/rule.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { unreachable } from "../../sim/rules/unreachable.ts";
import { type SimulatedPeer, World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { decodePacket } from "../../transport/wire/packet.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";

/** Datagrams between two addresses are lost; streams are not. */
function datagramsCut(a: Address, b: Address): Rule {
  return ({ kind, from, to }) =>
    kind === "packet" && [from, to].includes(a) && [from, to].includes(b) ? { type: "drop" } : "pass";
}

async function cluster(seed: string, names: readonly string[], profile = local) {
  const world = new World({ seed, profile });
  const peers = await world.startAll(names, 500);
  await world.clock.until(() => world.isConverged(), 40_000, "all in one membership");
  await world.clock.advance(2_000);
  return { world, peers };
}

function bad(peer: SimulatedPeer): readonly string[] {
  return peer.members
    .filter(({ type }) => type === "suspected" || type === "failed")
    .map(({ type, member }) => `${type} ${member.name}`);
}

Deno.test("two that cannot reach each other by datagrams are kept alive by who can reach both", async () => {
  const { world, peers: [alice, bob, charly] } = await cluster("relayed", ["alice", "bob", "charly"], {
    ...local,
    streamPings: false,
  });
  world.network.add(datagramsCut(alice!.memory.address!, bob!.memory.address!));
  await world.clock.advance(60_000);
  assertEquals([alice!, bob!, charly!].map(bad), [[], [], []]);
});

Deno.test("with nobody to ask, a ping over a stream keeps alive whom datagrams do not reach", async () => {
  const { world, peers: [alice, bob] } = await cluster("streams", ["alice", "bob"]);
  world.network.add(datagramsCut(alice!.memory.address!, bob!.memory.address!));
  await world.clock.advance(60_000);
  assertEquals([alice!, bob!].map(bad), [[], []]);
});

Deno.test("without relays and streams the same two are suspected, and fail: the two tests above prove something", async () => {
  const { world, peers: [alice, bob] } = await cluster("neither", ["alice", "bob"], { ...local, streamPings: false });
  world.network.add(datagramsCut(alice!.memory.address!, bob!.memory.address!));
  await world.clock.advance(60_000);
  assertEquals(bad(alice!).slice(0, 2), ["suspected bob", "failed bob"]);
});

/** What alice says to each, and when, from now on: message types by receiver. */
function spoken(world: World, from: Address): { readonly said: { atMs: number; to: Address; type: string }[] } {
  const said: { atMs: number; to: Address; type: string }[] = [];
  world.network.onEvent = ({ atMs, carried }) => {
    if (carried.kind !== "packet" || carried.from !== from) return;
    for (const { type } of decodePacket(carried.bytes, UNPROTECTED).messages) said.push({ atMs, to: carried.to, type });
  };
  return { said };
}

Deno.test("where the network has no way to a member, relays are asked at once, and it stays", async () => {
  const { world, peers: [alice, bob, charly] } = await cluster("no way", ["alice", "bob", "charly"], {
    ...local,
    streamPings: false,
  });
  const [a, b] = [alice!.memory.address!, bob!.memory.address!];
  world.network.add(unreachable(a, b));
  const { said } = spoken(world, a);
  await world.clock.advance(60_000);
  assertEquals([alice!, bob!, charly!].map(bad), [[], [], []]);
  const pings = said.filter(({ to, type }) => to === b && type === "ping");
  const asks = said.filter(({ type }) => type === "indirect_ping");
  assert(pings.length > 10, `${pings.length} pings`);
  assertEquals(asks.map(({ atMs }) => atMs), pings.map(({ atMs }) => atMs), "in the same moment");
});

Deno.test("where the network has no way to a member and nobody else has one, it is suspected, and fails", async () => {
  const { world, peers: [alice, bob] } = await cluster("no way at all", ["alice", "bob"], {
    ...local,
    streamPings: false,
  });
  world.network.add(unreachable(alice!.memory.address!, bob!.memory.address!));
  await world.clock.advance(60_000);
  assertEquals(bad(alice!).slice(0, 2), ["suspected bob", "failed bob"]);
});

Deno.test("a suspect hears of the suspicion with the next ping, in one packet with nothing else", async () => {
  const { world, peers: [alice, bob] } = await cluster("buddy", ["alice", "bob"]);
  const [a, b] = [alice!.memory.address!, bob!.memory.address!];
  const packets: string[][] = [];
  world.network.onEvent = ({ carried }) => {
    if (carried.kind !== "packet" || carried.from !== a || carried.to !== b || bad(alice!).length === 0) return;
    const types = decodePacket(carried.bytes, UNPROTECTED).messages.map(({ type }) => type);
    if (types.includes("ping")) packets.push([carried.bytes[0] === 12 ? "checked" : "bare", ...types]);
  };
  world.network.add(cutOff(b));
  await world.clock.until(() => packets.length > 0, 20_000, "a ping to bob, whom alice suspects");
  assertEquals(packets[0], ["checked", "ping", "suspect"]);
});

Deno.test("who is accused falsely hears of it, refutes with a higher incarnation, and nobody sees it fail", async () => {
  const { world, peers } = await cluster("accused", ["alice", "bob", "charly"]);
  const [alice, bob, charly] = peers;
  const before = bob!.memory.membership.incarnation;
  const slanderer = await openSimulatedTransportOn(world.network)("127.0.0.1:0" as Address, {
    packet: () => {},
    accept: () => ({ data: () => {}, closed: () => {} }),
  });
  const lie = encodeMessage({ type: "suspect", node: "bob", incarnation: before, from: "mallory" });
  slanderer.sendPacket(alice!.memory.address!, lie);
  await world.clock.advance(30_000);
  assert(bob!.memory.membership.incarnation > before);
  for (const peer of [alice!, charly!]) {
    const ofBob = peer.members.filter(({ member }) => member.name === "bob").map(({ type }) => type);
    assertEquals(ofBob.includes("failed"), false);
  }
  assertEquals(alice!.members.filter(({ member }) => member.name === "bob").map(({ type }) => type).slice(-2), [
    "suspected",
    "refuted",
  ]);
});

Deno.test("without gossip of its own, news rides on pings and acks", async () => {
  const profile = { ...local, gossipIntervalMs: 0, pushPullIntervalMs: 0 };
  // With one place on the list everybody joins by alice, and nobody else tells bob of charly.
  const world = new World({ seed: "piggyback", profile, registry: { maxPeers: 1, minRefillCandidates: 0 } });
  const [, bob] = await world.startAll(["alice", "bob", "charly"], 500);
  await world.clock.until(() => bob!.alive.includes("charly"), 10_000, "bob has heard of charly");
});

Deno.test("a peer begins above the incarnation that it had in an earlier run", async () => {
  const world = new World({ seed: "later" });
  const alice = world.start("alice", { last: { incarnation: 7 } });
  await world.clock.advance(1_000);
  assertEquals(alice.members[0]?.member.incarnation, 8);
});
