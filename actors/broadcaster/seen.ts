/** Numbers out of order that are remembered of one author; beyond, the gap is given up. */
const AHEAD_MAX = 1_024;

/** Authors remembered; the one heard of longest ago is forgotten first. */
const AUTHORS_MAX = 4_096;

type AuthorSeen = { epoch: number; upTo: number; readonly ahead: Set<number> };

/**
 * Which rumours were seen. An author numbers its rumours from 1 within an epoch, which is new with each of its starts;
 * what it said in another epoch than its last is a new life, not an old one.
 */
export class Seen {
  readonly #authors = new Map<string, AuthorSeen>();

  /** True the first time. */
  isNew(author: string, epoch: number, sequence: number): boolean {
    const seen = this.#author(author, epoch);
    if (sequence <= seen.upTo || seen.ahead.has(sequence)) return false;
    seen.ahead.add(sequence);
    if (seen.ahead.size > AHEAD_MAX) seen.upTo = Math.min(...seen.ahead) - 1;
    while (seen.ahead.delete(seen.upTo + 1)) seen.upTo++;
    return true;
  }

  #author(author: string, epoch: number): AuthorSeen {
    const known = this.#authors.get(author);
    this.#authors.delete(author); // set again, it is the youngest
    const seen = known?.epoch === epoch ? known : { epoch, upTo: 0, ahead: new Set<number>() };
    this.#authors.set(author, seen);
    const oldest = this.#authors.keys().next();
    if (this.#authors.size > AUTHORS_MAX && !oldest.done) this.#authors.delete(oldest.value);
    return seen;
  }
}
