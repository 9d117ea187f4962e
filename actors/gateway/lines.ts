import { GrowingBytes } from "./growing_bytes.ts";

/** Cuts a stream into lines, each of at most so many bytes without its end; a `\r` before the end is dropped. */
export class Lines {
  readonly #bytesMax: number;
  readonly #begun = new GrowingBytes();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The lines that are whole by now, in order; `too_long` in place of one that is, after which nothing is to be read. */
  push(bytes: Uint8Array): (Uint8Array | "too_long")[] {
    const lines: (Uint8Array | "too_long")[] = [];
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, from);
      const piece = bytes.subarray(from, end < 0 ? bytes.length : end);
      if (this.#begun.length + piece.length > this.#bytesMax + 1) return [...lines, "too_long"]; // with a `\r`
      this.#begun.add(piece);
      if (end < 0) break;
      const line = this.#take();
      if (line.length > this.#bytesMax) return [...lines, "too_long"];
      lines.push(line);
      from = end + 1;
    }
    return lines;
  }

  /** What came after the last line end, if anything did. */
  flush(): Uint8Array | "too_long" | undefined {
    if (this.#begun.length === 0) return undefined;
    const rest = this.#take();
    return rest.length > this.#bytesMax ? "too_long" : rest;
  }

  #take(): Uint8Array {
    const line = this.#begun.take();
    return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
