import { assert, assertEquals, assertMatch } from "@std/assert";
import { World } from "../../../sim/world.ts";
import { type Protection, UNPROTECTED } from "../../../transport/wire/protection.ts";
import { Seat } from "../../support/seat.ts";
import { keyOf, keyringOf } from "../../transport/wire/secrets.ts";

const OURS = "0123456789abcdef".repeat(4);
const NEXT = "fedcba9876543210".repeat(2);
const keyed = (...keys: readonly string[]): Protection => ({ ...UNPROTECTED, keyring: keyringOf(...keys) });
const [ours, next] = [keyOf(OURS), keyOf(NEXT)];
const MANY = Array.from({ length: 8 }, (_, i) => keyOf(`0${i}`.repeat(16)).toBase64()).join("\n");
const FILES = { "next.keys": `${next.toBase64()}\n`, "bad.keys": "hunter2!\n", "many.keys": MANY };

function seatWith(protection: Protection): Seat {
  return new Seat(new World({ seed: 1 }), "alice", { manual: true, files: FILES, protection });
}

Deno.test("keylist shows fingerprints, and which one seals; never a key", async () => {
  const seat = seatWith(keyed(OURS, NEXT));
  assertEquals(await seat.enter("keylist"), [
    `1  AES-256 key ${ours.fingerprint}, seals`,
    `2  AES-128 key ${next.fingerprint}`,
  ]);
  assertEquals(await seatWith(UNPROTECTED).enter("keylist"), ["There is no key: what gossip says is not sealed"]);
});

Deno.test("a key is installed from a file, used, and the old one removed, by number or fingerprint", async () => {
  const seat = seatWith(keyed(OURS));
  assertEquals(await seat.enter("keyinstall next.keys"), [`Installed ${next}`]);
  assertEquals(await seat.enter("keyinstall next.keys"), ["All keys in the file are installed already"]);
  assert(seat.peer.guard.protection.keyring.primary?.equals(ours), "still the old one seals");
  assertEquals(await seat.enter(`keyuse ${next.fingerprint.toUpperCase()}`), [`Sealing with ${next}`]);
  assertEquals(await seat.enter("keyremove 2"), [`Removed ${ours}`]);
  assertEquals(await seat.enter("keylist"), [`1  ${next}, seals`]);
});

const REFUSED: readonly (readonly [line: string, protection: Protection, says: RegExp])[] = [
  ["keyinstall", keyed(OURS), /^Usage: keyinstall FILE$/i],
  ["keyinstall bad.keys", keyed(OURS), /line 1: a key must be written in base64/],
  ["keyinstall many.keys", keyed(OURS), /more than 8 keys/],
  ["keyinstall next.keys", UNPROTECTED, /without a key; it can only be started with one: --key-file/],
  ["keyuse", keyed(OURS), /^Usage: keyuse /i],
  ["keyuse 2", keyed(OURS), /no such key/],
  ["keyuse 0", keyed(OURS), /no such key/],
  ["keyuse deadbeef", keyed(OURS), /no such key/],
  ["keyremove 1", keyed(OURS, NEXT), /is what this peer seals with: keyuse another one first/],
  ["keyremove 3", keyed(OURS, NEXT), /no such key/],
  ["keyremove 1 2", keyed(OURS, NEXT), /^Usage: keyremove /i],
];

for (const [line, protection, says] of REFUSED) {
  Deno.test(`"${line}" with ${protection.keyring.keys.length} keys is refused, and changes and shows nothing`, async () => {
    const seat = seatWith(protection);
    const said = (await seat.enter(line)).join("\n");
    assertMatch(said, says);
    assert(!said.includes("hunter2"));
    assertEquals(seat.peer.guard.protection, protection);
  });
}

Deno.test("keys are exchanged at the prompts of three peers, who stay together", async () => {
  const world = new World({ seed: 2, protection: keyed(OURS) });
  const seats = ["alice", "bob", "charly"].map((name) => new Seat(world, name, { files: FILES }));
  await world.clock.until(() => world.isConverged(), 20_000, "three in one membership");
  for (const line of ["/keyinstall next.keys", "/keyuse 2", "/keyremove 2"]) {
    for (const seat of seats) await seat.enter(line, 5_000);
  }
  await world.clock.advance(30_000);
  for (const { peer } of seats) {
    assertEquals(peer.alive, ["alice", "bob", "charly"]);
    assertEquals(peer.members.filter(({ type }) => type === "suspected"), []);
    assertEquals(peer.guard.protection.keyring.keys.map(({ fingerprint }) => fingerprint), [next.fingerprint]);
  }
});
