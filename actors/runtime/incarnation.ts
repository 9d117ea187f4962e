import type { Behavior, Context, Receive, SpawnOptions } from "./behavior.ts";
import { Belongings } from "./belongings.ts";
import type { Cell } from "./cell.ts";
import type { Clock } from "./clock.ts";
import type { Deadlines } from "./deadlines.ts";
import type { DeadLetter } from "./dead_letters.ts";
import { describe } from "./describe.ts";
import { Envelope } from "./envelope.ts";
import type { EventStream, Topic } from "./events.ts";
import { NOTHING } from "./fifo.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";
import { type ActorRef, type Asker, AskError, type Cancellable, type StopOptions, type StopReason } from "./ref.ts";
import { keyOf } from "./remote_ref.ts";
import type { Supervision } from "./supervisor.ts";
import type { Host } from "./system.ts";
import { type Timers, TimerTable } from "./timers.ts";

/** One life of an actor between two starts, and its context. Nothing of it reaches the next one but its stash. */
export class Incarnation implements Context<unknown>, Asker {
  receive: Receive<unknown> = () => {};
  readonly #cell: Cell;
  readonly #host: Host;
  #belongings: Belongings | undefined;
  #isOver = false;

  constructor(cell: Cell, host: Host) {
    this.#cell = cell;
    this.#host = host;
  }

  get self(): ActorRef<unknown> {
    return this.#cell.ref;
  }

  get path(): string {
    return this.#cell.path;
  }

  get clock(): Pick<Clock, "now" | "wallMs"> {
    return this.#host.clock;
  }

  get events(): EventStream {
    return this.#host.events;
  }

  get deadlines(): Deadlines {
    return this.#host.deadlines;
  }

  get log(): Log {
    return this.#own.log ??= this.#host.log(this.#cell.path);
  }

  get random(): Random {
    return this.#own.random ??= this.#host.random.child(this.#cell.life);
  }

  get timers(): Timers<unknown> {
    return this.#own.timers ??= new TimerTable(this.#host.clock, this.#isOver, (message, timer) => {
      this.#cell.deliverOwn(Envelope.own(message, timer));
    });
  }

  get signal(): AbortSignal {
    const own = this.#own;
    if (own.aborter === undefined) {
      own.aborter = new AbortController();
      if (this.#isOver) own.aborter.abort();
    }
    return own.aborter.signal;
  }

  spawn<C>(name: string, behavior: Behavior<C>, options?: SpawnOptions): ActorRef<C> {
    if (this.#isOver) throw new Error(`${this.path} has ended and starts no children`);
    return this.#cell.children.spawn(name, behavior as Behavior<unknown>, options).ref as ActorRef<C>;
  }

  spawnUnnamed<C>(behavior: Behavior<C>, options?: SpawnOptions): ActorRef<C> {
    if (this.#isOver) throw new Error(`${this.path} has ended and starts no children`);
    return this.#cell.children.spawnUnnamed(behavior as Behavior<unknown>, options).ref as ActorRef<C>;
  }

  stop(ref: ActorRef<never>, options?: StopOptions): void {
    if ((ref as ActorRef<unknown>) !== this.self) return ref.stop(options);
    if (options?.mode === "kill" && this.#cell.isLiving(this)) return this.#cell.stop(options);
    if (!this.#isOver) this.#cell.finish(options);
  }

  supervise(supervision: Partial<Supervision>): void {
    if (!this.#isOver) this.#cell.children.supervise(supervision);
  }

  watch<W>(ref: ActorRef<W>, toMessage: (reason: StopReason) => unknown): void {
    if (this.#isOver) return;
    this.unwatch(ref);
    const key = keyOf(ref as ActorRef<never>);
    const { watched } = this.#own;
    watched.set(key, () => {}); // before the call: it may answer at once
    const cancel = ref.watch((reason) => {
      if (watched.delete(key)) this.#deliverOwn(() => toMessage(reason));
    });
    if (watched.has(key)) watched.set(key, cancel);
  }

  unwatch<W>(ref: ActorRef<W>): void {
    const key = keyOf(ref as ActorRef<never>);
    this.#belongings?.watched.get(key)?.();
    this.#belongings?.watched.delete(key);
  }

  link<W>(ref: ActorRef<W>): void {
    if (!this.#isOver) this.#cell.bonds.link(ref as ActorRef<never>);
  }

  unlink<W>(ref: ActorRef<W>): void {
    if (!this.#isOver) this.#cell.bonds.unlink(ref as ActorRef<never>);
  }

  subscribe<E>(
    topic: Topic<E>,
    toMessage: (event: E) => unknown,
    wants: (event: E) => boolean = () => true,
  ): () => void {
    if (this.#isOver) return () => {};
    const cancel = this.events.subscribe(topic, (event) => {
      const item = this.#made(() => wants(event) ? toMessage(event) : NOTHING);
      if (item !== NOTHING) this.#cell.deliver(item);
    });
    const subscription: Cancellable = { cancel };
    this.open(subscription);
    return () => {
      this.closed(subscription);
      cancel();
    };
  }

  ask<Q, R>(ref: ActorRef<Q>, build: (replyTo: ActorRef<R>) => Q, timeoutMs: number): Promise<R> {
    if (this.#isOver) return Promise.reject(new AskError("cancelled", ref.path));
    return ref.ask(build, timeoutMs, this);
  }

  tellAndWait<Q>(ref: ActorRef<Q>, message: Q, timeoutMs: number): Promise<void> {
    if (this.#isOver) return Promise.reject(new AskError("cancelled", ref.path));
    return ref.tellAndWait(message, timeoutMs, this);
  }

  pipeToSelf<T>(promise: Promise<T>, ok: (value: T) => unknown, failed: (error: unknown) => unknown): void {
    promise.then((value) => this.#deliverOwn(() => ok(value)), (error) => this.#deliverOwn(() => failed(error)));
  }

  stash(message: unknown): boolean {
    if (this.#isOver) return false;
    const own = this.#own;
    if (!this.#cell.stashInto(own.stash, message)) return false;
    own.stashedAt = this.#cell.received;
    return true;
  }

  unstashAll(): void {
    const own = this.#belongings;
    if (own === undefined || this.#isOver || own.stash.length === 0) return;
    const items = own.stash;
    own.stash = [];
    this.#cell.takeBack(items);
  }

  deadLetter(letter: DeadLetter): void {
    this.#host.deadLetter(letter);
  }

  onStop(run: () => void): void {
    if (this.#isOver) run(); // whatever was opened after the end is closed at once
    else this.#own.hooks.push(run);
  }

  open(wait: Cancellable): void {
    this.#own.open.add(wait);
  }

  closed(wait: Cancellable): void {
    this.#belongings?.open.delete(wait);
  }

  get stashed(): number {
    return this.#belongings?.stash.length ?? 0;
  }

  /** Ends what goes on. From now on nothing more begins. */
  end(): void {
    this.#isOver = true;
    this.#belongings?.end((error) => this.log.error("abort_listener_failed", { error: describe(error) }));
  }

  /** The message that crashed it is gone, even if it had been put aside just before. */
  unstash(item: unknown): void {
    const own = this.#belongings;
    if (own?.stashedAt !== this.#cell.received) return;
    const at = own.stash.lastIndexOf(item);
    if (at >= 0) own.stash.splice(at, 1);
    else this.#cell.forgetReturned(item);
  }

  /** What was put aside. */
  takeStash(): readonly unknown[] | undefined {
    const own = this.#belongings;
    if (own === undefined || own.stash.length === 0) return undefined;
    const items = own.stash;
    own.stash = [];
    return items;
  }

  /** What was registered for the end, last registered first. */
  takeHooks(): readonly (() => void)[] | undefined {
    return this.#belongings?.hooks.reverse();
  }

  #deliverOwn(toMessage: () => unknown): void {
    if (this.#isOver) return;
    const message = this.#made(toMessage);
    if (message !== NOTHING) this.#cell.deliverOwn(Envelope.own(message));
  }

  /** What the actor's own function makes. It runs on somebody else's stack; what it throws is this actor's failure. */
  #made(toMessage: () => unknown): unknown {
    try {
      return toMessage();
    } catch (error) {
      if (!this.#isOver) this.#cell.fail(error);
      return NOTHING;
    }
  }

  get #own(): Belongings {
    return this.#belongings ??= new Belongings();
  }
}
