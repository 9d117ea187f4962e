import { assert, assertEquals } from "@std/assert";
import { isThere } from "../support/proofs.ts";
import { DEFECTS, LATER } from "./defects.ts";
import { FEATURES, MISSING } from "./features.ts";

const NUMBERS = Array.from({ length: 36 }, (_, i) => i + 1);

Deno.test("each part of every defect of the seed programs has the tests that show it mended", async () => {
  assertEquals(Object.keys(DEFECTS).map(Number), NUMBERS);
  for (const [defect, clauses] of Object.entries(DEFECTS)) {
    assert(clauses.length > 0, defect);
    for (const [what, ...proofs] of clauses) {
      assert(proofs.length > 0, `${defect}: ${what}`);
      for (const proof of proofs) assert(await isThere(proof), `${defect}: ${proof.join(": ")} is not there`);
    }
  }
  for (const defect of Object.keys(LATER)) assert(defect in DEFECTS, defect);
});

Deno.test("each feature of the seed programs has the tests that show it, or a reason why it is not here", async () => {
  // Of the 52 no seed program has history, private messages or encryption.
  const numbers = Array.from({ length: 52 }, (_, i) => i + 1).filter((number) => ![34, 35, 49].includes(number));
  assertEquals([...Object.keys(FEATURES), ...Object.keys(MISSING)].map(Number).toSorted((a, b) => a - b), numbers);
  for (const [feature, proofs] of Object.entries(FEATURES)) {
    assert(proofs.length > 0, feature);
    for (const proof of proofs) assert(await isThere(proof), `${feature}: ${proof.join(": ")} is not there`);
  }
});
