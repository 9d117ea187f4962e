import type { Bucket, Deadlines, Expiring } from "./deadlines.ts";
import { type ActorRef, type Asker, AskError, type Cancellable, type StopReason } from "./ref.ts";

/** Somebody who waits for a reply, as those see it who carry the question. */
export interface Waiting {
  /** There will be none. */
  fail(reason: AskError["reason"]): void;
  /** Calls back once it waits no more. */
  watch(gone: () => void): () => void;
}

/** The ref in an asked message: takes one reply and is no actor. Later replies are reported to `late`. */
export class ReplySlot<R> implements ActorRef<R>, Waiting, Cancellable, Expiring {
  readonly reply: Promise<R>;
  bucket: Bucket | undefined;
  previous: Expiring | undefined;
  next: Expiring | undefined;
  readonly #asked: { readonly path: string };
  readonly #deadlines: Deadlines;
  readonly #late: (path: string, message: unknown) => void;
  readonly #asker: Asker | undefined;
  #resolve!: (value: R) => void;
  #reject!: (error: AskError) => void;
  #watchers: Set<(reason: StopReason) => void> | undefined;
  #open = true;

  /** `timeoutMs` from now it fails; throws a `RangeError` if that is no time. */
  constructor(
    asked: { readonly path: string },
    deadlines: Deadlines,
    timeoutMs: number,
    late: (path: string, message: unknown) => void,
    asker?: Asker,
  ) {
    this.#asked = asked;
    this.#deadlines = deadlines;
    this.#late = late;
    this.#asker = asker;
    deadlines.add(this, timeoutMs);
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    asker?.open(this);
  }

  get path(): string {
    return `${this.#asked.path}?`;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** The question with this slot in it. When it cannot be made up, nobody waits for a reply. */
  build<M>(build: (replyTo: ActorRef<R>) => M, replyTo: ActorRef<R> = this): M {
    try {
      return build(replyTo);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  tell(message: R): void {
    if (!this.#open) return this.#late(this.path, message);
    this.#resolve(message);
    this.#close();
  }

  /** Ends the ask without a reply. */
  fail(reason: AskError["reason"]): void {
    if (!this.#open) return;
    this.#reject(new AskError(reason, this.#asked.path));
    this.#close();
  }

  expire(): void {
    this.fail("timed_out");
  }

  /** The system has stopped: whoever would have replied is gone. */
  abandon(): void {
    this.fail("gone");
  }

  cancel(): void {
    this.fail("cancelled");
  }

  tellAndWait(message: R): Promise<void> {
    this.tell(message);
    return Promise.resolve();
  }

  ask<S>(): Promise<S> {
    return Promise.reject(new AskError("gone", this.path));
  }

  watch(gone: (reason: StopReason) => void): () => void {
    if (!this.#open) {
      gone("finished");
      return () => {};
    }
    const watchers = this.#watchers ??= new Set();
    const watcher = (reason: StopReason): void => gone(reason); // two watches may share one function
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  }

  /** Whoever was asked will not reply. */
  stop(): void {
    this.fail("gone");
  }

  #close(): void {
    this.#open = false;
    this.#deadlines.leave(this);
    this.#asker?.closed(this);
    const watchers = this.#watchers;
    if (watchers === undefined) return;
    this.#watchers = undefined;
    for (const gone of watchers) {
      try {
        gone("finished");
      } catch {
        // Whose stack this is (who replies, or a clock with other waits) has nothing to do with it.
      }
    }
  }
}
