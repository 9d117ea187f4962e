import type { LogId } from "./author.ts";
import type { Place } from "./entry.ts";
import { type Piece, SpanSet } from "./span_set.ts";
import type { Floors, Span } from "./store.ts";

/** Which entries of many logs there are; what the store has let go of is neither held nor lacking. */
export class Holdings {
  readonly #logs = new Map<LogId, SpanSet>();
  readonly #floors: () => Floors;

  constructor(spans: readonly Span[] = [], floors: () => Floors = () => NONE) {
    this.#floors = floors;
    spans.forEach((span) => this.add(span));
  }

  /** What changed last is last. */
  get logs(): readonly LogId[] {
    return [...this.#logs.keys()];
  }

  /** What there is of each log, in pieces; those of one are in order. */
  get spans(): readonly Span[] {
    return this.logs.flatMap((log) => this.piecesOf(log).map((piece) => ({ log, ...piece })));
  }

  /** How many logs there are. */
  get count(): number {
    return this.#logs.size;
  }

  /** Logs of which there is, or was, anything. */
  get everKnown(): readonly LogId[] {
    return [...new Set([...this.#logs.keys(), ...this.#floors().keys()])];
  }

  add({ log, first, last }: Span): void {
    const pieces = this.#logs.get(log) ?? new SpanSet();
    this.#logs.delete(log);
    this.#logs.set(log, pieces);
    pieces.add(first, last);
  }

  /** What was held cannot be read any more, and is lacking. */
  lose(log: LogId, sequence: number): void {
    this.#logs.get(log)?.delete(sequence);
  }

  knows(log: LogId): boolean {
    return this.#logs.has(log);
  }

  has(log: LogId, sequence: number): boolean {
    return sequence > this.#floorOf(log) && this.#logs.get(log)?.has(sequence) === true;
  }

  /** Whether an entry is here, or has been and was let go of. */
  hasHad({ log, sequence }: Place): boolean {
    return this.has(log, sequence) || this.isLetGo(log, sequence);
  }

  /** Whether that entry was here, and has been let go of. */
  isLetGo(log: LogId, sequence: number): boolean {
    return sequence <= this.#floorOf(log);
  }

  /** In how many pieces a log is here. */
  countOf(log: LogId): number {
    return this.#logs.get(log)?.spans.length ?? 0;
  }

  /** Whether that is, or becomes, part of a piece that is here. */
  touches({ log, first, last }: Span): boolean {
    return this.#logs.get(log)?.touches(first, last) === true;
  }

  /** The newest piece of a log. */
  topOf(log: LogId): Piece | undefined {
    const top = this.#logs.get(log)?.top;
    return top === undefined ? undefined : this.#above(log, top);
  }

  /** In order, and none touches the next. */
  piecesOf(log: LogId): readonly Piece[] {
    return (this.#logs.get(log)?.spans ?? []).flatMap((piece) => this.#above(log, piece) ?? []);
  }

  /** The newest piece that begins at that number or before it. */
  pieceUpTo(log: LogId, sequence: number): Piece | undefined {
    const piece = this.#logs.get(log)?.spans.findLast(({ first }) => first <= sequence);
    return piece === undefined ? undefined : this.#above(log, piece);
  }

  /** What of a piece of a log is not here and never was, the newest first, in at most so many pieces. */
  lackingOf(log: LogId, piece: Piece, max?: number): readonly Piece[] {
    const above = this.#above(log, piece);
    if (above === undefined) return [];
    return this.#logs.get(log)?.lackingOf(above, max) ?? [above];
  }

  #above(log: LogId, { first, last }: Piece): Piece | undefined {
    const floor = this.#floorOf(log);
    return last <= floor ? undefined : { first: Math.max(first, floor + 1), last };
  }

  #floorOf(log: LogId): number {
    return this.#floors().get(log) ?? 0;
  }
}

const NONE: Floors = new Map();
