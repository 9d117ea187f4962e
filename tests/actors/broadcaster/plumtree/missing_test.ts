import { assertEquals } from "@std/assert";
import { GRAFT_AFTER_MS, MISSING_MAX, MissingRumours } from "../../../../actors/broadcaster/plumtree/missing.ts";
import type { Address } from "../../../../transport/address.ts";

const peers = Array.from({ length: 6 }, (_, n) => `127.0.0.1:${n + 1}` as Address);
const [ANNA, BERT] = peers as [Address, Address];

const id = (sequence: number) => ({ author: "x", epoch: 1, sequence });

Deno.test("who announced several things is asked for all of them at once", () => {
  const missing = new MissingRumours();
  for (const n of [1, 2, 3]) missing.announced(id(n), n === 2 ? BERT : ANNA, 0);
  assertEquals(missing.earliest, GRAFT_AFTER_MS);
  const asked = [...missing.take(GRAFT_AFTER_MS)].map(([peer, ids]) => [peer, ids.map(({ sequence }) => sequence)]);
  assertEquals(asked, [[ANNA, [1, 3]], [BERT, [2]]]);
});

Deno.test("in a hurry, those are asked who would be asked later", () => {
  const missing = new MissingRumours();
  missing.hurry(5);
  assertEquals(missing.earliest, Infinity);
  missing.announced(id(1), ANNA, 0);
  missing.take(GRAFT_AFTER_MS);
  missing.announced(id(2), BERT, 200);
  missing.hurry(201);
  assertEquals([missing.earliest, [...missing.take(201).keys()]], [201, [ANNA, BERT]]);
});

Deno.test("of those who announce one thing, no more are remembered than are of use", () => {
  const missing = new MissingRumours();
  for (const peer of peers) missing.announced(id(1), peer, 0);
  const asked: Address[] = [];
  for (let now = 0; missing.size > 0; now += 100) asked.push(...missing.take(now).keys());
  assertEquals(new Set(asked), new Set(peers.slice(0, 4)));
});

Deno.test("no more are missed at once than there is room for; the rest is counted", () => {
  const missing = new MissingRumours();
  for (let n = 1; n <= MISSING_MAX + 2; n++) missing.announced(id(n), ANNA, 0);
  assertEquals([missing.size, missing.counters["rumours missing, too many"]], [MISSING_MAX, 2]);
  missing.came(id(1));
  missing.announced(id(MISSING_MAX + 1), ANNA, 0);
  assertEquals(missing.size, MISSING_MAX);
});
