import type { Behavior, SpawnOptions } from "./behavior.ts";
import type { Cell } from "./cell.ts";
import type { Cancel } from "./clock.ts";
import type { StopOptions } from "./ref.ts";
import { NO_RESTARTS, type RestartHistory } from "./restart_window.ts";
import { Siblings } from "./siblings.ts";
import { type ChildExit, decide, isRestarted, type Supervision, SUPERVISION_DEFAULTS } from "./supervisor.ts";
import type { Host } from "./system.ts";

/** Generations below the root at most: what spawns a child that spawns a child without end is a fault. */
const DEPTH_MAX = 64;

/** What a path is made of. */
const NAME = /^[^/$][^/]*$/;

/** How the path of a child without a name goes on, before its number. */
export const UNNAMED = "$";

/** Children that start again together, once all are down and a delay is over. */
type PendingRestart = { readonly group: ReadonlySet<Cell>; isDelayed: boolean; cancel: Cancel };

/** The children of one incarnation of an actor, and how it looks after them. */
export class Children {
  /** In the order of their start. */
  readonly #cells = new Siblings<Cell>();
  #named: Map<string, Cell> | undefined;
  readonly #owner: Cell;
  readonly #host: Host;
  readonly #depth: number;
  readonly #pendingRestarts = new Set<PendingRestart>();
  #supervision: Supervision = SUPERVISION_DEFAULTS;
  #history: RestartHistory = NO_RESTARTS;
  #unnamed = 0;
  /** Those with names that are gone. */
  #ended = 0;

  constructor(owner: Cell, host: Host) {
    this.#owner = owner;
    this.#host = host;
    this.#depth = owner.depth;
  }

  supervise(supervision: Partial<Supervision>): void {
    this.#supervision = { ...this.#supervision, ...supervision };
  }

  /** Starts a child; throws a `RangeError` when the name is none or taken, or there are too many. */
  spawn(name: string, behavior: Behavior<unknown>, options: SpawnOptions | undefined): Cell {
    if (!NAME.test(name)) throw new RangeError(`Not a name for an actor: "${name}"`);
    if (this.#named?.has(name)) throw new RangeError(`The name "${name}" is taken under ${this.#path}`);
    const child = this.#add(name, behavior, options);
    (this.#named ??= new Map()).set(name, child);
    return child;
  }

  /** As `spawn`, with a name that nobody had before. */
  spawnUnnamed(behavior: Behavior<unknown>, options: SpawnOptions | undefined): Cell {
    return this.#add(++this.#unnamed, behavior, options);
  }

  /** All, in the order of their start. */
  get all(): readonly Cell[] {
    return this.#cells.toArray();
  }

  /** It is gone for good. */
  remove(child: Cell): void {
    this.#cells.delete(child);
    if (typeof child.key !== "string") return;
    this.#named?.delete(child.key);
    this.#ended++;
  }

  find(name: string): Cell | undefined {
    return name.startsWith(UNNAMED) ? this.all.find((cell) => cell.name === name) : this.#named?.get(name);
  }

  /** A child has ended by itself: what becomes of it. */
  exited(child: Cell, cause: ChildExit["cause"]): void {
    const restart = child.options.restart ?? "transient";
    if (!isRestarted(restart, cause)) return child.stopped();
    if (this.#isGoingDown(child)) return;
    const exit = { name: child.name, restart, cause };
    const { clock, random } = this.#host;
    const order = this.all.map(({ name }) => name);
    const decision = decide(this.#supervision, exit, order, this.#history, clock.now(), random.next());
    switch (decision.type) {
      case "remove":
        return child.stopped();
      case "escalate":
        child.stopped();
        return void this.#owner.fail(new Error(`Too many restarts of ${child.path}`, { cause: child.lastError }));
      case "restart":
        this.#history = decision.history;
        return this.#restartGroup(decision.names.map((name) => this.find(name)!), decision.delayMs);
    }
  }

  /** Stops all, the last started first, each before the next one. */
  stopAll(options: StopOptions, then: () => void): void {
    for (const { cancel } of this.#pendingRestarts) cancel();
    this.#pendingRestarts.clear();
    oneAfterTheOther(this.#cells.toArray().reverse(), (child, next) => {
      child.whenStopped(next);
      child.stop(options);
    }, then);
  }

  /** Kills all, the last started first. */
  killAll(): void {
    for (const child of this.#cells.toArray().reverse()) child.stop({ mode: "kill" });
  }

  get #path(): string {
    return this.#owner.path || "/";
  }

  #add(key: string | number, behavior: Behavior<unknown>, options: SpawnOptions | undefined): Cell {
    const { childrenMax } = this.#supervision;
    if (this.#cells.size >= childrenMax) throw new RangeError(`${this.#path} has ${childrenMax} children already`);
    if (this.#depth >= DEPTH_MAX) throw new RangeError(`${this.#path} is ${DEPTH_MAX} generations deep already`);
    this.#host.census.add();
    const child = this.#owner.createChild(key, this.#ended, behavior, options);
    this.#cells.add(child);
    return child;
  }

  /**
   * Ends those of the group that still run, last started first, waits for those that are ending already, then starts
   * all again in order. A restart that goes on and shares members with this one is covered by it.
   */
  #restartGroup(failed: readonly Cell[], delayMs: number): void {
    const group = this.#overtake(new Set(failed));
    const pending: PendingRestart = { group, isDelayed: false, cancel: () => {} };
    this.#pendingRestarts.add(pending);
    const order = group.size === 1 ? [...group] : this.all.filter((cell) => group.has(cell));
    oneAfterTheOther([...order].reverse(), (cell, next) => {
      if (!this.#pendingRestarts.has(pending)) return; // overtaken
      if (cell.isUp && cell.options.restart === "temporary") cell.stop();
      cell.suspend(next);
    }, () => this.#startAgain(pending, order, delayMs));
  }

  #startAgain(pending: PendingRestart, order: readonly Cell[], delayMs: number): void {
    if (!this.#pendingRestarts.has(pending)) return;
    const start = (): void => {
      this.#pendingRestarts.delete(pending);
      for (const cell of order) cell.restart();
    };
    if (delayMs === 0) return start();
    pending.isDelayed = true;
    pending.cancel = this.#host.clock.after(delayMs, start);
  }

  /** Ends each restart that has members of this group, and returns the group with all of theirs. */
  #overtake(group: Set<Cell>): ReadonlySet<Cell> {
    for (const pending of this.#pendingRestarts) {
      if (pending.group.isDisjointFrom(group)) continue;
      pending.cancel();
      this.#pendingRestarts.delete(pending);
      for (const cell of pending.group) group.add(cell);
    }
    return group;
  }

  /** Whether it is one of a group that goes down to start again: it will, whatever else it ended of. */
  #isGoingDown(child: Cell): boolean {
    for (const { group, isDelayed } of this.#pendingRestarts) if (!isDelayed && group.has(child)) return true;
    return false;
  }
}

/** Does `step` for each, the next one when that calls back. A loop where it can be: there may be many. */
function oneAfterTheOther<T>(all: readonly T[], step: (one: T, next: () => void) => void, then: () => void): void {
  let at = 0;
  const go = (): void => {
    while (at < all.length) {
      let isLooping = true;
      let isDone = false;
      step(all[at++]!, () => {
        isDone = true;
        if (!isLooping) go();
      });
      isLooping = false;
      if (!isDone) return;
    }
    then();
  };
  go();
}
