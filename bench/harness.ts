/**
 * Runs a suite in rounds. In each round every contender has its turn, in a process of its own: none shares the compiler's
 * profile or the heap of another, and a slow minute of the machine is a slow minute for all.
 */
import type { Description, Figures, Result, Suite } from "./suite.ts";

const ROOT = new URL("../", import.meta.url);

/** A contender that lost a message waits for ever; one round takes seconds. */
const CHILD_TIMEOUT_MS = 60_000;

/** The median of the rounds of every bench of every contender. `progress` hears of each round before it begins. */
export async function runSuite(suite: Suite, rounds: number, progress: (round: number) => void): Promise<Result[]> {
  const figures = new Map<string, Figures[]>(suite.contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    progress(round);
    for (const contender of suite.contenders) figures.get(contender)!.push(await measureApart(suite.name, contender));
  }
  return toResults(suite, figures);
}

/** One round of one contender, in a process of its own. With `once` the figures are counts of operations. */
export async function measureApart(
  suite: string,
  contender: string,
  mode: "timed" | "once" = "timed",
): Promise<Figures> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-prompt",
      "-P=bench",
      "--unsafe-proto", // comedy's dependencies assign to it
      "--v8-flags=--expose-gc",
      "bench/child.ts",
      suite,
      contender,
      mode,
    ],
    cwd: ROOT,
    stdout: "piped",
    stderr: "inherit",
    signal: AbortSignal.timeout(CHILD_TIMEOUT_MS),
  }).output();
  const lastLine = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
  if (code !== 0 || !lastLine.startsWith("{")) throw new Error(`${contender} did not finish the ${suite} benchmarks`);
  return JSON.parse(lastLine) as Figures;
}

/** Medians and ratios from every contender's rounds; in the order of the benches, then of the contenders. */
export function toResults(suite: Description, figures: ReadonlyMap<string, readonly Figures[]>): Result[] {
  return suite.benches.flatMap(({ name, unit }) => {
    const medianOf = (contender: string): number =>
      median(figures.get(contender)!.map((round) => round[name] ?? Number.NaN));
    const reference = medianOf(suite.reference);
    return suite.contenders.map((contender) => {
      const value = medianOf(contender);
      return { bench: name, contender, median: value, unit, ratio: value === reference ? 1 : value / reference };
    });
  });
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("No median of no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The least value that so large a part of them does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new RangeError("No quantile of no values");
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
}
