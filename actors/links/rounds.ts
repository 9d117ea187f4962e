/**
 * Who is to be looked after when. Rounds come at even distances, and what can wait is not touched until its own: with
 * hundreds of items of which a few are due, that is what a round costs.
 */
export class Rounds<T> {
  readonly #everyMs: number;
  readonly #due = new Map<number, Set<T>>();
  readonly #roundOf = new Map<T, number>();

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Puts `item` into the first round from `at` on, and out of the one in which it was. */
  plan(item: T, at: number): void {
    const round = Math.floor(at / this.#everyMs);
    if (this.#roundOf.get(item) === round) return;
    this.drop(item);
    this.#roundOf.set(item, round);
    const due = this.#due.get(round);
    if (due === undefined) this.#due.set(round, new Set([item]));
    else due.add(item);
  }

  drop(item: T): void {
    const round = this.#roundOf.get(item);
    if (round === undefined) return;
    this.#roundOf.delete(item);
    const due = this.#due.get(round)!;
    due.delete(item);
    if (due.size === 0) this.#due.delete(round);
  }

  /** Takes out those who are due by `now`, perhaps some that are in less than a round. */
  take(now: number): readonly T[] {
    const items: T[] = [];
    for (const [round, due] of this.#due) {
      if (round * this.#everyMs > now) continue;
      this.#due.delete(round);
      for (const item of due) {
        this.#roundOf.delete(item);
        items.push(item);
      }
    }
    return items;
  }
}
