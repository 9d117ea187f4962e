/**
 * Our peers beside members that run HashiCorp's library, at equal settings: how soon newcomers are seen and the dead are
 * declared, and what an idle member costs. Each member is a process as its users start it.
 */
import { canBuildGoPeer } from "../tests/support/go_peer_program.ts";
import { toResults } from "./harness.ts";
import type { MembershipOptions } from "./membership/options.ts";
import { measureRound } from "./round.ts";
import type { Bench, Description, Figures, Result } from "./suite.ts";

export const MEMBERSHIP = "membership";

const ROUND = new URL("membership/round.ts", import.meta.url);

/** What is measured with these options; without Go and the library's source, ours alone. */
export function describeMembership(options: MembershipOptions, hasGo: boolean): Description {
  const contenders = hasGo ? ["parley", "go"] : ["parley"];
  return {
    name: MEMBERSHIP,
    benches: benchesOf(options),
    contenders,
    reference: contenders.at(-1)!,
    notes: [
      `joined: from the first of so many joins at once until all see all. suspected, declared: from one of ${options.kills} kills`,
      "until the first suspects it, and until all others have declared it dead; p90 and max are of all kills of a round.",
      "packets, streams, cpu: sent payload and processor time of one member in a cluster in which nothing happens.",
      "wronged: alive members that somebody declared dead. What was not seen within 60 s (joins) or 120 s counts as that.",
      ...options.load ? ["All cores were kept busy during the kills."] : [],
      ...hasGo ? [] : ["Go, or the source of memberlist, is not here: ours is alone."],
    ],
  };
}

function benchesOf({ nodes, profiles, idleS, kills }: MembershipOptions): readonly Bench[] {
  return nodes.flatMap((n): Bench[] => [
    ...profiles.map((profile) => ({ name: `joined_${profile}_${n}`, unit: "ms", aim: { medianMax: 3_000 } })),
    ...!profiles.includes("lan") ? [] : [
      ...idleS === 0 ? [] : [
        { name: `packets_${n}`, unit: "B/s", aim: { ratioMax: 1.3 } },
        { name: `streams_${n}`, unit: "B/s", aim: { ratioMax: 1.3 } },
        { name: `cpu_${n}`, unit: "us/s", aim: { medianMax: 6_000 } },
      ],
      ...kills === 0 ? [] : [
        { name: `suspected_${n}`, unit: "ms" },
        { name: `declared_${n}`, unit: "ms", aim: { ratioMax: 1.2 } },
        { name: `declared_p90_${n}`, unit: "ms" },
        { name: `declared_max_${n}`, unit: "ms" },
      ],
      { name: `wronged_${n}`, unit: "members", aim: { medianMax: 0 } },
    ],
  ]);
}

/** All rounds, one contender after the other: side by side they would take each other's processor. */
export async function runMembership(
  options: MembershipOptions,
  rounds: number,
): Promise<Readonly<{ description: Description; results: readonly Result[] }>> {
  const description = describeMembership(options, canBuildGoPeer());
  const figures = new Map<string, Figures[]>(description.contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of description.contenders) {
      figures.get(contender)!.push(await measureRound(ROUND, contender, options));
    }
  }
  return { description, results: toResults(description, figures) };
}
