import { allMends, lan, type Profile } from "../../actors/pool/profile.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { held } from "../rules/held.ts";
import type { SimulatedPeer } from "../world.ts";
import { Gathering, type Step } from "./gathering.ts";

/** How members are slow: they handle no message, or the whole process stands still. */
export const SLOWNESSES = ["held", "stopped"] as const;
type Slowness = typeof SLOWNESSES[number];

/** What came of one variant of the protocol. */
export type LifeguardRow = Readonly<{
  variant: string;
  slowness: Slowness;
  /** How many members were slow. */
  slow: number;
  /** Declarations of death of members that were never slow: by all, and by those that were never slow themselves. */
  falsePositives: number;
  falsePositivesAtHealthy: number;
}>;

/** As many as in the paper (Dadgar, Phillips, Currey 2017, arXiv 1707.00788, section V). */
export const PEERS = 128;

/** Slow for so long, well for so long, again and again; and then what is on its way still counts. All in ms. */
const SLOW_MS = [16_384, 32_768];
const WELL_MS = 1_024;
const LASTS_MS = 120_000;
const AFTERWARDS_MS = 15_000;

/** What we added since, and the paper does not measure. */
const PAPERS_MENDS = { ...allMends, accusersAnswered: false, suspicionsRenewed: false, suspectsAsked: false };

/** memberlist's numbers at the time of the paper: suspicions of 5 log10(n) periods at least, of six times that at most. */
const lifeguard: Profile = { ...lan, suspicionMult: 5, suspicionMaxTimeoutMult: 6, mends: PAPERS_MENDS };

const NO_PROBE = { awarenessMaxMultiplier: 1 };
const NO_SUSPICION = { suspicionMaxTimeoutMult: 1 };
const NO_BUDDY = { buddySystem: false };

/** None of Lifeguard's components, each by itself, and all. */
export const VARIANTS: Readonly<Record<string, Profile>> = {
  SWIM: { ...lifeguard, ...NO_PROBE, ...NO_SUSPICION, ...NO_BUDDY },
  "LHA-Probe": { ...lifeguard, ...NO_SUSPICION, ...NO_BUDDY },
  "LHA-Suspicion": { ...lifeguard, ...NO_PROBE, ...NO_BUDDY },
  "Buddy System": { ...lifeguard, ...NO_PROBE, ...NO_SUSPICION },
  Lifeguard: lifeguard,
};

type LifeguardRun = Readonly<{
  seed: string;
  variant: string;
  slowness: Slowness;
  slow: number;
  /** Members in all, by default as many as in the paper. */
  peers?: number;
  onStep?: Step;
}>;

/** Runs one variant, with members slow for a shorter and for a longer time, and adds up. */
export async function measureLifeguard(run: LifeguardRun): Promise<LifeguardRow> {
  const { variant, slowness, slow } = run;
  const total = { falsePositives: 0, falsePositivesAtHealthy: 0 };
  for (const slowMs of SLOW_MS) {
    const one = await measureOne(run, slowMs);
    total.falsePositives += one.falsePositives;
    total.falsePositivesAtHealthy += one.falsePositivesAtHealthy;
  }
  return { variant, slowness, slow, ...total };
}

async function measureOne({ seed, variant, slowness, slow, peers = PEERS, onStep }: LifeguardRun, slowMs: number) {
  // The same cluster, and the same who are slow, whatever the variant.
  const ownSeed = `${seed} lifeguard ${slow} ${slowMs}`;
  const profile = VARIANTS[variant];
  if (profile === undefined) throw new RangeError(`No variant "${variant}"`);
  const gathering = await Gathering.of({
    seed: ownSeed,
    peers,
    profile,
    ...(onStep === undefined ? {} : { onStep }),
  });
  const random = seededRandom(`${ownSeed} slow`);
  const chosen = gathering.peers.map((peer) => ({ peer, key: random.next() })).toSorted((a, b) => a.key - b.key)
    .slice(0, slow).map(({ peer }) => peer);
  const names = new Set(chosen.map(({ name }) => name));
  const total = { falsePositives: 0, falsePositivesAtHealthy: 0 };
  gathering.witness = (observer, { type, member }) => {
    if (type !== "failed" || names.has(member.name)) return;
    total.falsePositives++;
    if (!names.has(observer)) total.falsePositivesAtHealthy++;
  };
  const until = gathering.now + LASTS_MS;
  while (gathering.now < until) {
    const ms = Math.min(slowMs, until - gathering.now);
    const end = slowDown(gathering, chosen, slowness, ms);
    await gathering.pass(ms);
    end();
    await gathering.pass(WELL_MS);
  }
  await gathering.pass(AFTERWARDS_MS);
  gathering.end();
  return total;
}

/** For `ms`; what is returned ends it. */
function slowDown({ world }: Gathering, slow: readonly SimulatedPeer[], slowness: Slowness, ms: number): () => void {
  if (slowness === "stopped") {
    for (const peer of slow) peer.pause();
    return () => slow.forEach((peer) => peer.resume());
  }
  const now = (): number => world.clock.now();
  return world.network.add(held(slow.map(({ memory }) => memory.address!), now() + ms, now));
}
