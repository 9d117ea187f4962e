/** What {@linkcode Fifo.shift} returns when there is nothing: no message can be it. */
export const NOTHING: unique symbol = Symbol("nothing");

/** Items in the first piece, and in the largest: each is twice as long as the one before it. */
const PIECE_MIN = 2;
const PIECE_MAX = 256;

type Piece<T> = { readonly items: (T | undefined)[]; next: Piece<T> | undefined };

/**
 * First in, first out, in pieces: nothing is copied as it grows, and what has been read is let go of. An empty one keeps
 * the last piece, and one that was never used has none.
 */
export class Fifo<T> {
  #first: Piece<T> | undefined;
  #last: Piece<T> | undefined;
  /** Where the next one is read in the first piece, and written in the last. */
  #read = 0;
  #write = 0;
  size = 0;

  push(item: T): void {
    let last = this.#last;
    if (last === undefined || this.#write === last.items.length) last = this.#extend(last);
    last.items[this.#write++] = item;
    this.size++;
  }

  /** Takes the oldest out. */
  shift(): T | typeof NOTHING {
    if (this.size === 0) return NOTHING;
    const { items, next } = this.#first!;
    const item = items[this.#read] as T;
    items[this.#read++] = undefined;
    if (--this.size === 0) this.#read = this.#write = 0;
    else if (this.#read === items.length) {
      this.#first = next;
      this.#read = 0;
    }
    return item;
  }

  /** The oldest, which stays in. */
  peek(): T | typeof NOTHING {
    return this.size === 0 ? NOTHING : this.#first!.items[this.#read] as T;
  }

  /** Takes all out, oldest first. */
  drain(): T[] {
    const all: T[] = [];
    for (let item = this.shift(); item !== NOTHING; item = this.shift()) all.push(item);
    return all;
  }

  #extend(last: Piece<T> | undefined): Piece<T> {
    const length = last === undefined ? PIECE_MIN : Math.min(PIECE_MAX, last.items.length * 2);
    const piece: Piece<T> = { items: new Array(length), next: undefined };
    if (last === undefined) this.#first = piece;
    else last.next = piece;
    this.#last = piece;
    this.#write = 0;
    return piece;
  }
}
