/** Which numbers of one log are held, as pieces without a gap: few, however long the log. */
export class SpanSet {
  /** In order; between two of them is a gap. */
  readonly #spans: [first: number, last: number][] = [];

  get spans(): readonly (readonly [first: number, last: number])[] {
    return this.#spans;
  }

  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  /** Takes over a piece that is known to lie behind all others and to touch none of them. */
  append(first: number, last: number): void {
    this.#spans.push([first, last]);
  }

  add(sequence: number): void {
    const at = this.#behind(sequence);
    const before = this.#spans[at - 1];
    const after = this.#spans[at];
    if (before !== undefined && sequence <= before[1]) return;
    const joinsBefore = before?.[1] === sequence - 1;
    const joinsAfter = after?.[0] === sequence + 1;
    if (joinsBefore && joinsAfter) {
      before[1] = after[1];
      this.#spans.splice(at, 1);
    } else if (joinsBefore) before[1] = sequence;
    else if (joinsAfter) after[0] = sequence;
    else this.#spans.splice(at, 0, [sequence, sequence]);
  }

  delete(sequence: number): void {
    const at = this.#behind(sequence) - 1;
    const span = this.#spans[at];
    if (span === undefined || sequence > span[1]) return;
    const [first, last] = span;
    const rest: [number, number][] = [];
    if (first < sequence) rest.push([first, sequence - 1]);
    if (sequence < last) rest.push([sequence + 1, last]);
    this.#spans.splice(at, 1, ...rest);
  }

  /** How many pieces begin at that number or before it. */
  #behind(sequence: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#spans[middle]![0] <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
