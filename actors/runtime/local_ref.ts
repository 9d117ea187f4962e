import type { Cell } from "./cell.ts";
import { type ActorRef, AskError, type StopReason } from "./ref.ts";
import { ReplySlot } from "./reply_slot.ts";
import type { Host } from "./system.ts";

/** The ref of an actor of this system. */
export class LocalRef<M> implements ActorRef<M> {
  readonly path: string;
  readonly #cell: Cell;
  readonly #host: Host;

  constructor(cell: Cell, host: Host) {
    this.path = cell.path;
    this.#cell = cell;
    this.#host = host;
  }

  tell(message: M): void {
    this.#cell.enqueue({ message });
  }

  ask<R>(build: (replyTo: ActorRef<R>) => M, timeoutMs: number): Promise<R> {
    const slot = new ReplySlot<R>(this.path, this.#host.clock, timeoutMs, (message) => {
      this.#host.deadLetter({ to: `${this.path}?`, message, reason: "late_reply" });
    });
    if (!this.#cell.enqueue({ message: build(slot), slot: slot as ReplySlot<never> })) {
      slot.fail(new AskError("gone", this.path));
    }
    return slot.reply;
  }

  watch(gone: (reason: StopReason) => void): () => void {
    return this.#cell.watch(gone);
  }
}
