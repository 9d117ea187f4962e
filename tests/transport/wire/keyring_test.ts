import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Key } from "../../../transport/wire/key.ts";
import { Keyring, KEYS_MAX } from "../../../transport/wire/keyring.ts";
import { keyOf, keyringOf } from "./secrets.ts";

const [A, B, C] = ["a".repeat(32), "b".repeat(48), "c".repeat(64)] as [string, string, string];

type Change = ReturnType<Keyring["use"]>;

/** The ring after a change that must be possible. */
function changed(change: Change): Keyring {
  assert(change.ok);
  return change.keyring;
}

function problem(change: Change): string {
  return change.ok ? "none" : change.problem;
}

function prints(ring: Keyring): string[] {
  return ring.keys.map(({ fingerprint }) => fingerprint);
}

function printsOf(...hex: string[]): string[] {
  return hex.map((each) => keyOf(each).fingerprint);
}

Deno.test("Keyring.install() appends a key; the first becomes primary, one that is there changes nothing", () => {
  assert(Keyring.EMPTY.isEmpty && Keyring.EMPTY.primary === undefined);
  const ring = changed(changed(Keyring.EMPTY.install(keyOf(A))).install(keyOf(B)));
  assertEquals(prints(ring), printsOf(A, B));
  assert(ring.primary?.equals(keyOf(A)));
  assert(changed(ring.install(keyOf(A))) === ring);
});

Deno.test("Keyring.use() moves a key to the front and leaves the others in order; an unknown key is refused", () => {
  const ring = keyringOf(A, B, C);
  assertEquals(prints(changed(ring.use(keyOf(C)))), printsOf(C, A, B));
  assertEquals(prints(changed(ring.use(keyOf(A)))), printsOf(A, B, C));
  assertEquals(problem(ring.use(keyOf("d".repeat(32)))), "unknown_key");
  assertEquals(problem(Keyring.EMPTY.use(keyOf(A))), "unknown_key");
});

Deno.test("Keyring.remove() refuses the primary key and has nothing against an unknown one", () => {
  const ring = keyringOf(A, B, C);
  assertEquals(problem(ring.remove(keyOf(A))), "primary_key");
  assertEquals(prints(changed(ring.remove(keyOf(B)))), printsOf(A, C));
  assert(changed(ring.remove(keyOf("d".repeat(32)))) === ring);
  assert(changed(Keyring.EMPTY.remove(keyOf(A))).isEmpty);
});

Deno.test("Keyring.of() has its first key as primary and each key once", () => {
  assertEquals(prints(keyringOf(B, A, B, C, A)), printsOf(B, A, C));
  assert(keyringOf().isEmpty);
});

Deno.test("a ring holds so many keys and no more, until one is removed", () => {
  const keys = Array.from({ length: KEYS_MAX + 1 }, (_, index) => keyOf(`${index}`.repeat(32)));
  const full = changed(Keyring.of(keys.slice(0, KEYS_MAX)));
  const [first, second, last] = [keys[0]!, keys[1]!, keys[KEYS_MAX]!];
  assertEquals(problem(full.install(last)), "full");
  assertEquals(problem(Keyring.of(keys)), "full");
  assertEquals(problem(full.install(first)), "none");
  assert(changed(changed(full.remove(second)).install(last)).has(last));
});

Deno.test("whatever is done to a ring, the old one stays, keys are different and a primary stays until another is used", () => {
  const key = fc.nat(9).map((digit) => keyOf(`${digit}`.repeat(32)));
  const step = fc.tuple(fc.constantFrom("install" as const, "use" as const, "remove" as const), key);
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    let ring = Keyring.EMPTY;
    for (const [what, key] of steps) {
      const before: readonly Key[] = [...ring.keys];
      const change = ring[what](key);
      assertEquals(prints(ring), before.map(({ fingerprint }) => fingerprint));
      if (!change.ok) continue;
      const after = change.keyring;
      assertEquals(new Set(prints(after)).size, after.keys.length);
      assert(after.keys.length <= KEYS_MAX);
      if (ring.primary !== undefined && what !== "use") assert(after.primary?.equals(ring.primary));
      assertEquals(after.has(key), what !== "remove");
      ring = after;
    }
  }));
});

Deno.test("Keyring shown is fingerprints", () => {
  const shown = Deno.inspect(keyringOf(A)) + JSON.stringify(keyringOf(A));
  assert(shown.includes(keyOf(A).fingerprint) && !shown.includes("aaaa") && !shown.includes("170"));
});
