import type { Clock } from "./clock.ts";
import { type ActorRef, AskError, type StopReason } from "./ref.ts";

/** The ref in an asked message: takes one reply and is no actor. Later replies are reported to `late`. */
export class ReplySlot<R> implements ActorRef<R> {
  readonly path: string;
  readonly reply: Promise<R>;
  readonly #settle: { resolve(value: R): void; reject(error: AskError): void };
  readonly #cancelTimer: () => void;
  readonly #late: (message: unknown) => void;
  readonly #watchers = new Set<(reason: StopReason) => void>();
  #open = true;

  constructor(asked: string, clock: Clock, timeoutMs: number, late: (message: unknown) => void, signal?: AbortSignal) {
    this.path = `${asked}?`;
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.reply = promise;
    this.#settle = { resolve, reject };
    this.#late = late;
    const stopTimer = clock.after(timeoutMs, () => this.fail(new AskError("timed_out", asked)));
    const cancelled = (): void => this.fail(new AskError("cancelled", asked));
    signal?.addEventListener("abort", cancelled, { once: true });
    this.#cancelTimer = () => {
      stopTimer();
      signal?.removeEventListener("abort", cancelled);
    };
    if (signal?.aborted) cancelled();
  }

  tell(message: R): void {
    if (!this.#open) return this.#late(message);
    this.#close();
    this.#settle.resolve(message);
  }

  /** Ends the ask without a reply. */
  fail(error: AskError): void {
    if (!this.#open) return;
    this.#close();
    this.#settle.reject(error);
  }

  ask<S>(): Promise<S> {
    return Promise.reject(new AskError("gone", this.path));
  }

  watch(gone: (reason: StopReason) => void): () => void {
    if (!this.#open) {
      gone("finished");
      return () => {};
    }
    this.#watchers.add(gone);
    return () => void this.#watchers.delete(gone);
  }

  #close(): void {
    this.#open = false;
    this.#cancelTimer();
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const gone of watchers) gone("finished");
  }
}
