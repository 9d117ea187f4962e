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

const MEND_OF_JOINS = "membership: who leaves waits for no join any more";
const MEND_OF_ARRIVALS = "sim: who comes when nobody runs asks on";

export const FAILED_SEEDS: readonly FailedSeed[] = [
  {
    run: {
      seed: "1066",
      peers: 8,
      minutes: 1.2,
      profile: "lan",
      faults: "all",
      only: [11, 12, 13, 14, 15, 16, 17],
      chatters: 0,
      rooms: 1,
    },
    invariant: "a timer outlives its actor",
    mendedBy: MEND_OF_JOINS,
  },
  {
    run: { seed: "1361", peers: 8, minutes: 3, profile: "lan", faults: "all", chatters: 4, rooms: 1 },
    invariant: "a timer outlives its actor",
    mendedBy: MEND_OF_JOINS,
  },
  // Nothing of the protocol: the run itself let a peer alone that was started while nobody else ran.
  {
    run: { seed: "5011", peers: 4, minutes: 2, profile: "local", faults: "all", chatters: 4, rooms: 1 },
    invariant: "a live, reachable peer stays declared dead",
    mendedBy: MEND_OF_ARRIVALS,
  },
];
