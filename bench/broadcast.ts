/**
 * Our peers beside other ways to tell everybody something: how soon all have what one says, how much of it they bear, what
 * it costs, and what becomes of it when somebody is killed. Each peer is a process.
 */
import { groupsHere, OURS, TCP_MESH } from "./broadcast/contenders.ts";
import type { BroadcastOptions } from "./broadcast/options.ts";
import { PACE } from "./broadcast/pace.ts";
import { toResults } from "./harness.ts";
import { measureRound } from "./round.ts";
import type { Aim, Bench, Description, Figures, Result } from "./suite.ts";

export const BROADCAST = "broadcast";

const ROUND = new URL("broadcast/round.ts", import.meta.url);

/** What is measured with these options of those who can run here. */
export function describeBroadcast(options: BroadcastOptions, here: readonly string[]): Description {
  const contenders = here.filter((name) => options.contenders.includes(name)); // ours first
  const absent = options.contenders.filter((name) => !here.includes(name));
  const reference = contenders.includes(TCP_MESH) ? TCP_MESH : contenders[0]!;
  /** Aims are of ours, and ratios to the mesh. */
  const canTell = (aim: Aim): boolean => contenders[0] === OURS && ("medianMax" in aim || reference === TCP_MESH);
  return {
    name: BROADCAST,
    benches: options.peers.flatMap((size) => benchesOf(options, size))
      .map(({ aim, ...bench }) => aim !== undefined && canTell(aim) ? { ...bench, aim } : bench),
    contenders,
    reference,
    notes: [
      "p50, p99: from when the author is given a message until the last of the others has shown it, at 20 messages/s.",
      "rate: the highest at which everything arrives. cpu: of all processes for 1,000 deliveries at 20 messages/s.",
      "idle: of a peer while nobody speaks. share: the most that a peer but the author sent over TCP, of what it would in equal parts.",
      "whole: how long survivors were without a message at most when a peer is killed, or the author in the middle of a burst.",
      `lost: deliveries that did not come within ${PACE.lateMs / 1_000} s, ${
        PACE.recoveryLateMs / 1_000
      } s after a death; they count as that late.`,
      ...absent.length === 0 ? [] : [`Not here: ${absent.join(", ")}.`],
    ],
  };
}

function benchesOf({ parts }: BroadcastOptions, size: number): readonly Bench[] {
  const [hasLatency, hasRate, hasDeaths] = [
    parts.includes("latency"),
    parts.includes("rate"),
    parts.includes("deaths"),
  ];
  const benches: readonly Bench[] = [
    ...!hasLatency ? [] : [
      { name: "p50", unit: "us", aim: { ratioMax: 3 } },
      { name: "p99", unit: "us", aim: { ratioMax: 4 } },
      { name: "cpu", unit: "ms", aim: { ratioMax: 2.5 } },
      { name: "idle", unit: "us/s" },
      { name: "share", unit: "%", aim: { medianMax: 300 } },
    ],
    ...!hasRate ? [] : [{ name: "rate", unit: "messages/s", aim: { ratioMin: 1 / 30 } }],
    ...!hasDeaths ? [] : [
      { name: "whole", unit: "ms", aim: { medianMax: 2_000 } },
      { name: "whole_author", unit: "ms", aim: { medianMax: 2_000 } },
    ],
    ...!hasLatency && !hasDeaths ? [] : [
      { name: "lost", unit: "deliveries", aim: { medianMax: 0 } },
      { name: "doubled", unit: "deliveries", aim: { medianMax: 0 } },
    ],
  ];
  return benches.map((bench) => ({ ...bench, name: `${bench.name}_${size}` }));
}

/**
 * All rounds, one contender after the other: side by side they would take each other's processor. One of the others that
 * does not finish has no figures, and `complain` hears of it; of ours that is an error.
 */
export async function runBroadcast(
  options: BroadcastOptions,
  rounds: number,
  complain: (text: string) => void,
): Promise<Readonly<{ description: Description; results: readonly Result[] }>> {
  const description = describeBroadcast(options, groupsHere());
  const figures = new Map<string, Figures[]>(description.contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of description.contenders) {
      try {
        figures.get(contender)!.push(await measureRound(ROUND, contender, options));
      } catch (error) {
        if (contender === OURS) throw error;
        complain(String(error));
        figures.get(contender)!.push({});
      }
    }
  }
  const results = toResults(description, figures);
  return { description: { ...description, notes: [...description.notes, ...besideGossipsub(results)] }, results };
}

/** What ours aims at beside gossipsub, the signed one. */
const GOSSIPSUB_AIMS = [
  { bench: "p99", ratioMax: 1 / 8 },
  { bench: "rate", ratioMin: 20 },
] as const;

/** A line for each aim beside gossipsub that can be told. */
export function besideGossipsub(results: readonly Result[]): readonly string[] {
  const medianOf = (bench: string, contender: string): number | undefined =>
    results.find((result) => result.bench === bench && result.contender === contender)?.median;
  return results.filter(({ contender }) => contender === OURS).flatMap(({ bench, median }) => {
    const aim = GOSSIPSUB_AIMS.find((aim) => bench.startsWith(`${aim.bench}_`));
    const theirs = medianOf(bench, "gossipsub");
    if (aim === undefined || theirs === undefined) return [];
    const ratio = median / theirs;
    const isMet = "ratioMax" in aim ? ratio <= aim.ratioMax : ratio >= aim.ratioMin;
    const text = "ratioMax" in aim ? `<= x${aim.ratioMax.toPrecision(2)}` : `>= x${aim.ratioMin}`;
    return [`${bench}: x${ratio.toPrecision(2)} of gossipsub's, aim ${text} ${isMet ? "met" : "MISSED"}.`];
  });
}
