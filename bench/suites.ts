import { ACTORS } from "./actors.ts";
import type { Suite } from "./suite.ts";
import { WIRE } from "./wire.ts";

/** Every suite, in the order in which they run. */
export const SUITES: readonly Suite[] = [WIRE, ACTORS];

/** The suite of that name. */
export function findSuite(name: string): Suite | undefined {
  return SUITES.find((suite) => suite.name === name);
}
