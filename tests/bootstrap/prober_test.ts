/** Defect 13 of the seed's service: entries of the dead stay, and a list of none but the dead keeps newcomers out. */
import { assert, assertEquals } from "@std/assert";
import type { BootstrapReply, RegistryCommand, RegistryPeer } from "../../actors/bootstrap.ts";
import type { OpenReply, TransportMessage } from "../../actors/transport.ts";
import { registryHttp } from "../../bootstrap/http_service.ts";
import { OwnPlaces } from "../../bootstrap/own_places.ts";
import { prober } from "../../bootstrap/prober.ts";
import { registry, type RegistryMessage } from "../../bootstrap/registry_actor.ts";
import { registryService, type ServiceMessage } from "../../bootstrap/service.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { type Address, parseAddress, splitAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { type LinkedPeer, LinkedPeers, outcomeOf } from "../support/linked_peers.ts";
import { virtualSystem } from "../support/virtual_system.ts";
import { candidate, idsOf } from "./contract.ts";

const WELL_KNOWN = parseAddress("127.0.0.1:7947")!;
const NOBODY = parseAddress("127.0.0.1:1")!;

/** Three rounds of five seconds, and the time-out of a probe. */
const EVICTED_WITHIN_MS = 18_000;

async function bench(options: { maxPeers?: number; trustEntries?: boolean } = {}) {
  const world = new LinkedPeers();
  const host = await world.start("host");
  const { maxPeers = 2, trustEntries = false } = options;
  const service = host.system.spawn<ServiceMessage>(
    "service",
    registryService({
      bind: WELL_KNOWN,
      config: { maxPeers, minRefillCandidates: 1 },
      openTransport: openSimulatedTransportOn(world.network),
      trustEntries,
    }),
  );
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    const outcome = outcomeOf(promise);
    await world.clock.until(() => outcome.settled, 5_000, "an answer");
    if (outcome.error !== undefined) throw outcome.error;
    return outcome.value!;
  };
  assert((await settle(service.ask<OpenReply>((replyTo) => ({ type: "open", replyTo }), 5_000))).ok);
  const ask = (command: RegistryCommand, from?: Address): Promise<BootstrapReply> => {
    const known = from === undefined ? {} : { from };
    return settle(service.ask<BootstrapReply>((replyTo) => ({ command, replyTo, ...known }), 5_000));
  };
  const list = async (): Promise<string[]> => idsOf(await ask({ type: "list" }));
  return { world, ask, list };
}

function at(id: string, address: Address, more: Partial<RegistryPeer> = {}): RegistryPeer {
  const { hostname, port } = splitAddress(address);
  return candidate(id, { ip: hostname, port: String(port), ...more });
}

const joinAt = (id: string, { address }: Pick<LinkedPeer, "address">): RegistryCommand => ({
  type: "join",
  peer: at(id, address),
});

Deno.test("defect 13: an entry where nobody answers three times running is evicted, and who answers stays", async () => {
  const { world, ask, list } = await bench();
  const alice = await world.start("alice");
  await ask(joinAt("a", alice));
  await ask(joinAt("dead", { address: NOBODY }));
  await world.clock.advance(11_000);
  assertEquals(await list(), ["a", "dead"]);
  await world.clock.advance(EVICTED_WITHIN_MS - 11_000);
  assertEquals(await list(), ["a"]);
  await world.clock.advance(60_000);
  assertEquals(await list(), ["a"]);
});

Deno.test("defect 13: of a list of none but the dead, a newcomer who found no room gets the place", async () => {
  const { world, ask, list } = await bench();
  for (const id of ["dead-1", "dead-2"]) await ask(joinAt(id, { address: NOBODY }));
  const newcomer = await world.start("newcomer");
  assertEquals(idsOf(await ask(joinAt("n", newcomer))), ["dead-1", "dead-2"]);
  await world.clock.advance(EVICTED_WITHIN_MS);
  assertEquals(await list(), ["n"]);
});

Deno.test("a place that is given back stays free for who asks, since the seed's clients expect the list as they left it", async () => {
  const { world, ask } = await bench();
  const [alice, bob, carol] = await world.startAll("alice", "bob", "carol");
  for (const [id, peer] of [["a", alice], ["b", bob], ["c", carol]] as const) await ask(joinAt(id, peer));
  assertEquals(idsOf(await ask({ type: "leave", id: "a" })), ["b"]);
});

Deno.test("who was turned away and has left since is not listed", async () => {
  const { world, ask, list } = await bench({ maxPeers: 1 });
  const carol = await world.start("carol");
  await ask(joinAt("dead", { address: NOBODY }));
  await ask(joinAt("c", carol));
  await ask({ type: "leave", id: "c" });
  await world.clock.advance(EVICTED_WITHIN_MS);
  assertEquals(await list(), []);
});

Deno.test("of many who were turned away the newest sixteen are remembered", async () => {
  const { world, ask, list } = await bench({ maxPeers: 1 });
  await ask(joinAt("dead", { address: NOBODY }));
  const carol = await world.start("carol");
  for (let i = 10; i < 30; i++) await ask(joinAt(`c${i}`, carol));
  for (let i = 14; i < 30; i++) await ask({ type: "leave", id: `c${i}` });
  await world.clock.advance(EVICTED_WITHIN_MS);
  assertEquals(await list(), []);
});

Deno.test("a peer that restarts within two rounds, or moves to another address, is not evicted", async () => {
  const { world, ask, list } = await bench();
  const alice = await world.start("alice");
  await ask(joinAt("a", alice));
  alice.kill();
  await world.clock.advance(9_000);
  const again = await world.start("alice", alice.address);
  await world.clock.advance(30_000);
  assertEquals(await list(), ["a"]);
  again.kill();
  await world.clock.advance(11_000);
  const elsewhere = await world.start("alice");
  await ask(joinAt("a", elsewhere));
  await world.clock.advance(30_000);
  assertEquals(await list(), ["a"]);
});

Deno.test("who cannot be heard because of a cut is evicted, and listed again as soon as it offers itself", async () => {
  const { world, ask, list } = await bench();
  const alice = await world.start("alice");
  await ask(joinAt("a", alice));
  const heal = world.network.add(cutOff(alice.address));
  await world.clock.advance(30_000);
  assertEquals(await list(), []);
  heal();
  await ask({ type: "refill", peer: at("a", alice.address) });
  await world.clock.advance(30_000);
  assertEquals(await list(), ["a"]);
});

Deno.test("a registry that trusts its entries evicts nobody", async () => {
  const { world, ask, list } = await bench({ trustEntries: true });
  await ask(joinAt("dead", { address: NOBODY }));
  await world.clock.advance(60_000);
  assertEquals(await list(), ["dead"]);
});

Deno.test("only silences that follow each other count", async () => {
  const { world, ask, list } = await bench();
  let alice = await world.start("alice");
  const { address } = alice;
  await ask(joinAt("a", alice));
  for (let i = 0; i < 4; i++) { // twice silent, then there, again and again
    alice.kill();
    await world.clock.advance(10_000);
    alice = await world.start("alice", address);
    await world.clock.advance(5_000);
  }
  assertEquals(await list(), ["a"]);
});

Deno.test("who was turned away before a reset is forgotten with the rest", async () => {
  const { world, ask, list } = await bench({ maxPeers: 1 });
  const carol = await world.start("carol");
  await ask(joinAt("dead", { address: NOBODY }));
  await ask(joinAt("c", carol));
  await ask({ type: "reset" });
  await ask(joinAt("dead", { address: NOBODY }));
  await world.clock.advance(EVICTED_WITHIN_MS);
  assertEquals(await list(), []);
});

Deno.test("a probe that could not even begin says nothing of who was to be probed", async () => {
  const { clock, system } = virtualSystem();
  const evicted: string[] = [];
  const registry = system.spawn<RegistryMessage>("registry", () => (message) => {
    if (message.type === "evict") evicted.push(message.peer.id);
    else if (message.type === "places") message.replyTo.tell([at("a", NOBODY)]);
  });
  let dials = 0;
  const transport = system.spawn<TransportMessage>("transport", () => (message) => {
    if (message.type !== "dial") return;
    dials++;
    message.replyTo.tell({ ok: false, why: "closed" });
  });
  system.spawn("prober", prober({ registry, transport: () => transport }));
  await clock.advance(60_000);
  assertEquals([dials > 3, evicted], [true, []]);
});

/** A door on the network, and how often somebody knocked. */
async function door(world: LinkedPeers): Promise<{ address: Address; knocks: number }> {
  const counted = { address: NOBODY, knocks: 0 };
  const accept = () => {
    counted.knocks++;
    return { data: () => {}, closed: () => {} };
  };
  const opened = outcomeOf(openSimulatedTransportOn(world.network)(parseAddress("127.0.0.1:0")!, { accept }));
  await world.clock.until(() => opened.settled, 1_000, "a door");
  return Object.assign(counted, { address: opened.value!.address });
}

const STRANGER = parseAddress("192.0.2.9:4000")!;
const NEIGHBOUR = parseAddress("127.0.0.1:4000")!;

Deno.test("nobody is knocked at because a stranger elsewhere names him, and the list does not tell who would have opened", async () => {
  const { world, ask, list } = await bench();
  const victim = await door(world);
  await ask(joinAt("open", victim), STRANGER);
  await ask(joinAt("closed", { address: NOBODY }), STRANGER);
  await world.clock.advance(60_000);
  assertEquals([await list(), victim.knocks], [["closed", "open"], 0]);
});

Deno.test("who names his own machine is knocked at, and so is whom somebody on the registry's machine names", async () => {
  const { world, ask, list } = await bench();
  const [alice, bob] = [await door(world), await door(world)];
  await ask(joinAt("alice", alice), NEIGHBOUR);
  await ask({ type: "refill", peer: at("bob", bob.address) }, NEIGHBOUR);
  await world.clock.advance(11_000);
  assertEquals([await list(), alice.knocks, bob.knocks], [["alice", "bob"], 2, 2]);
  await ask({ type: "join", peer: candidate("bob", { ip: "192.0.2.9", port: "1" }) }, STRANGER);
  await world.clock.advance(EVICTED_WITHIN_MS);
  assertEquals(await list(), ["alice"], "the stranger's own machine does not answer");
});

Deno.test("where nobody may knock, the place is kept until somebody was turned away", async () => {
  const { world, ask, list } = await bench();
  for (const id of ["x", "y"]) await ask(joinAt(id, { address: NOBODY }), STRANGER);
  const alice = await door(world);
  await ask(joinAt("alice", alice), NEIGHBOUR);
  assertEquals(await list(), ["x", "y"]);
  await world.clock.advance(EVICTED_WITHIN_MS);
  assertEquals(await list(), ["alice", "y"]);
});

Deno.test("a stranger who repeats what a peer has said of itself takes nothing from it", async () => {
  const { world, ask, list } = await bench({ maxPeers: 1 });
  const alice = await door(world);
  await ask(joinAt("alice", alice), NEIGHBOUR);
  await ask(joinAt("alice", alice), STRANGER);
  await ask(joinAt("x", { address: NOBODY }), STRANGER);
  await world.clock.advance(EVICTED_WITHIN_MS);
  assertEquals(await list(), ["alice"]);
  assert(alice.knocks >= 3);
});

Deno.test("an address is the same however it is written, and past 1,024 places the oldest are not knocked at", () => {
  const one = candidate("a", { ip: "2001:db8::1", port: "7" });
  const own = new OwnPlaces([]);
  own.claimed({ ...one, ip: "2001:0DB8:0::1" }, parseAddress("[2001:db8::1]:99")!);
  assertEquals(own.has({ ...one, ip: "2001:0DB8:0::1" }), true);
  for (let i = 0; i < 1_024; i++) own.claimed(candidate(`p${i}`), undefined);
  assertEquals([own.has({ ...one, ip: "2001:0DB8:0::1" }), own.has(candidate("p0"))], [false, true]);
});

Deno.test("what comes over HTTP is said with where it came from", async () => {
  const { clock, system } = virtualSystem();
  const heard: (Address | undefined)[] = [];
  const registry = system.spawn<RegistryMessage>("registry", () => (message) => {
    if (message.type === undefined) heard.push(message.from);
  });
  const body = new TextEncoder().encode("a alice 192.0.2.9 7946 tcp 0 1");
  const answer = outcomeOf(registryHttp(registry)({ method: "POST", path: "/join", body, from: STRANGER }));
  await clock.advance(2_001);
  assertEquals([heard, answer.settled], [[STRANGER], true]);
});

Deno.test("somebody on the registry's machine may name any other", () => {
  const own = new OwnPlaces([]);
  const elsewhere = candidate("a", { ip: "10.0.0.5", port: "7" });
  own.claimed(elsewhere, STRANGER);
  assertEquals(own.has(elsewhere), false);
  own.claimed(elsewhere, NEIGHBOUR);
  assertEquals(own.has(elsewhere), true);
});

Deno.test("who was listed in an earlier run is knocked at", async () => {
  const { clock, system } = virtualSystem();
  const config = { maxPeers: 2, minRefillCandidates: 1 };
  const stored = candidate("a");
  const data = { config, peers: new Map([["a", stored]]) };
  const actor = system.spawn<RegistryMessage>("registry", registry(config, { data }));
  const places = outcomeOf(actor.ask<readonly RegistryPeer[]>((replyTo) => ({ type: "places", replyTo }), 1_000));
  await clock.advance(5);
  assertEquals(places.value, [stored]);
});
