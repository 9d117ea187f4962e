import type { Deadlines } from "./deadlines.ts";
import { type ActorRef, type Asker, AskError, type StopOptions, type StopReason } from "./ref.ts";
import { ReplySlot, type Waiting } from "./reply_slot.ts";

type StopMode = NonNullable<StopOptions["mode"]>;

/** Longest deadline of a stop that is carried: a day. */
export const REMOTE_STOP_DEADLINE_MAX_MS = 24 * 60 * 60 * 1000;

/** Who carries messages to actors of other systems. `peer` is an address, `id` the name under which one is published. */
export interface Courier {
  readonly deadlines: Deadlines;
  /** Sends and forgets; what cannot be carried becomes a dead letter, and `slot`, if any, fails. */
  send(peer: string, id: string, message: unknown, slot?: Waiting): void;
  /** As `send`, once there is room: then `written` is told, and when there will be none it fails. */
  sendWhenRoom(peer: string, id: string, message: unknown, written: ReplySlot<void>): void;
  /** As `ActorRef.stop`, if the actor may be stopped from outside; if not, that is a dead letter. */
  stop(peer: string, id: string, mode: StopMode, deadlineMs: number | undefined): void;
  /** As `ActorRef.watch`; a peer that cannot be reached any more counts as the actor being gone. */
  watch(peer: string, id: string, gone: (reason: StopReason) => void): () => void;
  /** A reply that came too late. */
  late(path: string, message: unknown): void;
}

/**
 * The ref of an actor of another system. Delivery is at most once; the order from one sender is kept.
 * `decodeReply` judges what strangers reply: `undefined` refuses it.
 */
export class RemoteRef<M> implements ActorRef<M> {
  readonly path: string;
  readonly peer: string;
  readonly id: string;
  readonly #courier: Courier;
  readonly #decodeReply: (reply: unknown) => unknown;

  constructor(courier: Courier, peer: string, id: string, decodeReply: (reply: unknown) => unknown = () => undefined) {
    this.path = `${peer}/${id}`;
    this.peer = peer;
    this.id = id;
    this.#courier = courier;
    this.#decodeReply = decodeReply;
  }

  tell(message: M): void {
    this.#courier.send(this.peer, this.id, message);
  }

  ask<R>(build: (replyTo: ActorRef<R>) => M, timeoutMs: number, asker?: Asker): Promise<R> {
    const courier = this.#courier;
    const slot = new ReplySlot<unknown>(this, courier.deadlines, timeoutMs, courier.late, asker);
    const judging: ActorRef<unknown> = new JudgingSlot(slot, this.#decodeReply);
    courier.send(this.peer, this.id, slot.build(build as (replyTo: ActorRef<unknown>) => M, judging), slot);
    return slot.reply as Promise<R>;
  }

  /**
   * Resolves when the message has been written to a connection that had room for it, in its turn among all that goes to
   * that peer. That is back-pressure from the network between the two: that the other side received it, or took it into
   * a mailbox, it does not say.
   */
  tellAndWait(message: M, timeoutMs: number, asker?: Asker): Promise<void> {
    const written = new ReplySlot<void>(this, this.#courier.deadlines, timeoutMs, () => {}, asker);
    this.#courier.sendWhenRoom(this.peer, this.id, message, written);
    return written.reply;
  }

  /**
   * Asks the peer to stop the actor, behind what was sent to it before. The peer does it if the actor was published as
   * stoppable; else it comes back as a dead letter. Throws a `RangeError` for a deadline that is none, or beyond a day.
   */
  stop({ mode = "finish", deadlineMs }: StopOptions = {}): void {
    if (deadlineMs !== undefined && !(deadlineMs >= 0 && deadlineMs <= REMOTE_STOP_DEADLINE_MAX_MS)) {
      throw new RangeError(`Not a deadline in ms: ${deadlineMs}`);
    }
    this.#courier.stop(this.peer, this.id, mode, deadlineMs);
  }

  watch(gone: (reason: StopReason) => void): () => void {
    return this.#courier.watch(this.peer, this.id, gone);
  }
}

/** By what refs of one actor are known to be that: of a remote one there may be several, as they came over the wire. */
export type RefKey = ActorRef<never> | string;

export function keyOf(ref: ActorRef<never>): RefKey {
  return ref instanceof RemoteRef ? ref.path : ref;
}

/** The ref that crosses the wire in an asked message: a reply slot whose reply has to pass a decoder first. */
export class JudgingSlot implements ActorRef<unknown> {
  readonly path: string;
  readonly #slot: ReplySlot<unknown>;
  readonly #decode: (reply: unknown) => unknown;

  constructor(slot: ReplySlot<unknown>, decode: (reply: unknown) => unknown) {
    this.path = slot.path;
    this.#slot = slot;
    this.#decode = decode;
  }

  tell(message: unknown): void {
    const reply = this.#judge(message);
    if (reply === undefined) this.#slot.fail("malformed");
    else this.#slot.tell(reply);
  }

  tellAndWait(message: unknown): Promise<void> {
    this.tell(message);
    return Promise.resolve();
  }

  ask<R>(): Promise<R> {
    return Promise.reject(new AskError("gone", this.path));
  }

  stop(): void {
    this.#slot.stop();
  }

  watch(gone: (reason: StopReason) => void): () => void {
    return this.#slot.watch(gone);
  }

  /** A decoder that throws is a fault of ours, for whoever called to report; but who asked need not wait for it. */
  #judge(message: unknown): unknown {
    try {
      return this.#decode(message);
    } catch (error) {
      this.#slot.fail("malformed");
      throw error;
    }
  }
}
