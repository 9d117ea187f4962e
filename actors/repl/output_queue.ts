/** How many lines wait for the next frame; a person reads none of a thousand that come within a thirtieth of a second. */
export const OUTPUT_LINES_MAX = 1000;

/** The queue as plain data. */
export interface OutputPending {
  readonly lines: readonly string[];
  readonly dropped: number;
}

/** What stands where lines are missing. */
export function droppedMark(count: number): string {
  return `… ${count} ${count === 1 ? "line" : "lines"} dropped`;
}

/** Lines between two frames. When it is full the oldest gives way, and the gap is shown. */
export class OutputQueue {
  #lines: string[];
  #dropped: number;

  constructor({ lines, dropped }: OutputPending = { lines: [], dropped: 0 }) {
    this.#lines = [...lines];
    this.#dropped = dropped;
  }

  get pending(): OutputPending {
    return { lines: [...this.#lines], dropped: this.#dropped };
  }

  push(line: string): void {
    this.#lines.push(line);
    // Not at every line beyond the bound: taking one off the front moves all the others.
    if (this.#lines.length >= 2 * OUTPUT_LINES_MAX) this.#trim();
  }

  /** Everything that waits, oldest first, and the queue is empty. */
  take(): string[] {
    this.#trim();
    const lines = this.#lines;
    if (this.#dropped > 0) lines.unshift(droppedMark(this.#dropped));
    this.#lines = [];
    this.#dropped = 0;
    return lines;
  }

  #trim(): void {
    const excess = this.#lines.length - OUTPUT_LINES_MAX;
    if (excess <= 0) return;
    this.#lines.splice(0, excess);
    this.#dropped += excess;
  }
}
