/** A stream of text, read as it comes from the start on. */
export class Collected {
  text = "";
  ended = false;
  #reading: Promise<void> | undefined;
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves when all of it was read. */
  get done(): Promise<void> | undefined {
    return this.#reading;
  }

  /** Calling it again does nothing. */
  start(): void {
    this.#reading ??= this.#read();
  }

  /** Closes the pipe, whatever may still come. */
  async stop(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(): Promise<void> {
    for (let part = await this.#reader.read(); !part.done; part = await this.#reader.read()) this.text += part.value;
    this.ended = true;
  }
}
