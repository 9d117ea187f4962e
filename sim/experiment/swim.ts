import type { MembershipEvent } from "../../actors/membership.ts";
import { pushPullAfterMs } from "../../actors/membership/push_pull.ts";
import { lan } from "../../actors/pool/profile.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import type { Traffic } from "../world.ts";
import { Gathering, type Step } from "./gathering.ts";

/**
 * What members of a cluster of this size cost each other, and how soon they notice that one is gone (Das, Gupta and
 * Motivala: "SWIM", DSN 2002).
 */
export type SwimRow = Readonly<{
  peers: number;
  crashes: number;
  /** What each sends in a second while nothing happens. */
  packetsPerSecond: number;
  packetBytesPerSecond: number;
  streamBytesPerSecond: number;
  /** From a crash until the first suspects it: the mean, and its standard error, in protocol periods. */
  suspectedAfterPeriods: number;
  standardErrorPeriods: number;
  /** From that suspicion until the last member has heard of it: the mean over the crashes, in ms. */
  spreadMs: number;
  /** From a crash until the first declares it dead: the mean, in ms. */
  deadAfterMs: number;
}>;

/** For so long traffic is counted at least. */
const WINDOW_MS_LEAST = 120_000;

/** Crashes measured for each size: in one cluster not more than an eighth of it, so that it stays what it is. */
const CRASHES = 48;
const CRASHES_SHARE = 1 / 8;

/** Between two crashes, and after the last, until everybody knows. */
const BETWEEN_MS: readonly [number, number] = [200, 600];
const KNOWN_WITHIN_MS = 60_000;

type Crash = { readonly at: number; dead: number | undefined; readonly heard: Map<string, number> };

/** Measures clusters of one size, as many as it takes. */
export async function measureSwim(seed: string, peers: number, onStep?: Step): Promise<SwimRow> {
  const inOne = Math.max(1, Math.min(CRASHES, Math.floor(peers * CRASHES_SHARE)));
  const crashes: Crash[] = [];
  const loads: Traffic[] = [];
  while (crashes.length < CRASHES) {
    const run = await measureOne(`${seed} swim ${peers} ${loads.length}`, peers, inOne, onStep);
    crashes.push(...run.crashes);
    loads.push(run.load);
  }
  const memberSeconds = loads.length * peers * windowMs(peers) / 1_000;
  const perSecond = (of: (load: Traffic) => number): number =>
    loads.reduce((sum, load) => sum + of(load), 0) / memberSeconds;
  const firsts = crashes.map((crash) => (Math.min(...crash.heard.values()) - crash.at) / lan.probeIntervalMs);
  return {
    peers,
    crashes: crashes.length,
    packetsPerSecond: perSecond(({ packets }) => packets),
    packetBytesPerSecond: perSecond(({ packetBytes }) => packetBytes),
    streamBytesPerSecond: perSecond(({ streamBytes }) => streamBytes),
    suspectedAfterPeriods: mean(firsts),
    standardErrorPeriods: standardError(firsts),
    spreadMs: mean(crashes.map(({ heard }) => Math.max(...heard.values()) - Math.min(...heard.values()))),
    deadAfterMs: mean(crashes.map(({ at, dead }) => (dead ?? Infinity) - at)),
  };
}

async function measureOne(seed: string, peers: number, count: number, onStep: Step | undefined) {
  const gathering = await Gathering.of({ seed, peers, profile: lan, ...(onStep === undefined ? {} : { onStep }) });
  const before = trafficOf(gathering);
  await gathering.pass(windowMs(peers));
  const load = less(trafficOf(gathering), before);
  const crashes = new Map<string, Crash>();
  gathering.witness = (observer, event) => note(crashes.get(event.member.name), observer, event, gathering.now);
  const random = seededRandom(`${seed} crashes`);
  const [least, most] = BETWEEN_MS;
  for (const peer of gathering.peers.slice(-count)) {
    await gathering.pass(least + (most - least) * random.next());
    crashes.set(peer.name, { at: gathering.now, dead: undefined, heard: new Map() });
    peer.kill();
  }
  await gathering.pass(KNOWN_WITHIN_MS);
  gathering.end();
  for (const { heard } of crashes.values()) {
    for (const name of crashes.keys()) heard.delete(name); // who crashed later may have heard, or not
  }
  return { load, crashes: [...crashes.values()] };
}

/** As many whole intervals as it takes: within each, each member begins one exchange of tables. */
function windowMs(peers: number): number {
  const intervalMs = pushPullAfterMs(lan.pushPullIntervalMs, peers);
  return intervalMs * Math.ceil(WINDOW_MS_LEAST / intervalMs);
}

function note(crash: Crash | undefined, observer: string, { type }: MembershipEvent, now: number): void {
  if (crash === undefined || (type !== "suspected" && type !== "failed")) return;
  if (!crash.heard.has(observer)) crash.heard.set(observer, now);
  if (type === "failed") crash.dead ??= now;
}

function trafficOf({ peers }: Gathering): Traffic {
  const total = { packets: 0, packetBytes: 0, streams: 0, streamBytes: 0 };
  for (const { traffic } of peers) {
    total.packets += traffic.packets;
    total.packetBytes += traffic.packetBytes;
    total.streams += traffic.streams;
    total.streamBytes += traffic.streamBytes;
  }
  return total;
}

function less(a: Traffic, b: Traffic): Traffic {
  return {
    packets: a.packets - b.packets,
    packetBytes: a.packetBytes - b.packetBytes,
    streams: a.streams - b.streams,
    streamBytes: a.streamBytes - b.streamBytes,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) / Math.max(1, values.length - 1));
}
