import type { Behavior, SpawnOptions } from "./behavior.ts";
import { Cell, type CellState } from "./cell.ts";
import type { Clock } from "./clock.ts";
import { Census } from "./census.ts";
import { type DeadLetter, type DeadLetterCounts, DeadLetterOffice } from "./dead_letters.ts";
import { Deadlines } from "./deadlines.ts";
import { describe, inBrief } from "./describe.ts";
import { Dispatcher } from "./dispatcher.ts";
import { EventStream } from "./events.ts";
import { Falls } from "./falls.ts";
import { createLog, type Log, type LogSink } from "./log.ts";
import type { Random } from "./random.ts";
import type { ActorRef, StopOptions } from "./ref.ts";
import type { Supervision } from "./supervisor.ts";
import { type Blockage, TurnMeter } from "./turn_meter.ts";
import { BLOCKED_AFTER_MS, LOOP_BLOCKED } from "./watchdog.ts";

/** What cells need of the system they live in. */
export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventStream;
  readonly dispatcher: Dispatcher;
  readonly deadlines: Deadlines;
  readonly census: Census;
  readonly falls: Falls;
  log(path: string): Log;
  deadLetter(letter: DeadLetter): void;
  lateReply(path: string, message: unknown): void;
}

export type SystemOptions = Readonly<{
  clock: Clock;
  random: Random;
  log?: LogSink;
  /** How top-level actors are looked after; when that has its limit, the system stops. */
  supervision?: Partial<Supervision>;
  /** Actors at most, all in all. Default 100,000. */
  actorsMax?: number;
  /** Who keeps the event loop longer than this is named on `LOOP_BLOCKED` and in the log. Default 100 ms. */
  blockedAfterMs?: number;
}>;

const ACTORS_MAX = 100_000;

/** One row of the tree, for people and pages. */
export type TreeNode = Readonly<{
  name: string;
  path: string;
  state: CellState;
  /** An asynchronous receive is pending. */
  busy: boolean;
  mailboxDepth: number;
  stashed: number;
  received: number;
  dropped: number;
  restarts: number;
  timeSpentMs: number;
  /** How often it kept the event loop for too long. */
  blockages: number;
  lastError: string | undefined;
  children: readonly TreeNode[];
}>;

/** A tree of actors on one clock. Several may live in one process; the simulator runs thousands. */
export class ActorSystem {
  readonly events: EventStream = new EventStream((topic, error) => {
    this.#host.log("/").error("subscriber_failed", { topic, error: describe(error) });
  });
  readonly #root: Cell;
  readonly #host: Host;
  readonly #deadLetters: DeadLetterOffice;
  #logFailures = 0;

  constructor(options: SystemOptions) {
    const { clock, random, log = () => {}, supervision = {}, actorsMax = ACTORS_MAX } = options;
    const logOf = (path: string): Log => createLog(path, () => clock.wallMs(), log, () => this.#logFailures++);
    const meter = new TurnMeter(
      clock,
      options.blockedAfterMs ?? BLOCKED_AFTER_MS,
      (blockage) => this.#blocked(blockage),
    );
    this.#deadLetters = new DeadLetterOffice(clock, this.events, logOf("/"));
    this.#host = {
      clock,
      random,
      events: this.events,
      dispatcher: new Dispatcher(clock, meter),
      deadlines: new Deadlines(clock),
      census: new Census(actorsMax),
      falls: new Falls(),
      log: logOf,
      deadLetter: (letter) => this.deadLetter(letter),
      lateReply: (to, message) => this.deadLetter({ to, message, reason: "late_reply" }),
    };
    const guardian: Behavior<unknown> = (ctx) => {
      ctx.supervise({ ...supervision, childrenMax: actorsMax });
      return () => {};
    };
    this.#root = new Cell(this.#host, undefined, "", 0, guardian);
    this.#root.run();
    this.#root.whenStopped(() => this.#close());
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  /** Time-outs that the asks of this system share: for couriers. */
  get deadlines(): Deadlines {
    return this.#host.deadlines;
  }

  /**
   * Starts a top-level actor. Its failure beyond repair stops the system.
   * Throws a `RangeError` when the name is taken or there are too many, and an `Error` when the system has stopped.
   */
  spawn<M>(name: string, behavior: Behavior<M>, options?: SpawnOptions): ActorRef<M> {
    if (!this.#root.isUp) throw new Error("The system has stopped and starts no actors");
    return this.#root.children.spawn(name, behavior as Behavior<unknown>, options).ref as ActorRef<M>;
  }

  /** Counts a message that nobody handled and tells who listens. */
  deadLetter(letter: DeadLetter): void {
    this.#deadLetters.take(letter);
  }

  /** Dead letters by reason, since the start. */
  get deadLetterCounts(): DeadLetterCounts {
    return this.#deadLetters.counts;
  }

  /** Lines that the sink of the log threw over. */
  get logFailures(): number {
    return this.#logFailures;
  }

  /** Actors there are. */
  get actors(): number {
    return this.#host.census.actors;
  }

  /** Makes the actor at `path` fail as if it had thrown, unless there is none or it is down already. */
  crash(path: string, error: Error = new Error("Crashed on purpose")): "failed" | "down" | "unknown" {
    const cell = this.#find(path);
    if (cell === undefined || cell === this.#root) return "unknown";
    return cell.fail(error) ? "failed" : "down";
  }

  /** Stops everything, children before parents, and resolves when all is down. */
  stop(options?: StopOptions): Promise<void> {
    return new Promise((resolve) => {
      this.#root.whenStopped(() => resolve());
      this.#root.stop(options);
    });
  }

  /** Calls back when the system has stopped, by `stop` or because a top-level actor failed beyond repair. */
  onStopped(run: (failure: unknown) => void): void {
    this.#root.whenStopped(() => run(this.#root.lastError));
  }

  /** The actors as plain data. */
  tree(): readonly TreeNode[] {
    return [...this.#root.childCells].map(toTreeNode);
  }

  #close(): void {
    this.#deadLetters.close();
    this.#host.deadlines.close();
    this.#host.dispatcher.close();
  }

  #blocked({ suspects, tookMs }: Blockage): void {
    const paths = suspects.map((suspect) => suspect.path);
    for (const suspect of suspects) if (suspect instanceof Cell) suspect.blockages++;
    this.#host.log(paths[0] ?? "/").warn("loop_blocked", { suspects: paths, tookMs });
    this.events.publish(LOOP_BLOCKED, { suspects: paths, tookMs });
  }

  #find(path: string): Cell | undefined {
    return path.split("/").filter((part) => part !== "")
      .reduce<Cell | undefined>((cell, name) => cell?.child(name), this.#root);
  }
}

function toTreeNode(cell: Cell): TreeNode {
  return {
    name: cell.name,
    path: cell.path,
    state: cell.state,
    busy: cell.busy,
    mailboxDepth: cell.mailboxDepth,
    stashed: cell.stashed,
    received: cell.received,
    dropped: cell.dropped,
    restarts: cell.restarts,
    timeSpentMs: cell.timeSpentMs,
    blockages: cell.blockages,
    lastError: cell.lastError === undefined ? undefined : inBrief(cell.lastError),
    children: [...cell.childCells].map(toTreeNode),
  };
}
