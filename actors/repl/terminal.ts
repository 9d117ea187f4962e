/** What a terminal tells whoever listens to it. */
export interface TerminalHandler {
  /** Bytes were typed, or read from a pipe. They may end within a character or a key. */
  bytes(chunk: Uint8Array): void;
  /** Nothing more will come: end of input, terminal gone, or nobody reads the output. Called once. */
  end(): void;
  /** The size changed, or another program had the screen meanwhile: draw again. */
  resized(): void;
}

/** The place where a person, or a pipe, sits. The REPL knows nothing else of it; tests bring their own. */
export interface Terminal {
  /** Whether keys arrive one by one and escape codes are understood; else lines come in and plain lines go out. */
  readonly interactive: boolean;
  /** Whether reading or writing failed, which was said; that nobody types or reads any more is no failure. */
  readonly hasFailed: boolean;
  /** The width in columns, at least 1, as of now. */
  columns(): number;
  /**
   * Writes `text`; false when nobody is there to read it any more. An interactive terminal has all of it when this
   * returns. Otherwise it is one line, which a reader who pauses gets later, or, when there is too much, not at all.
   */
  write(text: string): boolean;
  /** Writes one line, without its end, to where errors go when that is not the screen: for who is not interactive. */
  writeError(line: string): void;
  /** Resolves when all that was written is out, or after a moment if nobody takes it. */
  flushed(): Promise<void>;
  /** Starts to read. Bytes are not read before, so none are lost. */
  listen(handler: TerminalHandler): void;
  /** Hands the screen back to the shell until the person returns; then `resized` is called. False if that cannot be. */
  suspend(): boolean;
  /** Leaves the terminal as it was found. Calling it again does nothing. */
  restore(): void;
}
