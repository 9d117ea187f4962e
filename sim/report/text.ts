import type { Summary } from "../run/distribution.ts";
import type { Figures } from "../run/meter.ts";
import { faultsText, replayCommand, type RunParameters } from "../run/parameters.ts";
import type { Outcome, Verdict } from "../run/run.ts";
import type { Smallest } from "../run/shrink.ts";
import { clock } from "../scenario/clock.ts";
import { type Sight, SIGHTS } from "../sometimes.ts";

/** What a run is made from, in a line. */
export function parametersLine(parameters: RunParameters): string {
  const { seed, peers, minutes, profile, chatters, rooms, only, settled } = parameters;
  return [
    `${counted(peers, "peer")}${settled ? " that know each other," : ""} for ${minutes} min of ${profile}`,
    `faults ${faultsText(parameters)}${only === undefined ? "" : ` (only number ${only.join(", ") || "none"})`}`,
    chatters === 0 ? "nobody talks" : `${grouped(chatters)} of them in ${counted(rooms, "room")}`,
    `seed ${seed}`,
  ].join(", ");
}

/** The figures of a run, a line each, with what they are about in front. */
export function figureLines(outcome: Outcome): readonly string[] {
  const rows = figureRows(outcome);
  const width = Math.max(...rows.map(([head]) => head.length));
  return rows.map(([head, text]) => `${head.padEnd(width)}  ${text}`);
}

/** The same as pairs: what they are about, and the figures in words. */
export function figureRows(
  { parameters, plan, figures, sights, tookMs }: Outcome,
): readonly (readonly [string, string])[] {
  return [
    ["time", `${clock(tookMs)} of virtual time, ${counted(plan.episodes.length, "fault")}`],
    ["convergence", parameters.settled ? "everybody knew everybody from the start" : convergence(figures)],
    ...detection(figures),
    ["false positives", falsePositives(figures)],
    ["sent by each", `${perSecond(figures)}`],
    ...rooms(figures),
    ["after the faults", rightAgain(figures, plan.rightWithinMs)],
    ...(figures.rooms.said === 0 ? [] : [["", roomsAlike(figures)] as const]),
    ["seen", seen(sights)],
  ];
}

/** How a run ended, in a line. */
export function verdictLine(verdict: Verdict, seed: string): string {
  switch (verdict.type) {
    case "passed":
      return `passed: seed ${seed}`;
    case "stopped":
      return `stopped: seed ${seed}; these are the figures so far`;
    case "void":
      return `void: seed ${seed}: ${verdict.why}`;
    case "failed":
      return `failed: seed ${seed}: ${verdict.violation.invariant}, at ${
        clock(verdict.violation.atMs)
      }: ${verdict.violation.what}`;
  }
}

/** What follows a verdict that is not well: how to see it again, and the smallest run that fails too, if it was sought. */
export function againLines({ verdict, parameters }: Outcome, smallest: Smallest | undefined): readonly string[] {
  if (verdict.type === "passed") return [];
  const again = `again: ${replayCommand(parameters)}`;
  if (smallest === undefined) return [again];
  const { violation, tries } = smallest;
  return [
    again,
    `the smallest of ${tries} tries that fails: ${replayCommand(smallest.parameters)}`,
    `there: ${verdictLine({ type: "failed", violation }, smallest.parameters.seed)}`,
  ];
}

/** A time, in the unit that makes it a number of few digits. */
export function time(ms: number): string {
  return ms < 1_000 ? `${round(ms)} ms` : ms < 100_000 ? `${round(ms / 1_000)} s` : `${round(ms / 60_000)} min`;
}

/** Three digits, or all before the point. */
export function round(value: number): string {
  if (value === 0) return "0";
  return value >= 100 ? grouped(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

function convergence({ convergedAfterMs }: Figures): string {
  if (convergedAfterMs === undefined) return "not everybody knew everybody before the first fault";
  return `everybody knew everybody ${time(convergedAfterMs)} after the last had started`;
}

function detection({ deaths, firstDetectionMs, detectionMs }: Figures): readonly (readonly [string, string])[] {
  if (deaths === 0) return [["detection", "nobody was declared dead who was"]];
  return [
    [
      "detection",
      `${counted(deaths, "death")}, known to somebody after ${spread(firstDetectionMs)}`,
    ],
    ["", `to each of the others after ${spread(detectionMs)}`],
  ];
}

function spread({ median, p90, max }: Summary): string {
  return `${time(median)} (median), ${time(p90)} (p90), ${time(max)} (max)`;
}

function falsePositives({ falsePositives: { failures, failuresAmongHealthy, suspicions } }: Figures): string {
  return `${grouped(failures)} times somebody who lived was declared dead (${
    grouped(failuresAmongHealthy)
  } among those ` +
    `whom no fault struck), ${grouped(suspicions)} times suspected`;
}

function perSecond({ traffic }: Figures): string {
  const { packetsPerSecond, packetBytesPerSecond, streamsPerSecond, streamBytesPerSecond } = traffic;
  return `${round(packetsPerSecond)} datagrams and ${round(packetBytesPerSecond)} bytes a second (UDP), ` +
    `${round(streamsPerSecond)} streams and ${round(streamBytesPerSecond)} bytes (TCP)`;
}

function rooms({ rooms: { said, expected, shown, delayMs } }: Figures): readonly (readonly [string, string])[] {
  if (said === 0) return [["rooms", "nobody said anything"]];
  const shownTo = `${grouped(said)} messages, shown to ${grouped(shown)} of ${grouped(expected)} others`;
  return [["rooms", shown === 0 ? shownTo : `${shownTo}, after ${spread(delayMs)}`]];
}

function rightAgain({ rightAfterMs }: Figures, rightWithinMs: number): string {
  if (rightAfterMs === undefined) {
    return `not everybody was right about everybody; ${time(rightWithinMs)} are the limit`;
  }
  return `everybody was right about everybody after ${time(rightAfterMs)}; ${time(rightWithinMs)} are the limit`;
}

function roomsAlike({ roomsAlikeAfterMs }: Figures): string {
  if (roomsAlikeAfterMs === undefined) return "not all who are in a room held the same of it";
  return `all who are in a room held the same of it after ${time(roomsAlikeAfterMs)}`;
}

function seen(sights: Readonly<Record<Sight, number>>): string {
  const entries = Object.entries(sights).filter(([, count]) => count > 0);
  return entries.map(([sight, count]) => `${SIGHTS[sight as Sight]} (${grouped(count)})`).join(", ") ||
    "nothing special";
}
