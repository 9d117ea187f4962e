import type { Behavior, Context, Receive, SpawnOptions } from "./behavior.ts";
import type { Cell } from "./cell.ts";
import type { Cancel } from "./clock.ts";
import type { Topic } from "./events.ts";
import type { Envelope } from "./mailbox.ts";
import { type ActorRef, AskError, type StopReason } from "./ref.ts";
import type { Supervision } from "./supervisor.ts";
import type { Host } from "./system.ts";
import { TimerTable } from "./timers.ts";

/** What an incarnation asks of its cell. */
export type CellActions = Readonly<{
  spawn(name: string, behavior: Behavior<unknown>, options: SpawnOptions): Cell;
  supervise(supervision: Partial<Supervision>): void;
  stopSelf(): void;
  deliver(envelope: Envelope): void;
}>;

/** One life of an actor between two starts, and its context. Nothing of it reaches the next one. */
export class Incarnation implements Context<unknown> {
  receive: Receive<unknown> = () => {};
  readonly self: ActorRef<unknown>;
  readonly path: string;
  readonly clock: Context<unknown>["clock"];
  readonly random: Context<unknown>["random"];
  readonly log: Context<unknown>["log"];
  readonly timers: TimerTable<unknown>;
  readonly events: Context<unknown>["events"];

  readonly deadLetter: Context<unknown>["deadLetter"];

  readonly #cell: Cell;
  readonly #actions: CellActions;
  readonly #aborter = new AbortController();
  readonly #hooks: (() => void)[] = [];
  readonly #watched = new Map<ActorRef<never>, Cancel>();

  constructor(cell: Cell, host: Host, actions: CellActions) {
    this.#cell = cell;
    this.#actions = actions;
    this.self = cell.ref;
    this.path = cell.path;
    this.clock = host.clock;
    this.random = host.random.child(`${cell.path}#${cell.counters.restarts}`);
    this.log = host.log(cell.path);
    this.events = host.events;
    this.deadLetter = (letter) => host.deadLetter(letter);
    this.timers = new TimerTable(host.clock, (message, timer) => actions.deliver({ message, lane: "own", timer }));
  }

  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  spawn<C>(name: string, behavior: Behavior<C>, options: SpawnOptions = {}): ActorRef<C> {
    return this.#actions.spawn(name, behavior as Behavior<unknown>, options).ref as ActorRef<C>;
  }

  stop(ref: ActorRef<never>): void {
    if ((ref as ActorRef<unknown>) === this.self) return this.#actions.stopSelf();
    for (const child of this.#cell.children.values()) {
      if ((child.ref as ActorRef<unknown>) === ref) return child.stop("stopped");
    }
  }

  supervise(supervision: Partial<Supervision>): void {
    this.#actions.supervise(supervision);
  }

  watch<W>(ref: ActorRef<W>, toMessage: (reason: StopReason) => unknown): void {
    this.unwatch(ref);
    const key = ref as ActorRef<never>;
    this.#watched.set(key, () => {}); // before the call: it may answer at once
    const cancel = ref.watch((reason) => {
      if (this.#watched.delete(key)) this.#actions.deliver({ message: toMessage(reason), lane: "own" });
    });
    if (this.#watched.has(key)) this.#watched.set(key, cancel);
  }

  unwatch<W>(ref: ActorRef<W>): void {
    const key = ref as ActorRef<never>;
    this.#watched.get(key)?.();
    this.#watched.delete(key);
  }

  subscribe<E>(topic: Topic<E>, toMessage: (event: E) => unknown): void {
    this.onStop(this.events.subscribe(topic, (event) => this.#actions.deliver({ message: toMessage(event) })));
  }

  ask<Q, R>(ref: ActorRef<Q>, build: (replyTo: ActorRef<R>) => Q, timeoutMs: number): Promise<R> {
    if (this.signal.aborted) return Promise.reject(new AskError("cancelled", ref.path));
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const cancelled = (): void => reject(new AskError("cancelled", ref.path));
    this.signal.addEventListener("abort", cancelled, { once: true });
    ref.ask(build, timeoutMs).then(resolve, reject);
    return promise.finally(() => this.signal.removeEventListener("abort", cancelled));
  }

  pipeToSelf<T>(promise: Promise<T>, ok: (value: T) => unknown, failed: (error: unknown) => unknown): void {
    const deliver = (message: unknown): void => {
      if (!this.signal.aborted) this.#actions.deliver({ message, lane: "own" });
    };
    promise.then((value) => deliver(ok(value)), (error) => deliver(failed(error)));
  }

  onStop(run: () => void): void {
    this.#hooks.push(run);
  }

  abort(): void {
    this.#aborter.abort();
    this.timers.end();
    for (const cancel of this.#watched.values()) cancel();
    this.#watched.clear();
  }

  /** Runs the hooks, last registered first; returns what they threw. */
  runHooks(): unknown[] {
    const errors: unknown[] = [];
    for (const hook of this.#hooks.reverse()) {
      try {
        hook();
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }
}
