import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  confirm,
  expiresAfterMs,
  remainingMs,
  startSuspicion,
  suspicionBounds,
  totalMs,
} from "../../../actors/membership/suspicion.ts";
import { lan, local, wan } from "../../../actors/pool/profile.ts";
import vectors from "../../data/memberlist.json" with { type: "json" };

function cases<T>(name: string): readonly T[] {
  const vector = vectors.vectors.find((candidate) => candidate.name === name);
  return (vector as unknown as { cases: readonly T[] }).cases;
}

Deno.test("suspicionBounds() gives memberlist's shortest time", () => {
  type Case = { suspicion_mult: number; num_nodes: number; probe_interval_ms: number; min_timeout_ms: number };
  const rows = cases<Case>("formula-suspicion-timeout");
  assert(rows.length > 0);
  for (const row of rows) {
    const profile = { ...lan, suspicionMult: row.suspicion_mult, probeIntervalMs: row.probe_interval_ms };
    assertEquals(suspicionBounds(row.num_nodes, profile).minMs, row.min_timeout_ms, JSON.stringify(row));
  }
});

Deno.test("remainingMs() gives memberlist's remaining time", () => {
  type Case = { confirmations: number; elapsed_ms: number; k: number; max_ms: number; min_ms: number };
  const rows = cases<Case & { remaining_ms: number }>("formula-remaining-suspicion");
  assert(rows.length > 0);
  for (const row of rows) {
    const bounds = { k: row.k, minMs: row.min_ms, maxMs: row.max_ms };
    assertEquals(remainingMs(row.confirmations, row.elapsed_ms, bounds), row.remaining_ms, JSON.stringify(row));
  }
});

Deno.test("too few others to ask means no confirmations and the shortest time", () => {
  assertEquals(suspicionBounds(3, lan), { k: 0, minMs: 4000, maxMs: 24_000 });
  assertEquals(suspicionBounds(4, lan), { k: 2, minMs: 4000, maxMs: 24_000 });
  assertEquals(suspicionBounds(5, wan).k, 0);
  assertEquals(suspicionBounds(6, wan), { k: 4, minMs: 30_000, maxMs: 180_000 });
  assertEquals(suspicionBounds(3, local).k, 1);
  assertEquals(totalMs(startSuspicion(1, "a", 3, 0, lan)), 4000);
});

Deno.test("each accuser counts once, the first not at all, and no more than are wanted", () => {
  const first = startSuspicion(1, "a", 10, 100, lan);
  assertEquals(confirm(first, "a"), undefined);
  const second = confirm(first, "b")!;
  assertEquals(totalMs(second), 11_381);
  assertEquals(confirm(second, "b"), undefined);
  const third = confirm(second, "c")!;
  assertEquals(totalMs(third), 4000);
  assertEquals(confirm(third, "d"), undefined);
});

Deno.test("a confirmation that comes late makes the suspicion expire at once", () => {
  const suspicion = confirm(startSuspicion(1, "a", 10, 0, lan), "b")!;
  assertEquals(expiresAfterMs(suspicion, 11_000), 381);
  assertEquals(expiresAfterMs(suspicion, 12_000), 0);
});

Deno.test("a suspicion lasts between its bounds, and shorter with every confirmation", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 200_000 }), fc.constantFrom(lan, wan, local), (members, profile) => {
    let suspicion = startSuspicion(1, "first", members, 0, profile);
    for (let i = 0; i < suspicion.k; i++) {
      const next = confirm(suspicion, `accuser ${i}`)!;
      assert(totalMs(next) < totalMs(suspicion));
      suspicion = next;
    }
    assertEquals(totalMs(suspicion), suspicion.minMs);
  }));
});
