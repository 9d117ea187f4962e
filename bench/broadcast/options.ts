import { GROUPS } from "./contenders.ts";

/** What can be measured of a group. */
export const PARTS = ["latency", "rate", "deaths"] as const;
export type Part = typeof PARTS[number];

export type BroadcastOptions = Readonly<{
  /** Sizes of groups. */
  peers: readonly number[];
  parts: readonly Part[];
  contenders: readonly string[];
  /** How long the author speaks at a gentle rate, in seconds. */
  seconds: number;
  /** How long it does before that, without being measured; where it is not said, as long as the pace says. */
  warmUpS?: number;
}>;

export const BROADCAST_DEFAULTS: BroadcastOptions = {
  peers: [16],
  parts: PARTS,
  contenders: Object.keys(GROUPS),
  seconds: 20,
};

export const BROADCAST_USAGE = `[--peers N,N] [--parts ${
  PARTS.join(",")
}] [--contenders NAME,NAME] [--seconds N] [--warm-up N]`;

/** Processes of one machine, each of which may be a Deno of its own. */
const PEERS_MAX = 36;
const SECONDS_MAX = 600;

/** The options after one more flag of the benchmark, a text about what is wrong, or nothing if it is no flag of it. */
export function withFlag(
  options: BroadcastOptions,
  flag: string,
  value: () => string,
): BroadcastOptions | string | undefined {
  switch (flag) {
    case "--peers": {
      const peers = value().split(",").map(Number);
      const areFine = peers.every((n) => Number.isInteger(n) && n >= 3 && n <= PEERS_MAX);
      return areFine ? { ...options, peers } : `--peers are 3 to ${PEERS_MAX}`;
    }
    case "--parts": {
      const parts = value().split(",");
      const areKnown = parts.every((part) => (PARTS as readonly string[]).includes(part));
      return areKnown ? { ...options, parts: parts as Part[] } : `--parts are ${PARTS.join(",")}`;
    }
    case "--contenders": {
      const contenders = value().split(",");
      const areKnown = contenders.every((name) => name in GROUPS);
      return areKnown ? { ...options, contenders } : `--contenders are ${Object.keys(GROUPS).join(",")}`;
    }
    case "--seconds": {
      const seconds = Number(value());
      const isFine = Number.isInteger(seconds) && seconds >= 1 && seconds <= SECONDS_MAX;
      return isFine ? { ...options, seconds } : `--seconds is 1 to ${SECONDS_MAX}`;
    }
    case "--warm-up": {
      const warmUpS = Number(value());
      const isFine = Number.isInteger(warmUpS) && warmUpS >= 1 && warmUpS <= SECONDS_MAX;
      return isFine ? { ...options, warmUpS } : `--warm-up is 1 to ${SECONDS_MAX} seconds`;
    }
    default:
      return undefined;
  }
}
