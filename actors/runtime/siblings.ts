/** An entry of a list that knows its neighbours itself. */
export interface Sibling {
  previous: Sibling | undefined;
  next: Sibling | undefined;
}

/**
 * A list in the order of entry, from which an entry leaves in no time. Not a `Map`: one from which entries come and go
 * keeps those that are gone alive until a full collection, which costs more than all else in the life of an actor.
 */
export class Siblings<S extends Sibling> {
  #first: S | undefined;
  #last: S | undefined;
  size = 0;

  add(entry: S): void {
    entry.previous = this.#last;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.size++;
  }

  /** Takes out an entry that is in. */
  delete(entry: S): void {
    const previous = entry.previous as S | undefined;
    const next = entry.next as S | undefined;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    entry.previous = entry.next = undefined;
    this.size--;
  }

  /** All, in the order of entry. */
  toArray(): S[] {
    const all: S[] = [];
    for (let entry = this.#first; entry !== undefined; entry = entry.next as S | undefined) all.push(entry);
    return all;
  }
}
