import type { Log } from "../runtime/log.ts";
import type { StopReason } from "../runtime/ref.ts";

/** One watch of one of our actors over an actor of another peer; the object is its identity. */
export type RemoteWatch = Readonly<{ id: string; gone: (reason: StopReason) => void }>;

/** Runs what somebody else registered: its fault must not cost the others their notices. */
export function notify({ id, gone }: RemoteWatch, reason: StopReason, log: Log): void {
  try {
    gone(reason);
  } catch (error) {
    log.error("watcher_failed", { id, error: String(error) });
  }
}

/**
 * Actors that one side of a link watches on the other: more are refused, by who watches as by who is asked to. Nobody
 * has a use for as many, and each costs a place on both sides.
 */
export const WATCHES_PER_LINK_MAX = 1_024;

/** Our watches over one link, under the numbers by which both sides know them. */
export class Watches {
  readonly #byNumber = new Map<number, RemoteWatch>();
  readonly #numbers = new Map<RemoteWatch, number>();

  get size(): number {
    return this.#byNumber.size;
  }

  /** Oldest first. */
  entries(): Iterable<[number, RemoteWatch]> {
    return this.#byNumber.entries();
  }

  /** Adds one under a number that was never used; false when there are too many. */
  add(number: number, watch: RemoteWatch): boolean {
    if (this.#byNumber.size >= WATCHES_PER_LINK_MAX) return false;
    this.#byNumber.set(number, watch);
    this.#numbers.set(watch, number);
    return true;
  }

  /** Takes one out by its number. */
  take(number: number): RemoteWatch | undefined {
    const watch = this.#byNumber.get(number);
    this.#byNumber.delete(number);
    if (watch !== undefined) this.#numbers.delete(watch);
    return watch;
  }

  /** Takes one out; its number, if it was there. */
  drop(watch: RemoteWatch): number | undefined {
    const number = this.#numbers.get(watch);
    if (number !== undefined) this.take(number);
    return number;
  }

  /** Takes all out, oldest first. */
  takeAll(): readonly RemoteWatch[] {
    const watches = [...this.#byNumber.values()];
    this.#byNumber.clear();
    this.#numbers.clear();
    return watches;
  }
}
