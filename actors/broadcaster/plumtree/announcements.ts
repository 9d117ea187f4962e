import type { Address } from "../../../transport/address.ts";
import type { Random } from "../../runtime/random.ts";
import { type RumourId, type Span, SPANNED_MAX, toSpans } from "./span.ts";

/**
 * How long what came waits until it is announced: so much, and up to twice that by chance; or until there is enough of it.
 * Waking a process costs more than what it is told, and a link that breaks is noticed and mended sooner than that. Of the
 * two ends of a link mostly one announces, since the other then knows that it need not.
 */
export type Pace = Readonly<{ afterMs: number; atOnce: number }>;

/** For those who stand next to us on the first rings. */
export const NEAREST: Pace = { afterMs: 2_000, atOnce: 32 };
/** For the others, who learn by it of what the nearest have missed as well. */
export const FARTHER: Pace = { afterMs: 8_000, atOnce: 128 };

/** What came, when, and who has it from us or gave it to us. */
type Item = RumourId & Readonly<{ hops: number; at: number; from: Address | undefined; sentTo: readonly Address[] }>;

/** What is said of something that came. */
export type News = RumourId & Readonly<{ hops: number }>;

/** How far somebody was told, and how long he is made to wait this time. */
type Reader = { upTo: number; readonly pace: Pace; waitMs: number };

/** What came lately, and who of those to whom it was not sent has to hear that it is here. */
export class Announcements {
  /** Counted: never told to somebody because too much was to be told. */
  dropped = 0;
  readonly #random: Random;
  readonly #readers = new Map<Address, Reader>();
  /** The items from number `#first` on. */
  #items: Item[] = [];
  #first = 0;
  #earliest = Infinity;

  constructor(random: Random) {
    this.#random = random;
  }

  /** When the first is due; perhaps it is known to everybody by then. */
  get earliest(): number {
    return this.#earliest;
  }

  /** From now on this one is told of what comes. */
  meet(peer: Address, pace: Pace): void {
    const upTo = this.#readers.get(peer)?.upTo ?? this.#end;
    this.#readers.set(peer, { upTo, pace, waitMs: this.#drawWait(pace) });
    this.#plan();
  }

  drop(peer: Address): void {
    this.#readers.delete(peer);
    if (this.#readers.size === 0) this.#clear();
  }

  /** Something came, and those know that it is here. */
  add(
    { author, epoch, sequence, hops }: News,
    from: Address | undefined,
    sentTo: readonly Address[],
    at: number,
  ): void {
    if (this.#readers.size === 0) return;
    this.#items.push({ author, epoch, sequence, hops, at, from, sentTo });
    if (this.#items.length > SPANNED_MAX) this.#cut(this.#first + SPANNED_MAX / 2, true);
    this.#plan();
  }

  /** The peer says that it has these: it need not be told of them, up to the first that it did not name. */
  known(peer: Address, spans: readonly Span[]): void {
    const reader = this.#readers.get(peer);
    if (reader === undefined) return;
    for (; reader.upTo < this.#end; reader.upTo++) {
      const item = this.#items[reader.upTo - this.#first]!;
      if (!isKnown(item, peer) && !isIn(item, spans)) return;
    }
  }

  /** Who is to be told of what by now. */
  take(now: number): readonly (readonly [peer: Address, spans: readonly Span[]])[] {
    const told: (readonly [Address, readonly Span[]])[] = [];
    for (const [peer, reader] of this.#readers) {
      if (this.#dueAt(peer, reader) > now) continue;
      told.push([peer, toSpans(this.#items.slice(reader.upTo - this.#first).filter((item) => !isKnown(item, peer)))]);
      reader.upTo = this.#end;
      reader.waitMs = this.#drawWait(reader.pace);
    }
    this.#cut(Math.min(...[...this.#readers.values()].map(({ upTo }) => upTo)), false);
    this.#plan();
    return told;
  }

  get #end(): number {
    return this.#first + this.#items.length;
  }

  /** When the first that it does not know is due. */
  #dueAt(peer: Address, reader: Reader): number {
    for (; reader.upTo < this.#end; reader.upTo++) {
      const item = this.#items[reader.upTo - this.#first]!;
      if (isKnown(item, peer)) continue;
      return this.#end - reader.upTo >= reader.pace.atOnce ? -Infinity : item.at + reader.waitMs;
    }
    return Infinity;
  }

  #plan(): void {
    this.#earliest = Infinity;
    for (const [peer, reader] of this.#readers) this.#earliest = Math.min(this.#earliest, this.#dueAt(peer, reader));
  }

  #drawWait({ afterMs }: Pace): number {
    return afterMs * (1 + this.#random.next());
  }

  /** Forgets the items before that number. */
  #cut(before: number, isLoss: boolean): void {
    if (before > this.#end) return this.#clear();
    for (const reader of this.#readers.values()) {
      if (isLoss) this.dropped += Math.max(0, before - reader.upTo);
      reader.upTo = Math.max(reader.upTo, before);
    }
    this.#items = this.#items.slice(before - this.#first);
    this.#first = before;
  }

  #clear(): void {
    this.#first = this.#end;
    this.#items = [];
    this.#earliest = Infinity;
  }
}

function isKnown({ from, sentTo }: Item, peer: Address): boolean {
  return from === peer || sentTo.includes(peer);
}

function isIn({ author, epoch, sequence }: Item, spans: readonly Span[]): boolean {
  return spans.some((span) =>
    span.first <= sequence && sequence <= span.last && span.epoch === epoch && span.author === author
  );
}
