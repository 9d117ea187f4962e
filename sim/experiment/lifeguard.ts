import type { MembershipEvent } from "../../actors/membership.ts";
import { allMends, lan, type Profile } from "../../actors/pool/profile.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { held } from "../rules/held.ts";
import { loss } from "../rules/loss.ts";
import type { SimulatedPeer } from "../world.ts";
import { Gathering, type Step } from "./gathering.ts";

/** How members are slow: they handle no message, or the whole process stands still. */
const SLOWNESSES = ["held", "stopped"] as const;
type Slowness = typeof SLOWNESSES[number];

/** Which variant of the protocol is tried, and on what. */
type LifeguardCase = Readonly<{
  seed: string;
  variant: string;
  slowness: Slowness;
  /** How many members are slow at the same time, and how long, in ms. */
  slow: number;
  slowMs: number;
  /** How many packets get lost, as a probability; none, if nothing is said. */
  loss?: number;
}>;

/** What came of it. */
export type LifeguardRow =
  & LifeguardCase
  & Readonly<{
    /** Declarations of death of members that were never slow: by all, and by those that were never slow themselves. */
    falsePositives: number;
    falsePositivesAtHealthy: number;
    /** Of these, those whose own suspicion ran out; the others took somebody's word for it. */
    firstHand: number;
    firstHandAtHealthy: number;
    /** What all sent meanwhile: datagrams, and the bytes in them and in streams. */
    packets: number;
    bytes: number;
  }>;

/** As many as in the paper (Dadgar, Phillips, Currey 2017, arXiv 1707.00788, section V). */
export const PEERS = 128;

/** Members are slow for so long, in ms: of the times in the paper those in which a suspicion can run out. */
const SLOW_MS: readonly number[] = [16_384, 32_768];

/** Then they are well for so long, and slow again; and then what is on its way still counts. All in ms. */
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

/** None of Lifeguard's components, each by itself, all, all but the last, and all with what we added. */
export const VARIANTS: Readonly<Record<string, Profile>> = {
  SWIM: { ...lifeguard, ...NO_PROBE, ...NO_SUSPICION, ...NO_BUDDY },
  "LHA-Probe": { ...lifeguard, ...NO_SUSPICION, ...NO_BUDDY },
  "LHA-Suspicion": { ...lifeguard, ...NO_PROBE, ...NO_BUDDY },
  "Buddy System": { ...lifeguard, ...NO_PROBE, ...NO_SUSPICION },
  Lifeguard: lifeguard,
  "without Buddy System": { ...lifeguard, ...NO_BUDDY },
  Parley: { ...lifeguard, mends: allMends },
};

/** All of one seed before the next: whoever stops it has whole tables. Stopped processes are tried without all parts. */
export function* lifeguardCases(
  seeds: readonly string[],
  sizes: readonly number[],
  loss: number,
): Generator<LifeguardCase> {
  for (const seed of seeds) {
    for (const slowness of SLOWNESSES) {
      const variants = Object.keys(VARIANTS).slice(0, slowness === "stopped" ? 1 : undefined);
      for (const slow of sizes) {
        for (const slowMs of SLOW_MS) {
          for (const variant of variants) yield { seed, variant, slowness, slow, slowMs, loss };
        }
      }
    }
  }
}

type LifeguardRun =
  & LifeguardCase
  & Readonly<{
    /** Members in all, by default as many as in the paper. */
    peers?: number;
    onStep?: Step;
  }>;

/** Runs one variant: the same cluster, and the same who are slow, whatever the variant. */
export async function measureLifeguard(
  { peers = PEERS, onStep, ...tried }: LifeguardRun,
): Promise<LifeguardRow> {
  const { seed, variant, slowness, slow, slowMs, loss: lost = 0 } = tried;
  const ownSeed = `${seed} lifeguard ${slow} ${slowMs}`;
  const profile = VARIANTS[variant];
  if (profile === undefined) throw new RangeError(`No variant "${variant}"`);
  if (slow >= peers) throw new RangeError(`${slow} slow ones of ${peers} are too many`);
  const gathering = await Gathering.of({ seed: ownSeed, peers, profile, ...(onStep === undefined ? {} : { onStep }) });
  if (lost > 0) gathering.world.network.add(loss(lost));
  const chosen = chooseFrom(gathering.peers, slow, `${ownSeed} slow`);
  const counts = new Counts(new Set(chosen.map(({ name }) => name)));
  gathering.witness = (observer, event) => counts.hear(observer, event);
  const before = sentBy(gathering);
  const until = gathering.now + LASTS_MS;
  while (gathering.now < until) {
    const ms = Math.min(slowMs, until - gathering.now);
    const end = slowDown(gathering, chosen, slowness, ms);
    await gathering.pass(ms);
    end();
    await gathering.pass(WELL_MS);
  }
  await gathering.pass(AFTERWARDS_MS);
  const after = sentBy(gathering);
  gathering.end();
  return { ...tried, ...counts.found, packets: after.packets - before.packets, bytes: after.bytes - before.bytes };
}

/** Counts who is wrongly declared dead, and by whom. */
class Counts {
  readonly found = { falsePositives: 0, falsePositivesAtHealthy: 0, firstHand: 0, firstHandAtHealthy: 0 };
  readonly #slow: ReadonlySet<string>;

  constructor(slow: ReadonlySet<string>) {
    this.#slow = slow;
  }

  hear(observer: string, event: MembershipEvent): void {
    if (event.type !== "failed" || this.#slow.has(event.member.name)) return;
    const isHealthy = !this.#slow.has(observer);
    this.found.falsePositives++;
    if (isHealthy) this.found.falsePositivesAtHealthy++;
    if (event.by !== observer) return;
    this.found.firstHand++;
    if (isHealthy) this.found.firstHandAtHealthy++;
  }
}

function chooseFrom(peers: readonly SimulatedPeer[], count: number, seed: string): readonly SimulatedPeer[] {
  const random = seededRandom(seed);
  return peers.map((peer) => ({ peer, key: random.next() })).toSorted((a, b) => a.key - b.key)
    .slice(0, count).map(({ peer }) => peer);
}

function sentBy({ peers }: Gathering): Readonly<{ packets: number; bytes: number }> {
  const total = { packets: 0, bytes: 0 };
  for (const { traffic } of peers) {
    total.packets += traffic.packets;
    total.bytes += traffic.packetBytes + traffic.streamBytes;
  }
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
