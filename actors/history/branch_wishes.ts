import type { LogId } from "./author.ts";
import type { BranchEnd } from "./forks.ts";

/** Branches of one room that are asked for at once: of all others, and of one of them. */
const WISHES_MAX = 64;
const WISHES_EACH_MAX = 16;

/** Who does not answer within this is not waited for. */
const OVER_MS = 3_000;

type Wish = Readonly<{ from: string; end: BranchEnd; at: number }>;

/** Which branches of forked logs others were asked for, and have not answered yet. */
export class BranchWishes {
  #wishes: Wish[] = [];

  /** Whether to ask for that now; if so, it is noted. */
  asks(from: string, end: BranchEnd, now: number): boolean {
    this.#forget(now);
    const ofThis = this.#wishes.filter((wish) => wish.from === from);
    const isAsked = ofThis.some((wish) => wish.end.hash === end.hash);
    if (isAsked || ofThis.length >= WISHES_EACH_MAX || this.#wishes.length >= WISHES_MAX) return false;
    this.#wishes.push({ from, end, at: now });
    return true;
  }

  /** Whether something of that log is awaited of that one. */
  isAskedOf(from: string, log: LogId, now: number): boolean {
    if (this.#wishes.length === 0) return false;
    this.#forget(now);
    return this.#wishes.some((wish) => wish.from === from && wish.end.log === log);
  }

  /** Something of that log has come from that one: the oldest wish is done. */
  answered(from: string, log: LogId): void {
    const at = this.#wishes.findIndex((wish) => wish.from === from && wish.end.log === log);
    if (at >= 0) this.#wishes.splice(at, 1);
  }

  gone(member: string): void {
    this.#wishes = this.#wishes.filter(({ from }) => from !== member);
  }

  #forget(now: number): void {
    this.#wishes = this.#wishes.filter(({ at }) => now - at <= OVER_MS);
  }
}
