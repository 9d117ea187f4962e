import type { ProfileName } from "./member.ts";

/** What is measured, and how long. */
export type MembershipOptions = Readonly<{
  /** Sizes of clusters. */
  nodes: readonly number[];
  profiles: readonly ProfileName[];
  /** Members that are killed in each cluster of the `lan` profile, one after the other. */
  kills: number;
  /** How long an idle cluster is looked at, in seconds. */
  idleS: number;
  /** Whether all cores are kept busy during the kills. */
  load: boolean;
}>;

/** Enough to see whether something is wrong; for the table, `--kills 30`. */
export const MEMBERSHIP_DEFAULTS: MembershipOptions = {
  nodes: [16, 32],
  profiles: ["lan", "local", "wan"],
  kills: 5,
  idleS: 30,
  load: false,
};

export const MEMBERSHIP_USAGE = "[--nodes N,N] [--profiles lan,local,wan] [--kills N] [--idle SECONDS] [--load]";

const NODES_MAX = 100;
const KILLS_MAX = 1_000;
const IDLE_S_MAX = 3_600;
const PROFILES: readonly string[] = ["lan", "local", "wan"];

/** The options after one more flag of the benchmark, a text about what is wrong, or nothing if it is no flag of it. */
export function withFlag(
  options: MembershipOptions,
  flag: string,
  value: () => string,
): MembershipOptions | string | undefined {
  switch (flag) {
    case "--nodes": {
      const nodes = value().split(",").map(Number);
      return nodes.every((n) => isIntegerIn(n, 2, NODES_MAX)) ? { ...options, nodes } : `--nodes are 2 to ${NODES_MAX}`;
    }
    case "--profiles": {
      const profiles = value().split(",");
      const areKnown = profiles.every((profile) => PROFILES.includes(profile));
      return areKnown ? { ...options, profiles: profiles as ProfileName[] } : `--profiles are ${PROFILES.join(",")}`;
    }
    case "--kills": {
      const kills = Number(value());
      return isIntegerIn(kills, 0, KILLS_MAX) ? { ...options, kills } : `--kills is 0 to ${KILLS_MAX}`;
    }
    case "--idle": {
      const idleS = Number(value());
      return isIntegerIn(idleS, 0, IDLE_S_MAX) ? { ...options, idleS } : `--idle is 0 to ${IDLE_S_MAX}`;
    }
    case "--load":
      return { ...options, load: true };
    default:
      return undefined;
  }
}

function isIntegerIn(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
