/** Those who are counted apart; of more, the one longest unheard is forgotten. */
const OFFENDERS_MAX = 256;

/** What one of them does wrong is told once in this time; all of it is counted. */
const LOG_INTERVAL_MS = 60_000;

/** Of how many the counts are shown. */
const SHOWN_MAX = 8;

type Offences = Readonly<{ count: number; loggedAt: number }>;

/** Who did how often what it should not, in bounded memory and with a bounded number of lines in the log. */
export class Offenders {
  readonly #records = new Map<string, Offences>();

  /** Counts it; whether it is to be logged, which of each one is so once a minute. */
  blame(who: string, now: number): boolean {
    const known = this.#records.get(who);
    const isFull = known === undefined && this.#records.size >= OFFENDERS_MAX;
    if (isFull) this.#forgetOldest();
    // With the table full, a new name may well be an invented one: a flood of those is no flood of lines.
    const isLogged = known === undefined ? !isFull : now - known.loggedAt >= LOG_INTERVAL_MS;
    const loggedAt = isLogged || known === undefined ? now : known.loggedAt;
    this.#records.delete(who); // to the end of the order
    this.#records.set(who, { count: (known?.count ?? 0) + 1, loggedAt });
    return isLogged;
  }

  /** The counts of those with the most, each under this and its name, the worst first. */
  worst(what: string): Readonly<Record<string, number>> {
    const worst = [...this.#records].toSorted(([, one], [, other]) => other.count - one.count).slice(0, SHOWN_MAX);
    return Object.fromEntries(worst.map(([who, { count }]) => [`${what} ${who}`, count]));
  }

  #forgetOldest(): void {
    const [oldest] = this.#records.keys();
    this.#records.delete(oldest!);
  }
}
