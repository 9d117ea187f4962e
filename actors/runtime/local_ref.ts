import type { Cell } from "./cell.ts";
import type { ActorRef, Asker, StopOptions, StopReason } from "./ref.ts";

/** The ref of an actor of this system. */
export class LocalRef<M> implements ActorRef<M> {
  readonly #cell: Cell;

  constructor(cell: Cell) {
    this.#cell = cell;
  }

  /** The actor behind a ref, if it is a local one. */
  static cellOf(ref: ActorRef<never>): Cell | undefined {
    return #cell in ref ? (ref as LocalRef<never>).#cell : undefined;
  }

  get path(): string {
    return this.#cell.path;
  }

  tell(message: M): void {
    this.#cell.tell(message);
  }

  tellAndWait(message: M, timeoutMs: number, asker?: Asker): Promise<void> {
    return this.#cell.tellAndWait(message, timeoutMs, asker);
  }

  ask<R>(build: (replyTo: ActorRef<R>) => M, timeoutMs: number, asker?: Asker): Promise<R> {
    return this.#cell.ask(build, timeoutMs, asker);
  }

  watch(gone: (reason: StopReason) => void): () => void {
    return this.#cell.whenStopped(gone);
  }

  stop(options?: StopOptions): void {
    this.#cell.stop(options);
  }
}
