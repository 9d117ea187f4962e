import { MemoryStore } from "../actors/history/memory_store.ts";
import type { Kept } from "../actors/history/store.ts";
import type { LastRun } from "../actors/peer/memory.ts";
import type { Clock } from "../actors/runtime/clock.ts";

/**
 * A write is in the file at once, for whoever reads it, but a power cut within this may undo it: what Linux takes to
 * write a renamed file's folder by itself (ext4's commit interval).
 */
const SYNCED_AFTER_MS = 5_000;

/** A change of a history, and when it was flushed, if it was. */
type Step = { readonly take: (store: MemoryStore) => void; flushedAt: number | undefined };

/** A history on a disk, as SQLite keeps it: a crash takes what was not flushed, a power cut also the last of the rest. */
class DiskStore extends MemoryStore {
  readonly #now: () => number;
  #steps: Step[] = [];

  constructor(now: () => number, synced: readonly Step[] = []) {
    super();
    for (const { take } of synced) take(this);
    super.flush();
    this.#now = now;
    this.#steps = [...synced];
  }

  /** What of it is left then. */
  afterPowerCut(): DiskStore {
    const syncedBefore = this.#now() - SYNCED_AFTER_MS;
    return new DiskStore(this.#now, this.#steps.filter(({ flushedAt = Infinity }) => flushedAt <= syncedBefore));
  }

  override put(entries: readonly Kept[]): void {
    super.put(entries);
    this.#note((store) => store.put(entries));
  }

  override remember(key: string, value: string | undefined): void {
    super.remember(key, value);
    this.#note((store) => store.remember(key, value));
  }

  override flush(): void {
    super.flush();
    for (let at = this.#steps.length - 1; at >= 0 && this.#steps[at]!.flushedAt === undefined; at--) {
      this.#steps[at]!.flushedAt = this.#now();
    }
  }

  override crash(): void {
    super.crash();
    this.#steps = this.#steps.filter(({ flushedAt }) => flushedAt !== undefined);
  }

  #note(take: Step["take"]): void {
    this.#steps.push({ take, flushedAt: undefined });
  }
}

/** The files of one simulated peer: they outlive the process, and what was synced outlives a power cut too. */
export class Disk {
  /** What was said in its rooms. Without a clock, a power cut takes no more of it than a crash does. */
  history: MemoryStore;
  #written: LastRun | undefined;
  #synced: LastRun | undefined;
  /** The power was cut since the last process: what it wrote last may be gone. */
  wasCut = false;
  /** What was on its way to an earlier state of the disk does not arrive at this one. */
  #state = 0;

  readonly #now: (() => number) | undefined;

  constructor(now?: () => number) {
    this.#now = now;
    this.history = this.#newHistory();
  }

  /** What the last process left, if anything. */
  read(): LastRun | undefined {
    return this.#written;
  }

  /** Takes the place of what was there, as a whole. */
  write(last: LastRun, clock: Pick<Clock, "after">): void {
    this.#written = last;
    const state = this.#state;
    clock.after(SYNCED_AFTER_MS, () => {
      if (this.#state === state) this.#synced = last;
    });
  }

  /** Everybody on the machine is gone, and the last writes with them. */
  cutPower(): void {
    this.#state++;
    this.#written = this.#synced;
    this.wasCut = true;
    if (this.history instanceof DiskStore) this.history = this.history.afterPowerCut();
  }

  /** Another disk, with nothing on it. */
  replace(): void {
    this.#state++;
    this.#written = undefined;
    this.#synced = undefined;
    this.history = this.#newHistory();
  }

  #newHistory(): MemoryStore {
    return this.#now === undefined ? new MemoryStore() : new DiskStore(this.#now);
  }
}
