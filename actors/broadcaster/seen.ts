/** Numbers out of order that are remembered of one author; beyond, the gap is given up. */
const AHEAD_MAX = 1_024;

/** Lives of authors remembered; the one heard of longest ago is forgotten first. */
const LIVES_MAX = 4_096;

type LifeSeen = { upTo: number; last: number; readonly ahead: Set<number> };

/**
 * Which rumours were seen. An author numbers its rumours from 1 within an epoch, which is new with each of its starts.
 * Each such life is remembered on its own: the last words of one may arrive behind the first of the next.
 */
export class Seen {
  readonly #lives = new Map<string, LifeSeen>();
  #youngest: string | undefined;

  /** True the first time. */
  isNew(author: string, epoch: number, sequence: number): boolean {
    const seen = this.#life(author, epoch);
    if (sequence <= seen.upTo || seen.ahead.has(sequence)) return false;
    seen.ahead.add(sequence);
    seen.last = Math.max(seen.last, sequence);
    if (seen.ahead.size > AHEAD_MAX) seen.upTo = Math.min(...seen.ahead) - 1;
    while (seen.ahead.delete(seen.upTo + 1)) seen.upTo++;
    return true;
  }

  /** Those from `first` to `last` that were not seen. */
  lacking(author: string, epoch: number, first: number, last: number): readonly number[] {
    const seen = this.#lives.get(keyOf(author, epoch));
    const lacking: number[] = [];
    for (let sequence = Math.max(first, (seen?.upTo ?? 0) + 1); sequence <= last; sequence++) {
      if (seen?.ahead.has(sequence) !== true) lacking.push(sequence);
    }
    return lacking;
  }

  /** Whether a later one of the same life was seen before this one, and this one was not. */
  isBehind(author: string, epoch: number, sequence: number): boolean {
    const seen = this.#lives.get(keyOf(author, epoch));
    return seen !== undefined && sequence < seen.last && sequence > seen.upTo && !seen.ahead.has(sequence);
  }

  #life(author: string, epoch: number): LifeSeen {
    const key = keyOf(author, epoch);
    const seen = this.#lives.get(key) ?? { upTo: 0, last: 0, ahead: new Set<number>() };
    if (key === this.#youngest) return seen;
    this.#youngest = key;
    this.#lives.delete(key); // set again, it is the youngest
    this.#lives.set(key, seen);
    const oldest = this.#lives.keys().next();
    if (this.#lives.size > LIVES_MAX && !oldest.done) this.#lives.delete(oldest.value);
    return seen;
  }
}

function keyOf(author: string, epoch: number): string {
  return `${epoch} ${author}`;
}
