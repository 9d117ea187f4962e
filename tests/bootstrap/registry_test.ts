import { type RegistryCommand, type RegistryPeer, wantsCandidates } from "../../actors/bootstrap.ts";
import { assert, assertEquals } from "@std/assert";
import { applyRegistry, emptyRegistry, peerProblem, PEERS_MAX, type Registry } from "../../bootstrap/registry.ts";

const permissions = "none";

function peer(id: string, overrides: Partial<RegistryPeer> = {}): RegistryPeer {
  return {
    id,
    name: id,
    ip: "127.0.0.1",
    port: "7946",
    protocol: "tcp",
    status: "0",
    timestamp: "100",
    ...overrides,
  };
}

function after(registry: Registry, ...commands: readonly RegistryCommand[]): Registry {
  return commands.reduce((current, command) => {
    const result = applyRegistry(current, command);
    assert(result.ok, JSON.stringify(result));
    return result.registry;
  }, registry);
}

const join = (id: string, timestamp = "100"): RegistryCommand => ({ type: "join", peer: peer(id, { timestamp }) });
const refill = (id: string, timestamp = "100"): RegistryCommand => ({ type: "refill", peer: peer(id, { timestamp }) });
const two = emptyRegistry({ maxPeers: 2, minRefillCandidates: 2 });
const ids = (registry: Registry): readonly string[] => [...registry.peers.keys()].sort();

const outcomes: readonly { name: string; commands: readonly RegistryCommand[]; ids: readonly string[] }[] = [
  { name: "join takes peers while there is room", commands: [join("a"), join("b")], ids: ["a", "b"] },
  { name: "join leaves a full registry as it is", commands: [join("a"), join("b"), join("c")], ids: ["a", "b"] },
  { name: "leave makes room", commands: [join("a"), { type: "leave", id: "a" }, join("b")], ids: ["b"] },
  { name: "leave of a stranger changes nothing", commands: [join("a"), { type: "leave", id: "x" }], ids: ["a"] },
  { name: "refill takes a candidate while there is room", commands: [refill("a")], ids: ["a"] },
  {
    name: "refill replaces the youngest peer by an older candidate",
    commands: [join("a", "10"), join("b", "20"), refill("c", "1")],
    ids: ["a", "c"],
  },
  {
    name: "refill refuses a candidate younger than all",
    commands: [join("a", "10"), join("b", "20"), refill("c", "30")],
    ids: ["a", "b"],
  },
  {
    name: "refill refuses a candidate as old as the youngest",
    commands: [join("a", "10"), join("b", "20"), refill("c", "20")],
    ids: ["a", "b"],
  },
  {
    name: "refill compares timestamps as numbers",
    commands: [join("a", "9"), join("b", "20"), refill("c", "10")],
    ids: ["a", "c"],
  },
  {
    name: "refill takes an empty timestamp for the oldest",
    commands: [join("a", "10"), join("b", "20"), refill("c", "")],
    ids: ["a", "c"],
  },
  { name: "reset forgets everybody", commands: [join("a"), join("b"), { type: "reset" }], ids: [] },
  {
    name: "lower limits evict nobody",
    commands: [join("a"), join("b"), { type: "config", maxPeers: 1, minRefillCandidates: 1 }],
    ids: ["a", "b"],
  },
  {
    name: "a limit of zero lets nobody in",
    commands: [{ type: "config", maxPeers: 0, minRefillCandidates: 0 }, join("a"), refill("b")],
    ids: [],
  },
  { name: "list and ping change nothing", commands: [join("a"), { type: "list" }, { type: "ping" }], ids: ["a"] },
];

for (const { name, commands, ids: expected } of outcomes) {
  Deno.test({ name, permissions, fn: () => assertEquals(ids(after(two, ...commands)), expected) });
}

Deno.test({
  name: "join replaces the words of a listed peer, also in a full registry",
  permissions,
  fn() {
    const moved = after(two, join("a"), join("b"), { type: "join", peer: peer("a", { port: "7999" }) });
    assertEquals(moved.peers.get("a")?.port, "7999");
  },
});

Deno.test({
  name: "refill leaves the words of a listed peer as they are",
  permissions,
  fn() {
    const same = after(two, join("a"), { type: "refill", peer: peer("a", { port: "7999" }) });
    assertEquals(same.peers.get("a")?.port, "7946");
  },
});

Deno.test({
  name: "reset keeps the limits",
  permissions,
  fn: () => assertEquals(after(two, join("a"), { type: "reset" }).config, two.config),
});

Deno.test({
  name: "a command leaves the registry it was applied to alone",
  permissions,
  fn() {
    const before = after(two, join("a"));
    after(before, join("b"), { type: "leave", id: "a" }, { type: "reset" });
    assertEquals(ids(before), ["a"]);
  },
});

for (const [maxPeers, minRefillCandidates] of [[1.5, 1], [1, 1.5], [NaN, 1], [2 ** 53, 1]] as const) {
  Deno.test({
    name: `limits of ${maxPeers} and ${minRefillCandidates} are refused`,
    permissions,
    fn: () => assert(!applyRegistry(two, { type: "config", maxPeers, minRefillCandidates }).ok),
  });
}

Deno.test({
  name:
    "limits below 0 and beyond what is kept are taken as the seed takes them: nobody is let in, and no more than can be kept",
  permissions,
  fn() {
    const nobody = after(two, { type: "config", maxPeers: -1, minRefillCandidates: -3 }, join("a"));
    assertEquals([nobody.config, ids(nobody)], [{ maxPeers: -1, minRefillCandidates: -3 }, []]);
    const joins = Array.from({ length: PEERS_MAX + 1 }, (_, i) => join(`p${i}`));
    const many = after(two, { type: "config", maxPeers: 1_000, minRefillCandidates: 1_000 }, ...joins);
    assertEquals([many.config.maxPeers, many.peers.size], [1_000, PEERS_MAX]);
    const refilled = after(many, { type: "refill", peer: peer("older", { timestamp: "0" }) });
    assertEquals([refilled.peers.size, refilled.peers.has("older")], [PEERS_MAX, true]);
  },
});

for (const name of ["👩‍💻", "❤️", "soft\u00adhyphen", "<b>&", "München-アリス-1"]) {
  Deno.test({
    name: `a node may be called ${name}`,
    permissions,
    fn: () => assertEquals(peerProblem(peer("a", { name })), undefined),
  });
}

const badPeers: readonly [string, Partial<RegistryPeer>][] = [
  ["an empty id", { id: "" }],
  ["a long id", { id: "x".repeat(65) }],
  ["a blank in the id", { id: "a b" }],
  ["an empty name", { name: "" }],
  ["a blank in the name", { name: "alice b" }],
  ["a newline in the name", { name: "alice\n" }],
  ["an escape in the name", { name: "\x1b[31m" }],
  ["a bidi override in the name", { name: "a\u202eb" }],
  ["a lone surrogate in the name", { name: "a\ud800" }],
  ["a long name", { name: "x".repeat(257) }],
  ["a host name for an ip", { ip: "example.org" }],
  ["an ip with a port in it", { ip: "127.0.0.1:1" }],
  ["port 0", { port: "0" }],
  ["port 65536", { port: "65536" }],
  ["a port that is no number", { port: "http" }],
  ["an empty protocol", { protocol: "" }],
  ["a long status", { status: "0".repeat(17) }],
  ["a timestamp that is no number", { timestamp: "now" }],
  ["a negative timestamp", { timestamp: "-1" }],
];

for (const [what, overrides] of badPeers) {
  Deno.test({
    name: `join and refill refuse ${what}`,
    permissions,
    fn() {
      const bad = peer("a", overrides);
      assert(peerProblem(bad) !== undefined);
      assert(!applyRegistry(two, { type: "join", peer: bad }).ok);
      assert(!applyRegistry(two, { type: "refill", peer: bad }).ok);
    },
  });
}

Deno.test({
  name: "an IPv6 address without brackets is an address",
  permissions,
  fn: () => assertEquals(peerProblem(peer("a", { ip: "::1" })), undefined),
});

Deno.test({
  name: "candidates are wanted below the smaller of both limits",
  permissions,
  fn() {
    const table = [[8, 5, 4, true], [8, 5, 5, false], [2, 5, 1, true], [2, 5, 2, false], [8, 0, 0, false]] as const;
    for (const [maxPeers, minRefillCandidates, listed, wanted] of table) {
      assertEquals(wantsCandidates({ maxPeers, minRefillCandidates }, listed), wanted);
    }
  },
});
