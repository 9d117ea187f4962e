import type { Profile } from "../../actors/pool/profile.ts";
import { type Random, seededRandom } from "../../actors/runtime/random.ts";
import { amountOf, type FaultChoice } from "../faults/choice.ts";
import type { Episode, Fault } from "../faults/fault.ts";
import { faultNamed } from "../faults/table.ts";
import { rightWithinMs } from "./bound.ts";
import { PROFILES, type RunParameters } from "./parameters.ts";

/** Somebody who starts, and whom it asks to be let in; the first asks nobody. */
type Arrival = Readonly<{ atMs: number; name: string; contact: string | undefined }>;

/** Somebody says something in its room. */
type Talk = Readonly<{ atMs: number; name: string }>;

/** All that is going to happen in a run, before it happens. Times are virtual ms since its start. */
export type Plan = Readonly<{
  names: readonly string[];
  /** Of nobody, if they know each other from the start. */
  arrivals: readonly Arrival[];
  /** The rooms of those who talk. */
  rooms: ReadonlyMap<string, string>;
  talks: readonly Talk[];
  episodes: readonly Episode[];
  /** Everybody has started, or knows everybody. */
  arrivedAtMs: number;
  /** Until here nothing breaks, and from `endsAtMs` on nothing any more. */
  faultsFromMs: number;
  endsAtMs: number;
  /** So long after the last fault everybody may be wrong. */
  rightWithinMs: number;
  /** Links that broke take so long to notice, and to be dialled again; then what is said has to be heard. */
  linksWithinMs: number;
  /** And so long everything has to stay right then. */
  quietMs: number;
}>;

/** Peers come within this, or within a fifth of a run that is shorter than five of it. */
const ARRIVALS_MS = 30_000;
const ARRIVALS_SHARE = 0.2;

/** Few peers need not come one a minute. */
const ARRIVAL_GAP_MS_MAX = 500;

/** Who know each other from the start do so within this; then they enter their rooms. */
const SETTLED_MS = 1_000;

/** For so long they are left in peace then, to find each other. */
const PEACE_MS = 30_000;

/** Between two messages, on the average, whoever says them. */
const TALK_EVERY_MS = 2_000;

/** Between two episodes of one fault, in probe intervals, when it is the only one; with more, each gets rarer. */
const BETWEEN_EPISODES: readonly [number, number] = [10, 40];
const FAULTS_AT_FULL_RATE = 4;

/** A link that leads nowhere any more is noticed after 25 s, and a stream that does not get through after 20 s. */
const LINKS_MS = 30_000;

/** Quiet at the end, in probe intervals. */
const QUIET_INTERVALS = 10;

/** What happens in the run with these parameters. Longer runs begin as shorter ones do, as far as faults are concerned. */
export function planRun(parameters: RunParameters): Plan {
  const { seed, peers, minutes } = parameters;
  const random = seededRandom(`${seed} plan`);
  const profile = PROFILES[parameters.profile];
  const names = peerNames(peers);
  const endsAtMs = 60_000 * minutes;
  const arrivedAtMs = parameters.settled
    ? SETTLED_MS
    : Math.min(ARRIVALS_MS, ARRIVALS_SHARE * endsAtMs, (peers - 1) * ARRIVAL_GAP_MS_MAX);
  const faultsFromMs = Math.min(endsAtMs, arrivedAtMs + Math.min(PEACE_MS, ARRIVALS_SHARE * endsAtMs));
  const rooms = roomsOf(names, parameters, random.child("rooms"));
  const episodes = drawEpisodes(parameters.faults, { names, profile, faultsFromMs, endsAtMs }, random);
  const { only } = parameters;
  return {
    names,
    arrivals: parameters.settled ? [] : arrivals(names, arrivedAtMs, random.child("arrivals")),
    rooms,
    talks: drawTalks([...rooms.keys()], faultsFromMs, endsAtMs, random.child("talks")),
    episodes: only === undefined ? episodes : episodes.filter(({ number }) => only.includes(number)),
    arrivedAtMs,
    faultsFromMs,
    endsAtMs,
    rightWithinMs: rightWithinMs(peers, profile),
    linksWithinMs: episodes.length === 0 ? 0 : LINKS_MS,
    quietMs: QUIET_INTERVALS * profile.probeIntervalMs,
  };
}

function peerNames(peers: number): readonly string[] {
  const digits = String(peers).length;
  return Array.from({ length: peers }, (_, at) => `p${String(at + 1).padStart(digits, "0")}`);
}

function arrivals(names: readonly string[], arrivedAtMs: number, random: Random): readonly Arrival[] {
  const gapMs = names.length < 2 ? 0 : arrivedAtMs / (names.length - 1);
  return names.map((name, at) => ({
    atMs: at * gapMs,
    name,
    contact: at === 0 ? undefined : names[random.below(at)],
  }));
}

function roomsOf(names: readonly string[], parameters: RunParameters, random: Random): ReadonlyMap<string, string> {
  const chatters = sample(names, parameters.chatters, random).toSorted();
  return new Map(chatters.map((name, at) => [name, `room${at % parameters.rooms + 1}`]));
}

function drawTalks(chatters: readonly string[], fromMs: number, untilMs: number, random: Random): readonly Talk[] {
  const talks: Talk[] = [];
  if (chatters.length === 0) return talks;
  for (let atMs = fromMs; atMs < untilMs; atMs += 2 * TALK_EVERY_MS * random.next()) {
    talks.push({ atMs, name: chatters[random.below(chatters.length)]! });
  }
  return talks;
}

type Field = Readonly<{ names: readonly string[]; profile: Profile; faultsFromMs: number; endsAtMs: number }>;

function drawEpisodes(choices: readonly FaultChoice[], field: Field, random: Random): readonly Episode[] {
  const rarity = Math.max(1, choices.length / FAULTS_AT_FULL_RATE);
  return choices
    .flatMap((choice) => drawEpisodesOf(choice, field, rarity, random.child(choice.name)))
    .toSorted((a, b) => a.fromMs - b.fromMs || (a.fault < b.fault ? -1 : 1))
    .map((episode, at) => ({ ...episode, number: at + 1 }));
}

function drawEpisodesOf(choice: FaultChoice, field: Field, rarity: number, random: Random): readonly Episode[] {
  const fault = faultNamed(choice.name);
  const { names, profile, faultsFromMs, endsAtMs } = field;
  const amount = amountOf(choice);
  const [leastMs, mostMs] = fault.lasts(profile);
  const episodes: Episode[] = [];
  let left = fault.inAll?.(names.length) ?? Infinity;
  let atMs = faultsFromMs;
  // The first comes soon, so that also a short run has one.
  for (let share = random.next() / 2; left > 0; share = random.next()) {
    const [least, most] = BETWEEN_EPISODES;
    atMs += profile.probeIntervalMs * rarity * (least + share * (most - least)) * (episodes.length === 0 ? 0.5 : 1);
    const toMs = Math.min(endsAtMs, atMs + leastMs + random.next() * (mostMs - leastMs));
    const peers = struck(fault, names, left, random);
    if (atMs >= endsAtMs) break;
    episodes.push({ number: 0, fault: fault.name, fromMs: atMs, toMs, peers, amount });
    left -= peers.length;
    atMs = toMs;
  }
  return episodes;
}

function struck({ strikes }: Fault, names: readonly string[], left: number, random: Random): readonly string[] {
  if (strikes === "all") return names;
  const most = Math.min(left, strikes(names.length));
  return sample(names, 1 + random.below(Math.max(1, most)), random).toSorted();
}

/** So many of them, each set of so many as likely as any other. */
function sample(names: readonly string[], count: number, random: Random): readonly string[] {
  const rest = [...names];
  for (let at = 0; at < Math.min(count, rest.length); at++) {
    const other = at + random.below(rest.length - at);
    [rest[at], rest[other]] = [rest[other]!, rest[at]!];
  }
  return rest.slice(0, count);
}
