import type { Faults } from "./faults.ts";
import { clock } from "./clock.ts";
import { differenceOf, historyOf } from "./history.ts";
import { Screens, type Shown } from "./screens.ts";
import { ARRIVED, type ScreenLine, type Stage } from "./stage.ts";
import type { Act, Audience, Scenario, Statement } from "./statement.ts";

/** How long lies between two looks at the screens. */
const LOOK_MS = 10;

/** How long lies between two questions whom a peer lists. */
const ASK_AGAIN_MS = 250;

/** How long a peer may take to arrive in its room, or to end: generous, for a machine that does other things too. */
const START_WITHIN_MS = 30_000;
const QUIT_WITHIN_MS = 20_000;

/** So late a moment may be come to: on real processes each step takes a little. */
const AT_LATE_MS = 1_000;

/** Most steps of one run, repeated ones counted each time: a scenario that goes on and on is a mistake. */
const STEPS_MAX = 10_000;

/** So many of the last lines of each screen are told of a failure. */
const TAIL_LINES = 8;

/** What happens while a scenario runs, in order. */
export type RunEvent =
  | Readonly<{ type: "step"; atMs: number; statement: Statement }>
  | Readonly<{ type: "shown" } & Shown>;

/** What was expected and did not happen, and what happened instead. */
export type Failure = Readonly<{
  statement: Statement;
  why: string;
  atMs: number;
  /** The rounds of the repeats around it, outermost first, as `2 of 5`. */
  rounds: readonly string[];
  /** The last lines of each screen that matters. */
  screens: readonly (readonly [peer: string, lines: readonly ScreenLine[]])[];
  /** What the scenario had done to the network, and what the network did last that was not to deliver. */
  faults: readonly string[];
  network: readonly string[];
}>;

export type Outcome =
  | Readonly<{ type: "passed"; steps: number; atMs: number }>
  | Readonly<{ type: "failed"; failure: Failure }>
  /** Somebody has had enough. */
  | Readonly<{ type: "stopped"; atMs: number }>;

type RunOptions = Readonly<{
  onEvent?: (event: RunEvent) => void;
  /** Looked at between two looks at the screens; true ends the run. */
  stopped?: () => boolean;
}>;

/** Plays a scenario on a stage, whose network obeys `faults`. The stage is the caller's to close. */
export async function runScenario(
  scenario: Scenario,
  stage: Stage,
  faults: Faults,
  options: RunOptions = {},
): Promise<Outcome> {
  const run = new Run(stage, faults, options);
  try {
    await run.all(scenario.statements);
    return { type: "passed", steps: run.steps, atMs: stage.now() };
  } catch (error) {
    if (error instanceof Stopped) return { type: "stopped", atMs: stage.now() };
    if (error instanceof Unmet) return { type: "failed", failure: run.failure(error) };
    throw error;
  }
}

/** Something was not as the scenario has it. */
class Unmet extends Error {
  /** Whose screens tell more. */
  readonly peers: readonly string[];

  constructor(why: string, peers: readonly string[]) {
    super(why);
    this.peers = peers;
  }
}

class Stopped extends Error {}

type Life = "running" | "paused" | "crashed";

type ActOf<T extends Act["type"]> = Extract<Act, { type: T }>;

class Run {
  steps = 0;
  readonly #stage: Stage;
  readonly #faults: Faults;
  readonly #options: RunOptions;
  readonly #screens: Screens;
  readonly #lives = new Map<string, Life>();
  /** Those who wake by themselves, and when. */
  readonly #naps = new Map<string, number>();
  readonly #rounds: string[] = [];
  #current: Statement | undefined;

  constructor(stage: Stage, faults: Faults, options: RunOptions) {
    this.#stage = stage;
    this.#faults = faults;
    this.#options = options;
    this.#screens = new Screens(stage);
  }

  async all(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) {
      this.#current = statement;
      if (++this.steps > STEPS_MAX) throw new Unmet(`more than ${STEPS_MAX} steps were taken by then`, []);
      if (statement.type !== "repeat") {
        this.#options.onEvent?.({ type: "step", atMs: this.#stage.now(), statement });
        await this.#perform(statement);
        continue;
      }
      for (let round = 1; round <= statement.times; round++) {
        this.#rounds.push(`${round} of ${statement.times}`);
        await this.all(statement.body);
        this.#rounds.pop();
      }
    }
  }

  failure(unmet: Unmet): Failure {
    this.#look();
    return {
      statement: this.#current!,
      why: unmet.message,
      atMs: this.#stage.now(),
      rounds: [...this.#rounds],
      screens: unmet.peers.map((peer) => [peer, this.#screens.linesOf(peer).slice(-TAIL_LINES)]),
      faults: this.#faults.describe(),
      network: this.#stage.networkEvents(),
    };
  }

  async #perform(act: Exclude<Act, ActOf<"repeat">>): Promise<void> {
    switch (act.type) {
      case "start":
        return await this.#start(act);
      case "type":
        this.#mustBe(act.peer, "running");
        return this.#stage.type(act.peer, act.typed);
      case "expect":
        return await this.#expect(act);
      case "expect_not":
        return await this.#expectNot(act);
      case "expect_exit":
        return await this.#expectExit(act);
      case "members":
        return await this.#members(act);
      case "same_history":
        return await this.#sameHistory(act);
      case "crash":
        return act.peers.forEach((peer) => this.#crash(peer));
      case "quit":
        return await this.#quit(act.peers);
      case "pause":
        return act.peers.forEach((peer) => this.#pause(peer, act.forMs));
      case "resume":
        return act.peers.forEach((peer) => this.#resume(peer));
      case "cut":
        return this.#faults.cut(act);
      case "heal":
        return this.#faults.heal();
      case "loss":
        return this.#faults.lose(act.probability);
      case "latency":
        return this.#faults.delay(act.minMs, act.maxMs);
      case "slow":
        return act.peers.forEach((peer) => this.#faults.slow(peer, act.byMs));
      case "at":
        return await this.#at(act.atMs);
      case "wait":
        return await this.#pass(act.forMs);
      case "bootstrap":
        return act.running ? await this.#stage.startBootstrap() : this.#stage.stopBootstrap();
    }
  }

  async #start({ peers, flags }: ActOf<"start">): Promise<void> {
    for (const peer of peers) {
      if (this.#isRunning(peer)) throw new Unmet(`${peer} runs already`, [peer]);
      this.#lives.set(peer, "running");
      this.#screens.clear(peer);
      await this.#stage.start(peer, flags);
      if (!flags.manual && !flags.together) await this.#arrival(peer);
    }
  }

  /** It is in its room, or has ended, which is for the scenario to judge. */
  async #arrival(peer: string): Promise<void> {
    const there = (): boolean => this.#hasEnded(peer) || this.#screens.has(peer, { type: "literal", text: ARRIVED });
    if (await this.#until(there, START_WITHIN_MS)) return;
    throw new Unmet(`${peer} did not come to its room within ${seconds(START_WITHIN_MS)}`, [peer]);
  }

  async #expect({ pattern, on, withinMs }: ActOf<"expect">): Promise<void> {
    const waiting = new Set(this.#audience(on));
    const met = (): boolean => {
      for (const peer of waiting) if (this.#screens.take(peer, pattern)) waiting.delete(peer);
      return waiting.size === 0 || [...waiting].every((peer) => !this.#isRunning(peer));
    };
    await this.#until(met, withinMs);
    if (waiting.size === 0) return;
    const ends = [...waiting].map((peer) => this.#isRunning(peer) ? peer : `${peer} (${this.#howItIs(peer)})`);
    throw new Unmet(`not shown on ${ends.join(", ")} within ${seconds(withinMs)}`, [...waiting]);
  }

  async #expectNot({ pattern, on, forMs, ever }: ActOf<"expect_not">): Promise<void> {
    const since = new Map(this.#audience(on).map((peer) => [peer, ever ? 0 : this.#screens.linesOf(peer).length]));
    const shown = (): string[] =>
      [...since].filter(([peer, line]) => this.#screens.has(peer, pattern, line)).map(([peer]) => peer);
    await this.#until(() => shown().length > 0, forMs);
    if (shown().length > 0) throw new Unmet(`shown on ${shown().join(", ")}`, shown());
  }

  async #expectExit({ code, on, withinMs }: ActOf<"expect_exit">): Promise<void> {
    const wrong = (): string[] => on.filter((peer) => this.#stage.exitCode(peer) !== code);
    await this.#until(() => on.every((peer) => !this.#isRunning(peer)), withinMs);
    if (wrong().length === 0) return;
    throw new Unmet(wrong().map((peer) => `${peer} ${this.#howItIs(peer)}`).join(", "), wrong());
  }

  async #members({ count, on, withinMs }: ActOf<"members">): Promise<void> {
    const peers = this.#audience(on);
    const endsAt = this.#stage.now() + withinMs;
    let wrong: readonly string[];
    do {
      for (const peer of peers) this.#screens.askForMembers(peer);
      const answered = (): boolean => peers.every((peer) => this.#screens.membersOf(peer) !== undefined);
      await this.#until(answered, Math.max(endsAt - this.#stage.now(), ASK_AGAIN_MS));
      wrong = peers.filter((peer) => this.#screens.membersOf(peer) !== count);
      if (wrong.length === 0) return;
      await this.#pass(ASK_AGAIN_MS);
    } while (this.#stage.now() < endsAt);
    const counts = wrong.map((peer) => `${peer} lists ${this.#screens.membersOf(peer) ?? "nobody yet"}`);
    throw new Unmet(`${counts.join(", ")}, still after ${seconds(withinMs)}`, wrong);
  }

  async #sameHistory({ on, withinMs }: ActOf<"same_history">): Promise<void> {
    const peers = this.#audience(on);
    const difference = (): string | undefined =>
      differenceOf(peers.map((peer) => [peer, historyOf(this.#screens.linesOf(peer))]));
    if (await this.#until(() => difference() === undefined, withinMs)) return;
    throw new Unmet(`${difference()}, still after ${seconds(withinMs)}`, peers);
  }

  #crash(peer: string): void {
    if (!this.#isRunning(peer)) throw new Unmet(`${peer} does not run: it ${this.#howItIs(peer)}`, [peer]);
    this.#lives.set(peer, "crashed");
    this.#naps.delete(peer);
    this.#stage.crash(peer);
  }

  async #quit(peers: readonly string[]): Promise<void> {
    for (const peer of peers) {
      this.#mustBe(peer, "running");
      this.#stage.type(peer, "/quit");
    }
    if (await this.#until(() => peers.every((peer) => this.#hasEnded(peer)), QUIT_WITHIN_MS)) return;
    const left = peers.filter((peer) => !this.#hasEnded(peer));
    throw new Unmet(`${left.join(", ")} did not end within ${seconds(QUIT_WITHIN_MS)}`, left);
  }

  #pause(peer: string, forMs: number | undefined): void {
    this.#mustBe(peer, "running");
    this.#lives.set(peer, "paused");
    if (forMs !== undefined) this.#naps.set(peer, this.#stage.now() + forMs);
    this.#stage.pause(peer);
  }

  #resume(peer: string): void {
    this.#mustBe(peer, "paused");
    this.#lives.set(peer, "running");
    this.#naps.delete(peer);
    this.#stage.resume(peer);
  }

  async #at(atMs: number): Promise<void> {
    const lateMs = this.#stage.now() - atMs;
    if (lateMs > AT_LATE_MS) throw new Unmet(`what comes before took until ${clock(this.#stage.now())}`, []);
    await this.#pass(-lateMs);
  }

  /** Those named; or all who run, and are not paused. */
  #audience(on: Audience): readonly string[] {
    if (on !== "everybody") {
      const never = on.find((peer) => !this.#lives.has(peer));
      if (never !== undefined) throw new Unmet(`${never} has not been started`, []);
      return on;
    }
    const running = [...this.#lives.keys()].filter((peer) => this.#howItIs(peer) === "runs");
    if (running.length === 0) throw new Unmet("nobody runs", []);
    return running;
  }

  #mustBe(peer: string, life: "running" | "paused"): void {
    const is = this.#howItIs(peer);
    const wanted = life === "running" ? "runs" : "is paused";
    if (is !== wanted) throw new Unmet(`this takes a peer that ${wanted}, and ${peer} ${is}`, [peer]);
  }

  #howItIs(peer: string): string {
    const code = this.#stage.exitCode(peer);
    if (code !== undefined) return `ended with ${code}`;
    switch (this.#lives.get(peer)) {
      case undefined:
        return "was not started";
      case "running":
        return "runs";
      case "paused":
        return "is paused";
      case "crashed":
        return "crashed";
    }
  }

  #isRunning(peer: string): boolean {
    const life = this.#lives.get(peer);
    return (life === "running" || life === "paused") && !this.#hasEnded(peer);
  }

  #hasEnded(peer: string): boolean {
    return this.#stage.exitCode(peer) !== undefined;
  }

  /** Whether `condition` came to hold within this time. */
  async #until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const endsAt = this.#stage.now() + withinMs;
    this.#look();
    while (!condition()) {
      const leftMs = endsAt - this.#stage.now();
      if (leftMs <= 0) return false;
      await this.#passOnce(Math.min(LOOK_MS, leftMs));
    }
    return true;
  }

  async #pass(ms: number): Promise<void> {
    await this.#until(() => false, ms);
  }

  async #passOnce(ms: number): Promise<void> {
    if (this.#options.stopped?.() === true) throw new Stopped();
    await this.#stage.pass(ms);
    for (const [peer, wakesAt] of this.#naps) if (wakesAt <= this.#stage.now()) this.#resume(peer);
    this.#look();
  }

  #look(): void {
    for (const shown of this.#screens.read()) this.#options.onEvent?.({ type: "shown", ...shown });
  }
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
