/** One round of one contender: `child.ts SUITE CONTENDER timed|once`. The last line on stdout is its figures. */
import { writeData } from "../commands/output.ts";
import { DEFAULT_PLAN } from "./measure.ts";
import { findSuite } from "./suites.ts";

const [suiteName = "", contender = "", mode] = Deno.args;
const suite = findSuite(suiteName);
if (suite === undefined || !suite.contenders.includes(contender)) {
  throw new TypeError(`No contender "${contender}" in a suite "${suiteName}"`);
}
const figures = await suite.measure(contender, mode === "once" ? "once" : DEFAULT_PLAN);
writeData(`${JSON.stringify(figures)}\n`);
Deno.exit(0); // some contenders leave timers behind
