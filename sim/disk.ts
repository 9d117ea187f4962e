import { MemoryStore } from "../actors/history/memory_store.ts";
import type { LastRun } from "../actors/peer/memory.ts";
import type { Clock } from "../actors/runtime/clock.ts";

/**
 * A write is in the file at once, for whoever reads it, but a power cut within this may undo it: what Linux takes to
 * write a renamed file's folder by itself (ext4's commit interval).
 */
const SYNCED_AFTER_MS = 5_000;

/** The files of one simulated peer: they outlive the process, and what was synced outlives a power cut too. */
export class Disk {
  /** What was said in its rooms. A power cut takes no more of it than a crash does: what is lost, others have. */
  history: MemoryStore = new MemoryStore();
  #written: LastRun | undefined;
  #synced: LastRun | undefined;
  /** What was on its way to an earlier state of the disk does not arrive at this one. */
  #state = 0;

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
  }

  /** Another disk, with nothing on it. */
  replace(): void {
    this.#state++;
    this.#written = undefined;
    this.#synced = undefined;
    this.history = new MemoryStore();
  }
}
