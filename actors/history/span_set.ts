/** Numbers from one to another, both included. */
export type Piece = Readonly<{ first: number; last: number }>;

/** Which numbers of one log are held, as pieces without a gap: few, however long the log. */
export class SpanSet {
  /** In order; between two of them is a gap. */
  readonly #spans: Piece[] = [];

  get spans(): readonly Piece[] {
    return this.#spans;
  }

  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  /** The newest piece. */
  get top(): Piece | undefined {
    return this.#spans.at(-1);
  }

  has(sequence: number): boolean {
    const span = this.#spans[this.#behind(sequence) - 1];
    return span !== undefined && sequence <= span.last;
  }

  add(first: number, last = first): void {
    let from = this.#behind(first);
    const before = this.#spans[from - 1];
    if (before !== undefined && first <= before.last + 1) from--;
    let to = from;
    while (to < this.#spans.length && this.#spans[to]!.first <= last + 1) to++;
    const joined = to === from ? { first, last } : {
      first: Math.min(first, this.#spans[from]!.first),
      last: Math.max(last, this.#spans[to - 1]!.last),
    };
    this.#spans.splice(from, to - from, joined);
  }

  /** Whether adding that would make no piece more. */
  touches(first: number, last: number): boolean {
    const next = this.#behind(last + 1) - 1;
    return next >= 0 && this.#spans[next]!.last >= first - 1;
  }

  delete(sequence: number): void {
    const at = this.#behind(sequence) - 1;
    const span = this.#spans[at];
    if (span === undefined || sequence > span.last) return;
    const { first, last } = span;
    const rest: Piece[] = [];
    if (first < sequence) rest.push({ first, last: sequence - 1 });
    if (sequence < last) rest.push({ first: sequence + 1, last });
    this.#spans.splice(at, 1, ...rest);
  }

  /** What of a piece is not here, the newest first, in at most so many pieces. */
  lackingOf({ first, last }: Piece, max = Infinity): readonly Piece[] {
    const lacking: Piece[] = [];
    let upTo = last;
    for (let at = this.#behind(last) - 1; at >= 0 && upTo >= first && lacking.length < max; at--) {
      const held = this.#spans[at]!;
      if (held.last < first) break;
      if (held.last < upTo) lacking.push({ first: held.last + 1, last: upTo });
      upTo = held.first - 1;
    }
    if (upTo >= first && lacking.length < max) lacking.push({ first, last: upTo });
    return lacking;
  }

  /** How many pieces begin at that number or before it. */
  #behind(sequence: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#spans[middle]!.first <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
