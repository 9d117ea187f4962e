/**
 * Every run that ever failed and was mended: it must never fail again. A run that fails gets a row here together with
 * its mend; the test then has the run's name, and its replay command is what was typed to see it.
 */
import type { RunParameters } from "../../sim/run/parameters.ts";

export type FailedSeed = Readonly<{
  /** The smallest run that failed, with its faults as they are typed. */
  run: Omit<RunParameters, "faults"> & Readonly<{ faults: string }>;
  /** What must never happen and did: a name of `sim/invariants/`. */
  invariant: string;
  /** The commit that mended it, by its subject, which survives a rebase, and what was wrong, in a few words. */
  mendedBy: string;
}>;

export const FAILED_SEEDS: readonly FailedSeed[] = [];
