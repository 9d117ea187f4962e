const FIRST_BYTES = 256;

/** Bytes that are gathered piece by piece; room is made as they come, never for what is only announced. */
export class GrowingBytes {
  #all: Uint8Array = new Uint8Array(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#all.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#all.length));
      larger.set(this.#all.subarray(0, this.#length));
      this.#all = larger;
    }
    this.#all.set(bytes, this.#length);
    this.#length = length;
  }

  /** All that was gathered; it begins anew. */
  take(): Uint8Array {
    const taken = this.#all.slice(0, this.#length);
    if (this.#all.length > FIRST_BYTES) this.#all = new Uint8Array(FIRST_BYTES);
    this.#length = 0;
    return taken;
  }
}
