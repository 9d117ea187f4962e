import { assertEquals } from "@std/assert";
import { sealOf, VECTORS } from "./vectors.ts";

/** Each with a test file beside this one that goes through all vectors of the kind. */
const KINDS = ["message", "accept", "compound", "compress", "packet", "stream", "label-check"];

Deno.test("every vector is tested here, except the formulas of gossip and suspicion", () => {
  const left = VECTORS.filter(({ kind }) => !KINDS.includes(kind)).map(({ name }) => name);
  assertEquals(left, [
    "formula-retransmit-limit",
    "formula-suspicion-timeout",
    "formula-push-pull-scale",
    "formula-remaining-suspicion",
    "formula-encrypted-length", // tested with encryption
    "formula-awareness",
  ]);
  assertEquals(VECTORS.length - left.length, 95);
});

Deno.test("the vectors have both versions of encryption, all sizes of keys, labels, and each with each other", () => {
  const seals = VECTORS.flatMap((vector) => {
    const seal = sealOf(vector);
    return seal === undefined ? [] : [`v${seal.version} ${seal.key.length * 4}${vector.label ? " labelled" : ""}`];
  });
  assertEquals([...new Set(seals)].sort(), [
    "v0 128",
    "v0 256",
    "v0 256 labelled",
    "v1 128",
    "v1 128 labelled",
    "v1 192",
    "v1 192 labelled",
    "v1 256",
  ]);
});
