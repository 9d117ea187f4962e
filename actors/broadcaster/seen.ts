/** Numbers out of order that are remembered of one author; beyond, the gap is given up. */
const AHEAD_MAX = 1_024;

/**
 * Numbers that are remembered together, apart from all others: a number that somebody made up for another, however high,
 * takes nothing from what its author says outside of these.
 */
const WINDOW = 4_096;

/** Windows of authors' lives remembered; the one heard of longest ago is forgotten first. */
const WINDOWS_MAX = 4_096;

/** Numbers count from 1 within their window. */
type WindowSeen = { upTo: number; last: number; readonly ahead: Set<number> };

/** The window that was heard of last, and which of its author's life it is. */
type Youngest = Readonly<{ author: string; epoch: number; number: number; seen: WindowSeen }>;

/**
 * Which rumours were seen. An author numbers its rumours from 1 within an epoch, which is new with each of its starts.
 * Each such life is remembered on its own: the last words of one may arrive behind the first of the next.
 */
export class Seen {
  readonly #windows = new Map<string, WindowSeen>();
  /** The youngest window: who speaks, mostly speaks on, and then no name for the window is put together. */
  #youngest: Youngest | undefined;

  /** True the first time. */
  isNew(author: string, epoch: number, sequence: number): boolean {
    const seen = this.#window(author, epoch, sequence);
    const place = placeOf(sequence);
    if (isIn(seen, place)) return false;
    seen.ahead.add(place);
    seen.last = Math.max(seen.last, place);
    if (seen.ahead.size > AHEAD_MAX) seen.upTo = Math.min(...seen.ahead) - 1;
    while (seen.ahead.delete(seen.upTo + 1)) seen.upTo++;
    return true;
  }

  /** Those from `first` to `last` that were not seen. */
  lacking(author: string, epoch: number, first: number, last: number): readonly number[] {
    const lacking: number[] = [];
    let seen: WindowSeen | undefined;
    for (let sequence = first; sequence <= last; sequence++) {
      const place = placeOf(sequence);
      if (sequence === first || place === 1) seen = this.#windows.get(keyOf(author, epoch, sequence));
      if (!isIn(seen, place)) lacking.push(sequence);
    }
    return lacking;
  }

  /** Whether a later one of the same life was seen before this one, and this one was not. */
  isBehind(author: string, epoch: number, sequence: number): boolean {
    const seen = this.#windows.get(keyOf(author, epoch, sequence));
    const place = placeOf(sequence);
    if (isIn(seen, place)) return false;
    return place < (seen?.last ?? 0) || this.#windows.has(keyOf(author, epoch, sequence + WINDOW));
  }

  #window(author: string, epoch: number, sequence: number): WindowSeen {
    const number = windowOf(sequence);
    const youngest = this.#youngest;
    if (youngest?.author === author && youngest.epoch === epoch && youngest.number === number) return youngest.seen;
    const key = keyOf(author, epoch, sequence);
    const seen = this.#windows.get(key) ?? { upTo: 0, last: 0, ahead: new Set<number>() };
    this.#youngest = { author, epoch, number, seen };
    this.#windows.delete(key); // set again, it is the youngest
    this.#windows.set(key, seen);
    const oldest = this.#windows.keys().next();
    if (this.#windows.size > WINDOWS_MAX && !oldest.done) this.#windows.delete(oldest.value);
    return seen;
  }
}

function isIn(seen: WindowSeen | undefined, place: number): boolean {
  return seen !== undefined && (place <= seen.upTo || seen.ahead.has(place));
}

function placeOf(sequence: number): number {
  return (sequence - 1) % WINDOW + 1;
}

function keyOf(author: string, epoch: number, sequence: number): string {
  return `${epoch} ${windowOf(sequence)} ${author}`;
}

function windowOf(sequence: number): number {
  return Math.floor((sequence - 1) / WINDOW);
}
