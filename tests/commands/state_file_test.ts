import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { parsePeerName, type PeerName } from "../../actors/peer_name.ts";
import type { Address } from "../../transport/address.ts";
import { loadState, type PeerState, saveState, stateFilePath } from "../../commands/state_file.ts";

const state: PeerState = { v: 1, port: 7946, incarnation: 3, contacts: ["10.0.0.1:7946" as Address] };

function peerName(text: string): PeerName {
  const parsed = parsePeerName(text);
  assert(parsed.ok);
  return parsed.name;
}

function test(name: string, run: (directory: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await run(directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

test("a state that was saved is loaded again, and the newest one", async (directory) => {
  const path = `${directory}/parley/alice.json`;
  assertEquals(await saveState(path, { ...state, incarnation: 2 }), { ok: true });
  assertEquals(await saveState(path, state), { ok: true });
  assertEquals(await loadState(path), { ok: true, state });
});

test("the folder and the file are their owner's alone", async (directory) => {
  await saveState(`${directory}/parley/alice.json`, state);
  assertEquals((await Deno.stat(`${directory}/parley`)).mode! & 0o777, 0o700);
  assertEquals((await Deno.stat(`${directory}/parley/alice.json`)).mode! & 0o777, 0o600);
});

test("saving leaves no other file behind, also when it fails", async (directory) => {
  await saveState(`${directory}/alice.json`, state);
  await Deno.mkdir(`${directory}/bob.json/x`, { recursive: true });
  assert(!(await saveState(`${directory}/bob.json`, state)).ok);
  const files = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
  assertEquals(files.sort(), ["alice.json", "bob.json"]);
});

test("a save that fails says why and does not throw", async (directory) => {
  await Deno.writeTextFile(`${directory}/file`, "");
  const saved = await saveState(`${directory}/file/alice.json`, state);
  assert(!saved.ok);
  assertStringIncludes(saved.why, "cannot write");
});

Deno.test({
  name: "without permission neither load nor save throws",
  permissions: "none",
  async fn() {
    const loaded = await loadState("/nowhere/alice.json");
    assert(!loaded.ok && loaded.reason === "unreadable");
    assert(!(await saveState("/nowhere/alice.json", state)).ok);
  },
});

test("a file of a version that knew no contacts is read", async (directory) => {
  await Deno.writeTextFile(`${directory}/alice.json`, '{"v":1,"port":7946,"incarnation":3}');
  assertEquals(await loadState(`${directory}/alice.json`), { ok: true, state: { v: 1, port: 7946, incarnation: 3 } });
});

test("the most contacts there can be fit the file", async (directory) => {
  const longest = Array.from(
    { length: 32 },
    (_, i) => `[2001:db8:1111:2222:3333:4444:5555:${6000 + i}]:65535` as Address,
  );
  await saveState(`${directory}/alice.json`, { ...state, contacts: longest });
  assertEquals(await loadState(`${directory}/alice.json`), { ok: true, state: { ...state, contacts: longest } });
});

test("a file that is missing is told apart from one that is broken", async (directory) => {
  const missing = await loadState(`${directory}/alice.json`);
  assert(!missing.ok);
  assertEquals(missing.reason, "missing");
});

const corrupt: readonly [what: string, text: string][] = [
  ["nothing", ""],
  ["half a state", '{"v":1,"port":79'],
  ["another version", '{"v":2,"port":7946,"incarnation":3}'],
  ["port 0", '{"v":1,"port":0,"incarnation":3}'],
  ["a port beyond the last", '{"v":1,"port":65536,"incarnation":3}'],
  ["a negative incarnation", '{"v":1,"port":7946,"incarnation":-1}'],
  ["an incarnation beyond 32 bits", '{"v":1,"port":7946,"incarnation":4294967296}'],
  ["a fraction", '{"v":1,"port":7946,"incarnation":1.5}'],
  ["contacts that are none", '{"v":1,"port":7946,"incarnation":3,"contacts":["nobody"]}'],
  ["too many contacts", JSON.stringify({ ...state, contacts: Array(33).fill("10.0.0.1:1") })],
  ["too much", " ".repeat(5_000)],
];

for (const [what, text] of corrupt) {
  test(`a file with ${what} is corrupt`, async (directory) => {
    await Deno.writeTextFile(`${directory}/alice.json`, text);
    const loaded = await loadState(`${directory}/alice.json`);
    assert(!loaded.ok);
    assertEquals(loaded.reason, "corrupt");
  });
}

test("a folder in the file's place is corrupt", async (directory) => {
  const loaded = await loadState(directory);
  assert(!loaded.ok);
  assertEquals(loaded.reason, "corrupt");
});

Deno.test("a name becomes a file name in its folder", () => {
  assertEquals(stateFilePath("/s", peerName("alice-2.x")), "/s/alice-2.x.json");
  assertMatch(stateFilePath("/s", peerName("Zoë")), /^\/s\/Zo%C3%AB\.json$/);
});

test("the longest names fit a file name and stay apart", async (directory) => {
  const one = stateFilePath(directory, peerName("李".repeat(42)));
  const other = stateFilePath(directory, peerName(`${"李".repeat(41)}雷`));
  assertNotEquals(one, other);
  assertEquals(await saveState(one, state), { ok: true });
});
