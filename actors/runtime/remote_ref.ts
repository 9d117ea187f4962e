import type { Deadlines } from "./deadlines.ts";
import { type ActorRef, type Asker, AskError, type StopOptions, type StopReason } from "./ref.ts";
import { ReplySlot, type Waiting } from "./reply_slot.ts";

/** Who carries messages to actors of other systems. `peer` is an address, `id` the name under which one is published. */
export interface Courier {
  readonly deadlines: Deadlines;
  /** Sends and forgets; what cannot be carried becomes a dead letter, and `slot`, if any, fails. */
  send(peer: string, id: string, message: unknown, slot?: Waiting): void;
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
    courier.send(this.peer, this.id, build(judging as ActorRef<R>), slot);
    return slot.reply as Promise<R>;
  }

  tellAndWait(message: M): Promise<void> {
    this.tell(message);
    return Promise.resolve();
  }

  stop(_options?: StopOptions): void {}

  watch(gone: (reason: StopReason) => void): () => void {
    return this.#courier.watch(this.peer, this.id, gone);
  }
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
    const reply = this.#decode(message);
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
}
