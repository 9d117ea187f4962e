import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BootstrapMessage, BootstrapReply, RegistryCommand } from "../../actors/bootstrap.ts";
import { published } from "../../actors/links/exports.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import type { Behavior } from "../../actors/runtime/behavior.ts";
import { httpBootstrap, type HttpPost } from "../../bootstrap/http.ts";
import { localBootstrap } from "../../bootstrap/local.ts";
import { decodeBootstrapMessage, REGISTRY_ID } from "../../bootstrap/protocol.ts";
import { PEERS_MAX } from "../../bootstrap/registry.ts";
import { registry } from "../../bootstrap/registry_actor.ts";
import { remoteBootstrap } from "../../bootstrap/remote.ts";
import { cutOff } from "../../sim/rules/cut.ts";
import { parseAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { type OpenTransport, TransportOpenError } from "../../transport/transport.ts";
import { type LinkedPeer, LinkedPeers, type Outcome, outcomeOf } from "../support/linked_peers.ts";
import { TransportRecorder } from "../transport/recorder.ts";
import { candidate, idsOf, join } from "./contract.ts";

const WELL_KNOWN = parseAddress("127.0.0.1:7947")!;
const CONFIG = { maxPeers: 8, minRefillCandidates: 5 };
const LIST: RegistryCommand = { type: "list" };

/** A peer's own word for what went wrong comes this soon at the latest. */
const ANSWER_WITHIN_MS = 15_000;

function ask(ref: ActorRef<BootstrapMessage>, command: RegistryCommand): Outcome<BootstrapReply> {
  return outcomeOf(ref.ask<BootstrapReply>((replyTo) => ({ command, replyTo }), ANSWER_WITHIN_MS));
}

async function answer(world: LinkedPeers, ref: ActorRef<BootstrapMessage>, command: RegistryCommand) {
  const outcome = ask(ref, command);
  await world.clock.until(() => outcome.settled, ANSWER_WITHIN_MS, "an answer");
  if (outcome.error !== undefined) throw outcome.error;
  return outcome.value!;
}

/** Why there was no answer, and how long it took to say so. */
async function refusal(world: LinkedPeers, ref: ActorRef<BootstrapMessage>, command: RegistryCommand) {
  const askedAt = world.clock.now();
  const reply = await answer(world, ref, command);
  assert(!reply.ok, JSON.stringify(reply));
  return { why: reply.why, afterMs: world.clock.now() - askedAt };
}

function local(world: LinkedPeers, peer: LinkedPeer, openTransport?: OpenTransport): ActorRef<BootstrapMessage> {
  return peer.system.spawn(
    "bootstrap",
    localBootstrap({
      address: WELL_KNOWN,
      config: CONFIG,
      openTransport: openTransport ?? openSimulatedTransportOn(world.network),
      courier: () => peer.courier,
    }),
  );
}

/** Alice asks whatever `behavior` makes of bob's registry. */
async function remote(behavior: Behavior<BootstrapMessage>) {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const data = bob.system.spawn("registry", behavior);
  bob.links.tell({ type: "publish", id: REGISTRY_ID, actor: published(data, decodeBootstrapMessage) });
  const ref = alice.system.spawn("bootstrap", remoteBootstrap(() => alice.courier, bob.address));
  return { world, alice, bob, ref };
}

Deno.test("a registry that never answers is said to be silent after 3 s", async () => {
  const { world, bob, ref } = await remote(() => () => {});
  const { why, afterMs } = await refusal(world, ref, LIST);
  assertEquals(why, `No answer from a bootstrap registry at parley://${bob.address}`);
  assert(afterMs >= 3_000 && afterMs < 3_100, `${afterMs} ms`);
});

Deno.test("a registry that cannot be reached is said to be nobody, within half a second", async () => {
  const { world, bob, ref } = await remote(registry(CONFIG));
  bob.kill();
  const { why, afterMs } = await refusal(world, ref, LIST);
  assertEquals(why, `No bootstrap registry can be reached at parley://${bob.address}`);
  assert(afterMs < 500, `${afterMs} ms`);
});

Deno.test("a peer without a registry is said to be nobody, at once", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const ref = alice.system.spawn("bootstrap", remoteBootstrap(() => alice.courier, bob.address));
  const { why, afterMs } = await refusal(world, ref, LIST);
  assertEquals([why, afterMs < 50], [`No bootstrap registry can be reached at parley://${bob.address}`, true]);
});

Deno.test("a registry that dies while it is asked is missed within 3 s, and answers again when it is back", async () => {
  const { world, bob, ref } = await remote(registry(CONFIG));
  await answer(world, ref, join("a"));
  const asked = ask(ref, LIST);
  bob.kill();
  await world.clock.until(() => asked.settled, 3_100, "it is missed");
  assert(asked.value?.ok === false);
  const again = await world.start("bob", bob.address);
  const data = again.system.spawn("registry", registry(CONFIG));
  again.links.tell({ type: "publish", id: REGISTRY_ID, actor: published(data, decodeBootstrapMessage) });
  await world.clock.advance(10_000);
  assertEquals(idsOf(await answer(world, ref, join("b"))), ["b"]);
});

const rubbish: readonly [string, unknown][] = [
  ["nothing", null],
  ["a text", "<!doctype html>"],
  ["an empty object", {}],
  ["peers that are no list", { ok: true, config: CONFIG, peers: {} }],
  ["a peer without words", { ok: true, config: CONFIG, peers: [{}] }],
  ["a port as a number", { ok: true, config: CONFIG, peers: [{ ...candidate("a"), port: 7946 }] }],
  ["no limits", { ok: true, peers: [] }],
  ["limits that are no whole numbers", { ok: true, config: { maxPeers: 1.5, minRefillCandidates: 0 }, peers: [] }],
  ["two thousand peers", { ok: true, config: CONFIG, peers: Array.from({ length: 2_000 }, () => candidate("a")) }],
  ["a reason that is none", { ok: false, why: 7 }],
  ["a reason of 1,000 characters", { ok: false, why: "x".repeat(1_000) }],
];

for (const [what, reply] of rubbish) {
  Deno.test(`a registry that answers with ${what} is said to be none`, async () => {
    const { world, bob, ref } = await remote(() => ({ replyTo }) => replyTo.tell(reply as BootstrapReply));
    const { why } = await refusal(world, ref, LIST);
    assertEquals(why, `Something that is no bootstrap registry answers at parley://${bob.address}`);
  });
}

Deno.test("peers that nobody could reach are left out of a remote registry's answer", async () => {
  const bad = [candidate("b", { name: "\x1b[2J" }), candidate("c", { ip: "nowhere" }), candidate("d", { port: "0" })];
  const reply: BootstrapReply = { ok: true, config: CONFIG, peers: [candidate("a"), ...bad] };
  const { world, ref } = await remote(() => ({ replyTo }) => replyTo.tell(reply));
  assertEquals(idsOf(await answer(world, ref, LIST)), ["a"]);
});

Deno.test("the longest answer that a registry can give fits through a link", async () => {
  const { world, alice, ref } = await remote(registry({ maxPeers: PEERS_MAX, minRefillCandidates: 0 }));
  let reply: BootstrapReply | undefined;
  for (let i = 0; i < PEERS_MAX; i++) {
    const longest = { id: `${i}`.padEnd(64, "字"), name: "字".repeat(256), protocol: "字".repeat(16) };
    reply = await answer(world, ref, join("", { ...longest, ip: "1234:1234:1234:1234:1234:1234:1234:1234" }));
  }
  assertEquals([idsOf(reply!).length, alice.restarts], [PEERS_MAX, 0]);
});

Deno.test("when the host dies another takes over within a second of its notice, and everybody is registered again", async () => {
  const world = new LinkedPeers();
  const peers = await world.startAll("alice", "bob", "carol", "dora");
  const refs = peers.map((peer) => local(world, peer));
  for (const [i, ref] of refs.entries()) await answer(world, ref, join(peers[i]!.name));
  world.network.crash(WELL_KNOWN);
  peers[0].kill();
  const rest = refs.slice(1);
  // The next ping finds the host gone, then three attempts to connect, then up to 300 ms so that not all try at once.
  await world.clock.advance(8_000);
  for (const ref of rest) assertEquals(idsOf(await answer(world, ref, LIST)), ["bob", "carol", "dora"]);
});

Deno.test("a follower that left is not registered again with the next host", async () => {
  const world = new LinkedPeers();
  const peers = await world.startAll("alice", "bob", "carol");
  const refs = peers.map((peer) => local(world, peer));
  for (const [i, ref] of refs.entries()) await answer(world, ref, join(peers[i]!.name));
  await answer(world, refs[1]!, { type: "leave", id: "bob" });
  world.network.crash(WELL_KNOWN);
  peers[0].kill();
  await world.clock.advance(8_000);
  assertEquals(idsOf(await answer(world, refs[2]!, LIST)), ["carol"]);
});

Deno.test("when the host goes in order, the next one hosts at once", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  await answer(world, local(world, alice), join("alice"));
  const second = local(world, bob);
  await answer(world, second, join("bob"));
  await alice.stop();
  await world.clock.advance(1_000);
  assertEquals(idsOf(await answer(world, second, LIST)), ["bob"]);
});

for (const part of ["", "/registry", "/links", "/transport"]) {
  Deno.test(`when the host's service${part} crashes, everybody stays registered or is again`, async () => {
    const world = new LinkedPeers();
    const [alice, bob] = await world.startAll("alice", "bob");
    const [first, second] = [local(world, alice), local(world, bob)];
    await answer(world, first, join("alice"));
    await answer(world, second, join("bob"));
    assertEquals(alice.system.crash(`/bootstrap/service-1${part}`), "failed");
    await world.clock.advance(10_000);
    assertEquals(idsOf(await answer(world, first, LIST)), ["alice", "bob"]);
    assertEquals(idsOf(await answer(world, second, LIST)), ["alice", "bob"]);
  });
}

Deno.test("peers that start at the same moment agree on one host, and all are listed", async () => {
  const world = new LinkedPeers();
  const peers = await world.startAll("alice", "bob", "carol", "dora", "emil");
  const refs = peers.map((peer) => local(world, peer));
  const outcomes = refs.map((ref, i) => ask(ref, join(peers[i]!.name)));
  await world.clock.advance(1_000);
  assert(outcomes.every(({ value }) => value?.ok));
  assertEquals(idsOf(await answer(world, refs[4]!, LIST)), ["alice", "bob", "carol", "dora", "emil"]);
});

Deno.test("a port held by a peer that has no registry is said to be taken, and tried again without haste", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const holder = await world.start("holder", WELL_KNOWN);
  let attempts = 0;
  const open = openSimulatedTransportOn(world.network);
  const ref = local(world, alice, (bind, handler) => (attempts++, open(bind, handler)));
  const { why, afterMs } = await refusal(world, ref, join("alice"));
  assertEquals(
    why,
    `No bootstrap registry can be reached at ${WELL_KNOWN}, which is taken, perhaps by a cluster with other keys`,
  );
  assert(afterMs < 1_000, `${afterMs} ms`);
  await world.clock.advance(60_000);
  assert(attempts <= 25, `${attempts} attempts`);
  await holder.close();
  await world.clock.advance(10_000);
  assertEquals(idsOf(await answer(world, ref, LIST)), ["alice"]);
});

Deno.test("a port held by a program that says nothing is said to give no answer, and taken when it is free", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const holder = await openSimulatedTransportOn(world.network)(WELL_KNOWN, new TransportRecorder());
  const ref = local(world, alice);
  const { why, afterMs } = await refusal(world, ref, join("alice"));
  assertEquals(
    why,
    `No answer from a bootstrap registry at ${WELL_KNOWN}, which is taken, perhaps by a cluster with other keys`,
  );
  assert(afterMs < 3_100, `${afterMs} ms`);
  await holder.close();
  await world.clock.advance(30_000);
  assertEquals(idsOf(await answer(world, ref, LIST)), ["alice"]);
});

Deno.test("a port that may not be opened is said so, and who wants to be registered is when it may", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  let allowed = false;
  const open = openSimulatedTransportOn(world.network);
  const ref = local(world, alice, (bind, handler) => {
    if (allowed) return open(bind, handler);
    return Promise.reject(new TransportOpenError("not_permitted", `Not allowed to listen on "${bind}"`));
  });
  assertEquals((await refusal(world, ref, join("alice"))).why, `Not allowed to listen on "${WELL_KNOWN}"`);
  allowed = true;
  await world.clock.advance(3_500);
  assertEquals(idsOf(await answer(world, ref, LIST)), ["alice"]);
});

Deno.test("a service that does not open in time is given up, and gives the port back", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const open = openSimulatedTransportOn(world.network);
  let slowMs = 6_000;
  const ref = local(world, alice, (bind, handler) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    world.clock.after(slowMs, resolve);
    world.clock.after(60_000, () => reject());
    return promise.then(() => open(bind, handler));
  });
  await refusal(world, ref, LIST);
  slowMs = 0;
  await world.clock.advance(10_000);
  assertEquals(idsOf(await answer(world, ref, join("alice"))), ["alice"]);
});

Deno.test("more commands than are kept while it is unsettled who hosts are refused with a reason", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const outcomes: Outcome<BootstrapReply>[] = [];
  const ref = local(world, alice);
  for (let i = 0; i < 80; i++) outcomes.push(ask(ref, LIST));
  await world.clock.advance(1_000);
  const refused = outcomes.filter(({ value }) => value?.ok === false);
  assertEquals([refused.length, outcomes.every(({ settled }) => settled)], [80 - 64, true]);
  assertStringIncludes(JSON.stringify(refused[0]), "Too many wait");
});

Deno.test("a peer that is cut off from the host goes on, and is registered once the cut has healed", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const [first, second] = [local(world, alice), local(world, bob)];
  await answer(world, first, join("alice"));
  await answer(world, second, join("bob"));
  const heal = world.network.add(cutOff(WELL_KNOWN));
  const { why } = await refusal(world, second, LIST);
  assertEquals(
    why,
    `No answer from a bootstrap registry at ${WELL_KNOWN}, which is taken, perhaps by a cluster with other keys`,
  );
  await world.clock.advance(60_000);
  heal();
  await world.clock.advance(20_000);
  assertEquals(idsOf(await answer(world, second, LIST)), ["alice", "bob"]);
});

function http(post: HttpPost) {
  const world = new LinkedPeers();
  return world.start("alice").then((alice) => ({
    world,
    ref: alice.system.spawn("bootstrap", httpBootstrap("http://127.0.0.1:1", post)),
  }));
}

Deno.test("an HTTP registry that cannot be reached is said to give no answer", async () => {
  const { world, ref } = await http(() => Promise.reject(new TypeError("refused")));
  assertEquals(
    (await refusal(world, ref, LIST)).why,
    "No answer from a bootstrap registry at http://127.0.0.1:1",
  );
});

Deno.test("a ping of an HTTP server that is no registry fails, although it answers", async () => {
  const { world, ref } = await http(() => Promise.resolve({ status: 200, body: new TextEncoder().encode("OK") }));
  assertStringIncludes((await refusal(world, ref, { type: "ping" })).why, "is not its data");
});
