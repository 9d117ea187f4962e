import type { Entry } from "./entry.ts";

/** Somebody who is in the room, and since when by their own clock. */
export type Occupant = Readonly<{ name: string; sinceWallMs: number }>;

/** People in one room, and members remembered as gone: what is beyond cannot be a crowd, only an attack. */
const NAMES_MAX = 4_096;

/** Who is in a room, as far as we were told. */
export class Occupants {
  readonly #byName = new Map<string, Occupant>();
  readonly #gone = new Set<string>();

  /** Takes note of what `author` announced; true when somebody came by that who was not here, or went who was. */
  note(author: string, entry: Entry): boolean {
    if (entry.type === "went") return this.#byName.delete(author);
    const isNew = !this.#byName.has(author);
    if (entry.type === "said" && !isNew) return false;
    // The last words of somebody who is gone may arrive after the news of it; they do not bring them back.
    if (isNew && (this.#gone.has(author) || this.#byName.size >= NAMES_MAX)) return false;
    this.#byName.set(author, { name: author, sinceWallMs: entry.wallMs });
    return isNew;
  }

  /** The member is gone from the cluster and with it from the room, until it is back in the cluster. */
  memberGone(name: string): void {
    this.#byName.delete(name);
    this.#gone.add(name);
    const oldest = this.#gone.values().next();
    if (this.#gone.size > NAMES_MAX && !oldest.done) this.#gone.delete(oldest.value);
  }

  memberBack(name: string): void {
    this.#gone.delete(name);
  }

  list(): readonly Occupant[] {
    return [...this.#byName.values()].toSorted((a, b) => a.name < b.name ? -1 : 1);
  }
}
