/**
 * Acceptance check 4 of the seed programs: what cli-chat's own test of its bootstrap service asks, six tests with 17 cases,
 * by curl and written anew; and more joins at a time than that service survived.
 */
import { assertEquals } from "@std/assert";
import { freePort } from "../../support/free_port.ts";
import { Place } from "../../support/place.ts";
import { RegistryProcess } from "../../support/registry_process.ts";

/** As curl ends where nobody listens. */
const CONNECTION_REFUSED = 7;

async function curl(...args: string[]): Promise<{ code: number; stdout: string }> {
  const command = new Deno.Command("curl", {
    args: ["-s", "--max-time", "60", ...args],
    stdout: "piped",
    stderr: "null",
  });
  const { code, stdout } = await command.output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

type Data = Readonly<{
  Config: Readonly<{ maxpeers?: number; minrefillcandidates?: number; numpeers?: number }>;
  Peers: Readonly<Record<string, Readonly<Record<string, string>>>>;
}>;

/** Posts as cli-chat's client does; it reads what a failed call left out as nothing. */
async function call(url: string, path: string, body = ""): Promise<Data> {
  return JSON.parse((await curl("-X", "POST", "--data-binary", body, `${url}${path}`)).stdout);
}

/** A peer of the cases, who calls as what: its words, with a status for a join and without one for a refill. */
type Caller = Readonly<{ id: string; name: string; ip: string; port: number; timestamp?: number }>;

const ALICE: Caller = { id: "a1", name: "alice", ip: "127.0.0.1", port: 22365 };
const BOB: Caller = { id: "b2", name: "bob", ip: "127.0.0.2", port: 22366 };
const CHARLY: Caller = { id: "c3", name: "charly", ip: "127.0.0.3", port: 22367 };
const at = (caller: Caller, timestamp: number): Caller => ({ ...caller, timestamp });

type Call = readonly [path: "/join" | "/refill" | "/leave" | "/reset", by: Caller];

function body([path, { id, name, ip, port, timestamp = 1557219910 }]: Call): string {
  if (path === "/reset") return "";
  if (path === "/leave") return id;
  return `${id} ${name} ${ip} ${port} tcp ${path === "/join" ? "0" : ""} ${timestamp}`;
}

/** What is done after a reset, and then: how many are listed, and who is or is not. */
type Case = Readonly<{ what: string; calls: readonly Call[]; listed: number; has?: Caller; hasNot?: Caller }>;

const RESET: readonly Case[] = [
  { what: "of nothing", calls: [["/reset", ALICE]], listed: 0 },
  { what: "after one", calls: [["/join", ALICE], ["/reset", ALICE]], listed: 0 },
  { what: "after three", calls: [["/join", ALICE], ["/join", BOB], ["/join", CHARLY], ["/reset", CHARLY]], listed: 0 },
];
const JOIN: readonly Case[] = [
  { what: "where nobody is", calls: [["/join", ALICE]], listed: 1, has: ALICE },
  {
    what: "of more than there are places",
    calls: [["/join", ALICE], ["/join", BOB], ["/join", CHARLY]],
    listed: 2,
    has: BOB,
    hasNot: CHARLY,
  },
  { what: "of as many as there are places", calls: [["/join", ALICE], ["/join", BOB]], listed: 2, has: BOB },
];
const LEAVE: readonly Case[] = [
  { what: "of the only one", calls: [["/join", ALICE], ["/leave", ALICE]], listed: 0, hasNot: ALICE },
  {
    what: "of one of several",
    calls: [["/join", ALICE], ["/join", BOB], ["/leave", BOB]],
    listed: 1,
    has: ALICE,
    hasNot: BOB,
  },
  {
    what: "of one that found no place",
    calls: [["/join", ALICE], ["/join", BOB], ["/join", CHARLY], ["/leave", CHARLY]],
    listed: 2,
    hasNot: CHARLY,
  },
];
const REFILL: readonly Case[] = [
  { what: "where nobody is", calls: [["/refill", ALICE]], listed: 1, has: ALICE },
  {
    what: "by somebody older than those who have the places",
    calls: [["/refill", at(ALICE, 10)], ["/refill", at(BOB, 20)], ["/refill", at(CHARLY, 1)]],
    listed: 2,
    has: CHARLY,
    hasNot: BOB,
  },
  {
    what: "by somebody younger",
    calls: [["/join", at(ALICE, 10)], ["/join", at(BOB, 20)], ["/refill", at(CHARLY, 30)]],
    listed: 2,
    has: BOB,
    hasNot: CHARLY,
  },
  { what: "of a free place", calls: [["/join", ALICE], ["/refill", BOB]], listed: 2, has: BOB },
];

async function check(url: string, { calls, listed, has, hasNot }: Case): Promise<void> {
  await call(url, "/reset");
  let last: Data | undefined;
  for (const one of calls) last = await call(url, one[0], body(one));
  const { Config, Peers } = last!;
  assertEquals([Object.keys(Peers).length, Config.numpeers ?? 0], [listed, listed]);
  assertEquals(Object.values(Peers).some(({ name }) => name === hasNot?.name), false);
  if (has === undefined) return;
  const { id, name, ip, port } = has;
  const found = Object.values(Peers).find((peer) => peer["name"] === name)!;
  assertEquals([found["id"], found["ip"], found["port"], found["protocol"]], [id, ip, String(port), "tcp"]);
}

const CONFIG: readonly (readonly [what: string, maxPeers: number, minRefillCandidates: number])[] = [
  ["to nothing", 0, 0],
  ["of both", 8, 5],
  ["to what the cloud's has", 3, 10],
  ["to what the local one has", 2, 2],
];

Deno.test("acceptance 4: the six tests of cli-chat for its service, with 17 cases, pass against ours", async (t) => {
  await using place = await Place.create();
  // Who is listed there is no process that could be knocked at.
  await using registry = await RegistryProcess.start(place, "--store", "none", "--trust-entries");
  const { url } = registry;
  await t.step("ping: it answers, and where nobody is nobody does", async () => {
    assertEquals((await curl("-X", "POST", "--data-binary", "", `${url}/ping`)).stdout, "OK");
    const nobody = `http://127.0.0.1:${freePort()}`;
    assertEquals((await curl("-X", "POST", "--data-binary", "", `${nobody}/ping`)).code, CONNECTION_REFUSED);
  });
  await call(url, "/config", "2 1");
  for (const [path, cases] of Object.entries({ reset: RESET, join: JOIN, leave: LEAVE, refill: REFILL })) {
    await t.step(path, async (t) => {
      for (const one of cases) await t.step(`${path} ${one.what}`, () => check(url, one));
    });
  }
  await t.step("config", async (t) => {
    for (const [what, maxPeers, minRefillCandidates] of CONFIG) {
      await t.step(`config ${what}`, async () => {
        const { Config } = await call(url, "/config", `${maxPeers} ${minRefillCandidates}`);
        const { maxpeers = 0, minrefillcandidates = 0 } = Config;
        assertEquals([maxpeers, minrefillcandidates], [maxPeers, minRefillCandidates]);
      });
    }
  });
  assertEquals([RESET, JOIN, LEAVE, REFILL, CONFIG].flat().length, 17);
});

Deno.test("acceptance 4: 400 joins of curl, 16 at a time, leave the registry alive and within its limit (defect 4)", async () => {
  await using place = await Place.create();
  await using registry = await RegistryProcess.start(place);
  const { url } = registry;
  const requests = Array.from({ length: 400 }, (_, i) =>
    [
      ...(i === 0 ? [] : ["next"]),
      `url = "${url}/join"`,
      `data-binary = "id${i} n${i} 127.0.0.1 ${i + 1} tcp 0 ${i}"`,
      'output = "/dev/null"',
      'write-out = "%{http_code}\\n"',
    ].join("\n"));
  const config = await place.file("joins", requests.join("\n"));
  const { stdout } = await curl("--parallel", "--parallel-max", "16", "--config", config);
  const codes = stdout.trim().split("\n");
  assertEquals(codes.filter((code) => code !== "200"), []);
  assertEquals(codes.length, 400);
  const { Config, Peers } = await call(url, "/list");
  assertEquals([Config.numpeers, Object.keys(Peers).length, registry.process.complaints], [8, 8, ""]);
});
