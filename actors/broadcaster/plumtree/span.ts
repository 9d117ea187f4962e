/** Rumours of one life of an author, from number `first` to `last`; and after how many hops the last of them is there. */
export type Span = Readonly<{ author: string; epoch: number; first: number; last: number; hops: number }>;

/** Spans in one message, and numbers in all of them: as many as are announced at once. */
export const SPANS_MAX = 1_024;
export const SPANNED_MAX = 8_192;

/** One rumour, wherever it is. */
export type RumourId = Readonly<{ author: string; epoch: number; sequence: number }>;

/** As a key. No number has a space in it. */
export function keyOf(author: string, epoch: number, sequence: number): string {
  return `${sequence} ${epoch} ${author}`;
}

/** The same as spans: numbers that follow each other go together. */
export function toSpans(ids: Iterable<RumourId & Readonly<{ hops?: number }>>): readonly Span[] {
  const open = new Map<string, { author: string; epoch: number; first: number; last: number; hops: number }>();
  const spans: Span[] = [];
  for (const { author, epoch, sequence, hops = 0 } of ids) {
    const life = `${epoch} ${author}`;
    const span = open.get(life);
    if (span?.last === sequence - 1) Object.assign(span, { last: sequence, hops });
    else {
      const next = { author, epoch, first: sequence, last: sequence, hops };
      open.set(life, next);
      spans.push(next);
    }
  }
  return spans;
}
