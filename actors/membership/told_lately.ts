import type { NodeName } from "./member.ts";

/** Whom we told something of late: keeps us from telling it to anybody, or to all together, more often than is good. */
export class ToldLately {
  readonly #withinMs: number;
  readonly #max: number;
  readonly #told = new Set<NodeName>();
  #since = -Infinity;

  /** Each is told once in `withinMs`, and at most `max` are. */
  constructor(withinMs: number, max: number) {
    this.#withinMs = withinMs;
    this.#max = max;
  }

  /** Whether this one may be told now; counts as told, if so. */
  mayTell(name: NodeName, now: number): boolean {
    if (now - this.#since >= this.#withinMs) {
      this.#told.clear();
      this.#since = now;
    }
    if (this.#told.has(name) || this.#told.size >= this.#max) return false;
    this.#told.add(name);
    return true;
  }
}
