/** Defect 13 of the seed's service: entries of the dead stay, and a list of none but the dead keeps newcomers out. */
import { assert, assertEquals } from "@std/assert";
import type { BootstrapReply, RegistryCommand, RegistryPeer } from "../../actors/bootstrap.ts";
import type { OpenReply, TransportMessage } from "../../actors/transport.ts";
import { prober } from "../../bootstrap/prober.ts";
import type { RegistryMessage } from "../../bootstrap/registry_actor.ts";
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
  const ask = (command: RegistryCommand): Promise<BootstrapReply> =>
    settle(service.ask<BootstrapReply>((replyTo) => ({ command, replyTo }), 5_000));
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
    else message.replyTo.tell({ ok: true, config: { maxPeers: 2, minRefillCandidates: 1 }, peers: [at("a", NOBODY)] });
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
