import type { Clock } from "./clock.ts";
import { type ActorRef, AskError, type StopReason } from "./ref.ts";
import { ReplySlot } from "./reply_slot.ts";

/** Who carries messages to actors of other systems. `peer` is an address, `id` the name under which one is published. */
export interface Courier {
  readonly clock: Clock;
  /** Sends and forgets; what cannot be carried becomes a dead letter, and `slot`, if any, fails. */
  send(peer: string, id: string, message: unknown, slot?: ReplySlot<never>): void;
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

  ask<R>(build: (replyTo: ActorRef<R>) => M, timeoutMs: number): Promise<R> {
    const slot = new ReplySlot<R>(
      this.path,
      this.#courier.clock,
      timeoutMs,
      (message) => this.#courier.late(this.path, message),
    );
    const judging: ActorRef<unknown> = new JudgingSlot(slot as ReplySlot<unknown>, this.#decodeReply, this.path);
    this.#courier.send(this.peer, this.id, build(judging as ActorRef<R>), slot as ReplySlot<never>);
    return slot.reply;
  }

  watch(gone: (reason: StopReason) => void): () => void {
    return this.#courier.watch(this.peer, this.id, gone);
  }
}

/** The ref that crosses the wire in an asked message: a reply slot whose reply has to pass a decoder first. */
export class JudgingSlot implements ActorRef<unknown> {
  readonly path: string;
  readonly #slot: ReplySlot<unknown>;
  readonly #decode: (reply: unknown) => unknown;
  readonly #asked: string;

  constructor(slot: ReplySlot<unknown>, decode: (reply: unknown) => unknown, asked: string) {
    this.path = slot.path;
    this.#slot = slot;
    this.#decode = decode;
    this.#asked = asked;
  }

  tell(message: unknown): void {
    const reply = this.#decode(message);
    if (reply === undefined) this.#slot.fail(new AskError("malformed", this.#asked));
    else this.#slot.tell(reply);
  }

  ask<R>(): Promise<R> {
    return Promise.reject(new AskError("gone", this.path));
  }

  watch(gone: (reason: StopReason) => void): () => void {
    return this.#slot.watch(gone);
  }
}
