import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BootstrapMessage, BootstrapReply, RegistryCommand } from "../actors/bootstrap.ts";
import { links, type LinksMessage } from "../actors/links.ts";
import { linksCourier } from "../actors/links/courier.ts";
import { realClock } from "../actors/runtime/clock.ts";
import { systemRandom } from "../actors/runtime/random.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import { ActorSystem, type TreeNode } from "../actors/runtime/system.ts";
import { type OpenReply, transport, type TransportMessage } from "../actors/transport.ts";
import { httpBootstrap } from "../bootstrap/http.ts";
import { remoteBootstrap } from "../bootstrap/remote.ts";
import { registryService, type ServiceMessage } from "../bootstrap/service.ts";
import { httpPost } from "../commands/http_post.ts";
import { type Address, parseAddress } from "../transport/address.ts";
import { openDenoTransport } from "../transport/deno_transport.ts";
import {
  type BootstrapBench,
  bootstrapContract,
  candidate,
  CONTRACT_CONFIG,
  idsOf,
  join,
} from "./bootstrap/contract.ts";

const ANY_PORT = parseAddress("127.0.0.1:0")!;

/** Longer than any answer may take. */
const ANSWER_WITHIN_MS = 10_000;

function newSystem(): ActorSystem {
  return new ActorSystem({ clock: realClock, random: systemRandom() });
}

/** A registry with a port of its own. */
async function serve(system: ActorSystem, config = CONTRACT_CONFIG): Promise<Address> {
  const service = system.spawn<ServiceMessage>(
    "service",
    registryService({ bind: ANY_PORT, config, openTransport: openDenoTransport }),
  );
  const opened = await service.ask<OpenReply>((replyTo) => ({ type: "open", replyTo }), ANSWER_WITHIN_MS);
  assert(opened.ok);
  return opened.address;
}

function ask(ref: ActorRef<BootstrapMessage>, command: RegistryCommand): Promise<BootstrapReply> {
  return ref.ask<BootstrapReply>((replyTo) => ({ command, replyTo }), ANSWER_WITHIN_MS);
}

function overHttp(system: ActorSystem, address: Address | string, name = "bootstrap"): ActorRef<BootstrapMessage> {
  return system.spawn(name, httpBootstrap(`http://${address}`, httpPost));
}

/** A peer's way to a registry behind a link, with a port of its own. */
async function overLink(system: ActorSystem, address: Address): Promise<ActorRef<BootstrapMessage>> {
  const keeper = system.spawn<LinksMessage>("links", links);
  const door = system.spawn<TransportMessage>(
    "transport",
    transport({ openTransport: openDenoTransport, memory: { closing: Promise.resolve() }, links: () => keeper }),
  );
  const opened = await door.ask<OpenReply>(
    (replyTo) => ({ type: "open", bind: ANY_PORT, name: "alice", replyTo }),
    ANSWER_WITHIN_MS,
  );
  assert(opened.ok);
  return system.spawn("bootstrap", remoteBootstrap(() => linksCourier(keeper, system), address));
}

function restarted(nodes: readonly TreeNode[]): string[] {
  return nodes.flatMap((node) => [...node.restarts > 0 ? [node.path] : [], ...restarted(node.children)]);
}

bootstrapContract("a registry behind real HTTP", async (): Promise<BootstrapBench> => {
  const system = newSystem();
  const ref = overHttp(system, await serve(system));
  return { ask: (command) => ask(ref, command), close: () => system.stop() };
});

bootstrapContract("a registry behind a real link", async (): Promise<BootstrapBench> => {
  const [server, client] = [newSystem(), newSystem()];
  const ref = await overLink(client, await serve(server));
  return {
    ask: (command) => ask(ref, command),
    close: async () => {
      await client.stop();
      await server.stop();
    },
  };
});

Deno.test("400 joins, 16 at a time over HTTP: each is answered, the registry lives and keeps its limit", async () => {
  const system = newSystem();
  const address = await serve(system, { maxPeers: 8, minRefillCandidates: 5 });
  const ref = overHttp(system, address);
  let next = 0;
  let answered = 0;
  const worker = async (): Promise<void> => {
    while (next < 400) {
      const reply = await ask(ref, join(`p${next++}`));
      assert(reply.ok && reply.peers.length <= 8, JSON.stringify(reply));
      answered++;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  assertEquals(answered, 400);
  assertEquals(idsOf(await ask(ref, { type: "list" })).length, 8);
  assertEquals(restarted(system.tree()), []);
  await system.stop();
});

Deno.test("HTTP and links are two doors to the same registry", async () => {
  const [server, client] = [newSystem(), newSystem()];
  const address = await serve(server);
  const [web, link] = [overHttp(server, address), await overLink(client, address)];
  await ask(web, join("a"));
  assertEquals(idsOf(await ask(link, join("b"))), ["a", "b"]);
  assertEquals(await ask(web, { type: "list" }), await ask(link, { type: "list" }));
  await client.stop();
  await server.stop();
});

Deno.test("a registry that dies is missed, over HTTP and over a link", async () => {
  const [server, client] = [newSystem(), newSystem()];
  const address = await serve(server);
  const [web, link] = [overHttp(client, address, "web"), await overLink(client, address)];
  await ask(web, join("a"));
  await ask(link, join("b"));
  await server.stop();
  const replies = [await ask(web, { type: "list" }), await ask(link, { type: "list" })];
  assertEquals(replies, [
    { ok: false, why: `No answer from a bootstrap registry at http://${address}` },
    { ok: false, why: `No bootstrap registry can be reached at parley://${address}` },
  ]);
  await client.stop();
});

/** Answers each connection with `parts`, then hangs up or keeps silent. */
function liar(parts: readonly (string | Uint8Array)[], then: "hang_up" | "keep_silent") {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const serveOne = async (conn: Deno.Conn): Promise<void> => {
    open.add(conn);
    try {
      await conn.read(new Uint8Array(4_096));
      for (const part of parts) await writeAll(conn, typeof part === "string" ? new TextEncoder().encode(part) : part);
      if (then === "hang_up") hangUp(conn);
    } catch {
      hangUp(conn); // the client has heard enough
    }
  };
  const hangUp = (conn: Deno.Conn): void => {
    if (open.delete(conn)) conn.close();
  };
  const serving = (async () => {
    const served: Promise<void>[] = [];
    for await (const conn of listener) served.push(serveOne(conn));
    await Promise.all(served);
  })();
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    async close(): Promise<void> {
      listener.close();
      for (const conn of [...open]) hangUp(conn);
      await serving;
    },
  };
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

const head = (length: number, status = "200 OK", more = ""): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\nConnection: close\r\n${more}\r\n`;
const page = (body: string, status?: string): readonly string[] => [head(body.length, status), body];
const SHAPELESS = "the registry's answer is not its data";
const SILENT = "No answer from a bootstrap registry at";

const liars: readonly [string, readonly (string | Uint8Array)[], "hang_up" | "keep_silent", string][] = [
  ["an HTML page", page("<!doctype html><h1>It works!</h1>"), "hang_up", SHAPELESS],
  ["JSON of another shape", page('{"Config":[],"Peers":7}'), "hang_up", SHAPELESS],
  ["nothing", page(""), "hang_up", SHAPELESS],
  ["an error", page("error: no", "500 Internal Server Error"), "hang_up", "the registry answered with status 500"],
  ["a way to somewhere else", [head(0, "302 Found", "Location: /elsewhere\r\n")], "hang_up", SILENT],
  ["10 MB", [head(10_000_000), new Uint8Array(10_000_000).fill(32)], "hang_up", "the registry's answer is too long"],
  ["10 GB to come", [head(10_000_000_000), new Uint8Array(2_000_000).fill(32)], "keep_silent", "is too long"],
  ["half of its answer", [head(1_000), '{"Config":'], "hang_up", SILENT],
  ["half of its answer and then nothing", [head(1_000), '{"Config":'], "keep_silent", SILENT],
  ["no HTTP at all", ["220 mail.example.org ESMTP\r\n"], "hang_up", SILENT],
  ["nothing, but it listens", [], "keep_silent", SILENT],
];

for (const [what, parts, then, why] of liars) {
  Deno.test(`a client whose registry answers with ${what} says so, and does not wait for the rest`, async () => {
    const system = newSystem();
    const server = liar(parts, then);
    try {
      // Rejects if there is no answer in time.
      const reply = await ask(overHttp(system, server.address), join("a"));
      assert(!reply.ok);
      assertStringIncludes(reply.why, why);
      assertStringIncludes(reply.why, server.address);
    } finally {
      await system.stop();
      await server.close();
    }
  });
}

Deno.test("entries of an HTTP registry that nobody could reach are left out", async () => {
  const system = newSystem();
  const { id: _id, ...words } = candidate("a");
  const data = { Config: { maxpeers: 8 }, Peers: { a: words, b: {}, c: { ...words, ip: "nowhere" } } };
  const server = liar(page(JSON.stringify(data)), "hang_up");
  try {
    assertEquals(idsOf(await ask(overHttp(system, server.address), { type: "list" })), ["a"]);
  } finally {
    await system.stop();
    await server.close();
  }
});
