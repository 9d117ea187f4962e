import { assert, assertEquals } from "@std/assert";
import { isThere, namesIn } from "../support/proofs.ts";
import { LATER, ROWS } from "./rows.ts";

/** The rows of the six parts; other numbers there are none. */
const NUMBERS = [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 29, 30, 31, 33]
  .concat(Array.from({ length: 11 }, (_, i) => 34 + i))
  .concat([46, 47, 49, 50, 51, 52, 53, 54, 55, 56, 57, 59, 60, 61, 62, 63, 64, 65, 67, 68, 69, 70, 71, 72]);

Deno.test("every row has its tests, or a reason why not yet", async () => {
  assertEquals([...Object.keys(ROWS), ...Object.keys(LATER)].map(Number).toSorted((a, b) => a - b), NUMBERS);
  const here = new Set((await rowsHere()).flatMap(({ rows }) => rows));
  for (const [row, [, ...proofs]] of Object.entries(ROWS)) {
    assert(proofs.length > 0 || here.has(Number(row)), `row ${row}`);
    for (const proof of proofs) assert(await isThere(proof), `row ${row}: ${proof.join(": ")} is not there`);
  }
});

/** The tests of this folder, and the rows that their names begin with. */
async function rowsHere(): Promise<readonly Readonly<{ name: string; rows: readonly number[] }>[]> {
  const files = ["packets", "streams", "membership"].map((part) => `faults/${part}_test.ts`);
  const names = (await Promise.all(files.map((file) => namesIn(file)))).flat();
  return names.filter((name) => name.startsWith("row")).map((name) => {
    const rows = [...(/^rows? ([\d and]+)/.exec(name)?.[1] ?? "").matchAll(/\d+/g)].map(Number);
    return { name, rows };
  });
}

Deno.test("the tests of this folder name rows that there are", async () => {
  const tests = await rowsHere();
  assert(tests.length > 30, `${tests.length} found`);
  for (const { name, rows } of tests) {
    assert(name.startsWith("row ${") || rows.length > 0, name);
    for (const row of rows) assert(row in ROWS, name);
  }
});
