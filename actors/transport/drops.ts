/** Sources of which drops are counted apart; of more, the one longest unheard is forgotten. */
const SOURCES_MAX = 256;

/** What one source does wrong is told once in this time; all of it is counted. */
const LOG_INTERVAL_MS = 60_000;

/** Of how many sources the counts are shown. */
const SHOWN_MAX = 8;

type Offences = { count: number; loggedAt: number };

/** What was dropped, by reason and by who sent it. */
export class Drops {
  readonly #reasons = new Map<string, number>();
  readonly #offences = new Map<string, Offences>();

  /** Counts a drop; whether it is to be logged, which of one source is so once a minute. */
  count(reason: string, source?: string, now: number = 0): boolean {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    return source !== undefined && this.#blame(source, now);
  }

  /** By reason. */
  get reasons(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#reasons);
  }

  /** Those of whom most was dropped lately, the worst first. */
  get offenders(): Readonly<Record<string, number>> {
    const worst = [...this.#offences].toSorted(([, one], [, other]) => other.count - one.count).slice(0, SHOWN_MAX);
    return Object.fromEntries(worst.map(([source, { count }]) => [`dropped from ${source}`, count]));
  }

  #blame(source: string, now: number): boolean {
    const known = this.#offences.get(source);
    if (known === undefined && this.#offences.size >= SOURCES_MAX) {
      const [oldest] = this.#offences.keys();
      this.#offences.delete(oldest!);
      this.#offences.set(source, { count: 1, loggedAt: now }); // a flood of invented sources is none of lines
      return false;
    }
    const isLogged = known === undefined || now - known.loggedAt >= LOG_INTERVAL_MS;
    this.#offences.delete(source); // to the end of the order
    this.#offences.set(source, { count: (known?.count ?? 0) + 1, loggedAt: isLogged ? now : known.loggedAt });
    return isLogged;
  }
}
