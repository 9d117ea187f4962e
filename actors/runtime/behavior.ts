import type { Deadlines } from "./deadlines.ts";
import type { DeadLetter } from "./dead_letters.ts";
import type { EventStream, Topic } from "./events.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { MailboxOptions } from "./mailbox.ts";
import type { Random } from "./random.ts";
import type { ActorRef, StopOptions, StopReason } from "./ref.ts";
import type { Restart, Supervision } from "./supervisor.ts";
import type { Timers } from "./timers.ts";

/**
 * An actor is a closure: the outer function is its start and returns what receives its messages. A restart calls the
 * outer function again, so that it always begins from fresh state.
 */
export type Behavior<M> = (ctx: Context<M>) => Receive<M>;

/** Handles one message. While a returned promise is pending, no further message is handled. */
export type Receive<M> = (message: M) => void | Promise<void>;

/** Everything an actor may touch besides its own state. Valid for one incarnation of the actor. */
export interface Context<M> {
  readonly self: ActorRef<M>;
  readonly path: string;
  /** Time to read; to be told about time, use `timers`. */
  readonly clock: Pick<Clock, "now" | "wallMs">;
  readonly random: Random;
  readonly log: Log;
  readonly timers: Timers<M>;
  readonly events: EventStream;
  /** Time-outs that the asks of this system share: for couriers. */
  readonly deadlines: Deadlines;
  /** Aborted when this incarnation ends; hand it to whatever is awaited. */
  readonly signal: AbortSignal;

  /** Starts a child; throws a `RangeError` when the name is taken or there are too many. */
  spawn<C>(name: string, behavior: Behavior<C>, options?: SpawnOptions): ActorRef<C>;
  /** As `spawn`, for children that come and go: it makes up a name that nobody had before. */
  spawnUnnamed<C>(behavior: Behavior<C>, options?: SpawnOptions): ActorRef<C>;
  /** Stops an actor, which is not restarted; or oneself, which is the end of this incarnation: see {@linkcode Restart}. */
  stop(ref: ActorRef<never>, options?: StopOptions): void;
  /** Says how children are restarted; the default is one-for-one. Call it before spawning. */
  supervise(supervision: Partial<Supervision>): void;
  /** Sends oneself `toMessage(reason)` exactly once, when `ref` has stopped or cannot be reached any more. */
  watch<W>(ref: ActorRef<W>, toMessage: (reason: StopReason) => M): void;
  unwatch<W>(ref: ActorRef<W>): void;
  /**
   * Shares fate: when one of the two fails or is killed, the other one fails with a `LinkError`. It ends when either
   * ends otherwise, and does not outlive a restart. A link to a remote actor binds only the one who made it.
   */
  link<W>(ref: ActorRef<W>): void;
  unlink<W>(ref: ActorRef<W>): void;
  /**
   * Hears of a topic's events until this incarnation begins to end, or the returned function is called. What it does not
   * want costs it no turn.
   */
  subscribe<E>(topic: Topic<E>, toMessage: (event: E) => M, wants?: (event: E) => boolean): () => void;
  /** As `ref.ask`, cancelled with this incarnation. */
  ask<Q, R>(ref: ActorRef<Q>, build: (replyTo: ActorRef<R>) => Q, timeoutMs: number): Promise<R>;
  /** As `ref.tellAndWait`, cancelled with this incarnation. */
  tellAndWait<Q>(ref: ActorRef<Q>, message: Q, timeoutMs: number): Promise<void>;
  /** Sends oneself the promise's outcome as a message, unless this incarnation is over by then. */
  pipeToSelf<T>(promise: Promise<T>, ok: (value: T) => M, failed: (error: unknown) => M): void;
  /**
   * Puts the message that is being handled aside until `unstashAll`; it survives a restart. False, and the message is a
   * dead letter, when there are too many already (`stashLimit`).
   */
  stash(message: M): boolean;
  /** Takes back what was put aside, in its order, before what others have sent meanwhile. */
  unstashAll(): void;
  /** Reports a message that could not be delivered. */
  deadLetter(letter: DeadLetter): void;
  /** Runs when this incarnation ends, by stop or crash, after the children have stopped; last registered, first run. */
  onStop(run: () => void): void;
}

export type SpawnOptions = Readonly<{
  /** Default `transient`: restarted after a crash, gone after it stopped itself. */
  restart?: Restart;
  mailbox?: Partial<MailboxOptions>;
  /** How long an asynchronous receive may go on after a stop was asked for. Default 5 s. */
  stopTimeoutMs?: number;
}>;
