import { crc32 } from "node:zlib";
import { compareTimes, type HybridTime, hybridTimeIn, laterOf, nextTime } from "../history/hybrid_time.ts";

/** What a key holds, or that it was deleted (no text), and which of two such claims is the newer one. */
export type Item = Readonly<{
  key: string;
  text: string | undefined;
  /** Later than whatever its author had seen. */
  time: HybridTime;
  /** Who set or deleted it; of two at the same time, the greater name wins. */
  author: string;
}>;

/** Keys with a text; and deleted ones that are remembered, so that who was away does not bring them back. */
export const ITEMS_MAX = 512;
const DELETED_MAX = 512;

/**
 * A map that many keep alike: of each key the newest claim holds, whichever way and in whatever order it came. Of more
 * keys than there is room for, all keep the newest.
 */
export class ItemMap {
  readonly #items = new Map<string, Item>();
  #latest: HybridTime | undefined;
  /** Claims given up for want of room. */
  crowdedOut = 0;

  /** Keys with a text, in order. */
  get entries(): readonly (readonly [key: string, text: string])[] {
    return [...this.#items.values()]
      .flatMap(({ key, text }) => text === undefined ? [] : [[key, text] as const])
      .toSorted(([a], [b]) => a < b ? -1 : 1);
  }

  /** All claims, also those of deletion. */
  get claims(): readonly Item[] {
    return [...this.#items.values()];
  }

  get isEmpty(): boolean {
    return this.#items.size === 0;
  }

  /** Claims something of a key; nothing if there is no room for another key. */
  set(key: string, text: string | undefined, author: string, wallMs: number): Item | undefined {
    const isNew = text !== undefined && this.#items.get(key)?.text === undefined;
    if (isNew && this.#count(true) >= ITEMS_MAX) return undefined;
    const time = nextTime(wallMs, this.#latest);
    if (hybridTimeIn(time.ms, time.count) === undefined) return undefined; // somebody has claimed the last moment of all
    const item = { key, text, time, author };
    return this.merge(item) ? item : undefined;
  }

  /** Takes what somebody else claimed; whether that changed anything. */
  merge(item: Item): boolean {
    this.#latest = laterOf(this.#latest, item.time);
    const known = this.#items.get(item.key);
    if (known !== undefined && !isNewer(item, known)) return false;
    this.#items.set(item.key, item);
    return this.#makeRoom(item);
  }

  has(key: string): boolean {
    return this.#items.get(key)?.text !== undefined;
  }

  /** The same number for the same claims; different claims have the same one once in four thousand million. */
  digest(): number {
    const lines = this.claims.map(({ key, time, author, text }) =>
      JSON.stringify([key, time.ms, time.count, author, text ?? null])
    );
    return crc32(new TextEncoder().encode(lines.toSorted().join("\n")));
  }

  /** Gives up the oldest of the kind of `latest`, if there are too many; false if that was itself. */
  #makeRoom(latest: Item): boolean {
    const isLive = latest.text !== undefined;
    if (this.#count(isLive) <= (isLive ? ITEMS_MAX : DELETED_MAX)) return true;
    const oldest = this.claims
      .filter(({ text }) => (text !== undefined) === isLive)
      .reduce((least, item) => isNewer(least, item) ? item : least);
    this.#items.delete(oldest.key);
    this.crowdedOut++;
    return oldest !== latest;
  }

  #count(live: boolean): number {
    let count = 0;
    for (const { text } of this.#items.values()) if ((text !== undefined) === live) count++;
    return count;
  }
}

/** A total order: two that look at the same claims keep the same one. */
function isNewer(a: Item, b: Item): boolean {
  return order(a, b) > 0;
}

function order(a: Item, b: Item): number {
  return compareTimes(a.time, b.time) || compare(a.author, b.author) || compare(a.key, b.key) ||
    compare(a.text ?? "", b.text ?? "");
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
