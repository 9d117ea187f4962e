import type { Rumour } from "../rumour.ts";
import { keyOf } from "./span.ts";

/** A rumour as it goes on, for those who ask for it. */
export type Cached = {
  readonly rumour: Rumour;
  /** We asked somebody for it who is not near us in the tree: that it comes over the tree after all is no fault. */
  wasPulled: boolean;
};

/** Rumours kept for who lacks them: as many as are announced within a second or two under load. */
export const CACHED_MAX = 4_096;
export const CACHED_BYTES_MAX = 4 * 1024 * 1024;

/** The latest rumours. Who comes later for one asks the author's rooms, which have a history. */
export class MessageCache {
  readonly #entries = new Map<string, Cached>();
  #bytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  put(rumour: Rumour, wasPulled: boolean): void {
    this.#entries.set(keyOf(rumour.author, rumour.epoch, rumour.sequence), { rumour, wasPulled });
    this.#bytes += rumour.bytes.length;
    if (this.#entries.size <= CACHED_MAX && this.#bytes <= CACHED_BYTES_MAX) return;
    for (const [key, oldest] of this.#entries) {
      this.#entries.delete(key);
      this.#bytes -= oldest.rumour.bytes.length;
      if (this.#entries.size <= CACHED_MAX && this.#bytes <= CACHED_BYTES_MAX) return;
    }
  }

  get(author: string, epoch: number, sequence: number): Cached | undefined {
    return this.#entries.get(keyOf(author, epoch, sequence));
  }
}
