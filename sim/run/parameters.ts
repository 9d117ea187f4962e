import { lan, local, type Profile, wan } from "../../actors/pool/profile.ts";
import type { FaultChoice } from "../faults/choice.ts";

/** The timings of the gossip, by name. */
export const PROFILES: Readonly<Record<"lan" | "wan" | "local", Profile>> = { lan, wan, local };
export type ProfileName = keyof typeof PROFILES;

/** All that a run is made from: the same, and it is the same run. */
export type RunParameters = Readonly<{
  seed: string;
  peers: number;
  /** Of virtual time, until the faults end; what comes right afterwards takes its own. */
  minutes: number;
  profile: ProfileName;
  faults: readonly FaultChoice[];
  /** Of the faults that the seed draws only these, by their numbers in the plan; without it, all. */
  only?: readonly number[];
  /** Peers that are in a room and talk, and the rooms between which they are divided. */
  chatters: number;
  rooms: number;
  /** They do not arrive, but know each other from the start. */
  settled?: true;
}>;

/** The one command that does the same again. */
export function replayCommand(parameters: RunParameters): string {
  const { seed, peers, minutes, profile, only, chatters, rooms, settled } = parameters;
  return [
    "deno task sim",
    `--seed ${seed}`,
    `--peers ${peers}`,
    `--minutes ${minutes}`,
    `--profile ${profile}`,
    `--faults ${faultsText(parameters)}`,
    ...(only === undefined ? [] : [`--only ${only.length === 0 ? "none" : only.join(",")}`]),
    `--chatters ${chatters}`,
    `--rooms ${rooms}`,
    ...(settled ? ["--settled"] : []),
  ].join(" ");
}

/** The faults as they are typed, each by its name: what `all` is changes, and with it what a seed draws. */
export function faultsText({ faults }: RunParameters): string {
  return faults.length === 0 ? "none" : faults.map(choiceText).join(",");
}

function choiceText({ name, amount }: FaultChoice): string {
  return amount === undefined ? name : `${name}=${amount}`;
}
