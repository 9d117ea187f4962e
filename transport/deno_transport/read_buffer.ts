/** As much as is read at once. */
const READ_BYTES = 65_536;

/** What is shorter shares its memory with what comes next: a buffer for each is dearer than all else about it. */
const SHARED_MAX_BYTES = 2_048;

/** As much shares its memory, so as much stays while any piece of it is kept. */
const SLAB_BYTES = 16_384;

/** Where sockets put what they have read, and pieces of their own for those who keep it. */
export class ReadBuffer {
  readonly buffer = new Uint8Array(READ_BYTES);
  #slab = new Uint8Array(SLAB_BYTES);
  #used = 0;

  /** The first `length` bytes, which will not change any more. */
  taken(length: number): Uint8Array {
    if (length > SHARED_MAX_BYTES) return this.buffer.slice(0, length);
    if (this.#used + length > SLAB_BYTES) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const piece = this.#slab.subarray(this.#used, this.#used + length);
    piece.set(this.buffer.subarray(0, length));
    this.#used += length;
    return piece;
  }
}
