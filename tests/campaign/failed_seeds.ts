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
const MEND_OF_ORDER = "rumours: told again, they come neither twice nor behind later ones";
const MEND_OF_PAUSES =
  "sim: a timer that came due in a pause can still be cancelled; clusters of a run, tested by themselves";
const MEND_OF_ASKS = "runtime: asks that are open when the system has stopped fail, and leave no timer";
const MEND_OF_CONTACTS = "membership: who keeps silent of those whom a peer is told to join is sought";
const MEND_OF_JOINS_CUT_SHORT = "membership: a join that a crash cuts short is begun anew";

const MEND_OF_LATENESS =
  "rooms: what comes behind something later of its author, or behind our own answer, is said to be late";
const MEND_OF_GAPS = "rooms: what is below a gap is told too, and held is only what another says it holds";

const MEND_OF_HIDDEN_FORKS = "history: a fork shows also where both branches are equally long";

const MEND_OF_HIDDEN_ENDS =
  "history: of a forked log the end of each piece is told, so that whoever has another branch asks for it";
const MEND_OF_FORKED_GAPS = "history: what lies between the pieces of a forked log is asked for too";

/** What `all` was before actors could crash: what a seed draws depends on the faults that there are to draw. */
const ALL_OF_17 = "crash,restart,power-cut,restart-without-disk,churn,pause,slow,loss,latency,duplication,reordering," +
  "bandwidth,cut,one-way-cut,udp-blocked,clock-jump,clock-skew";

const ALL_OF_18 = ALL_OF_17.replace(",churn", ",actor-crash,churn");

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
  {
    run: {
      seed: "116",
      peers: 6,
      minutes: 3.84,
      profile: "lan",
      faults: "pause,loss,one-way-cut",
      only: [1, 2, 3, 7, 8, 9],
      chatters: 6,
      rooms: 1,
    },
    invariant: "messages are shown in the wrong order for their author",
    mendedBy: MEND_OF_ORDER,
  },
  {
    run: {
      seed: "154",
      peers: 3,
      minutes: 0.8,
      profile: "local",
      faults: "actor-crash,cut",
      only: [1, 3],
      chatters: 3,
      rooms: 1,
    },
    invariant: "a message is shown twice",
    mendedBy: MEND_OF_ORDER,
  },
  // Nothing of the protocol: a simulated process let a timer come that had been cancelled after a pause.
  {
    run: {
      seed: "149",
      peers: 6,
      minutes: 3.84,
      profile: "lan",
      faults: `${ALL_OF_17},actor-crash`,
      chatters: 6,
      rooms: 1,
    },
    invariant: "a timer outlives its actor",
    mendedBy: MEND_OF_PAUSES,
  },
  // Who was asked to join crashed meanwhile, and who had asked left.
  {
    run: {
      seed: "30340",
      peers: 4,
      minutes: 1.28,
      profile: "local",
      faults: ALL_OF_18,
      only: [1, 2, 5, 8, 9, 10],
      chatters: 0,
      rooms: 1,
    },
    invariant: "a timer outlives its actor",
    mendedBy: MEND_OF_ASKS,
  },
  {
    run: { seed: "40015", peers: 8, minutes: 3, profile: "lan", faults: ALL_OF_18, chatters: 4, rooms: 1 },
    invariant: "a timer outlives its actor",
    mendedBy: MEND_OF_ASKS,
  },
  // Hidden while the run brought together whoever had never met.
  {
    run: { seed: "60028", peers: 4, minutes: 2, profile: "local", faults: ALL_OF_18, chatters: 4, rooms: 1 },
    invariant: "a live, reachable peer stays declared dead",
    mendedBy: MEND_OF_CONTACTS,
  },
  {
    run: {
      seed: "70128",
      peers: 4,
      minutes: 2,
      profile: "local",
      faults: ALL_OF_18,
      only: [4, 6, 10, 16, 18],
      chatters: 0,
      rooms: 1,
    },
    invariant: "a live, reachable peer stays declared dead",
    mendedBy: MEND_OF_JOINS_CUT_SHORT,
  },
  {
    run: { seed: "70002", peers: 8, minutes: 3, profile: "lan", faults: ALL_OF_18, chatters: 4, rooms: 1 },
    invariant: "a live, reachable peer stays declared dead",
    mendedBy: MEND_OF_JOINS_CUT_SHORT,
  },
  // A device that lost its disk goes on in a log that knows of no other.
  {
    run: {
      seed: "90033",
      peers: 5,
      minutes: 1.28,
      profile: "lan",
      faults: ALL_OF_18,
      only: [1, 3, 8, 10],
      chatters: 5,
      rooms: 1,
    },
    invariant: "messages are shown in the wrong order for their author",
    mendedBy: MEND_OF_LATENESS,
  },
  {
    run: { seed: "90124", peers: 5, minutes: 2, profile: "lan", faults: ALL_OF_18, chatters: 5, rooms: 1 },
    invariant: "a message is shown after one that follows from it",
    mendedBy: MEND_OF_LATENESS,
  },
  {
    run: {
      seed: "100322",
      peers: 5,
      minutes: 1.28,
      profile: "lan",
      faults: ALL_OF_18,
      only: [1, 4, 9],
      chatters: 5,
      rooms: 1,
    },
    invariant: "two peers hold different rooms for ever",
    mendedBy: MEND_OF_GAPS,
  },
  // A power cut took what an author had said last; it said as much again, under the same numbers, and no more.
  {
    run: {
      seed: "510230",
      peers: 5,
      minutes: 1.6,
      profile: "lan",
      faults: ALL_OF_18,
      only: [2, 3, 4, 16],
      chatters: 5,
      rooms: 1,
    },
    invariant: "two peers hold different rooms for ever",
    mendedBy: MEND_OF_HIDDEN_FORKS,
  },
  // What had come behind a gap hid where the first branch ended.
  {
    run: {
      seed: "511",
      peers: 4,
      minutes: 4,
      profile: "lan",
      faults: "power-cut,one-way-cut,restart",
      chatters: 4,
      rooms: 1,
    },
    invariant: "two peers hold different rooms for ever",
    mendedBy: MEND_OF_HIDDEN_ENDS,
  },
  // The newest of one branch came behind the other branch, and nobody fetched what lies between.
  {
    run: {
      seed: "660027",
      peers: 4,
      minutes: 4,
      profile: "lan",
      faults: "power-cut,one-way-cut,restart",
      chatters: 4,
      rooms: 1,
    },
    invariant: "two peers hold different rooms for ever",
    mendedBy: MEND_OF_FORKED_GAPS,
  },
];
