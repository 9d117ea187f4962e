import type { Behavior, SpawnOptions } from "./behavior.ts";
import { Cell, type CellState } from "./cell.ts";
import type { Clock } from "./clock.ts";
import { DEAD_LETTERS, type DeadLetter, type DeadLetterReason } from "./dead_letters.ts";
import { Dispatcher } from "./dispatcher.ts";
import { EventStream } from "./events.ts";
import { createLog, type Log, type LogSink } from "./log.ts";
import type { Random } from "./random.ts";
import type { ActorRef } from "./ref.ts";
import type { Supervision } from "./supervisor.ts";

/** What cells need of the system they live in. */
export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventStream;
  readonly dispatcher: Dispatcher;
  log(path: string): Log;
  deadLetter(letter: DeadLetter): void;
}

export type SystemOptions = Readonly<{
  clock: Clock;
  random: Random;
  log?: LogSink;
  /** How top-level actors are looked after; when that has its limit, the system stops. */
  supervision?: Partial<Supervision>;
}>;

/** One row of the tree, for people and pages. */
export type TreeNode = Readonly<{
  name: string;
  path: string;
  state: CellState;
  busy: boolean;
  mailboxDepth: number;
  received: number;
  dropped: number;
  restarts: number;
  timeSpentMs: number;
  lastError: string | undefined;
  children: readonly TreeNode[];
}>;

/** A tree of actors on one clock. Several may live in one process; the simulator runs thousands. */
export class ActorSystem {
  readonly events: EventStream = new EventStream();
  readonly #root: Cell;
  readonly #host: Host;
  readonly #deadLetters: Record<DeadLetterReason, number> = {
    no_such_actor: 0,
    stopped: 0,
    mailbox_full: 0,
    crashed: 0,
    late_reply: 0,
    unreachable: 0,
    unsendable: 0,
  };

  constructor({ clock, random, log = () => {}, supervision = {} }: SystemOptions) {
    this.#host = {
      clock,
      random,
      events: this.events,
      dispatcher: new Dispatcher(clock),
      log: (path) => createLog(path, () => clock.wallMs(), log),
      deadLetter: (letter) => this.deadLetter(letter),
    };
    const guardian: Behavior<unknown> = (ctx) => {
      ctx.supervise(supervision);
      return () => {};
    };
    this.#root = new Cell(this.#host, undefined, "", guardian, {});
    this.#root.run(0);
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  /** Starts a top-level actor. Its failure beyond repair stops the system. */
  spawn<M>(name: string, behavior: Behavior<M>, options: SpawnOptions = {}): ActorRef<M> {
    const cell = new Cell(this.#host, this.#root, name, behavior as Behavior<unknown>, options);
    this.#root.children.set(name, cell);
    return cell.ref as ActorRef<M>;
  }

  /** Counts a message that nobody handled and tells who listens. */
  deadLetter(letter: DeadLetter): void {
    this.#deadLetters[letter.reason]++;
    this.events.publish(DEAD_LETTERS, letter);
  }

  /** Dead letters by reason, since the start. */
  get deadLetterCounts(): Readonly<Record<DeadLetterReason, number>> {
    return this.#deadLetters;
  }

  /** Makes the actor at `path` fail as if it had thrown, unless there is none or it is down already. */
  crash(path: string, error: Error = new Error("Crashed on purpose")): "failed" | "down" | "unknown" {
    const cell = this.#find(path);
    if (cell === undefined || cell === this.#root) return "unknown";
    return cell.fail(error) ? "failed" : "down";
  }

  /** Stops everything, children before parents, and resolves when all is down. */
  stop(): Promise<void> {
    return new Promise((resolve) => this.#root.stop("stopped", () => resolve()));
  }

  /** Calls back when the system has stopped, by `stop` or because a top-level actor failed beyond repair. */
  onStopped(run: (failure: unknown) => void): void {
    this.#root.watch(() => run(this.#root.lastError));
  }

  /** The actors as plain data. */
  tree(): readonly TreeNode[] {
    return [...this.#root.children.values()].map(toTreeNode);
  }

  #find(path: string): Cell | undefined {
    return path.split("/").filter((part) => part !== "")
      .reduce<Cell | undefined>((cell, name) => cell?.children.get(name), this.#root);
  }
}

function toTreeNode(cell: Cell): TreeNode {
  return {
    name: cell.name,
    path: cell.path,
    state: cell.state,
    busy: cell.busy,
    mailboxDepth: cell.depth,
    ...cell.counters,
    lastError: cell.lastError === undefined ? undefined : String(cell.lastError),
    children: [...cell.children.values()].map(toTreeNode),
  };
}
