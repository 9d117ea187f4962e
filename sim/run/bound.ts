import { REJOIN_INTERVAL_MS } from "../../actors/membership/lost_members.ts";
import { pushPullAfterMs } from "../../actors/membership/push_pull.ts";
import { suspicionBounds } from "../../actors/membership/suspicion.ts";
import type { Profile } from "../../actors/pool/profile.ts";

/** Probes after the faults that may still be as slow as bad health makes them, until one hits the right member. */
const SLOW_PROBES = 3;

/** Tries to rejoin: the one that may be under way in vain when the faults end, the next, and one to spare. */
const REJOINS = 3;

/** Exchanges of tables until also the last has heard of what gossip did not tell it, with high probability. */
const EXCHANGES = 2;

/**
 * Within so many ms after the last fault, everybody has to be right about everybody: somebody who is gone was probed,
 * suspected for the longest time and declared dead; the two sides of a split found each other again; and news that
 * gossip did not bring to somebody came with an exchange of tables. Of all that only the last depends on luck.
 */
export function rightWithinMs(peers: number, profile: Profile): number {
  const probesMs = SLOW_PROBES * profile.awarenessMaxMultiplier * profile.probeIntervalMs;
  const suspicionMs = suspicionBounds(peers, profile).maxMs;
  const exchangesMs = EXCHANGES * pushPullAfterMs(profile.pushPullIntervalMs, peers);
  return probesMs + suspicionMs + REJOINS * REJOIN_INTERVAL_MS + exchangesMs;
}
