import type { Address } from "../../transport/address.ts";

/** How a probe was answered: straight, by way of others (or so late that they were asked), or on a stream only. */
export type AnsweredBy = "datagram" | "others" | "stream";

/** Probes in a row that only others answered before that is more than bad luck: at 30 % of loss, one in a hundred. */
const BY_OTHERS_MAX = 4;

/** Members watched at once, the one longest unheard of forgotten first. */
const WATCHED_MAX = 1_024;

type Watched = { byOthers: number; isNoted: boolean };

/** Finds the ways on which something is lost each time, so that a person can look for the firewall. */
export class BlockedLinks {
  readonly #watched = new Map<string, Watched>();

  /** Ways that are blocked as far as we know. */
  get count(): number {
    return [...this.#watched.values()].filter(({ isNoted }) => isNoted).length;
  }

  /** Notes how `to` answered; a sentence when that shows something new. */
  note(from: Address, to: Address, by: AnsweredBy): string | undefined {
    const watched = this.#watched.get(to) ?? { byOthers: 0, isNoted: false };
    this.#watched.delete(to);
    if (by === "datagram") return undefined;
    this.#watch(to, watched);
    if (by === "others") watched.byOthers++;
    if (watched.isNoted || (by === "others" && watched.byOthers < BY_OTHERS_MAX)) return undefined;
    watched.isNoted = true;
    return by === "stream"
      ? `UDP blocked between ${from} and ${to}: only streams pass`
      : `UDP blocked between ${from} and ${to}, perhaps one way: others reach both`;
  }

  #watch(to: string, watched: Watched): void {
    this.#watched.set(to, watched);
    if (this.#watched.size <= WATCHED_MAX) return;
    const [oldest] = this.#watched.keys();
    this.#watched.delete(oldest!);
  }
}
