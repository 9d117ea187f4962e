import { Offenders } from "./offenders.ts";

/** What was dropped, by reason and by who sent it. */
export class Drops {
  readonly #reasons = new Map<string, number>();
  readonly #offenders = new Offenders();

  /** Counts a drop; whether it is to be logged, which of one source is so once a minute. */
  count(reason: string, source?: string, now: number = 0): boolean {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    return source !== undefined && this.#offenders.blame(source, now);
  }

  /** By reason. */
  get reasons(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#reasons);
  }

  /** Those of whom most was dropped lately, the worst first. */
  get offenders(): Readonly<Record<string, number>> {
    return this.#offenders.worst("dropped from");
  }
}
