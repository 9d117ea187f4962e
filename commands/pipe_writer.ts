import { droppedMark } from "../actors/repl/output_queue.ts";

/** How many UTF-16 units may wait for a reader that pauses: thousands of lines, and no burden on the machine. */
export const BACKLOG_MAX = 4 * 1024 * 1024;

/** How many units go out in one write: what a pipe holds. Of those nothing can be dropped any more. */
const CHUNK = 65_536;

/** How long a stream that somebody made non-blocking is left alone after it took nothing, in ms. */
const RETRY_MS = 10;

const encoder = new TextEncoder();

/** Where lines go, one write after the other; each may take only a part of their bytes, and as long as it likes. */
export type Sink = { write(lines: Uint8Array): number | Promise<number> };

/**
 * Lines to a pipe or a file, without ever waiting for whoever reads: a peer that stands still is dead to the others.
 * Beyond {@linkcode BACKLOG_MAX} the oldest lines give way, and the gap is shown. `broken` is called once when a write
 * fails; nothing is written after it.
 */
export class PipeWriter {
  readonly #sink: Sink;
  readonly #broken: (error: unknown) => void;
  #lines: string[] = [];
  /** Those before it are written or dropped; taking each off the front would move all the others. */
  #first = 0;
  #waiting = 0;
  #dropped = 0;
  #isBroken = false;
  #draining: Promise<void> | undefined;

  constructor(sink: Sink, broken: (error: unknown) => void) {
    this.#sink = sink;
    this.#broken = broken;
  }

  /** Takes one line, with its end. */
  write(line: string): void {
    if (this.#isBroken) return;
    this.#lines.push(line);
    this.#waiting += line.length;
    while (this.#waiting > BACKLOG_MAX) {
      this.#shift();
      this.#dropped++;
    }
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything is out, or `withinMs` have passed, or nobody reads any more. */
  async flushed(withinMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, withinMs);
    await Promise.race([this.#draining, late.promise]);
    clearTimeout(timer);
  }

  async #drain(): Promise<void> {
    try {
      await Promise.resolve(); // so that lines written in one go leave in one go
      for (let text = this.#take(); text !== ""; text = this.#take()) await this.#writeAll(text);
    } catch (error) {
      this.#isBroken = true;
      this.#lines = [];
      this.#broken(error);
    } finally {
      this.#draining = undefined;
    }
  }

  async #writeAll(text: string): Promise<void> {
    let bytes: Uint8Array = encoder.encode(text);
    while (bytes.length > 0) {
      try {
        const written = this.#sink.write(bytes);
        bytes = bytes.subarray(typeof written === "number" ? written : await written);
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** The next lines, whole ones; what is missing before them is said first. */
  #take(): string {
    let text = this.#dropped > 0 ? `${droppedMark(this.#dropped)}\n` : "";
    this.#dropped = 0;
    while (this.#first < this.#lines.length && text.length < CHUNK) text += this.#shift();
    return text;
  }

  #shift(): string {
    const line = this.#lines[this.#first++]!;
    this.#waiting -= line.length;
    if (2 * this.#first >= this.#lines.length) {
      this.#lines.splice(0, this.#first);
      this.#first = 0;
    }
    return line;
  }
}
