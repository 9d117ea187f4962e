import type { Behavior, SpawnOptions } from "./behavior.ts";
import { Children } from "./children.ts";
import type { Cancel } from "./clock.ts";
import type { DeadLetterReason } from "./dead_letters.ts";
import type { Runnable } from "./dispatcher.ts";
import { describe } from "./describe.ts";
import { Envelope, messageOf } from "./envelope.ts";
import { NOTHING } from "./fifo.ts";
import { Incarnation } from "./incarnation.ts";
import { LIFECYCLE } from "./lifecycle.ts";
import { LocalRef } from "./local_ref.ts";
import { Mailbox, MailboxFullError } from "./mailbox.ts";
import { type ActorRef, type Asker, type AskError, LinkError, type StopOptions, type StopReason } from "./ref.ts";
import { ReplySlot } from "./reply_slot.ts";
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
export class Cell implements Runnable {
  readonly name: string;
  readonly options: SpawnOptions;
  readonly ref: LocalRef<unknown>;
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
  #links: Map<ActorRef<never>, Cancel> | undefined;
  #messagesPerTurn = MESSAGES_PER_TURN_MAX;
  /** What is being handled, or {@linkcode NOTHING}. */
  #current: unknown = NOTHING;
  #scheduled = false;
  #busy = false;
  #draining = false;
  #stopping = false;
  #killed = false;
  #stopReason: StopReason = "stopped";
  #whenIdle: (() => void) | undefined;
  #cancelDeadline: Cancel | undefined;

  constructor(
    host: Host,
    parent: Cell | undefined,
    name: string,
    behavior: Behavior<unknown>,
    options: SpawnOptions = NO_OPTIONS,
  ) {
    this.#host = host;
    this.#parent = parent;
    this.name = name;
    this.#behavior = behavior;
    this.options = options;
    this.#mailbox = new Mailbox(options.mailbox);
    this.ref = new LocalRef(this);
    this.#schedule();
  }

  get path(): string {
    return this.#parent === undefined ? "" : `${this.#parent.path}/${this.name}`;
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

  get busy(): boolean {
    return this.#busy;
  }

  /** It is not ending and not down. */
  get isUp(): boolean {
    return this.state === "running" || this.state === "starting";
  }

  get children(): Children {
    return this.#children ??= new Children(this, this.#host);
  }

  get childCells(): Iterable<Cell> {
    return this.#children?.cells.values() ?? [];
  }

  child(name: string): Cell | undefined {
    return this.#children?.cells.get(name);
  }

  createChild(name: string, behavior: Behavior<unknown>, options: SpawnOptions | undefined): Cell {
    return new Cell(this.#host, this, name, behavior, options);
  }

  // What others send.

  /** Takes an item in; throws a {@linkcode MailboxFullError} if it is full and its policy is to say so. */
  tell(item: unknown): void {
    if (this.#offer(item) === "refused") throw new MailboxFullError(this.path);
  }

  /** Takes an item in that has no sender to be told, such as an event. */
  deliver(item: unknown): void {
    if (this.#offer(item) === "refused") this.#undeliverable(item, "mailbox_full");
  }

  /** Takes in what a timer, a watch or a promise of the actor's own has to say. */
  deliverOwn(envelope: Envelope): void {
    if (this.state === "stopped") return this.#undeliverable(envelope, "stopped");
    this.#mailbox.pushOwn(envelope);
    if (!this.#scheduled) this.#schedule();
  }

  ask<R>(build: (replyTo: ActorRef<R>) => unknown, timeoutMs: number, asker: Asker | undefined): Promise<R> {
    const slot = new ReplySlot<R>(this, this.#host.deadlines, timeoutMs, this.#host.lateReply, asker);
    if (this.#offer(Envelope.asked(slot.build(build), slot)) === "refused") slot.fail("mailbox_full");
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

  #offer(item: unknown): "taken" | "dropped" | "refused" {
    if (this.#isClosed) {
      this.#undeliverable(item, "stopped");
      return "dropped";
    }
    const displaced = this.#mailbox.push(item);
    if (displaced !== NOTHING) {
      this.dropped++;
      if (this.#mailbox.options.whenFull === "fail") return "refused";
      this.#undeliverable(displaced, "mailbox_full");
    }
    if (!this.#scheduled) this.#schedule();
    return "taken";
  }

  get #isClosed(): boolean {
    return this.#draining || this.state === "stopped";
  }

  // Turns.

  #schedule(): void {
    if (this.#scheduled || this.#busy || !this.isUp) return;
    this.#scheduled = true;
    this.#host.dispatcher.schedule(this);
  }

  run(): boolean {
    this.#scheduled = false;
    if (this.state === "starting") this.#start();
    try {
      this.#handleSome();
    } catch (error) {
      this.#threw(error);
    }
    if (!this.#busy) {
      this.#current = NOTHING;
      this.#whenIdle?.();
    }
    if (this.state !== "running" || this.#busy) return false;
    if (this.#mailbox.depth > 0) return this.#scheduled = true;
    if (this.#draining) this.#end("finished", () => this.stopped());
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
      this.fail(error);
    }
    if (this.#incarnation !== incarnation) return;
    if (this.#host.events.hasSubscribers(LIFECYCLE)) this.#announce({ type: "started", restarts: this.restarts });
  }

  #handleSome(): void {
    const incarnation = this.#incarnation;
    const mailbox = this.#mailbox;
    for (let left = this.#messagesPerTurn; left > 0 && this.state === "running" && !this.#busy; left--) {
      const item = mailbox.shift();
      if (item === NOTHING) return;
      let message = item;
      if (item instanceof Envelope) {
        if (!isStillWanted(item)) continue;
        message = item.message;
      }
      this.#current = item;
      this.received++;
      const pending = incarnation!.receive(message);
      if (pending !== undefined && isPromise(pending)) this.#await(incarnation!, pending);
    }
  }

  #await(incarnation: Incarnation, pending: Promise<void>): void {
    const isOver = (): boolean => this.#incarnation !== incarnation;
    if (!isOver()) this.#busy = true;
    const settle = (failure: (() => void) | undefined): void => {
      if (isOver()) return;
      this.#busy = false;
      failure?.();
      this.#current = NOTHING;
      if (this.#whenIdle !== undefined) this.#whenIdle();
      else if (this.#draining) this.#drainOn();
      else this.#schedule();
    };
    pending.then(() => settle(undefined), (error) => settle(() => this.#threw(error)));
  }

  /** Its receive threw. When its end has begun already, that message was its last and is lost all the same. */
  #threw(error: unknown): void {
    const item = this.#current;
    this.#current = NOTHING;
    if (this.fail(error, item) || item === NOTHING) return;
    this.#host.log(this.path).debug("failed_while_ending", { error: describe(error), message: messageOf(item) });
    this.#undeliverable(item, "crashed", error);
  }

  // What it puts aside.

  /** Puts the message that is being handled aside; false, and a dead letter, when there is too much already. */
  stashInto(stash: unknown[]): boolean {
    if (this.#current === NOTHING) return false;
    if (stash.length < this.#mailbox.options.stashLimit) {
      stash.push(this.#current);
      return true;
    }
    this.dropped++;
    this.#undeliverable(this.#current, "stash_full");
    return false;
  }

  /** Takes back what was put aside, before what others say. */
  takeBack(items: readonly unknown[]): void {
    this.#mailbox.pushReturned(items);
    this.#schedule();
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
    if (this.#stopping && !(this.#draining && mode === "finish")) return;
    this.#stopping = true;
    this.#stopReason = "stopped";
    this.#draining = false;
    if (mode === "drain" && this.isUp) {
      this.#draining = true;
      if (deadlineMs === undefined) this.#setDeadline(this.#stopTimeoutMs);
      return this.#drainOn();
    }
    if (this.state !== "ending") this.#end("finished", () => this.stopped());
  }

  /** Stops itself; its supervisor may start it again. */
  finish(options: StopOptions = {}): void {
    if (options.mode === "drain") return this.stop(options);
    if (options.deadlineMs !== undefined) this.#setDeadline(options.deadlineMs);
    if (this.isUp) this.#end("finished", () => this.#exited("finished"));
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
    this.#end("failed", () => this.#exited("failed"));
    return true;
  }

  /** Ends this life and waits to be started again: a sibling's failure wants it. */
  suspend(then: () => void): void {
    this.#end("suspended", () => {
      if (!this.#isDown) this.state = "waiting";
      then();
    });
  }

  restart(): void {
    if (this.state !== "waiting") return;
    this.restarts++;
    this.state = "starting";
    this.#children = undefined;
    this.#schedule();
  }

  /** It is gone for good. */
  stopped(): void {
    if (this.state === "stopped") return;
    this.state = "stopped";
    this.#cancelDeadline?.();
    this.#parent?.children.cells.delete(this.name);
    if (this.#parent !== undefined) this.#host.census.remove();
    for (const item of this.#mailbox.drain()) this.#undeliverable(item, "stopped");
    for (const { taken } of this.#mailbox.drainSenders()) taken.fail("gone");
    const watchers = this.#watchers;
    this.#watchers = undefined;
    for (const gone of watchers ?? []) this.#attempt(() => gone(this.#stopReason), "watcher_failed");
    if (this.#host.events.hasSubscribers(LIFECYCLE)) this.#announce({ type: "stopped", reason: this.#stopReason });
  }

  #kill(): void {
    this.#stopping = true;
    this.#killed = true;
    this.#stopReason = "killed";
    this.#children?.killAll();
    if (this.state === "ending") this.#whenIdle?.();
    else if (!this.#isDown) this.#end("killed", () => this.stopped());
  }

  /** A function, so that what was known of the state before a call is not believed after it. */
  get #isDown(): boolean {
    return this.state === "stopped";
  }

  #drainOn(): void {
    if (this.state !== "running" || this.#busy || this.#mailbox.depth > 0) return this.#schedule();
    this.#end("finished", () => this.stopped());
  }

  /** Ends this life: what goes on, children in reverse order, the pending receive, the actor's own hooks. */
  #end(cause: "failed" | "finished" | "killed" | "suspended", then: () => void): void {
    this.state = "ending";
    const incarnation = this.#incarnation;
    incarnation?.end();
    this.#mailbox.pushReturned(incarnation?.takeStash(cause === "failed") ?? []);
    for (const envelope of this.#mailbox.drainOwn()) this.#undeliverable(envelope, "stopped");
    const rest = (): void => this.#awaitIdle(() => this.#over(cause, then));
    if (this.#children === undefined) rest();
    else this.#children.stopAll(this.#draining ? { mode: "drain" } : {}, rest);
  }

  #over(cause: "failed" | "finished" | "killed" | "suspended", then: () => void): void {
    const incarnation = this.#incarnation;
    const cutOff = this.#busy ? this.#current : NOTHING;
    this.#incarnation = undefined;
    if (this.#busy) this.#current = NOTHING;
    this.#busy = false;
    for (const hook of incarnation?.takeHooks() ?? []) this.#attempt(hook, "stop_hook_failed");
    if (cutOff !== NOTHING) this.#undeliverable(cutOff, "stopped");
    const linked = this.#takeLinks();
    if (this.#stopping) this.stopped();
    if (!this.#stopping || cause === "suspended") then(); // a group waits for it, also when it will not come back
    const hasFallen = cause === "failed" || this.#killed;
    for (const ref of linked) {
      if (hasFallen) LocalRef.cellOf(ref)?.partnerFell(this);
      else LocalRef.cellOf(ref)?.dropLink(this);
    }
  }

  /** Runs what is not ours: what it throws is logged and stops nothing. */
  #attempt(run: () => void, failed: string): void {
    try {
      run();
    } catch (error) {
      this.#host.log(this.path).error(failed, { error: describe(error) });
    }
  }

  #awaitIdle(then: () => void): void {
    // A receive that is not asynchronous may be on the stack: it ended its own life.
    if (this.#current === NOTHING || this.#killed) return then();
    const go = (): void => {
      this.#whenIdle = undefined;
      cancel();
      then();
    };
    const cancel = this.#host.clock.after(this.#stopTimeoutMs, () => {
      this.#host.log(this.path).warn("stop_timed_out");
      go();
    });
    this.#whenIdle = go;
  }

  #setDeadline(deadlineMs: number): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = this.#host.clock.after(deadlineMs, () => {
      this.#host.log(this.path).warn("stop_timed_out");
      this.#kill();
    });
  }

  get #stopTimeoutMs(): number {
    return this.options.stopTimeoutMs ?? STOP_TIMEOUT_MS;
  }

  #exited(cause: ChildExit["cause"]): void {
    this.#stopReason = cause;
    this.state = "waiting";
    this.#cancelDeadline?.();
    if (this.#parent === undefined || !this.#parent.isUp) this.stopped();
    else this.#parent.children.exited(this, cause);
  }

  // Links.

  /** From now on, when one of the two fails, the other one fails too. */
  link(ref: ActorRef<never>): void {
    if ((ref as ActorRef<unknown>) === this.ref || this.#links?.has(ref)) return;
    const links = this.#links ??= new Map();
    const partner = LocalRef.cellOf(ref);
    if (partner === undefined) return this.#linkRemote(ref, links);
    if (!partner.isUp) return this.partnerFell(partner, true);
    links.set(ref, () => {});
    (partner.#links ??= new Map()).set(this.ref as ActorRef<never>, () => {});
  }

  unlink(ref: ActorRef<never>): void {
    this.#links?.get(ref)?.();
    this.#links?.delete(ref);
    LocalRef.cellOf(ref)?.dropLink(this);
  }

  dropLink(partner: Cell): void {
    this.#links?.delete(partner.ref as ActorRef<never>);
  }

  /** A remote actor's links are its own affair: else a stranger could make ours fail. */
  #linkRemote(ref: ActorRef<never>, links: Map<ActorRef<never>, Cancel>): void {
    links.set(ref, () => {}); // before the call: it may answer at once
    const cancel = ref.watch((reason) => {
      if (!links.delete(ref) || reason === "finished" || reason === "stopped") return;
      this.fail(new LinkError(ref.path, reason));
    });
    if (links.has(ref)) links.set(ref, cancel);
  }

  #takeLinks(): readonly ActorRef<never>[] {
    if (this.#links === undefined) return [];
    const linked = [...this.#links.keys()];
    for (const cancel of this.#links.values()) cancel();
    this.#links = undefined;
    return linked;
  }

  /** Whether this is the life that goes on, or is ending. */
  isLiving(incarnation: Incarnation): boolean {
    return this.#incarnation === incarnation;
  }

  /** An actor it was linked to failed, or was killed. */
  partnerFell(partner: Cell, isNew = false): void {
    const wasLinked = this.#links?.delete(partner.ref as ActorRef<never>) ?? false;
    if (!wasLinked && !isNew) return;
    this.fail(new LinkError(partner.path, partner.#killed ? "killed" : "failed"));
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
