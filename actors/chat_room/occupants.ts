import type { Entry } from "./entry.ts";

/**
 * Somebody who is in the room, and since when by their own clock; a guest is there by the member `via`. Who is away from
 * the screen may say where.
 */
export type Occupant = Readonly<{ name: string; sinceWallMs: number; via?: string; away?: string }>;

/** People in one room, and members remembered as gone: what is beyond cannot be a crowd, only an attack. */
const NAMES_MAX = 4_096;

/** Who is in a room, as far as we were told. */
export class Occupants {
  readonly #byKey = new Map<string, Occupant>();
  /** Those of them who were only heard to speak, and may have been here before. */
  readonly #heard = new WeakSet<Occupant>();
  readonly #gone = new Set<string>();
  /** When who is not here any more went, by their own clock; as far as is remembered. */
  readonly #went = new Map<string, number>();

  /**
   * Whether a word of theirs is older than what is known, by their own clock. What comes from themselves is not, whatever
   * it says; by way of others it may be one of long ago.
   */
  isOutOfDate(author: string, entry: Entry): boolean {
    if (entry.type === "looked_in" || entry.type === "refused" || entry.type === "hosting") return false;
    const key = keyOf(author, "guest" in entry ? entry.guest : undefined);
    const here = this.#byKey.get(key);
    const isSinceKnown = here !== undefined && (entry.type === "went" || !this.#heard.has(here));
    return entry.wallMs < Math.max(isSinceKnown ? here.sinceWallMs : 0, this.#went.get(key) ?? 0);
  }

  /** Takes note of what `author` announced; true when somebody came by that who was not here, or went who was. */
  note(author: string, entry: Entry): boolean {
    if (entry.type === "looked_in" || entry.type === "refused") return false;
    if (entry.type === "hosting") {
      for (const guest of entry.guests) {
        if (!this.#byKey.has(keyOf(author, guest))) this.#add(author, guest, entry.wallMs);
      }
      return false;
    }
    const guest = "guest" in entry ? entry.guest : undefined;
    if (entry.type === "went") return this.#remove(keyOf(author, guest), entry.wallMs);
    return this.#add(author, guest, entry.wallMs, "away" in entry ? entry.away : undefined);
  }

  /** Who speaks is here, since then as far as we know; last words may come after the news that they went. */
  spoke(author: string, wallMs: number): void {
    const wentMs = this.#went.get(author);
    if (this.#byKey.has(author) || (wentMs !== undefined && wallMs <= wentMs)) return;
    if (!this.#add(author, undefined, wallMs)) return;
    this.#heard.add(this.#byKey.get(author)!);
    if (wentMs !== undefined) this.#went.set(author, wentMs);
  }

  /** Whether this member is here itself. */
  has(member: string): boolean {
    return this.#byKey.has(member);
  }

  /** Whether anybody here is called so, member or guest. */
  isTaken(name: string): boolean {
    if (this.#byKey.has(name)) return true;
    for (const occupant of this.#byKey.values()) if (occupant.name === name) return true;
    return false;
  }

  /** Since when a guest is here by that member. */
  guestSince(member: string, guest: string): number | undefined {
    return this.#byKey.get(keyOf(member, guest))?.sinceWallMs;
  }

  /** The member is gone from the cluster and with it, and its guests, from the room, until it is back in the cluster. */
  memberGone(name: string): void {
    for (const [key, occupant] of this.#byKey) {
      if (occupant.via === name || key === name) this.#byKey.delete(key);
    }
    for (const key of this.#went.keys()) {
      if (key === name || key.endsWith(`\n${name}`)) this.#went.delete(key); // it may come back with another clock
    }
    this.#gone.add(name);
    const oldest = this.#gone.values().next();
    if (this.#gone.size > NAMES_MAX && !oldest.done) this.#gone.delete(oldest.value);
  }

  memberBack(name: string): void {
    this.#gone.delete(name);
  }

  get count(): number {
    return this.#byKey.size;
  }

  list(): readonly Occupant[] {
    return [...this.#byKey.values()].toSorted((a, b) => a.name < b.name ? -1 : 1);
  }

  #remove(key: string, wallMs: number): boolean {
    this.#went.delete(key);
    this.#went.set(key, wallMs);
    const [oldest] = this.#went.keys();
    if (this.#went.size > NAMES_MAX && oldest !== undefined) this.#went.delete(oldest);
    return this.#byKey.delete(key);
  }

  #add(author: string, guest: string | undefined, sinceWallMs: number, away?: string): boolean {
    const key = keyOf(author, guest);
    const isNew = !this.#byKey.has(key);
    // The last words of somebody who is gone may arrive after the news of it; they do not bring them back.
    if (isNew && (this.#gone.has(author) || this.#byKey.size >= NAMES_MAX)) return false;
    this.#went.delete(key);
    this.#byKey.set(
      key,
      guest === undefined
        ? { name: author, sinceWallMs, ...(away === undefined ? {} : { away }) }
        : { name: guest, sinceWallMs, via: author },
    );
    return isNew;
  }
}

/** No name has a line end in it, so that no guest's key is anybody else's. */
function keyOf(author: string, guest: string | undefined): string {
  return guest === undefined ? author : `${guest}\n${author}`;
}
