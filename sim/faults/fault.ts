import type { Profile } from "../../actors/pool/profile.ts";
import type { Cancel } from "../../actors/runtime/clock.ts";
import type { Random } from "../../actors/runtime/random.ts";
import type { Address } from "../../transport/address.ts";
import type { Rule } from "../rule.ts";
import type { Sight } from "../sometimes.ts";

/** One time that a fault strikes: data, drawn from the seed before the run. */
export type Episode = Readonly<{
  /** Counts from 1, in the order of time. */
  number: number;
  fault: string;
  /** In virtual ms since the start of the run. */
  fromMs: number;
  toMs: number;
  /** Whom it strikes. */
  peers: readonly string[];
  /** How hard, in the fault's own unit. */
  amount: number;
}>;

/** What a fault may do to the world. What is asked of who does not run is not done. */
export interface FaultStage {
  readonly names: readonly string[];
  /** This episode's own. */
  readonly random: Random;
  /** Monotonic, in ms. */
  now(): number;
  add(rule: Rule): Cancel;
  /** Where a peer listens, in all its lives. */
  addressOf(name: string): Address;
  /** Ends the process without a word; with a power cut, its disk loses what was not synced. */
  kill(name: string, how?: Readonly<{ powerCut: boolean }>): void;
  /** Starts a process that goes by its disk, and joins those who run. */
  start(name: string): void;
  replaceDisk(name: string): void;
  /** Leaves as a person would. */
  quit(name: string): void;
  /** Makes an actor of a peer fail, as if it had thrown. */
  crashActor(name: string, path: string): void;
  pause(name: string): void;
  resume(name: string): void;
  /** Moves the wall clock of a machine, and sets how fast all its clocks go; 1 is right. */
  moveClock(name: string, byMs: number): void;
  setClockRate(name: string, rate: number): void;
}

/** How hard a fault strikes: as one types it, and as a number. */
export type Amount = Readonly<{
  fallback: string;
  /** Throws a `ScenarioProblem` that says what would be right. */
  read(text: string): number;
}>;

/** A kind of fault. */
export type Fault = Readonly<{
  name: string;
  /** For help and pages: what it does, in a few words. */
  summary: string;
  amount?: Amount;
  /** How long an episode lasts, in ms. */
  lasts(profile: Profile): readonly [leastMs: number, mostMs: number];
  /** How many it strikes of so many, at most and at a time; `all` for what happens to the whole network. */
  strikes: "all" | ((peers: number) => number);
  /** How many it may strike in a whole run. */
  inAll?(peers: number): number;
  /** Nobody may be taken for dead over it who lives. */
  isHarmless?: true;
  /** A run with it that saw none of these proves nothing. */
  reaches: readonly Sight[];
  /** Begins an episode; what is returned ends it. */
  begin(stage: FaultStage, episode: Episode): void | (() => void);
}>;

/** One of fifty, but at least one. */
export function few(peers: number): number {
  return Math.max(1, Math.floor(peers / 50));
}

/** In units of the time between two probes, which is what faults are long or short beside. */
export function intervals(least: number, most: number): Fault["lasts"] {
  return ({ probeIntervalMs }) => [least * probeIntervalMs, most * probeIntervalMs];
}
