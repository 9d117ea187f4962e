import { abort } from "./abort.ts";
import type { Cancel } from "./clock.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";
import type { Cancellable } from "./ref.ts";
import type { RefKey } from "./remote_ref.ts";
import type { TimerTable } from "./timers.ts";

/**
 * What one life of an actor has come to own, and gives back when it ends. Each thing is made at its first use: most
 * actors need few, and there may be many actors.
 */
export class Belongings {
  aborter: AbortController | undefined;
  timers: TimerTable<unknown> | undefined;
  log: Log | undefined;
  random: Random | undefined;
  /** Asks, waits for room and subscriptions. */
  readonly open = new Set<Cancellable>();
  readonly watched = new Map<RefKey, Cancel>();
  readonly hooks: (() => void)[] = [];
  /** Messages put aside, and how many the actor had received when it did that last. */
  stash: unknown[] = [];
  stashedAt = -1;

  /** Ends what goes on: signal, timers, watches, and what is open. `failed` hears what a listener of the signal throws. */
  end(failed: (error: unknown) => void): void {
    if (this.aborter !== undefined) abort(this.aborter, failed);
    this.timers?.end();
    for (const cancel of this.watched.values()) cancel();
    this.watched.clear();
    for (const wait of [...this.open]) wait.cancel();
  }
}
