import type { RegistryCommand, RegistryPeer } from "../../actors/bootstrap.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  parseRegistryReply,
  parseRegistryRequest,
  registryRequest,
  registryResponse,
  REPLY_BYTES_MAX,
  REQUEST_BYTES_MAX,
} from "../../bootstrap/http_format.ts";
import { applyRegistry, emptyRegistry, PEERS_MAX, type Registry } from "../../bootstrap/registry.ts";
import type { HttpRequest } from "../../transport/transport.ts";
import { parseAddress } from "../../transport/address.ts";

const permissions = "none";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function request(path: string, body: string, method = "POST"): HttpRequest {
  return { method, path, body: bytes(body), from: parseAddress("127.0.0.1:40000")! };
}

const alice: RegistryPeer = {
  id: "7a111abb",
  name: "alice",
  ip: "127.0.0.1",
  port: "22365",
  protocol: "tcp",
  status: "",
  timestamp: "1557219910",
};
const bob: RegistryPeer = { ...alice, id: "836005d5", name: "bob", ip: "127.0.0.2", status: "0", timestamp: "" };

function registryOf(...peers: readonly RegistryPeer[]): Registry {
  return { ...emptyRegistry(), peers: new Map(peers.map((peer) => [peer.id, peer])) };
}

const text = { "Content-Type": "text/plain; charset=utf-8" };
const failed = (status: number, body: string) => ({
  status,
  headers: { ...text, "X-Content-Type-Options": "nosniff" },
  body,
});

const commands: readonly [path: string, body: string, command: RegistryCommand][] = [
  ["/join", "7a111abb alice 127.0.0.1 22365 tcp 0 1557219910", { type: "join", peer: { ...alice, status: "0" } }],
  ["/refill", "7a111abb alice 127.0.0.1 22365 tcp  1557219910", { type: "refill", peer: alice }],
  ["/leave", "7a111abb", { type: "leave", id: "7a111abb" }],
  ["/list", "", { type: "list" }],
  ["/reset", "", { type: "reset" }],
  ["/ping", "", { type: "ping" }],
  ["/config", "8 5", { type: "config", maxPeers: 8, minRefillCandidates: 5 }],
];

for (const [path, body, command] of commands) {
  Deno.test({
    name: `${path} is read as it is written`,
    permissions,
    fn() {
      assertEquals(parseRegistryRequest(request(path, body)), { ok: true, command });
      assertEquals(registryRequest(command), { path, body });
    },
  });
}

Deno.test({
  name: "words after the seventh, the query and the method are ignored",
  permissions,
  fn() {
    const odd = request("/refill?x=1", "7a111abb alice 127.0.0.1 22365 tcp  1557219910 more", "GET");
    assertEquals(parseRegistryRequest(odd), { ok: true, command: { type: "refill", peer: alice } });
  },
});

const refusals: readonly [path: string, body: string, status: number, answer: string][] = [
  ["/", "", 404, "404 page not found\n"],
  ["/join/", "", 404, "404 page not found\n"],
  ["/constructor", "", 404, "404 page not found\n"],
  ["/join", "", 500, "error: request has not enough arguments\n"],
  ["/join", "a b 127.0.0.1 1 tcp 0", 500, "error: request has not enough arguments\n"],
  ["/refill", "a", 500, "error: request has not enough arguments\n"],
  ["/config", "8", 500, "error: request has not enough arguments\n"],
  ["/config", "x 5", 500, 'first argument "x" is not a number\n'],
  ["/config", "8 ", 500, 'second argument "" is not a number\n'],
  ["/leave", "x".repeat(REQUEST_BYTES_MAX + 1), 500, "error: request is too long\n"],
];

for (const [path, body, status, answer] of refusals) {
  Deno.test({
    name: `${path} with ${JSON.stringify(body.slice(0, 30))} is answered by ${status} ${answer.trim()}`,
    permissions,
    fn: () => assertEquals(parseRegistryRequest(request(path, body)), { ok: false, response: failed(status, answer) }),
  });
}

Deno.test({
  name: "bytes that are no UTF-8 are refused by the rules, not by an exception",
  permissions,
  fn() {
    const body = Uint8Array.from([...bytes("id a"), 0xff, 0, ...bytes(" 127.0.0.1 1 tcp 0 0")]);
    const parsed = parseRegistryRequest({ ...request("/join", ""), body });
    assert(parsed.ok);
    assert(!applyRegistry(emptyRegistry(), parsed.command).ok);
  },
});

const listed = `{
  "Config": {
    "maxpeers": 8,
    "minrefillcandidates": 5,
    "numpeers": 2
  },
  "Peers": {
    "7a111abb": {
      "id": "7a111abb",
      "name": "alice",
      "ip": "127.0.0.1",
      "port": "22365",
      "protocol": "tcp",
      "timestamp": "1557219910"
    },
    "836005d5": {
      "id": "836005d5",
      "name": "bob",
      "ip": "127.0.0.2",
      "port": "22365",
      "protocol": "tcp",
      "status": "0"
    }
  }
}`;

Deno.test({
  name: "the data is written as the seed writes it, with a final newline for list alone",
  permissions,
  fn() {
    const registry = registryOf(bob, alice);
    for (const [, , command] of commands) {
      const expected = command.type === "ping" ? "OK" : command.type === "list" ? `${listed}\n` : listed;
      assertEquals(registryResponse(command, { ok: true, registry }), { status: 200, headers: text, body: expected });
    }
  },
});

Deno.test({
  name: "zero limits and no peers are written as empty objects",
  permissions,
  fn() {
    const registry = emptyRegistry({ maxPeers: 0, minRefillCandidates: 0 });
    const { body } = registryResponse({ type: "reset" }, { ok: true, registry });
    assertEquals(body, '{\n  "Config": {},\n  "Peers": {}\n}');
  },
});

Deno.test({
  name: "peers are sorted by the bytes of their ids, also those that look like numbers",
  permissions,
  fn() {
    const names = ["9", "b", "10", "\u{1f600}", "\uff21", "a", "aa"];
    const registry = registryOf(...names.map((id) => ({ ...alice, id })));
    const { body } = registryResponse({ type: "reset" }, { ok: true, registry });
    const order = [...body.matchAll(/^ {4}"(.*)": \{$/gm)].map((match) => match[1]);
    assertEquals(order, ["10", "9", "a", "aa", "b", "\uff21", "\u{1f600}"]);
  },
});

Deno.test({
  name: "angle brackets and ampersands are escaped as Go escapes them",
  permissions,
  fn() {
    const registry = registryOf({ ...alice, name: '<a>&"\u2028' });
    const { body } = registryResponse({ type: "reset" }, { ok: true, registry });
    assertStringIncludes(body, String.raw`"name": "\u003ca\u003e\u0026\"\u2028"`);
  },
});

Deno.test({
  name: "a refused command is a 500 with its reason",
  permissions,
  fn() {
    const response = registryResponse({ type: "list" }, { ok: false, why: "error: name is empty" });
    assertEquals(response, failed(500, "error: name is empty\n"));
  },
});

Deno.test({
  name: "the client reads what the service writes",
  permissions,
  fn() {
    const registry = registryOf(alice, bob);
    const { status, body } = registryResponse({ type: "list" }, { ok: true, registry });
    assertEquals(parseRegistryReply(status, bytes(body)), { ok: true, data: registry, skipped: 0 });
  },
});

Deno.test({
  name: "the fullest registry with the longest words fits one reply",
  permissions,
  fn() {
    const longest = (i: number): RegistryPeer => ({
      id: String(i).padEnd(64, "<"),
      name: "<".repeat(256),
      ip: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      port: "65535",
      protocol: "<".repeat(16),
      status: "<".repeat(16),
      timestamp: "9".repeat(15),
    });
    const registry = registryOf(...Array.from({ length: PEERS_MAX }, (_, i) => longest(i)));
    const { body } = registryResponse({ type: "list" }, { ok: true, registry });
    const parsed = parseRegistryReply(200, bytes(body));
    assert(parsed.ok && parsed.skipped === 0 && parsed.data.peers.size === PEERS_MAX);
  },
});

const rubbish: readonly [what: string, status: number, body: string, why: string][] = [
  ["an error", 500, "error: no\n", "the registry answered with status 500"],
  ["a redirect", 302, "", "the registry answered with status 302"],
  ["an HTML page", 200, "<!doctype html><h1>It works", "the registry's answer is not its data"],
  ["nothing", 200, "", "the registry's answer is not its data"],
  ["null", 200, "null", "the registry's answer is not its data"],
  ["an array", 200, "[]", "the registry's answer is not its data"],
  ["peers missing", 200, '{"Config":{}}', "the registry's answer is not its data (Peers)"],
  ["peers of null", 200, '{"Config":{},"Peers":null}', "the registry's answer is not its data (Peers)"],
  ["a limit as text", 200, '{"Config":{"maxpeers":"8"},"Peers":{}}', "is not its data (Config, maxpeers)"],
  ["a fractional limit", 200, '{"Config":{"maxpeers":0.5},"Peers":{}}', "is not its data (Config, maxpeers)"],
  ["a port as number", 200, '{"Config":{},"Peers":{"x":{"port":1}}}', "is not its data (Peers, port)"],
  ["too much", 200, " ".repeat(REPLY_BYTES_MAX + 1), "the registry's answer is too long"],
];

for (const [what, status, body, why] of rubbish) {
  Deno.test({
    name: `the client refuses ${what}`,
    permissions,
    fn() {
      const parsed = parseRegistryReply(status, bytes(body));
      assert(!parsed.ok);
      assertStringIncludes(parsed.why, why);
    },
  });
}

Deno.test({
  name: "the client skips and counts peers that nobody could reach",
  permissions,
  fn() {
    const good = '"a":{"name":"alice","ip":"127.0.0.1","port":"1","protocol":"tcp"}';
    const bad = '"b":{},"c":{"name":"c","ip":"nowhere","port":"1","protocol":"tcp"}';
    const parsed = parseRegistryReply(200, bytes(`{"Config":{},"Peers":{${good},${bad}}}`));
    assert(parsed.ok);
    assertEquals([...parsed.data.peers.keys()], ["a"]);
    assertEquals(parsed.skipped, 2);
  },
});
