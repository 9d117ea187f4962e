import type { Clock } from "./clock.ts";

/** Something that has turns, and is told what they took. */
export interface Metered {
  readonly path: string;
  /** Its turn took `tookMs`; `exact` when that is a measurement, not its share of several turns. */
  spent(tookMs: number, exact: boolean): void;
}

/** Somebody kept the event loop from everybody else. */
export type Blockage = Readonly<{
  /** Who it was; several where only their turns together were measured. */
  suspects: readonly Metered[];
  tookMs: number;
}>;

/** Turns that are measured one by one, each time the event loop comes round. */
const EXACT_TURNS = 16;

/** After something slow, this many are. */
const EXACT_TURNS_AFTER_SLOW = 256;

/** Then up to so many are measured together: reading the clock costs more than a turn with one message. */
const WINDOW_TURNS = 16;

/** Turns measured together that took this long are slow. */
const SLOW_WINDOW_MS = 1;

/**
 * Measures turns: each one while there are few, and several at a time while there are many, which then share what they
 * took. It measures each one again for a while when somebody is slow.
 */
export class TurnMeter {
  readonly #clock: Clock;
  readonly #blockedAfterMs: number;
  readonly #blocked: (blockage: Blockage) => void;
  #exactLeft = EXACT_TURNS;
  #readAt = 0;
  #window: Metered[] = [];
  /** Something else than turns happened within the window, so that nobody can be blamed for it. */
  #isMixed = false;

  constructor(clock: Clock, blockedAfterMs: number, blocked: (blockage: Blockage) => void) {
    this.#clock = clock;
    this.#blockedAfterMs = blockedAfterMs;
    this.#blocked = blocked;
  }

  /** When the clock was last read. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Turns begin, after something else. */
  begin(): void {
    if (this.#exactLeft > 0 || this.#window.length === 0) this.#readAt = this.#clock.now();
    else this.#isMixed = true;
  }

  /** A turn is over; a long one, with all the messages it may have, ends its window. True when the clock was read. */
  turn(whose: Metered, isLong: boolean): boolean {
    if (this.#exactLeft > 0) return this.#exact(whose);
    this.#window.push(whose);
    if (!isLong && this.#window.length < WINDOW_TURNS) return false;
    this.#share();
    return true;
  }

  /** The event loop has come round. */
  refresh(): void {
    this.#exactLeft = Math.max(this.#exactLeft, EXACT_TURNS);
    this.#window = [];
    this.#isMixed = false;
  }

  #exact(whose: Metered): boolean {
    this.#exactLeft--;
    const tookMs = this.#read();
    whose.spent(tookMs, true);
    if (tookMs > this.#blockedAfterMs) this.#blocked({ suspects: [whose], tookMs });
    return true;
  }

  #share(): void {
    const window = this.#window;
    const isMixed = this.#isMixed;
    this.#window = [];
    this.#isMixed = false;
    const tookMs = this.#read();
    for (const whose of window) whose.spent(tookMs / window.length, false);
    if (tookMs > SLOW_WINDOW_MS) this.#exactLeft = EXACT_TURNS_AFTER_SLOW;
    if (tookMs > this.#blockedAfterMs && !isMixed) this.#blocked({ suspects: [...new Set(window)], tookMs });
  }

  #read(): number {
    const before = this.#readAt;
    this.#readAt = this.#clock.now();
    return this.#readAt - before;
  }
}
