import type { Place } from "../../tests/support/place.ts";
import { median, quantile } from "../harness.ts";
import { pause } from "../processes.ts";
import type { Progress } from "../round.ts";
import type { Figures } from "../suite.ts";
import { Cluster, type Detection } from "./cluster.ts";
import { Load } from "./load.ts";
import type { ProfileName, StartMember } from "./member.ts";
import type { MembershipOptions } from "./options.ts";

/** What is not seen by then counts as if it had been seen then, in ms. */
export const JOIN_WITHIN_MS = 60_000;
export const DETECT_WITHIN_MS = 120_000;

/** Gossip about the joins is over by then, in ms. */
const SETTLE_MS = 10_000;

/** A probe interval of the `lan` profile: kills are spread over it. */
const PHASE_MS = 1_000;

/** Everything that was asked for of one kind of member. */
export async function measureMembers(
  start: StartMember,
  options: MembershipOptions,
  place: Place,
  progress: Progress,
): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const nodes of options.nodes) {
    for (const profile of options.profiles) {
      Object.assign(figures, await measureCluster(start, profile, nodes, options, place, progress));
    }
  }
  return figures;
}

async function measureCluster(
  start: StartMember,
  profile: ProfileName,
  nodes: number,
  { idleS, kills, load }: MembershipOptions,
  place: Place,
  progress: Progress,
): Promise<Figures> {
  const say = (text: string): void => progress(`${nodes} members, ${profile}: ${text}`);
  say("starting");
  await using cluster = await Cluster.create(start, profile, nodes, place);
  say("joining");
  const joinedMs = await cluster.join(JOIN_WITHIN_MS) ?? JOIN_WITHIN_MS;
  const joined = { [`joined_${profile}_${nodes}`]: joinedMs };
  if (profile !== "lan") return joined;
  await pause(SETTLE_MS);
  const idle = idleS === 0 ? {} : await measureIdle(cluster, nodes, idleS, say);
  const deaths = kills === 0 ? {} : await measureDeaths(cluster, nodes, kills, load, say);
  return { ...joined, ...idle, ...deaths, [`wronged_${nodes}`]: cluster.wronged };
}

async function measureIdle(cluster: Cluster, nodes: number, seconds: number, say: Progress): Promise<Figures> {
  say(`idle for ${seconds} s`);
  const { cpuMs, packetBytes, streamBytes } = await cluster.usage(seconds * 1_000);
  return {
    [`packets_${nodes}`]: packetBytes / seconds,
    [`streams_${nodes}`]: streamBytes / seconds,
    [`cpu_${nodes}`]: cpuMs * 1_000 / seconds,
  };
}

async function measureDeaths(
  cluster: Cluster,
  nodes: number,
  kills: number,
  load: boolean,
  say: Progress,
): Promise<Figures> {
  await using _load = load ? new Load() : undefined;
  const detections: Detection[] = [];
  for (let kill = 1; kill <= kills; kill++) {
    say(`kill ${kill} of ${kills}`);
    await pause(Math.random() * PHASE_MS);
    detections.push(await cluster.kill(DETECT_WITHIN_MS));
    await cluster.grow(JOIN_WITHIN_MS);
  }
  const suspected = detections.map(({ suspectedMs }) => suspectedMs ?? DETECT_WITHIN_MS);
  const declared = detections.map(({ declaredMs }) => declaredMs ?? DETECT_WITHIN_MS);
  return {
    [`suspected_${nodes}`]: median(suspected),
    [`declared_${nodes}`]: median(declared),
    [`declared_p90_${nodes}`]: quantile(declared, 0.9),
    [`declared_max_${nodes}`]: Math.max(...declared),
  };
}
