/** The runs of the campaign: every kind of fault by itself, and all together in clusters of several sizes. */
import { FAULTS } from "../../sim/faults/table.ts";
import { parseFaults } from "../../sim/faults/choice.ts";
import type { ProfileName, RunParameters } from "../../sim/run/parameters.ts";

/** Seeds for each fault by itself, over the profile of a data centre and over that of one machine. */
const PROFILES_ALONE: readonly (readonly [seed: string, profile: ProfileName])[] = [
  ["1", "lan"],
  ["2", "local"],
  ["3", "lan"],
  ["4", "local"],
];
const PEERS_ALONE = 7;

/** Clusters in which everything breaks, with the smallest that can be split, and one in which not all ask all. */
const SIZES_TOGETHER = [2, 3, 5, 8, 13, 34];
const SEEDS_TOGETHER = ["1", "2", "3", "4"];

/** Where probes are five times rarer, so a run has to last longer to see as much. */
const WAN_MINUTES = 6;
const MINUTES = 2;

/** The parameters of a run, with its faults as they are typed. */
export function parametersOf(
  run: Partial<Omit<RunParameters, "faults">> & Readonly<{ faults: string }>,
): RunParameters {
  const faults = parseFaults(run.faults);
  if (!faults.ok) throw new TypeError(faults.why);
  const { peers = PEERS_ALONE } = run;
  const chatters = Math.min(4, peers);
  return { seed: "1", minutes: MINUTES, profile: "lan", chatters, rooms: 1, ...run, peers, faults: faults.value };
}

/** Runs of one fault, under its name. */
export const ALONE: ReadonlyMap<string, readonly RunParameters[]> = new Map(
  FAULTS.map(({ name }) => [
    name,
    PROFILES_ALONE.map(([seed, profile]) => parametersOf({ faults: name, seed, profile })),
  ]),
);

/** Runs of all faults. */
export const TOGETHER: readonly RunParameters[] = [
  ...SIZES_TOGETHER.flatMap((peers) => SEEDS_TOGETHER.map((seed) => parametersOf({ faults: "all", peers, seed }))),
  parametersOf({ faults: "all", peers: 5, profile: "wan", minutes: WAN_MINUTES }),
];
