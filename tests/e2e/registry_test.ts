/** The registry as a process, asked by curl as the seed's clients ask it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

async function start(place: Place, port: number, ...args: string[]): Promise<PeerProcess> {
  const options = { place, args: ["--listen", `127.0.0.1:${port}`, ...args] };
  const service = PeerProcess.start("bootstrap", options);
  await service.waitFor(/^The registry answers at /);
  return service;
}

async function curl(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("curl", {
    args: ["-s", "--max-time", "10", ...args],
    stdout: "piped",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** What the seed's client posts. */
function post(port: number, path: string, body: string, ...more: string[]): Promise<string> {
  return curl("-X", "POST", "--data-binary", body, ...more, `http://127.0.0.1:${port}${path}`);
}

const ALICE = "7a111abb alice 127.0.0.1 22365 tcp 0 1557219910";

const data = (numPeers: number, peers: string, limits = '"maxpeers": 2,\n    "minrefillcandidates": 1'): string =>
  `{\n  "Config": {\n    ${limits}${
    numPeers === 0 ? "" : `,\n    "numpeers": ${numPeers}`
  }\n  },\n  "Peers": ${peers}\n}`;
const entry = (id: string, name: string, ip: string, port: number, status: string, timestamp: number): string =>
  `    "${id}": {\n      "id": "${id}",\n      "name": "${name}",\n      "ip": "${ip}",\n      "port": "${port}",\n` +
  `      "protocol": "tcp",\n${
    status === "" ? "" : `      "status": "${status}",\n`
  }      "timestamp": "${timestamp}"\n    }`;
const peers = (...entries: string[]): string => `{\n${entries.join(",\n")}\n  }`;

/** Requests in the order of the seed's own test of its service, and the answer to each, to the byte. */
const ALICE_ENTRY = entry("7a111abb", "alice", "127.0.0.1", 22365, "0", 1557219910);
const BOB_ENTRY = entry("836005d5", "bob", "127.0.0.2", 22366, "0", 1557219920);
const CHARLY_ENTRY = entry("90aa", "charly", "127.0.0.3", 22367, "", 1557219915);
const RECORDED: readonly [path: string, body: string, answer: string][] = [
  ["/ping", "", "OK"],
  ["/list", "", `${data(0, "{}")}\n`],
  ["/join", ALICE, data(1, peers(ALICE_ENTRY))],
  ["/join", "836005d5 bob 127.0.0.2 22366 tcp 0 1557219920", data(2, peers(ALICE_ENTRY, BOB_ENTRY))],
  ["/join", "90aa charly 127.0.0.3 22367 tcp 0 1557219900", data(2, peers(ALICE_ENTRY, BOB_ENTRY))],
  ["/refill", "90aa charly 127.0.0.3 22367 tcp  1557219915", data(2, peers(ALICE_ENTRY, CHARLY_ENTRY))],
  ["/refill", "d0 dora 127.0.0.4 22368 tcp  1557219999", data(2, peers(ALICE_ENTRY, CHARLY_ENTRY))],
  ["/list", "", `${data(2, peers(ALICE_ENTRY, CHARLY_ENTRY))}\n`],
  ["/leave", "7a111abb", data(1, peers(CHARLY_ENTRY))],
  ["/leave", "nobody", data(1, peers(CHARLY_ENTRY))],
  ["/config", "3 0", data(1, peers(CHARLY_ENTRY), '"maxpeers": 3')],
  ["/config", "1000 -1", data(1, peers(CHARLY_ENTRY), '"maxpeers": 1000,\n    "minrefillcandidates": -1')],
  ["/config", "2 1", data(1, peers(CHARLY_ENTRY))],
  ["/reset", "", data(0, "{}")],
];

Deno.test("the seed's requests get the seed's answers, to the byte", async () => {
  await using place = await Place.create();
  const port = freePort();
  await using _service = await start(place, port, "--max-peers", "2", "--min-refill-candidates", "1");
  for (const [path, body, answer] of RECORDED) assertEquals(await post(port, path, body), answer);
});

const HEADS: readonly [method: string, path: string, body: string, status: number, text: string][] = [
  ["GET", "/ping", "", 200, "OK"],
  ["PUT", "/ping", "", 200, "OK"],
  ["DELETE", "/ping", "", 200, "OK"],
  ["POST", "/join", "only six words here 0 1", 500, "error: request has not enough arguments\n"],
  ["POST", "/config", "x 1", 500, 'first argument "x" is not a number\n'],
  ["POST", "/config", "1 y", 500, 'second argument "y" is not a number\n'],
  ["GET", "/nowhere", "", 404, "404 page not found\n"],
];

Deno.test("any method is taken, and an answer says by its status and headers what it is", async () => {
  await using place = await Place.create();
  const port = freePort();
  await using _service = await start(place, port);
  for (const [method, path, body, status, text] of HEADS) {
    const answer = await curl("-i", "-X", method, "--data-binary", body, `http://127.0.0.1:${port}${path}`);
    const [head = "", ...rest] = answer.split("\r\n\r\n");
    assertEquals([head.split(" ")[1], rest.join("")], [String(status), text]);
    assert(/^content-type: text\/plain; charset=utf-8\r?$/im.test(head), head);
    assertEquals(/^x-content-type-options: nosniff\r?$/im.test(head), status !== 200);
  }
});

/** How often the service is killed in the middle of its work. */
const KILLS = 5;

Deno.test("killed at any moment, the registry comes back with all that it had answered", async () => {
  await using place = await Place.create();
  const port = freePort();
  const known = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const service = await start(place, port, "--max-peers", "256", "--trust-entries");
    const listed = new Set(Object.keys(JSON.parse(await post(port, "/list", "")).Peers));
    for (const id of known) assert(listed.has(id), `${id} is lost after ${kill} kills`);
    for (const id of listed) known.add(id); // the last join may have been stored and not answered
    let isKilled = false;
    const joins = (async () => {
      for (let i = 0; !isKilled && i < 45; i++) {
        const id = `k${kill}-${i}`;
        const answer = await post(port, "/join", `${id} n 127.0.0.1 1 tcp 0 1`);
        if (answer.endsWith("}")) known.add(id);
      }
    })();
    while (![...known].some((id) => id.startsWith(`k${kill}-${2 + 3 * kill}`))) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await service[Symbol.asyncDispose](); // SIGKILL
    isKilled = true;
    await joins;
  }
  await using _service = await start(place, port);
  const { Config, Peers } = JSON.parse(await post(port, "/list", ""));
  for (const id of known) assert(id in Peers, `${id} is lost`);
  assertEquals(Config, { maxpeers: 256, minrefillcandidates: 5, numpeers: Object.keys(Peers).length });
});

Deno.test("the limits that /config set hold over a restart, but for those that are said anew", async () => {
  await using place = await Place.create();
  const port = freePort();
  const first = await start(place, port);
  await post(port, "/config", "4 3");
  first.signal("SIGTERM");
  assertEquals((await first.ended()).code, 143);
  const second = await start(place, port, "--max-peers", "6");
  assertStringIncludes(await post(port, "/list", ""), '"maxpeers": 6,\n    "minrefillcandidates": 3');
  second.signal("SIGTERM");
  await second.ended();
});

Deno.test("a store that was asked for and cannot be had ends the registry with a sentence", async () => {
  await using place = await Place.create();
  const path = await place.file("later.sqlite", "");
  await using _holder = await start(place, freePort(), "--store", path);
  const other = PeerProcess.start("bootstrap", { place, args: ["--listen", "127.0.0.1:0", "--store", path] });
  const { code, stderr } = await other.ended();
  assertEquals([code, stderr], [1, `parley: Another registry is using ${path}\n`]);
});

Deno.test("told to keep no file, the registry keeps none", async () => {
  await using place = await Place.create();
  const port = freePort();
  const first = await start(place, port, "--store", "none");
  await post(port, "/join", ALICE);
  await first[Symbol.asyncDispose]();
  await using _second = await start(place, port, "--store", "none");
  assertEquals(JSON.parse(await post(port, "/list", "")).Peers, {});
});

Deno.test("defect 1: the registry is gone and a member is killed: the others talk on, and only bootstraplist notices", async () => {
  await using place = await Place.create();
  const port = freePort();
  const service = await start(place, port);
  const http = ["--bootstrap", `http://127.0.0.1:${port}`];
  await using alice = await PeerProcess.peer("alice", place, ...http);
  await using bob = await PeerProcess.peer("bob", place, ...http);
  const carol = await PeerProcess.peer("carol", place, ...http);
  await alice.waitFor("carol came to #lobby");
  await service[Symbol.asyncDispose]();
  await carol[Symbol.asyncDispose]();
  for (const peer of [alice, bob]) await peer.waitFor(/carol failed/);
  await alice.say("it is only us now");
  await bob.waitFor("alice: it is only us now");
  await bob.say("/bootstraplist");
  const silence = `parley: No answer from a bootstrap registry at http://127.0.0.1:${port}\n`;
  await bob.waitForComplaint(silence);
  await bob.say("/bootstraprefill"); // defect 2: both were panics without the service
  await bob.waitForComplaint(silence + silence);
  await bob.say("so it is");
  await alice.waitFor("bob: so it is");
});
