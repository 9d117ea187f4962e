import type { Behavior, SpawnOptions } from "./behavior.ts";
import { Bonds } from "./bonds.ts";
import { Children, UNNAMED } from "./children.ts";
import type { DeadLetterReason } from "./dead_letters.ts";
import type { Runnable } from "./dispatcher.ts";
import { describe } from "./describe.ts";
import { Ending } from "./ending.ts";
import { Envelope, messageOf } from "./envelope.ts";
import { NOTHING } from "./fifo.ts";
import { Incarnation } from "./incarnation.ts";
import { LIFECYCLE } from "./lifecycle.ts";
import { LocalRef } from "./local_ref.ts";
import { Mailbox, MailboxFullError } from "./mailbox.ts";
import { type ActorRef, type Asker, type AskError, type StopOptions, type StopReason } from "./ref.ts";
import { ReplySlot } from "./reply_slot.ts";
import type { Sibling } from "./siblings.ts";
import type { ChildExit } from "./supervisor.ts";
import type { Host } from "./system.ts";

/**
 * Where an actor is in its life. `waiting`: it ended and its supervisor will start it again; messages are kept.
 * `ending`: its children are being stopped, or an asynchronous receive is being waited for.
 */
export type CellState = "starting" | "running" | "ending" | "waiting" | "stopped";

const STOP_TIMEOUT_MS = 5_000;

/** Messages an actor handles before the next one gets its turn; fewer, down to one, once it has shown to be slow. */
const MESSAGES_PER_TURN_MAX = 64;

/** A turn that took longer had too many messages. */
const LONG_TURN_MS = 2;

const NO_OPTIONS: SpawnOptions = {};

/** An actor's place in the tree: it outlives restarts, and with it the ref and the mailbox. */
export class Cell implements Runnable, Sibling {
  /** Its name, or its number among those without one. */
  readonly key: string | number;
  /** How many of its parent's children had ended when it was started: who had its name before was one of them. */
  readonly #ended: number;
  readonly options: SpawnOptions;
  readonly ref: LocalRef<unknown>;
  previous: Sibling | undefined;
  next: Sibling | undefined;
  state: CellState = "starting";
  received = 0;
  dropped = 0;
  restarts = 0;
  timeSpentMs = 0;
  /** How often it kept the event loop from everybody else for too long. */
  blockages = 0;
  /** What it last failed with, for `tree`. */
  lastError: unknown;

  readonly #host: Host;
  readonly #parent: Cell | undefined;
  readonly #behavior: Behavior<unknown>;
  readonly #mailbox: Mailbox;
  #incarnation: Incarnation | undefined;
  #children: Children | undefined;
  #watchers: Set<(reason: StopReason) => void> | undefined;
  #bonds: Bonds | undefined;
  #messagesPerTurn = MESSAGES_PER_TURN_MAX;
  /** What is being handled asynchronously, or {@linkcode NOTHING}. */
  #pending: unknown = NOTHING;
  /** The last envelope that was handled; to remember each plain message as well would cost too much. */
  #envelope: Envelope | undefined;
  #scheduled = false;
  /** Takes nothing more in from others: it is gone, or finishes what it has. */
  #isClosed = false;
  /** A receive is on the stack. */
  #handling = false;
  #ending: Ending | undefined;

  constructor(
    host: Host,
    parent: Cell | undefined,
    key: string | number,
    ended: number,
    behavior: Behavior<unknown>,
    options: SpawnOptions = NO_OPTIONS,
  ) {
    this.#host = host;
    this.#parent = parent;
    this.key = key;
    this.#ended = ended;
    this.#behavior = behavior;
    this.options = options;
    this.#mailbox = new Mailbox(options.mailbox);
    this.ref = new LocalRef(this);
    this.#schedule();
  }

  get name(): string {
    return typeof this.key === "string" ? this.key : `${UNNAMED}${this.key}`;
  }

  get path(): string {
    return this.#parent === undefined ? "" : `${this.#parent.path}/${this.name}`;
  }

  /** What no other life in this system is called: a path may have been somebody else's before. */
  get life(): string {
    return `${this.#parent?.life ?? ""}/${this.name}:${this.#ended}#${this.restarts}`;
  }

  /** Generations above this one. */
  get depth(): number {
    return this.#parent === undefined ? 0 : this.#parent.depth + 1;
  }

  get mailboxDepth(): number {
    return this.#mailbox.depth;
  }

  get stashed(): number {
    return this.#incarnation?.stashed ?? 0;
  }

  /** An asynchronous receive is pending. */
  get busy(): boolean {
    return this.#pending !== NOTHING;
  }

  /** It is not ending and not down. */
  get isUp(): boolean {
    return this.state === "running" || this.state === "starting";
  }

  get children(): Children {
    return this.#children ??= new Children(this, this.#host);
  }

  get childCells(): Iterable<Cell> {
    return this.#children?.all ?? [];
  }

  child(name: string): Cell | undefined {
    return this.#children?.find(name);
  }

  createChild(
    key: string | number,
    ended: number,
    behavior: Behavior<unknown>,
    options: SpawnOptions | undefined,
  ): Cell {
    return new Cell(this.#host, this, key, ended, behavior, options);
  }

  // What others send.

  /** Takes an item in; throws a {@linkcode MailboxFullError} if it is full and its policy is to say so. */
  tell(item: unknown): void {
    if (this.#isClosed || !this.#mailbox.push(item)) {
      if (this.#notTaken(item) === "refused") throw new MailboxFullError(this.path);
    }
    if (!this.#scheduled) this.#schedule();
  }

  /** Takes an item in that has no sender to be told, such as an event. */
  deliver(item: unknown): void {
    if ((this.#isClosed || !this.#mailbox.push(item)) && this.#notTaken(item) === "refused") {
      this.#undeliverable(item, "mailbox_full");
    }
    if (!this.#scheduled) this.#schedule();
  }

  /** Takes in what a timer, a watch or a promise of the actor's own has to say. */
  deliverOwn(envelope: Envelope): void {
    if (this.state === "stopped") return this.#undeliverable(envelope, "stopped");
    this.#mailbox.pushOwn(envelope);
    if (!this.#scheduled) this.#schedule();
  }

  ask<R>(build: (replyTo: ActorRef<R>) => unknown, timeoutMs: number, asker: Asker | undefined): Promise<R> {
    const slot = new ReplySlot<R>(this, this.#host.deadlines, timeoutMs, this.#host.lateReply, asker);
    const item = Envelope.asked(slot.build(build), slot);
    if (this.#isClosed || !this.#mailbox.push(item)) {
      if (this.#notTaken(item) === "refused") slot.fail("mailbox_full");
    }
    if (!this.#scheduled) this.#schedule();
    return slot.reply;
  }

  tellAndWait(message: unknown, timeoutMs: number, asker: Asker | undefined): Promise<void> {
    const taken = new ReplySlot<void>(this, this.#host.deadlines, timeoutMs, () => {}, asker);
    if (this.#isClosed) {
      taken.fail("gone");
      return taken.reply;
    }
    const outcome = this.#mailbox.pushWhenRoom(message, taken);
    if (outcome === "refused") taken.fail("mailbox_full");
    if (outcome !== "taken") return taken.reply;
    taken.tell();
    if (!this.#scheduled) this.#schedule();
    return taken.reply;
  }

  /** There is no room, or nobody any more: somebody has to give way. */
  #notTaken(item: unknown): "dropped" | "refused" {
    if (this.#isClosed) {
      this.#undeliverable(item, "stopped");
      return "dropped";
    }
    this.dropped++;
    if (this.#mailbox.options.whenFull === "fail") return "refused";
    this.#undeliverable(this.#mailbox.displace(item), "mailbox_full");
    return "dropped";
  }

  // Turns.

  #schedule(): void {
    if (this.#scheduled || this.busy || !this.isUp) return;
    this.#scheduled = true;
    this.#host.dispatcher.schedule(this);
  }

  run(): boolean {
    this.#scheduled = false;
    if (this.state === "starting") this.#start();
    if (this.state === "running") this.#handleSome();
    if (this.state !== "running" || this.busy) return false;
    if (this.#scheduled) return false; // it sent itself something, and has its next turn already
    if (this.#mailbox.depth > 0) return this.#scheduled = true;
    if (this.#ending?.draining) this.#end("finished");
    return false;
  }

  spent(tookMs: number, exact: boolean): void {
    this.timeSpentMs += tookMs;
    if (!exact) return;
    if (tookMs > LONG_TURN_MS) this.#messagesPerTurn = Math.max(1, this.#messagesPerTurn >> 2);
    else if (this.#scheduled && this.#messagesPerTurn < MESSAGES_PER_TURN_MAX) this.#messagesPerTurn <<= 1;
  }

  /** Something of the runtime threw while this actor had its turn, such as a sink of the log. */
  fault(error: unknown): void {
    this.#scheduled = false;
    this.fail(error);
  }

  #start(): void {
    const incarnation = new Incarnation(this, this.#host);
    this.#incarnation = incarnation;
    this.state = "running";
    try {
      incarnation.receive = this.#behavior(incarnation);
      if (typeof incarnation.receive !== "function") throw new TypeError("A behavior returned nothing that receives");
    } catch (error) {
      // It may have ended its own life before it threw; what is there now is the next one.
      if (!this.isLiving(incarnation) || !this.fail(error)) this.#failedLate(error);
    }
    if (!this.isLiving(incarnation)) return;
    if (this.#host.events.hasSubscribers(LIFECYCLE)) this.#announce({ type: "started", restarts: this.restarts });
  }

  #handleSome(): void {
    const incarnation = this.#incarnation!;
    const mailbox = this.#mailbox;
    let item: unknown = NOTHING;
    this.#handling = true;
    try {
      for (let left = this.#messagesPerTurn; left > 0 && this.state === "running" && !this.busy; left--) {
        item = mailbox.shift();
        if (item === NOTHING) break;
        let message = item;
        if (item instanceof Envelope) {
          if (!isStillWanted(item)) continue;
          message = item.message;
          this.#envelope = item;
          item.handledAs = this.received + 1;
        }
        this.received++;
        const pending = incarnation.receive(message);
        if (pending !== undefined && isPromise(pending)) this.#await(incarnation, Promise.resolve(pending), item);
      }
    } catch (error) {
      this.#handling = false;
      this.#threw(error, item);
    }
    this.#handling = false;
    this.#ending?.whenIdle?.();
  }

  #await(incarnation: Incarnation, pending: Promise<void>, item: unknown): void {
    const isOver = (): boolean => !this.isLiving(incarnation);
    if (isOver()) return this.#cutOff(pending, item);
    this.#pending = item;
    const settle = (failure: (() => void) | undefined): void => {
      if (isOver()) return;
      this.#pending = NOTHING;
      if (failure !== undefined) failure();
      if (this.#ending?.whenIdle !== undefined) this.#ending.whenIdle();
      else if (this.#ending?.draining) this.#drainOn();
      else this.#schedule();
    };
    pending.then(() => settle(undefined), (error) => {
      if (isOver()) this.#failedLate(error);
      else settle(() => this.#threw(error, item));
    });
  }

  /** It killed itself and works on: how that ends is nobody's any more. */
  #cutOff(pending: Promise<void>, item: unknown): void {
    pending.then(() => {}, (error) => this.#failedLate(error));
    this.#undeliverable(item, "stopped");
  }

  #failedLate(error: unknown): void {
    this.#host.log(this.path).debug("failed_after_end", { error: describe(error) });
  }

  /** Its receive threw. When its end has begun already, that message was its last and is lost all the same. */
  #threw(error: unknown, item: unknown): void {
    if (this.fail(error, item)) return;
    this.#failedLate(error);
    this.#undeliverable(item, "crashed", error);
  }

  // What it puts aside.

  /** Puts a message aside, with who asked it; false, and a dead letter, when there is too much already. */
  stashInto(stash: unknown[], message: unknown): boolean {
    const envelope = this.#envelope;
    const isWrapped = envelope?.handledAs === this.received && envelope.message === message;
    const item = isWrapped ? envelope : message;
    if (stash.length < this.#mailbox.options.stashLimit) {
      stash.push(item);
      return true;
    }
    this.dropped++;
    this.#undeliverable(item, "stash_full");
    return false;
  }

  /** Takes back what was put aside, before what others say. */
  takeBack(items: readonly unknown[]): void {
    this.#mailbox.pushReturned(items);
    this.#schedule();
  }

  /** A message that was put aside, taken back and then crashed the actor, all at once, does not come back. */
  forgetReturned(item: unknown): void {
    this.#mailbox.forgetReturned(item);
  }

  // Its end.

  /** Calls back once when this actor has stopped for good. */
  whenStopped(gone: (reason: StopReason) => void): () => void {
    if (this.state === "stopped") {
      gone(this.#stopReason);
      return () => {};
    }
    const watchers = this.#watchers ??= new Set();
    const watcher = (reason: StopReason): void => gone(reason); // two watches may share one function
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  }

  /** Stops for good: children first, in reverse order of their start. */
  stop(options: StopOptions = {}): void {
    const { mode = "finish", deadlineMs } = options;
    if (this.state === "stopped") return;
    if (mode === "kill") return this.#kill();
    if (deadlineMs !== undefined) this.#setDeadline(deadlineMs);
    const ending = this.#anEnding;
    if (ending.stopping && !(ending.draining && mode === "finish")) return;
    ending.stopping = true;
    ending.draining = false;
    ending.reason = "stopped";
    if (mode === "drain" && this.isUp) {
      ending.draining = this.#isClosed = true;
      if (deadlineMs === undefined) this.#setDeadline(this.#stopTimeoutMs);
      return this.#drainOn();
    }
    if (this.state !== "ending") this.#end("finished");
  }

  /** Stops itself; its supervisor may start it again. */
  finish(options: StopOptions = {}): void {
    if (options.mode === "drain") return this.stop(options);
    if (options.deadlineMs !== undefined) this.#setDeadline(options.deadlineMs);
    if (this.isUp) this.#end("finished");
  }

  /** As if the actor had thrown `error`, over `item` if that is to blame; false when it is down already. */
  fail(error: unknown, item: unknown = NOTHING): boolean {
    if (!this.isUp) return false;
    this.state = "ending"; // whoever hears of it below, and stops it, finds it down
    this.lastError = error;
    const report = { error: describe(error), message: item === NOTHING ? undefined : messageOf(item) };
    this.#host.log(this.path).error("actor_crashed", report);
    if (this.#host.events.hasSubscribers(LIFECYCLE)) this.#announce({ type: "failed", error });
    if (item !== NOTHING) this.#undeliverable(item, "crashed", error);
    this.#incarnation?.unstash(item);
    this.#end("failed");
    return true;
  }

  /** Ends this life, if it is not ending already, and waits to be started again: a sibling's failure wants it. */
  suspend(then: () => void): void {
    if (!this.isUp && this.state !== "ending") return then();
    this.#anEnding.whenSuspended = then;
    if (this.isUp) this.#end("suspended");
  }

  restart(): void {
    if (this.state !== "waiting") return;
    this.restarts++;
    this.state = "starting";
    this.#children = undefined;
    this.#ending = undefined;
    this.#schedule();
  }

  /** It is gone for good. */
  stopped(): void {
    if (this.state === "stopped") return;
    this.state = "stopped";
    this.#isClosed = true;
    this.#ending?.cancelDeadline?.();
    this.#parent?.children.remove(this);
    if (this.#parent !== undefined) this.#host.census.remove();
    for (const { taken } of this.#mailbox.drainSenders()) taken.fail("gone");
    for (let item = this.#mailbox.shift(); item !== NOTHING; item = this.#mailbox.shift()) {
      this.#undeliverable(item, "stopped");
    }
    const watchers = this.#watchers;
    this.#watchers = undefined;
    if (watchers !== undefined) {
      for (const gone of watchers) this.#attempt(() => gone(this.#stopReason), "watcher_failed");
    }
    if (this.#host.events.hasSubscribers(LIFECYCLE)) this.#announce({ type: "stopped", reason: this.#stopReason });
  }

  #kill(): void {
    const ending = this.#anEnding;
    ending.stopping = ending.killed = true;
    ending.reason = "killed";
    this.#children?.killAll();
    if (this.state === "ending") ending.whenIdle?.();
    else if (!this.#isDown) this.#end("killed");
  }

  /** A function, so that what was known of the state before a call is not believed after it. */
  get #isDown(): boolean {
    return this.state === "stopped";
  }

  #drainOn(): void {
    if (this.state !== "running" || this.busy || this.#mailbox.depth > 0) return this.#schedule();
    this.#end("finished");
  }

  /** Ends this life: what goes on, children in reverse order, the pending receive, the actor's own hooks. */
  #end(cause: Cause): void {
    this.state = "ending";
    const incarnation = this.#incarnation;
    incarnation?.end();
    const stash = incarnation?.takeStash();
    if (stash !== undefined) this.#mailbox.pushReturned(stash);
    for (const envelope of this.#mailbox.drainOwn()) this.#undeliverable(envelope, "stopped");
    if (this.#children === undefined) return this.#awaitIdle(cause);
    this.#children.stopAll(this.#ending?.draining ? { mode: "drain" } : {}, () => this.#awaitIdle(cause));
  }

  #over(cause: Cause): void {
    const incarnation = this.#incarnation;
    const cutOff = this.#pending;
    this.#incarnation = undefined;
    this.#pending = NOTHING;
    this.#envelope = undefined;
    const hooks = incarnation?.takeHooks();
    if (hooks !== undefined) { for (const hook of hooks) this.#attempt(hook, "stop_hook_failed"); }
    if (cutOff !== NOTHING) this.#undeliverable(cutOff, "stopped");
    const bonds = this.#bonds;
    const fallen = this.#ending?.killed ? "killed" : cause === "failed" ? "failed" : undefined;
    this.#bonds = undefined;
    this.#leave(cause);
    bonds?.dissolve(fallen);
  }

  /** Where it goes from here: down, back to its supervisor, or both, when a group waits for one that will not return. */
  #leave(cause: Cause): void {
    const ending = this.#ending;
    const suspended = ending?.whenSuspended;
    if (ending !== undefined) ending.whenSuspended = undefined;
    if (ending?.stopping) this.stopped();
    else if (cause === "suspended") this.state = "waiting";
    else this.#exited(cause === "failed" ? "failed" : "finished");
    suspended?.();
  }

  /** Runs what is not ours: what it throws is logged and stops nothing. */
  #attempt(run: () => void, failed: string): void {
    try {
      run();
    } catch (error) {
      this.#host.log(this.path).error(failed, { error: describe(error) });
    }
  }

  #awaitIdle(cause: Cause): void {
    const ending = this.#ending;
    if (ending !== undefined) ending.whenIdle = undefined;
    if (ending?.killed || !(this.busy || this.#handling)) return this.#over(cause);
    // It ended its own life, and its receive is still on the stack: it returns, perhaps with a promise.
    if (!this.busy) return void (this.#anEnding.whenIdle = () => this.#awaitIdle(cause));
    const go = (): void => {
      this.#anEnding.whenIdle = undefined;
      cancel();
      this.#over(cause);
    };
    const cancel = this.#host.clock.after(this.#stopTimeoutMs, () => {
      this.#host.log(this.path).warn("stop_timed_out");
      go();
    });
    this.#anEnding.whenIdle = go;
  }

  #setDeadline(deadlineMs: number): void {
    if (!(deadlineMs >= 0)) throw new RangeError(`Not a deadline in ms: ${deadlineMs}`);
    const ending = this.#anEnding;
    const at = this.#host.clock.now() + deadlineMs;
    if (at >= ending.deadlineAt) return; // what somebody was promised before stays so
    ending.deadlineAt = at;
    ending.cancelDeadline?.();
    const cancel = this.#host.clock.after(deadlineMs, () => {
      this.#host.log(this.path).warn("stop_timed_out");
      this.#kill();
    });
    // Under `deno test` the first `setTimeout` of a process runs what is queued, which may have been the end.
    if (this.#isDown) cancel();
    else ending.cancelDeadline = cancel;
  }

  get #anEnding(): Ending {
    return this.#ending ??= new Ending();
  }

  get #stopReason(): StopReason {
    return this.#ending?.reason ?? "stopped";
  }

  get #stopTimeoutMs(): number {
    return this.options.stopTimeoutMs ?? STOP_TIMEOUT_MS;
  }

  #exited(cause: ChildExit["cause"]): void {
    const ending = this.#anEnding;
    ending.reason = cause;
    ending.cancelDeadline?.();
    this.state = "waiting";
    if (this.#parent === undefined || !this.#parent.isUp) this.stopped();
    else this.#parent.children.exited(this, cause);
  }

  get bonds(): Bonds {
    return this.#bonds ??= new Bonds(this, this.#host.falls);
  }

  /** Why nobody can link to it. */
  get downBecause(): StopReason {
    return this.state === "stopped" ? this.#stopReason : "failed";
  }

  /** Whether this is the life that goes on, or is ending. */
  isLiving(incarnation: Incarnation): boolean {
    return this.#incarnation === incarnation;
  }

  // What did not arrive.

  #undeliverable(item: unknown, reason: DeadLetterReason, cause?: unknown): void {
    if (item instanceof Envelope) {
      if (item.timer !== undefined && reason === "stopped") return;
      item.slot?.fail(ASK_FAILURES[reason] ?? "gone");
    }
    this.#host.deadLetter({ to: this.path, message: messageOf(item), reason, cause });
  }

  #announce(event: Announcement): void {
    this.#host.events.publish(LIFECYCLE, { path: this.path, ...event });
  }
}

/** Why a life ends. `suspended`: its supervisor wants it, to start it again. */
type Cause = "failed" | "finished" | "killed" | "suspended";

type Announcement =
  | Readonly<{ type: "started"; restarts: number }>
  | Readonly<{ type: "failed"; error: unknown }>
  | Readonly<{ type: "stopped"; reason: StopReason }>;

const ASK_FAILURES: Partial<Record<DeadLetterReason, AskError["reason"]>> = {
  mailbox_full: "mailbox_full",
  stash_full: "mailbox_full",
};

/** False for what a timer sent that was cancelled meanwhile. */
function isStillWanted({ timer }: Envelope): boolean {
  if (timer === undefined) return true;
  timer.waiting = false;
  timer.done();
  return timer.live;
}

function isPromise(value: object): value is Promise<void> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
