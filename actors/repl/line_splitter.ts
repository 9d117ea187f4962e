import { LINE_LENGTH_MAX } from "./line_editor/line.ts";

/** A line that was read, or the length of one that was longer than {@linkcode LINE_LENGTH_MAX} and is left out. */
export type SplitLine =
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "too_long"; readonly length: number };

/** The line begun so far; `dropped` UTF-16 units of it were too much to keep. */
export interface LinePending {
  readonly text: string;
  readonly dropped: number;
}

/** Splits bytes that no terminal sent, such as a pipe's, into lines ended by "\n" or "\r\n". */
export class LineSplitter {
  readonly #utf8 = new TextDecoder("utf-8");
  #pending: LinePending;

  constructor(pending: LinePending = { text: "", dropped: 0 }) {
    this.#pending = pending;
  }

  /** The state to go on from elsewhere; only the bytes of half a character are not in it. */
  get pending(): LinePending {
    return this.#pending;
  }

  /** The lines that `bytes` complete. */
  push(bytes: Uint8Array): SplitLine[] {
    const [first = "", ...others] = this.#utf8.decode(bytes, { stream: true }).split("\n");
    this.#add(first);
    return others.map((piece) => {
      const line = this.#take();
      this.#add(piece);
      return line;
    });
  }

  /** The last line, if it was not ended. */
  end(): SplitLine[] {
    this.#add(this.#utf8.decode());
    return this.#pending.text === "" ? [] : [this.#take()];
  }

  #add(piece: string): void {
    const { text, dropped } = this.#pending;
    // One more, for the "\r" that is not the line's own.
    const room = LINE_LENGTH_MAX + 1 - text.length;
    this.#pending = { text: text + piece.slice(0, room), dropped: dropped + Math.max(0, piece.length - room) };
  }

  #take(): SplitLine {
    const { text: raw, dropped } = this.#pending;
    this.#pending = { text: "", dropped: 0 };
    const text = dropped === 0 ? raw.replace(/\r$/, "") : raw;
    const length = text.length + dropped;
    return length > LINE_LENGTH_MAX ? { type: "too_long", length } : { type: "line", text };
  }
}
