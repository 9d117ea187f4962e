import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { find } from "../support/wait.ts";

/** How long a peer may ask a registry that does not help: three times, with pauses, on a busy machine. */
const GIVES_UP_MS = 45_000;

/** A registry as `deno task bootstrap` runs it, on a free port. */
async function startRegistry(place: Place): Promise<{ service: PeerProcess; parley: string; http: string }> {
  const service = PeerProcess.start("bootstrap", { place, way: "task", args: ["--listen", "127.0.0.1:0"] });
  const [, parley, http] = (await service.waitFor(/^The registry answers at (parley:\S+) and (http:\S+)\n/))!;
  return { service, parley: parley!, http: http! };
}

Deno.test("peers that ask a registry in both of its ways find each other, and chat on without it", async () => {
  await using place = await Place.create();
  const { service, parley, http } = await startRegistry(place);
  await using _service = service;
  await using alice = await PeerProcess.peer("alice", place, "--bootstrap", parley);
  await using bob = await PeerProcess.peer("bob", place, "--bootstrap", http);
  await bob.waitFor("Here with you: alice");
  await alice.waitFor("bob came to #lobby");
  await alice.say("hello");
  await bob.waitFor("alice: hello");

  service.signal("SIGTERM");
  assertEquals((await service.ended()).code, 143);
  await bob.say("the registry is gone");
  await alice.waitFor("bob: the registry is gone");
  await alice.say("who needs it");
  await bob.waitFor("alice: who needs it");
  for (const peer of [alice, bob]) {
    await peer.endInput();
    assertEquals((await peer.ended()).code, 0);
  }
  for (const peer of [alice, bob]) assert(!/failed|suspected/.test(peer.shown), peer.shown);
});

Deno.test("peers and registry all killed: back without the registry, the peers find each other where they were", async () => {
  await using place = await Place.create();
  const { service, parley } = await startRegistry(place);
  await using _service = service;
  const peers = [await PeerProcess.peer("alice", place, "--bootstrap", parley)];
  peers.push(await PeerProcess.peer("bob", place, "--bootstrap", parley));
  await peers[1]!.waitFor("Here with you: alice");
  for (const name of ["alice", "bob"]) {
    const contacts = async (): Promise<true | undefined> =>
      (await place.stateOf(name)).contacts?.length === 1 || undefined;
    await find(contacts, 10_000, () => `${name} remembers where the other is`);
  }
  for (const peer of peers) await peer[Symbol.asyncDispose]();
  service.signal("SIGTERM");
  assertEquals((await service.ended()).code, 143);
  await using bob = PeerProcess.start("peer", { place, way: "run", args: ["bob", "--bootstrap", parley] });
  await using alice = PeerProcess.start("peer", { place, way: "run", args: ["alice", "--bootstrap", parley] });
  await Promise.all([bob, alice].map((peer) => peer.waitFor("You are in #lobby", GIVES_UP_MS)));
  await alice.waitFor(/bob came to #lobby|Here with you: bob/, GIVES_UP_MS);
  await alice.say("that was close");
  await bob.waitFor("alice: that was close");
});

Deno.test("a peer that is killed and started again at once is listed once", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  const bob = await PeerProcess.peer("bob", place);
  await bob.waitFor("Here with you: alice");
  await bob[Symbol.asyncDispose]();
  await using bobAgain = await PeerProcess.peer("bob", place);
  await bobAgain.say("back so soon");
  await alice.waitFor("bob: back so soon");
  await alice.say("/bootstraplist");
  await alice.waitFor(/^bob at 127/m);
  assertEquals(alice.shown.match(/^bob at 127/mg)?.length, 1, alice.shown);
});

Deno.test("a peer that is refused for its name is not listed", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using elsewhere = await Place.create();
  await using another = PeerProcess.start("peer", { place: elsewhere, args: ["alice", place.bootstrapFlag] });
  assertEquals((await another.ended()).code, 4);
  await alice.say("/bootstraplist");
  await alice.waitFor(/^alice at 127/m);
  assertEquals(alice.shown.match(/^alice at 127/mg)?.length, 1, alice.shown);
});

/** What is at the address instead of a registry, and what is said of it. */
type NoRegistry = { readonly port: number; close(): Promise<void> };
const NO_REGISTRIES: readonly [what: string, open: () => NoRegistry, says: { parley: string; http: string }][] = [
  ["nobody", nobody, { parley: "No bootstrap registry can be reached", http: "No answer from a bootstrap registry" }],
  ["a web page", webPage, {
    parley: "No bootstrap registry can be reached",
    http: "the registry's answer is not its data",
  }],
  ["a server that never answers", silence, {
    parley: "No answer from a bootstrap registry",
    http: "No answer from a bootstrap registry",
  }],
];

for (const [what, open, says] of NO_REGISTRIES) {
  Deno.test(`with ${what} at the registry's address a peer ends with 3 and says so in one line`, async () => {
    await using place = await Place.create();
    const other = open();
    try {
      await Promise.all((["parley", "http"] as const).map(async (scheme) => {
        const address = `${scheme}://127.0.0.1:${other.port}`;
        await using peer = PeerProcess.start("peer", { place, args: [`a-${scheme}`, "--bootstrap", address] });
        const { code, stderr } = await peer.ended(GIVES_UP_MS);
        assertEquals(code, 3);
        assertMatch(stderr, /^parley: [^\n]+\n$/);
        assertStringIncludes(stderr, says[scheme]);
        assertStringIncludes(stderr, address);
      }));
    } finally {
      await other.close();
    }
  });
}

function nobody(): NoRegistry {
  return { port: freePort(), close: () => Promise.resolve() };
}

function webPage(): NoRegistry {
  const html = "<!DOCTYPE html><title>It works!</title>";
  const answer = () => new Response(html, { headers: { "content-type": "text/html" } });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  return { port: server.addr.port, close: () => server.shutdown() };
}

/** Accepts, and says nothing. */
function silence(): NoRegistry {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  const close = async () => {
    listener.close();
    await accepting;
    for (const connection of accepted) connection.close();
  };
  return { port: listener.addr.port, close };
}
