import type { Timers } from "../runtime/timers.ts";

/** Something that we said of ourselves was not sent often enough in time. */
type OwnWordsLate = Readonly<{ type: "own_words_late"; token: number }>;

/** Who waits until something that we said of ourselves was sent often enough. */
export class OwnWords {
  readonly #timers: Timers<OwnWordsLate>;
  /** By the number that it was given. */
  readonly #waiting = new Map<number, (sent: boolean) => void>();
  #last = 0;

  constructor(timers: Timers<OwnWordsLate>) {
    this.#timers = timers;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Calls back when what goes by the number that is returned was sent, or `withinMs` later. */
  await(withinMs: number, over: (sent: boolean) => void): number {
    const token = ++this.#last;
    this.#waiting.set(token, over);
    this.#timers.after(timerKey(token), withinMs, { type: "own_words_late", token });
    return token;
  }

  over(token: number, sent: boolean): void {
    const over = this.#waiting.get(token);
    this.#waiting.delete(token);
    this.#timers.cancel(timerKey(token));
    over?.(sent);
  }

  /** Nothing more is sent. */
  giveUp(): void {
    for (const token of [...this.#waiting.keys()]) this.over(token, false);
  }
}

function timerKey(token: number): string {
  return `own words ${token}`;
}
