/** What goes to many: encoded once, and nobody waits for who is slow. */
import { assert, assertEquals } from "@std/assert";
import { LINK_BROKEN, LINK_QUEUE_MAX } from "../../../actors/links/link.ts";
import { published } from "../../../actors/links/exports.ts";
import { type Address, parseAddress } from "../../../transport/address.ts";
import { type LinkedPeer, LinkedPeers, type Word } from "../../support/linked_peers.ts";
import { UNPROTECTED } from "../../../transport/wire/protection.ts";
import { keyringOf } from "../../transport/wire/secrets.ts";

const NOBODY = parseAddress("127.0.0.1:9")!;

const sealed = { ...UNPROTECTED, keyring: keyringOf("0123456789abcdef".repeat(4)) };

function spread(from: LinkedPeer, to: readonly Address[], message: unknown): void {
  from.links.tell({ type: "spread", to, id: "ear", message });
}

/** A message that counts how often it is looked at, which each encoding does. */
function counting(text: string) {
  let reads = 0;
  const message = {
    get text() {
      reads++;
      return text;
    },
  };
  return { message, reads: () => reads };
}

for (const [how, protection] of [["in plain", UNPROTECTED], ["sealed", sealed]] as const) {
  Deno.test(`what is for many is encoded once, and each of them gets it, ${how}`, async () => {
    const world = new LinkedPeers(`spread ${how}`, protection);
    const [alice, ...others] = await world.startAll("alice", "bob", "charly", "dora");
    const ears = others.map((peer) => peer.listen("ear").heard);
    const { message, reads } = counting("hello");
    const to = others.map(({ address }) => address);
    spread(alice, to, message);
    await world.clock.advance(100);
    spread(alice, to, { text: "again" });
    await world.clock.advance(100);
    assertEquals(
      ears.map((heard) => heard.map((word) => ({ ...word }))),
      others.map(() => [
        { text: "hello" },
        { text: "again" },
      ]),
    );
    const forOne = counting("hello");
    spread(alice, to.slice(0, 1), forOne.message);
    await world.clock.advance(100);
    assertEquals(reads(), forOne.reads());
  });
}

Deno.test("an actor is told from whom a message came", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const from: Address[] = [];
  const { ref } = bob.listen("another");
  const actor = published<Word>(ref, (_value, by) => {
    from.push(by);
    return undefined;
  });
  bob.links.tell({ type: "publish", id: "ear", actor });
  spread(alice, [bob.address], { text: "hello" });
  await world.clock.advance(100);
  assertEquals(from, [alice.address]);
});

Deno.test("who reads too slowly goes without what was for many: it is counted, its link stays, and others lack nothing", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const stranger = await world.stranger();
  stranger.told.onAccept = (stream) => {
    stream.write(stranger.hello());
    stream.pause();
  };
  const bytes = new Uint8Array(100_000);
  for (let n = 0; n < 60; n++) {
    spread(alice, [stranger.address, bob.address], { text: `${n}`, bytes });
    await world.clock.advance(10);
  }
  const { counters, links } = await alice.status();
  assertEquals(heard.map((word) => "text" in word ? Number(word.text) : -1), Array.from({ length: 60 }, (_, n) => n));
  assert(counters.shed > 0 && counters.shed < 60, `${counters.shed}`);
  assertEquals([counters.undelivered, alice.deadLetters.length], [0, 0]);
  assertEquals(links.map(({ peer, connections }) => [peer, connections]), [[stranger.address, 1], [bob.address, 1]]);
});

Deno.test("of what waits for a link to open, as much is kept for it as of anything, and the rest is counted", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  for (let n = 0; n < LINK_QUEUE_MAX + 3; n++) spread(alice, [NOBODY], { text: `${n}` });
  await world.clock.advance(0.1);
  const { counters, links } = await alice.status();
  assertEquals([counters.shed, links[0]?.queued], [3, LINK_QUEUE_MAX]);
});

Deno.test("what cannot be sent to many is told of once, and costs no link", async () => {
  const world = new LinkedPeers();
  const [alice, bob, charly] = await world.startAll("alice", "bob", "charly");
  const { heard } = bob.listen("ear");
  charly.listen("ear");
  spread(alice, [bob.address, charly.address], { text: () => {} });
  spread(alice, [bob.address, charly.address], { text: "plain data" });
  await world.clock.advance(100);
  assertEquals([(await alice.status()).counters.unsendable, alice.restarts], [1, 0]);
  assertEquals(alice.deadLetters.map(({ reason }) => reason), ["unsendable"]);
  assertEquals(heard, [{ text: "plain data" }]);
});

Deno.test("what many do not take comes back from each of them", async () => {
  const world = new LinkedPeers();
  const [alice, bob, charly] = await world.startAll("alice", "bob", "charly");
  spread(alice, [bob.address, charly.address], { text: "is anybody there?" });
  await world.clock.advance(100);
  assertEquals(alice.deadLetters.map(({ to, reason }) => [to, reason]), [
    [`${bob.address}/ear`, "no_such_actor"],
    [`${charly.address}/ear`, "no_such_actor"],
  ]);
});

Deno.test("that a link broke is published at once; that it was ended in good order is not", async () => {
  const world = new LinkedPeers();
  const [alice, bob, charly] = await world.startAll("alice", "bob", "charly");
  for (const peer of [bob, charly]) peer.listen("ear");
  const broken: Address[] = [];
  alice.system.events.subscribe(LINK_BROKEN, ({ peer }) => broken.push(peer));
  spread(alice, [bob.address, charly.address], { text: "hello" });
  await world.clock.advance(200_000);
  assertEquals([broken, (await alice.status()).links], [[], []], "nobody needs them, and they are closed");
  spread(alice, [bob.address, charly.address], { text: "hello again" });
  await world.clock.advance(100);
  bob.kill();
  spread(alice, [bob.address], { text: "are you there?" });
  await world.clock.advance(10);
  assertEquals(broken, [bob.address]);
});
