import type { Place } from "../../tests/support/place.ts";
import { quantile } from "../harness.ts";
import { pause, until } from "../processes.ts";
import type { Progress } from "../round.ts";
import type { Figures } from "../suite.ts";
import { isHeld, missing, rateOf, recoveryMs, waits, wasSaid } from "./arrivals.ts";
import { Group, type Stream } from "./group.ts";
import { highestRate } from "./highest_rate.ts";
import type { BroadcastOptions } from "./options.ts";
import { PACE, type Pace } from "./pace.ts";
import type { StartGroup } from "./peer.ts";
import { largestShare } from "./sockets.ts";

/** Not the first, which may have a part of its own, as a registry. */
const AUTHOR = 1;

/** Messages a second that a group bears without an effort. */
const GENTLE_RATE = 20;

/** Until a first message is with all, and how long each try of it may take, in ms. */
const WARM_UP_WITHIN_MS = 60_000;
const TRY_MS = 2_000;

/** After the last message, so that its deliveries are paid for, in ms. */
const AFTERWARDS_MS = 500;

/** After a trial that failed, until a message is with all again, in ms: what waited before it is gone then. */
const DRAIN_WITHIN_MS = 30_000;

const TRIAL_RATE_FROM = 16;

/**
 * Who uses no more of a processor than this in each look, so many times one after the other, has nothing left to do of what
 * was said before, in ms: who puts something off for some seconds would seem to rest until then.
 */
const RESTING_MS = 10;
const REST_LOOK_MS = 500;
const REST_LOOKS = 7;

/** What an author is given at once before it is killed: some of it is under way then. */
const LAST_WORDS = 16;
const AT_ONCE = 1e9;

/** All that was asked for of one kind of group. */
export async function measureBroadcast(
  start: StartGroup,
  options: BroadcastOptions,
  place: Place,
  progress: Progress,
  usualPace: Pace = PACE,
): Promise<Figures> {
  const { warmUpS = usualPace.warmUpS } = options;
  const pace = { ...usualPace, warmUpS };
  const figures: Record<string, number> = {};
  for (const size of options.peers) {
    const say = (text: string): void => progress(`${size} peers: ${text}`);
    for (const [name, value] of Object.entries(await measureSize(start, size, options, pace, place, say))) {
      figures[`${name}_${size}`] = value;
    }
  }
  return figures;
}

/** Deliveries that never came, and messages that a peer showed once more. */
type Faults = { lost: number; doubled: number };

async function measureSize(
  start: StartGroup,
  size: number,
  { parts, seconds }: BroadcastOptions,
  pace: Pace,
  place: Place,
  say: Progress,
): Promise<Figures> {
  const faults: Faults = { lost: 0, doubled: 0 };
  const figures: Record<string, number> = {};
  if (parts.includes("latency") || parts.includes("rate")) {
    say("starting");
    await using group = await Group.create(start, size, place);
    await warmUp(group, pace, say);
    if (parts.includes("latency")) Object.assign(figures, await measureLatency(group, seconds, pace, faults, say));
    if (parts.includes("rate")) figures["rate"] = await measureRate(group, pace, say);
  }
  if (parts.includes("deaths")) {
    say("starting");
    await using group = await Group.create(start, size, place);
    await warmUp(group, pace, say);
    figures["whole"] = await measureDeath(group, pace, faults, say);
    figures["whole_author"] = await measureAuthorsDeath(group, pace, faults, say);
  }
  return parts.includes("latency") || parts.includes("deaths") ? { ...figures, ...faults } : figures;
}

async function warmUp(group: Group, { warmUpS, lateMs }: Pace, say: Progress): Promise<void> {
  say("warming up");
  if (!await reachesAll(group, WARM_UP_WITHIN_MS)) throw new Error("What one says does not reach the others");
  await speak(group.stream(AUTHOR, warmUpS * GENTLE_RATE), warmUpS, lateMs);
}

/** Whether one of the single messages that the author says until then is soon with all others. */
async function reachesAll(group: Group, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  do {
    const stream = group.stream(AUTHOR, 1);
    await stream.say(GENTLE_RATE, 1, TRY_MS);
    if (await stream.whole(group.receivers(AUTHOR), TRY_MS)) return true;
  } while (performance.now() < deadline);
  return false;
}

/** Lets the author say what it has not said yet of `seconds` at the gentle rate; it must take that, `lateMs` late at most. */
async function speak(stream: Stream, seconds: number, lateMs: number): Promise<void> {
  const took = await stream.say(GENTLE_RATE, seconds * GENTLE_RATE, seconds * 1_000 + lateMs);
  if (!took) throw new Error("The author does not take what it shall say");
}

async function measureLatency(
  group: Group,
  seconds: number,
  { idleS, lateMs }: Pace,
  faults: Faults,
  say: Progress,
): Promise<Figures> {
  say(`idle for ${idleS} s`);
  const idleFromMs = group.cpuMs();
  await pause(idleS * 1_000);
  const idleMs = group.cpuMs() - idleFromMs;

  say(`${GENTLE_RATE} messages/s for ${seconds} s`);
  const receivers = group.receivers(AUTHOR);
  const stream = group.stream(AUTHOR, seconds * GENTLE_RATE);
  const [cpuFromMs, sentFrom] = [group.cpuMs(), await group.sentBytes()];
  await speak(stream, seconds, lateMs);
  await pause(AFTERWARDS_MS);
  const cpuMs = group.cpuMs() - cpuFromMs;
  const delivered = stream.arrivals.delivered(receivers);
  const sent = await group.sentBytes();
  await stream.whole(receivers, lateMs);

  const expected = wasSaid(stream.arrivals);
  addFaults(faults, stream, receivers, expected);
  const latencies = waits(stream.arrivals, receivers, expected, lateMs);
  const sentBy = (peer: number): number => sent![peer]! - sentFrom![peer]!;
  return {
    p50: quantile(latencies, 0.5) * 1_000,
    p99: quantile(latencies, 0.99) * 1_000,
    cpu: cpuMs / delivered * 1_000,
    idle: idleMs * 1_000 / idleS / group.size,
    share: sent && sentFrom ? largestShare(sentBy(AUTHOR), receivers.map(sentBy)) : Number.NaN,
  };
}

async function measureRate(
  group: Group,
  { trialS, trialGraceS, restWithinS, rateMax }: Pace,
  say: Progress,
): Promise<number> {
  const receivers = group.receivers(AUTHOR);
  return await highestRate(
    async (rate) => {
      await rest(group, restWithinS);
      say(`${rate} messages/s`);
      const messages = Math.ceil(rate * trialS);
      const stream = group.stream(AUTHOR, messages);
      const withinMs = (trialS + trialGraceS) * 1_000;
      const fromMs = performance.now();
      const isWhole = await stream.say(rate, messages, withinMs) &&
        await stream.whole(receivers, withinMs - (performance.now() - fromMs));
      if (isWhole) return rateOf(stream.arrivals, receivers);
      await reachesAll(group, DRAIN_WITHIN_MS);
      return undefined;
    },
    TRIAL_RATE_FROM,
    rateMax,
  );
}

/** Waits until nobody does much more than when idle, and not for ever. */
async function rest(group: Group, withinS: number): Promise<void> {
  const deadline = performance.now() + withinS * 1_000;
  for (let looks = 0; looks < REST_LOOKS && performance.now() < deadline;) {
    const fromMs = group.cpuMs();
    await pause(REST_LOOK_MS);
    looks = group.cpuMs() - fromMs <= RESTING_MS * group.size ? looks + 1 : 0;
  }
}

/** One that only listened is killed while the author speaks on. */
async function measureDeath(
  group: Group,
  { beforeDeathS, afterDeathS, recoveryLateMs }: Pace,
  faults: Faults,
  say: Progress,
): Promise<number> {
  say("a peer is killed");
  const stream = group.stream(AUTHOR, (beforeDeathS + afterDeathS) * GENTLE_RATE);
  await speak(stream, beforeDeathS, recoveryLateMs);
  const killed = group.kill(group.size - 1);
  await speak(stream, beforeDeathS + afterDeathS, recoveryLateMs);
  const left = group.receivers(AUTHOR);
  await stream.whole(left, recoveryLateMs);
  const expected = wasSaid(stream.arrivals);
  addFaults(faults, stream, left, expected);
  return recoveryMs(stream.arrivals, left, expected, recoveryLateMs, await killed);
}

/** The author is killed as soon as the first of its last words has come to somebody. */
async function measureAuthorsDeath(
  group: Group,
  { beforeDeathS, recoveryLateMs }: Pace,
  faults: Faults,
  say: Progress,
): Promise<number> {
  say("the author is killed");
  const left = group.receivers(AUTHOR);
  const before = beforeDeathS * GENTLE_RATE;
  const stream = group.stream(AUTHOR, before + LAST_WORDS);
  await speak(stream, beforeDeathS, recoveryLateMs);
  const killed = stream.firstHeard(before, left, recoveryLateMs).then(() => group.kill(AUTHOR));
  await stream.say(AT_ONCE, before + LAST_WORDS, recoveryLateMs); // it may die over it
  const killedAtMs = await killed;
  const isHeldByAll = (): boolean => missing(stream.arrivals, left, isHeld(stream.arrivals, left)) === 0;
  await stream.quiet(left, recoveryLateMs);
  await until(isHeldByAll, recoveryLateMs);
  const expected = isHeld(stream.arrivals, left);
  addFaults(faults, stream, left, expected);
  return recoveryMs(stream.arrivals, left, expected, recoveryLateMs, killedAtMs);
}

function addFaults(
  faults: Faults,
  { arrivals }: Stream,
  receivers: readonly number[],
  expected: (message: number) => boolean,
): void {
  faults.lost += missing(arrivals, receivers, expected);
  faults.doubled += arrivals.doubled;
}
