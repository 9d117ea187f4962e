import { faultNamed } from "../faults/table.ts";
import type { Checker, Invariant, Violation } from "../invariants/invariant.ts";
import { INVARIANTS } from "../invariants/table.ts";
import { type Sight, SIGHTS, Sometimes } from "../sometimes.ts";
import { Cluster, type Witness } from "./cluster.ts";
import { type Figures, Meter, type Sample } from "./meter.ts";
import { PROFILES, type RunParameters } from "./parameters.ts";
import { type Plan, planRun } from "./plan.ts";
import { countSights } from "./sights.ts";
import { Views } from "./views.ts";

/**
 * How a run ended: all was right; something happened that must never happen; it never saw what it was made for; or
 * somebody stopped it.
 */
export type Verdict =
  | Readonly<{ type: "passed" | "stopped" }>
  | Readonly<{ type: "failed"; violation: Violation }>
  | Readonly<{ type: "void"; why: string }>;

/** All that is known of a run in the end. The same parameters, the same outcome. */
export type Outcome = Readonly<{
  parameters: RunParameters;
  plan: Plan;
  verdict: Verdict;
  figures: Figures;
  sights: Readonly<Record<Sight, number>>;
  /** For plots. */
  samples: readonly Sample[];
  detectionMs: readonly number[];
  /** In virtual ms. */
  tookMs: number;
}>;

/** Where a run is. */
export type Progress = Readonly<{ atMs: number; endsAtMs: number; running: number; wrong: number }>;

export type RunOptions = Readonly<{
  /** Whether to stop here: asked every so often. */
  stopped?(): boolean;
  /** Called as often, with where the run is; what it returns is waited for, so that the process may see to other things. */
  onProgress?(progress: Progress): Promise<void> | void;
  /** What must never happen; by default all that there is a checker for. */
  invariants?: readonly Invariant[];
  /** What else is to see the run. */
  witness?: (cluster: () => Cluster) => Witness;
}>;

/** How far the clock is moved at once. */
const STEP_MS = 100;

/** How often samples are taken and checkers look round. */
const LOOK_EVERY_MS = 1_000;

/** Thrown to end a run where it is. */
class Ended extends Error {
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super(verdict.type);
    this.verdict = verdict;
  }
}

/** A run, from the first peer's start to the verdict: arrivals, faults, and then everything has to come right. */
export async function run(parameters: RunParameters, options: RunOptions = {}): Promise<Outcome> {
  const running = new Run(parameters, options);
  const verdict = await running.verdict();
  return running.outcome(verdict);
}

class Run {
  readonly #parameters: RunParameters;
  readonly #options: RunOptions;
  readonly #plan: Plan;
  readonly #views: Views;
  readonly #sometimes = new Sometimes();
  readonly #meter: Meter;
  readonly #checkers: ReadonlyMap<string, Checker>;
  readonly #cluster: Cluster;
  #violation: Violation | undefined;
  #lookedAt = 0;
  #isComingRight = false;

  constructor(parameters: RunParameters, options: RunOptions) {
    this.#parameters = parameters;
    this.#options = options;
    const plan = this.#plan = planRun(parameters);
    const views = this.#views = new Views(plan.names);
    const profile = PROFILES[parameters.profile];
    const cluster = (): Cluster => this.#cluster;
    this.#meter = new Meter(plan, views, this.#sometimes, cluster);
    const checkers = new Map<string, Checker>();
    const extra = options.witness?.(cluster);
    // The meter judges by who runs before something happens to them, and by views as they are after it.
    const witnesses: Witness[] = [
      this.#meter,
      viewsWitness(views, this.#meter),
      ...(extra === undefined ? [] : [extra]),
    ];
    this.#cluster = new Cluster(parameters, plan, views, [...witnesses, everybody(checkers)]);
    for (const { name, watch } of options.invariants ?? INVARIANTS) {
      const report = (what: string): void => {
        this.#violation ??= { invariant: name, atMs: this.#cluster.now(), what };
      };
      checkers.set(name, watch({ plan, profile, views, cluster: this.#cluster }, report));
    }
    this.#checkers = checkers;
  }

  async verdict(): Promise<Verdict> {
    try {
      if (this.#parameters.settled) await this.#cluster.settle((ms) => this.#pass(this.#cluster.now() + ms));
      this.#cluster.schedule();
      await this.#pass(this.#plan.endsAtMs);
      await this.#comeRight();
      await this.#stayRight();
      await countSights(this.#cluster, this.#sometimes);
      return this.#voidness() ?? { type: "passed" };
    } catch (error) {
      if (error instanceof Ended) return error.verdict;
      const what = error instanceof Error ? error.message : String(error);
      return { type: "failed", violation: { invariant: "the run cannot go on", atMs: this.#cluster.now(), what } };
    }
  }

  outcome(verdict: Verdict): Outcome {
    this.#meter.sample();
    const outcome: Outcome = {
      parameters: this.#parameters,
      plan: this.#plan,
      verdict,
      figures: this.#meter.figures(),
      sights: this.#sometimes.counts(),
      samples: this.#meter.samples,
      detectionMs: this.#meter.detection.values,
      tookMs: this.#cluster.now(),
    };
    for (const name of this.#plan.names) this.#cluster.kill(name);
    return outcome;
  }

  /** The faults are over: time passes until nothing is wrong any more, or too long. */
  async #comeRight(): Promise<void> {
    const { endsAtMs, rightWithinMs } = this.#plan;
    const deadline = endsAtMs + rightWithinMs;
    this.#isComingRight = true;
    this.#meter.lookIntoRooms();
    for (;;) {
      while (this.#views.wrong > 0 && this.#cluster.now() < deadline) await this.#step(deadline);
      if (this.#views.wrong === 0) this.#meter.right();
      const pending = await this.#pending();
      if (pending === undefined) return this.#isRight();
      if (this.#cluster.now() >= deadline) throw new Ended({ type: "failed", violation: pending });
      await this.#pass(Math.min(deadline, this.#cluster.now() + LOOK_EVERY_MS));
    }
  }

  #isRight(): void {
    this.#isComingRight = false;
    this.#meter.lookIntoRooms();
  }

  /** The first thing that is not yet right, as what it is if it stays so. */
  async #pending(): Promise<Violation | undefined> {
    for (const [invariant, checker] of this.#checkers) {
      const what = await checker.pending?.();
      if (what !== undefined) return { invariant, atMs: this.#cluster.now(), what };
    }
    return undefined;
  }

  /** A while in which nothing happens, but that everybody in a room says something. */
  async #stayRight(): Promise<void> {
    const { quietMs, linksWithinMs, rooms } = this.#plan;
    await this.#pass(this.#cluster.now() + linksWithinMs);
    for (const checker of this.#checkers.values()) checker.settled?.();
    for (const name of rooms.keys()) this.#cluster.say(name);
    await this.#pass(this.#cluster.now() + quietMs);
    this.#look();
    this.#judge();
  }

  async #pass(untilMs: number): Promise<void> {
    while (this.#cluster.now() < untilMs) await this.#step(untilMs);
  }

  async #step(untilMs: number): Promise<void> {
    const { clock } = this.#cluster.world;
    await clock.advance(Math.min(STEP_MS, untilMs - clock.now()));
    if (clock.now() - this.#lookedAt >= LOOK_EVERY_MS) this.#look();
    this.#judge();
    await this.#options.onProgress?.({
      atMs: clock.now(),
      endsAtMs: this.#plan.endsAtMs,
      running: this.#views.running,
      wrong: this.#views.wrong,
    });
    if (this.#options.stopped?.()) throw new Ended({ type: "stopped" });
  }

  #look(): void {
    this.#lookedAt = this.#cluster.now();
    this.#meter.sample();
    if (this.#isComingRight) this.#meter.lookIntoRooms();
    for (const checker of this.#checkers.values()) checker.look?.();
  }

  #judge(): void {
    if (this.#violation !== undefined) throw new Ended({ type: "failed", violation: this.#violation });
  }

  /** Why the run proves nothing, if so: of all its faults, none came to what it is there for. */
  #voidness(): Verdict | undefined {
    const { faults, only } = this.#parameters;
    if (faults.length === 0 || only !== undefined) return undefined;
    const names = faults.map(({ name }) => name);
    if (this.#plan.episodes.length === 0) {
      return { type: "void", why: `it was too short for any ${names.join(" or ")}` };
    }
    const wanted = new Set(names.flatMap((name) => faultNamed(name).reaches));
    if ([...wanted].some((sight) => this.#sometimes.count(sight) > 0)) return undefined;
    const sights = [...wanted].map((sight) => SIGHTS[sight]);
    return { type: "void", why: `with ${names.join(", ")} it never came to ${sights.join(" or ")}` };
  }
}

function viewsWitness(views: Views, meter: Meter): Witness {
  return {
    started: (name) => views.start(name),
    ended: (name) => views.end(name),
    member(observer, event) {
      views.hear(observer, event);
      meter.viewsChanged();
    },
  };
}

/** Checkers come to be after the cluster that they look at. */
function everybody(checkers: ReadonlyMap<string, Checker>): Witness {
  return {
    started: (name) => checkers.forEach((checker) => checker.started?.(name)),
    ended: (name, how) => checkers.forEach((checker) => checker.ended?.(name, how)),
    member: (observer, event) => checkers.forEach((checker) => checker.member?.(observer, event)),
    chat: (observer, event) => checkers.forEach((checker) => checker.chat?.(observer, event)),
    entered: (name, room) => checkers.forEach((checker) => checker.entered?.(name, room)),
    episode: (episode, phase) => checkers.forEach((checker) => checker.episode?.(episode, phase)),
  };
}
