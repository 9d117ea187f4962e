/** Texts that rooms have been given and not yet shown: more wait here, where their senders can be slowed down. */
const UNDER_WAY_MAX = 256;

/** When nothing comes back for so long, rooms have lost what they were given. */
const UNDER_WAY_TIMEOUT_MS = 2_000;

/** How far rooms are behind with what they are given. */
export class UnderWay {
  #count = 0;
  #lastMoveAt = 0;

  get hasRoom(): boolean {
    return this.#count < UNDER_WAY_MAX;
  }

  get isHalfEmpty(): boolean {
    return this.#count <= UNDER_WAY_MAX / 2;
  }

  given(now: number): void {
    this.#count++;
    this.#lastMoveAt = now;
  }

  shown(now: number): void {
    this.#count = Math.max(0, this.#count - 1);
    this.#lastMoveAt = now;
  }

  /** Waits no longer for what does not come. */
  giveUpLost(now: number): void {
    if (now - this.#lastMoveAt > UNDER_WAY_TIMEOUT_MS) this.#count = 0;
  }
}
