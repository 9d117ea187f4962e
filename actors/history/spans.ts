import type { LogId } from "./author.ts";
import type { Span } from "./store.ts";

/** A piece of a log: from one number to another, both included. */
export type Piece = Readonly<{ first: number; last: number }>;

/** Which entries of one log there are: pieces in order, none of which touches the next. */
class Pieces {
  #pieces: Piece[] = [];

  get all(): readonly Piece[] {
    return this.#pieces;
  }

  /** The newest piece. */
  get top(): Piece | undefined {
    return this.#pieces.at(-1);
  }

  has(sequence: number): boolean {
    return this.#pieces.some(({ first, last }) => first <= sequence && sequence <= last);
  }

  add(added: Piece): void {
    const apart = (piece: Piece): boolean => piece.last + 1 < added.first || added.last + 1 < piece.first;
    const touched = this.#pieces.filter((piece) => !apart(piece));
    const first = Math.min(added.first, ...touched.map((piece) => piece.first));
    const last = Math.max(added.last, ...touched.map((piece) => piece.last));
    this.#pieces = [...this.#pieces.filter(apart), { first, last }].toSorted((a, b) => a.first - b.first);
  }

  /** What of a piece is not here, the newest first. */
  lackingOf({ first, last }: Piece): readonly Piece[] {
    const lacking: Piece[] = [];
    let upTo = last;
    for (const held of this.#pieces.toReversed()) {
      if (held.first > upTo) continue;
      if (held.last < first) break;
      if (held.last < upTo) lacking.push({ first: held.last + 1, last: upTo });
      upTo = held.first - 1;
    }
    if (upTo >= first) lacking.push({ first, last: upTo });
    return lacking;
  }
}

/** Which entries of many logs there are. */
export class Holdings {
  readonly #logs = new Map<LogId, Pieces>();

  constructor(spans: readonly Span[] = []) {
    spans.forEach((span) => this.add(span));
  }

  get logs(): readonly LogId[] {
    return [...this.#logs.keys()];
  }

  of(log: LogId): Pieces | undefined {
    return this.#logs.get(log);
  }

  /** The log moves to the end of the list: what changed last is last. */
  add({ log, first, last }: Span): void {
    const pieces = this.#logs.get(log) ?? new Pieces();
    this.#logs.delete(log);
    this.#logs.set(log, pieces);
    pieces.add({ first, last });
  }

  has(log: LogId, sequence: number): boolean {
    return this.#logs.get(log)?.has(sequence) === true;
  }

  forget(log: LogId): void {
    this.#logs.delete(log);
  }
}
