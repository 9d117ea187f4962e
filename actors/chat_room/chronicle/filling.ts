import type { ChronicleWorld } from "./world.ts";

/** Where so much is lacking, it is told now and then how far it is. */
const LONG_FILL = 1_000;
const TOLD_EVERY_MS = 2_000;

/** How far a room is filled with what was said before: told now and then while it goes on, and once it is over. */
export class Filling {
  readonly #world: ChronicleWorld;
  #count = 0;
  /** When it is told next how far a long filling is. */
  #progressAt: number | undefined;

  constructor(world: ChronicleWorld) {
    this.#world = world;
  }

  /** So many entries have come that nobody waits for. */
  came(count: number): void {
    this.#count += count;
  }

  /** More is being fetched. */
  goesOn(of: Readonly<{ lacking: number }>): void {
    const now = this.#world.now();
    this.#progressAt ??= now + TOLD_EVERY_MS;
    if (now < this.#progressAt) return;
    this.#progressAt = now + TOLD_EVERY_MS;
    const { lacking } = of; // which is counted only when it is asked for
    if (lacking >= LONG_FILL) this.#world.filling(this.#count, lacking);
  }

  /** There is nothing more to ask for. */
  over(): void {
    this.#progressAt = undefined;
    if (this.#count === 0) return;
    this.#world.filled(this.#count);
    this.#count = 0;
  }
}
