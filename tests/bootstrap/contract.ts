import { assert, assertEquals } from "@std/assert";
import type { BootstrapReply, RegistryCommand, RegistryConfig, RegistryPeer } from "../../actors/bootstrap.ts";

/** Where a body of the bootstrap protocol is tried. */
export interface BootstrapBench {
  /** Sends a command as a peer would, and lets so much time pass as the answer takes. */
  ask(command: RegistryCommand): Promise<BootstrapReply>;
  close(): Promise<void>;
}

/** The limits of the registry behind every bench. */
export const CONTRACT_CONFIG: RegistryConfig = { maxPeers: 3, minRefillCandidates: 2 };

/** A peer with sound words. */
export function candidate(id: string, overrides: Partial<RegistryPeer> = {}): RegistryPeer {
  return {
    id,
    name: `name-${id}`,
    ip: "127.0.0.1",
    port: "7946",
    protocol: "tcp",
    status: "0",
    timestamp: "100",
    ...overrides,
  };
}

export const join = (id: string, overrides: Partial<RegistryPeer> = {}): RegistryCommand => ({
  type: "join",
  peer: candidate(id, overrides),
});

const refill = (id: string, timestamp: string): RegistryCommand => ({
  type: "refill",
  peer: candidate(id, { timestamp }),
});

/** The ids in a reply, sorted: in which order the peers come is nobody's business. */
export function idsOf(reply: BootstrapReply): string[] {
  assert(reply.ok, JSON.stringify(reply));
  return reply.peers.map(({ id }) => id).toSorted();
}

/** What every body of the protocol answers, as tests named after `name`. */
export function bootstrapContract(name: string, makeBench: () => Promise<BootstrapBench>): void {
  const test = (behaviour: string, run: (bench: BootstrapBench) => Promise<void>): void =>
    Deno.test(`${name}: ${behaviour}`, async () => {
      const bench = await makeBench();
      try {
        await run(bench);
      } finally {
        await bench.close();
      }
    });

  test("a new registry lists nobody, and tells its limits", async (bench) => {
    assertEquals(await bench.ask({ type: "list" }), { ok: true, config: CONTRACT_CONFIG, peers: [] });
  });

  test("who joins is listed, with all its words", async (bench) => {
    assertEquals(await bench.ask(join("a")), { ok: true, config: CONTRACT_CONFIG, peers: [candidate("a")] });
    const words = { name: "zoë-東京", ip: "::1", port: "65535", timestamp: "" };
    const reply = await bench.ask(join("b", words));
    assert(reply.ok);
    assertEquals(reply.peers.find(({ id }) => id === "b"), candidate("b", words));
    assertEquals(idsOf(await bench.ask({ type: "list" })), ["a", "b"]);
  });

  test("a full registry takes nobody in, and says who is there", async (bench) => {
    for (const id of ["a", "b", "c"]) await bench.ask(join(id));
    assertEquals(idsOf(await bench.ask(join("d"))), ["a", "b", "c"]);
  });

  test("who is listed may correct its words, also in a full registry", async (bench) => {
    for (const id of ["a", "b", "c"]) await bench.ask(join(id));
    const reply = await bench.ask(join("a", { port: "9000" }));
    assert(reply.ok);
    assertEquals(reply.peers.find(({ id }) => id === "a")?.port, "9000");
  });

  test("who leaves makes room, and a leave of a stranger changes nothing", async (bench) => {
    for (const id of ["a", "b", "c"]) await bench.ask(join(id));
    assertEquals(idsOf(await bench.ask({ type: "leave", id: "x" })), ["a", "b", "c"]);
    assertEquals(idsOf(await bench.ask({ type: "leave", id: "b" })), ["a", "c"]);
    assertEquals(idsOf(await bench.ask(join("d"))), ["a", "c", "d"]);
  });

  test("a refill is taken while there is room, then only in place of somebody younger: the oldest win", async (bench) => {
    await bench.ask(join("a", { timestamp: "10" }));
    await bench.ask(join("b", { timestamp: "30" }));
    assertEquals(idsOf(await bench.ask(refill("c", "20"))), ["a", "b", "c"]);
    assertEquals(idsOf(await bench.ask(refill("d", "40"))), ["a", "b", "c"]);
    assertEquals(idsOf(await bench.ask(refill("e", "30"))), ["a", "b", "c"]);
    assertEquals(idsOf(await bench.ask(refill("f", "9"))), ["a", "c", "f"]);
    assertEquals(idsOf(await bench.ask(refill("g", "15"))), ["a", "f", "g"]);
  });

  test("a reset forgets everybody and keeps the limits", async (bench) => {
    await bench.ask(join("a"));
    assertEquals(await bench.ask({ type: "reset" }), { ok: true, config: CONTRACT_CONFIG, peers: [] });
  });

  test("new limits hold from now on and evict nobody", async (bench) => {
    for (const id of ["a", "b", "c"]) await bench.ask(join(id));
    const limits = { maxPeers: 2, minRefillCandidates: 1 };
    const lower = await bench.ask({ type: "config", ...limits });
    assert(lower.ok);
    assertEquals([lower.config, idsOf(lower)], [limits, ["a", "b", "c"]]);
    await bench.ask({ type: "leave", id: "a" });
    assertEquals(idsOf(await bench.ask(join("d"))), ["b", "c"]);
    await bench.ask({ type: "config", maxPeers: 4, minRefillCandidates: 1 });
    assertEquals(idsOf(await bench.ask(join("d"))), ["b", "c", "d"]);
  });

  test("limits of nothing let nobody in", async (bench) => {
    await bench.ask({ type: "config", maxPeers: 0, minRefillCandidates: 0 });
    assertEquals(await bench.ask(join("a")), {
      ok: true,
      config: { maxPeers: 0, minRefillCandidates: 0 },
      peers: [],
    });
  });

  test("a ping is answered and changes nothing", async (bench) => {
    await bench.ask(join("a"));
    assertEquals(idsOf(await bench.ask({ type: "ping" })), ["a"]);
  });

  for (const [maxPeers, minRefillCandidates] of [[-1, 1], [1, -1], [257, 1], [1, 1e9]] as const) {
    test(`limits of ${maxPeers} and ${minRefillCandidates} are taken, as by the seed`, async (bench) => {
      const config = { maxPeers, minRefillCandidates };
      assertEquals(await bench.ask({ type: "config", ...config }), { ok: true, config, peers: [] });
      assertEquals(idsOf(await bench.ask(join("a"))), maxPeers > 0 ? ["a"] : []);
    });
  }

  const bad: readonly [string, Partial<RegistryPeer>][] = [
    ["an empty id", { id: "" }],
    ["a long id", { id: "x".repeat(65) }],
    ["an escape in the name", { name: "\x1b[31m" }],
    ["a bidi override in the name", { name: "a\u202eb" }],
    ["a long name", { name: "x".repeat(257) }],
    ["a host name for an ip", { ip: "example.org" }],
    ["port 0", { port: "0" }],
    ["a port that is no number", { port: "http" }],
    ["an empty protocol", { protocol: "" }],
    ["a timestamp that is no number", { timestamp: "now" }],
    ["a negative timestamp", { timestamp: "-1" }],
  ];
  for (const [what, overrides] of bad) {
    test(`${what} is refused with a reason, and nothing changes`, async (bench) => {
      await bench.ask(join("a"));
      for (const type of ["join", "refill"] as const) {
        const reply = await bench.ask({ type, peer: candidate("bad", overrides) });
        assert(!reply.ok && reply.why.length > 0);
      }
      assertEquals(idsOf(await bench.ask({ type: "list" })), ["a"]);
    });
  }

  test("of many who join at the same time so many are listed as there is room, and each is answered", async (bench) => {
    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => bench.ask(join(`p${i}`))));
    assert(replies.every((reply) => reply.ok && reply.peers.length <= CONTRACT_CONFIG.maxPeers));
    assertEquals(idsOf(await bench.ask({ type: "list" })).length, CONTRACT_CONFIG.maxPeers);
  });
}
