import type { Entry } from "./entry.ts";

/** Somebody who is in the room, and since when by their own clock. */
export type Occupant = Readonly<{ name: string; sinceWallMs: number }>;

/** Who is in a room, as far as we were told. */
export class Occupants {
  readonly #byName = new Map<string, Occupant>();

  /** Takes note of what `author` announced; true when that changes who is here. */
  note(author: string, entry: Entry): boolean {
    if (entry.type === "went") return this.#byName.delete(author);
    if (entry.type === "said" && this.#byName.has(author)) return false;
    const isNew = !this.#byName.has(author);
    this.#byName.set(author, { name: author, sinceWallMs: entry.wallMs });
    return isNew;
  }

  /** The member is gone from the cluster and with it from the room. */
  remove(name: string): boolean {
    return this.#byName.delete(name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  list(): readonly Occupant[] {
    return [...this.#byName.values()].toSorted((a, b) => a.name < b.name ? -1 : 1);
  }
}
