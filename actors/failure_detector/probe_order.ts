import { isListed, type Member } from "../membership/member.ts";
import type { Moment, Roster } from "../membership/roster.ts";

/** Where the ring goes on, and whom to probe this time: nobody, if there was none in a whole round. */
type ProbeTurn = Readonly<{ index: number; target: Member | undefined }>;

/**
 * The next member to probe, going round the ring from `index` (SWIM 4.3: a shuffled round robin bounds the time until
 * everybody is probed; `probe` in `state.go`). At the end of the ring the forgotten are reaped and the rest is
 * shuffled. Every entry looked at and every wrap counts as a check, and after n checks the turn is over, so tiny rings
 * have turns without a probe.
 */
export function nextTarget(index: number, roster: Roster, moment: Moment): ProbeTurn {
  let at = index;
  for (let checks = 0; checks < roster.size; checks++) {
    if (at >= roster.size) {
      roster.reap(moment);
      at = 0;
      continue;
    }
    const target = roster.ring[at++]!;
    if (target.name !== roster.self && isListed(target)) return { index: at, target };
  }
  return { index: at, target: undefined };
}
