import { assertEquals } from "@std/assert";
import { type Cause, faultsIn, type Sighting } from "./ledger.ts";

const BOUNDS = { cameMs: 10, wentMs: 60 };

function faults(causes: readonly Cause[], sightings: readonly Sighting[], until = 1_000): readonly string[] {
  const found = faultsIn(causes, sightings, { onlookers: ["eye"], until, bounds: BOUNDS });
  return found.map(({ at, by, name, what }) => `${at} ${by}: ${name} ${what}`);
}

const cause = (at: number, what: Cause["what"]): Cause => ({ at, name: "bob", what });
const told = (at: number, what: Sighting["what"]): Sighting => ({ at, by: "eye", name: "bob", what });

Deno.test("what was done and then told of is no fault, by whatever word", () => {
  for (const gone of ["went", "failed"] as const) {
    assertEquals(faults([cause(0, "started"), cause(100, "killed")], [told(1, "came"), told(120, gone)]), []);
  }
  assertEquals(faults([cause(0, "started"), cause(100, "left")], [told(1, "came"), told(101, "left")]), []);
});

Deno.test("who goes or comes for no reason is a fault", () => {
  assertEquals(
    faults([cause(0, "started")], [told(1, "came"), told(50, "failed"), told(51, "came")]),
    ["50 eye: bob failed without a cause", "51 eye: bob came without a cause"],
  );
});

Deno.test("who left and is said to have failed, or the other way round, is a fault", () => {
  assertEquals(faults([cause(0, "left")], [told(1, "failed")]), ["1 eye: bob failed without a cause"]);
  assertEquals(faults([cause(0, "killed")], [told(1, "left")]), ["1 eye: bob left without a cause"]);
});

Deno.test("who went without the words of all may have left or failed", () => {
  for (const what of ["went", "failed", "left"] as const) assertEquals(faults([cause(0, "went")], [told(1, what)]), []);
  assertEquals(faults([cause(0, "went")], [told(1, "came")]).length, 2); // nor is it said that it is away
});

Deno.test("one cause explains one sighting of an onlooker", () => {
  const killed = [cause(0, "killed")];
  assertEquals(faults(killed, [told(5, "failed"), told(6, "failed")]), ["6 eye: bob failed without a cause"]);
});

Deno.test("what is told later than the bound, or before its cause, is not explained by it", () => {
  assertEquals(
    faults([cause(0, "killed")], [told(61, "failed")]),
    ["61 eye: bob failed without a cause", "0 eye: bob killed and not told of"],
  );
  assertEquals(faults([cause(0, "killed")], [told(60, "failed")]), []);
  assertEquals(faults([cause(100, "started")], [told(99, "came")]), ["99 eye: bob came without a cause"]);
});

Deno.test("who is back before the bound need not have been missed; who stays away longer has to be", () => {
  const back = (at: number): Cause[] => [cause(0, "killed"), cause(at, "started"), cause(at + 5, "killed")];
  assertEquals(faults(back(60), [told(70, "failed")]), []);
  assertEquals(faults(back(61), [told(70, "failed")]), ["0 eye: bob killed and not told of"]);
  assertEquals(faults([cause(0, "killed")], [], 60), []);
  assertEquals(faults([cause(0, "killed")], [], 61), ["0 eye: bob killed and not told of"]);
});

Deno.test("of two that could explain it the latest does", () => {
  const twice = [cause(0, "killed"), cause(20, "started"), cause(30, "killed")];
  assertEquals(faults(twice, [told(35, "failed")]), []);
});

Deno.test("a return of somebody who was not missed is no news; one of somebody who was has to be", () => {
  const unnoticed = [cause(0, "killed"), cause(20, "started")];
  assertEquals(faults(unnoticed, []), []);
  assertEquals(faults(unnoticed, [told(10, "failed")]), ["20 eye: bob started and not told of"]);
  assertEquals(faults(unnoticed, [told(25, "failed"), told(26, "came")]), []);
});

Deno.test("nobody is asked about itself, and each onlooker has to be told", () => {
  const found = faultsIn([{ at: 0, name: "eye", what: "killed" }], [], {
    onlookers: ["eye", "ear"],
    until: 100,
    bounds: BOUNDS,
  });
  assertEquals(found.map(({ by }) => by), ["ear"]);
});
