import type { Behavior, SpawnOptions } from "./behavior.ts";
import type { Cancel } from "./clock.ts";
import type { DeadLetterReason } from "./dead_letters.ts";
import type { Runnable } from "./dispatcher.ts";
import { Incarnation } from "./incarnation.ts";
import { LocalRef } from "./local_ref.ts";
import { type Envelope, Mailbox } from "./mailbox.ts";
import { AskError, type StopReason } from "./ref.ts";
import type { ReplySlot } from "./reply_slot.ts";
import { NO_RESTARTS, type RestartHistory } from "./restart_window.ts";
import { type ChildExit, decide, type Supervision, SUPERVISION_DEFAULTS } from "./supervisor.ts";
import type { Host } from "./system.ts";

/**
 * Where an actor is in its life. `waiting`: it ended and its supervisor will start it again; messages are kept.
 * `ending`: its children are being stopped, or an asynchronous receive is being waited for.
 */
export type CellState = "starting" | "running" | "ending" | "waiting" | "stopped";

export type CellCounters = { received: number; dropped: number; restarts: number; timeSpentMs: number };

/** Children of one actor at most: a behaviour that spawns without end is a fault, and is stopped by it. */
const CHILDREN_MAX = 4096;

const STOP_TIMEOUT_MS = 5_000;

/** An actor's place in the tree: it outlives restarts, and with it the ref and the mailbox. */
export class Cell implements Runnable {
  readonly ref: LocalRef<unknown>;
  readonly children = new Map<string, Cell>();
  readonly counters: CellCounters = { received: 0, dropped: 0, restarts: 0, timeSpentMs: 0 };
  readonly name: string;
  readonly path: string;
  readonly options: SpawnOptions;
  state: CellState = "starting";
  /** What it last failed with, for `tree`. */
  lastError: unknown;

  readonly #host: Host;
  readonly #parent: Cell | undefined;
  readonly #behavior: Behavior<unknown>;
  readonly #mailbox: Mailbox;
  readonly #watchers = new Set<(reason: StopReason) => void>();
  #incarnation: Incarnation | undefined;
  #scheduled = false;
  #busy = false;
  #whenIdle: (() => void) | undefined;
  #stopping = false;
  #stopReason: StopReason = "stopped";
  #supervision: Supervision = SUPERVISION_DEFAULTS;
  #history: RestartHistory = NO_RESTARTS;
  readonly #pendingRestarts = new Set<PendingRestart>();

  constructor(host: Host, parent: Cell | undefined, name: string, behavior: Behavior<unknown>, options: SpawnOptions) {
    this.#host = host;
    this.#parent = parent;
    this.name = name;
    this.path = parent === undefined ? "" : `${parent.path}/${name}`;
    this.#behavior = behavior;
    this.options = options;
    this.#mailbox = new Mailbox(options.mailbox);
    this.ref = new LocalRef(this, host);
    this.#schedule();
  }

  get depth(): number {
    return this.#mailbox.depth;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Takes a message in; false when it became a dead letter at once. */
  enqueue(envelope: Envelope): boolean {
    if (this.state === "stopped") {
      this.#undeliverable(envelope, "stopped");
      return false;
    }
    const displaced = this.#mailbox.push(envelope);
    if (displaced !== undefined) {
      this.counters.dropped++;
      this.#undeliverable(displaced, "mailbox_full");
    }
    this.#schedule();
    return displaced !== envelope;
  }

  /** Calls back once when this actor has stopped for good. */
  watch(gone: (reason: StopReason) => void): () => void {
    if (this.state === "stopped") {
      gone(this.#stopReason);
      return () => {};
    }
    this.#watchers.add(gone);
    return () => void this.#watchers.delete(gone);
  }

  run(limit: number): boolean {
    this.#scheduled = false;
    if (this.state === "starting") this.#start();
    for (let handled = 0; handled < limit; handled++) {
      if (this.state !== "running" || this.#busy) return false;
      const envelope = this.#mailbox.shift();
      if (envelope === undefined) return false;
      this.#handle(envelope);
    }
    if (this.#mailbox.depth === 0 || this.state !== "running" || this.#busy) return false;
    this.#scheduled = true;
    return true;
  }

  /** Something of the runtime threw while this actor had its turn, such as a sink of the log. */
  fault(error: unknown): void {
    this.#scheduled = false;
    this.fail(error);
  }

  /** Stops for good: children first, in reverse order of their start. */
  stop(reason: StopReason, then: () => void = () => {}): void {
    if (this.state === "stopped") return then();
    this.watch(then);
    if (this.#stopping) return;
    this.#stopping = true;
    this.#stopReason = reason;
    if (this.state !== "ending") this.#end(() => this.#stopped());
  }

  /** As if the actor had thrown `error` over `envelope`; false when it is down already. */
  fail(error: unknown, envelope?: Envelope): boolean {
    if (this.state === "ending" || this.state === "waiting" || this.state === "stopped") return false;
    this.lastError = error;
    this.#host.log(this.path).error("actor_crashed", { error: describe(error), message: envelope?.message });
    if (envelope !== undefined) this.#undeliverable(envelope, "crashed", error);
    this.#end(() => this.#exited("failed"));
    return true;
  }

  #schedule(): void {
    if (this.#scheduled || this.#busy || (this.state !== "running" && this.state !== "starting")) return;
    this.#scheduled = true;
    this.#host.dispatcher.schedule(this);
  }

  #start(): void {
    const incarnation = new Incarnation(this, this.#host, {
      spawn: (name, behavior, options) => this.#spawn(name, behavior, options),
      supervise: (supervision) => this.#supervision = { ...this.#supervision, ...supervision },
      stopSelf: () => this.#stopSelf(),
      deliver: (envelope) => void this.enqueue(envelope),
    });
    this.#incarnation = incarnation;
    this.state = "running";
    try {
      incarnation.receive = this.#behavior(incarnation);
    } catch (error) {
      this.fail(error);
    }
  }

  #handle(envelope: Envelope): void {
    const { timer } = envelope;
    if (timer !== undefined) {
      timer.waiting = false;
      if (!timer.live) return;
    }
    this.counters.received++;
    const incarnation = this.#incarnation!;
    const startedAt = this.#host.clock.now();
    try {
      const pending = incarnation.receive(envelope.message);
      if (pending !== undefined) this.#await(incarnation, pending, envelope);
    } catch (error) {
      this.fail(error, envelope);
    }
    this.counters.timeSpentMs += this.#host.clock.now() - startedAt;
  }

  #await(incarnation: Incarnation, pending: Promise<void>, envelope: Envelope): void {
    const isOver = (): boolean => this.#incarnation !== incarnation;
    if (!isOver()) this.#busy = true;
    const settle = (failure: (() => void) | undefined): void => {
      if (isOver()) return;
      this.#busy = false;
      if (this.#whenIdle !== undefined) this.#whenIdle();
      else if (failure !== undefined) failure();
      else this.#schedule();
    };
    pending.then(() => settle(undefined), (error) => settle(() => this.fail(error, envelope)));
  }

  /** Ends the incarnation: abort, children in reverse order, the pending receive, the actor's own hooks. */
  #end(then: () => void): void {
    this.state = "ending";
    this.#incarnation?.abort();
    for (const envelope of this.#mailbox.drainOwn()) this.#undeliverable(envelope, "stopped");
    for (const { cancel } of this.#pendingRestarts) cancel();
    this.#pendingRestarts.clear();
    this.#stopChildren(() =>
      this.#awaitIdle(() => {
        const incarnation = this.#incarnation;
        this.#incarnation = undefined;
        this.#busy = false;
        for (const error of incarnation?.runHooks() ?? []) {
          this.#host.log(this.path).error("stop_hook_failed", { error: describe(error) });
        }
        if (this.#stopping) this.#stopped();
        else then();
      })
    );
  }

  #stopChildren(then: () => void): void {
    const last = [...this.children.values()].at(-1);
    if (last === undefined) return then();
    last.stop("stopped", () => {
      this.children.delete(last.name);
      this.#stopChildren(then);
    });
  }

  #awaitIdle(then: () => void): void {
    if (!this.#busy) return then();
    const go = (): void => {
      this.#whenIdle = undefined;
      cancel();
      then();
    };
    const cancel = this.#host.clock.after(this.options.stopTimeoutMs ?? STOP_TIMEOUT_MS, () => {
      this.#host.log(this.path).warn("stop_timed_out");
      go();
    });
    this.#whenIdle = go;
  }

  #stopSelf(): void {
    if (this.state !== "running" && this.state !== "starting") return;
    this.#end(() => this.#exited("finished"));
  }

  #exited(cause: ChildExit["cause"]): void {
    this.#stopReason = cause;
    this.state = "waiting";
    if (this.#parent === undefined) this.#stopped();
    else this.#parent.#childExited(this, cause);
  }

  #stopped(): void {
    if (this.state === "stopped") return;
    this.state = "stopped";
    this.#parent?.children.delete(this.name);
    for (const envelope of this.#mailbox.drain()) this.#undeliverable(envelope, "stopped");
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const gone of watchers) gone(this.#stopReason);
  }

  #childExited(child: Cell, cause: ChildExit["cause"]): void {
    if (this.state !== "running" && this.state !== "starting") return child.#stopped();
    const exit = { name: child.name, restart: child.options.restart ?? "transient", cause };
    const order = [...this.children.keys()];
    const { clock, random } = this.#host;
    const decision = decide(this.#supervision, exit, order, this.#history, clock.now(), random.next());
    switch (decision.type) {
      case "remove":
        return child.#stopped();
      case "escalate":
        child.#stopped();
        return void this.fail(new Error(`Too many restarts of ${child.path}`, { cause: child.lastError }));
      case "restart":
        this.#history = decision.history;
        return this.#restartGroup(decision.names.map((name) => this.children.get(name)!), decision.delayMs);
    }
  }

  /** Ends those of the group that still run, last started first, then starts all again in order. */
  #restartGroup(group: readonly Cell[], delayMs: number): void {
    const running = group.filter((cell) => cell.state === "running" || cell.state === "starting").at(-1);
    if (running !== undefined) {
      return running.#end(() => {
        running.state = "waiting";
        this.#restartGroup(group, delayMs);
      });
    }
    this.#overtake(group);
    if (delayMs === 0) return group.forEach((cell) => cell.#restart());
    const cancel = this.#host.clock.after(delayMs, () => {
      this.#pendingRestarts.delete(pending);
      for (const cell of group) cell.#restart();
    });
    const pending: PendingRestart = { group, cancel };
    this.#pendingRestarts.add(pending);
  }

  /** A restart that waits and has members of this group would start them out of order: this one covers it. */
  #overtake(group: readonly Cell[]): void {
    for (const pending of this.#pendingRestarts) {
      if (!pending.group.some((cell) => group.includes(cell))) continue;
      pending.cancel();
      this.#pendingRestarts.delete(pending);
    }
  }

  #restart(): void {
    if (this.state !== "waiting") return;
    this.counters.restarts++;
    this.state = "starting";
    this.#history = NO_RESTARTS;
    this.#supervision = SUPERVISION_DEFAULTS;
    this.#schedule();
  }

  #spawn(name: string, behavior: Behavior<unknown>, options: SpawnOptions): Cell {
    if (this.children.has(name)) throw new RangeError(`The name "${name}" is taken under ${this.path}`);
    if (this.children.size >= CHILDREN_MAX) throw new RangeError(`${this.path} has ${CHILDREN_MAX} children already`);
    const child = new Cell(this.#host, this, name, behavior, options);
    this.children.set(name, child);
    return child;
  }

  #undeliverable(envelope: Envelope, reason: DeadLetterReason, cause?: unknown): void {
    if (envelope.timer !== undefined && reason === "stopped") return;
    (envelope.slot as ReplySlot<unknown> | undefined)?.fail(new AskError("gone", this.path));
    this.#host.deadLetter({ to: this.path, message: envelope.message, reason, cause });
  }
}

/** Children that start again together after a delay. */
type PendingRestart = Readonly<{ group: readonly Cell[]; cancel: Cancel }>;

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
