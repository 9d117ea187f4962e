import type { Figures } from "./suite.ts";

/** A unit of work that is done again and again; resolves with how many operations it was. */
export type Work = () => Promise<number>;

/** `once` does the work a single time and tells the operations, not the time: for tests. */
export type Plan = Readonly<{ warmUpMs: number; measureMs: number }> | "once";

/** Long enough that the optimizing compiler is done and the collector ran several times; a minute for a whole run. */
export const DEFAULT_PLAN: Plan = { warmUpMs: 60, measureMs: 120 };

/**
 * Operations a second of each work. All are warmed up before the first is measured: as in a real process, code that is
 * shared has seen every use of it, and no work is faster for having come first.
 */
export async function rates(works: ReadonlyMap<string, Work>, plan: Plan): Promise<Figures> {
  const figures: Record<string, number> = {};
  if (plan === "once") {
    for (const [bench, work] of works) figures[bench] = await work();
    return figures;
  }
  for (const work of works.values()) await during(work, plan.warmUpMs);
  for (const [bench, work] of works) {
    await during(work, plan.warmUpMs);
    collectGarbage(); // what ran before shall not be paid for here
    figures[bench] = await during(work, plan.measureMs);
  }
  return figures;
}

/** Operations a second. */
async function during(work: Work, durationMs: number): Promise<number> {
  const startedAtMs = performance.now();
  let operations = 0;
  let elapsedMs = 0;
  do {
    operations += await work();
    elapsedMs = performance.now() - startedAtMs;
  } while (elapsedMs < durationMs);
  return operations / elapsedMs * 1_000;
}

/** Bytes in use, once everything that could go is gone. */
export async function heapBytes(): Promise<number> {
  // Twice around the event loop: what runs as an immediate or a timer shall have let go of its actor.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  for (let pass = 0; pass < 4; pass++) collectGarbage();
  return Deno.memoryUsage().heapUsed;
}

/** Collects all garbage now, where the process was started with `--expose-gc`. */
function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}
