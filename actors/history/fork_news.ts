import type { LogId } from "./author.ts";

/** Forked logs that are told one by one in so long a time; of more, it is told after that how many. */
const ONE_BY_ONE_MAX = 8;
export const FORKS_TOLD_EVERY_MS = 60_000;

/** Logs that are known to have been told of: as many as a room keeps entries of beside their logs. */
const LOGS_MAX = 1_024;

/** What a person is told of forked logs: of each once, and of many together now and then. */
export class ForkNews {
  readonly #known = new Set<LogId>();
  #began = -Infinity;
  #oneByOne = 0;
  #together = 0;

  has(log: LogId): boolean {
    return this.#known.has(log);
  }

  /** A log is forked that was not before: whether that is told now, and not with others when it is time for that. */
  begun(log: LogId, now: number): boolean {
    this.#known.add(log);
    const [oldest] = this.#known;
    if (this.#known.size > LOGS_MAX && oldest !== undefined) this.#known.delete(oldest);
    if (this.#together === 0 && now - this.#began >= FORKS_TOLD_EVERY_MS) {
      this.#began = now;
      this.#oneByOne = 0;
    }
    if (this.#together === 0 && this.#oneByOne < ONE_BY_ONE_MAX) {
      this.#oneByOne++;
      return true;
    }
    this.#together++;
    return false;
  }

  /** How many are told of now, together; what comes next waits as long again, unless nothing does. */
  takeTogether(now: number): number {
    const count = this.#together;
    this.#together = 0;
    this.#oneByOne = ONE_BY_ONE_MAX;
    this.#began = now;
    return count;
  }
}
