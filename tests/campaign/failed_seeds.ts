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
const MEND_OF_STRANGERS = "sim: who is left alone looks for company, and strangers meet before the time is up";
const MEND_OF_CRASHES =
  "membership: after a crash, those who are gone by then are announced, and who was there is asked again";

/** What `all` was before actors could crash: what a seed draws depends on the faults that there are to draw. */
const ALL_OF_17 = "crash,restart,power-cut,restart-without-disk,churn,pause,slow,loss,latency,duplication,reordering," +
  "bandwidth,cut,one-way-cut,udp-blocked,clock-jump,clock-skew";

export const FAILED_SEEDS: readonly FailedSeed[] = [
  {
    run: {
      seed: "1066",
      peers: 8,
      minutes: 1.2,
      profile: "lan",
      faults: ALL_OF_17,
      only: [11, 12, 13, 14, 15, 16, 17],
      chatters: 0,
      rooms: 1,
    },
    invariant: "a timer outlives its actor",
    mendedBy: MEND_OF_JOINS,
  },
  {
    run: { seed: "1361", peers: 8, minutes: 3, profile: "lan", faults: ALL_OF_17, chatters: 4, rooms: 1 },
    invariant: "a timer outlives its actor",
    mendedBy: MEND_OF_JOINS,
  },
  // Nothing of the protocol: the run itself let a peer alone that was started while nobody else ran.
  {
    run: { seed: "5011", peers: 4, minutes: 2, profile: "local", faults: ALL_OF_17, chatters: 4, rooms: 1 },
    invariant: "a live, reachable peer stays declared dead",
    mendedBy: MEND_OF_ARRIVALS,
  },
  {
    run: {
      seed: "2",
      peers: 5,
      minutes: 0.25,
      profile: "lan",
      faults: "actor-crash,crash,clock-jump,duplication",
      only: [1, 3],
      chatters: 0,
      rooms: 1,
    },
    invariant: "a peer that is gone stays listed",
    mendedBy: MEND_OF_CRASHES,
  },
  {
    run: {
      seed: "5",
      peers: 6,
      minutes: 4,
      profile: "lan",
      faults: "actor-crash,crash,clock-jump,duplication",
      chatters: 6,
      rooms: 1,
    },
    invariant: "a peer that is gone stays listed",
    mendedBy: MEND_OF_CRASHES,
  },
  // Nothing of the protocol either: halves that never met again, of whom nobody had been told.
  {
    run: { seed: "5028", peers: 4, minutes: 2, profile: "local", faults: ALL_OF_17, chatters: 4, rooms: 1 },
    invariant: "a live, reachable peer stays declared dead",
    mendedBy: MEND_OF_STRANGERS,
  },
];
