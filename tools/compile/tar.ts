/** Archives in the format of `ustar`, the same bytes for the same files: no times, no owners, no order but ours. */

/** A file of an archive. */
export type TarFile = Readonly<{ path: string; isExecutable: boolean; bytes: Uint8Array<ArrayBuffer> }>;

const BLOCK_BYTES = 512;
/** The longest path that fits the header's one field for it. */
const PATH_BYTES_MAX = 100;
const SIZE_MAX = 8 ** 11 - 1;

/** The archive, piece by piece, for files may be large. Throws over a path or file that the format has no room for. */
export function* tar(files: readonly TarFile[]): Generator<Uint8Array<ArrayBuffer>> {
  for (const file of files) {
    yield header(file);
    yield file.bytes;
    yield new Uint8Array(paddingOf(file.bytes.length));
  }
  yield new Uint8Array(2 * BLOCK_BYTES); // that is how an archive ends
}

function header({ path, isExecutable, bytes }: TarFile): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string): void => block.set(new TextEncoder().encode(text), at);
  const octal = (at: number, digits: number, value: number): void => put(at, value.toString(8).padStart(digits, "0"));
  if (new TextEncoder().encode(path).length > PATH_BYTES_MAX || bytes.length > SIZE_MAX) {
    throw new RangeError(`${path}, of ${bytes.length} bytes, does not fit a tar archive`);
  }
  put(0, path);
  octal(100, 7, isExecutable ? 0o755 : 0o644);
  octal(108, 7, 0); // user
  octal(116, 7, 0); // group
  octal(124, 11, bytes.length);
  octal(136, 11, 0); // time
  put(148, " ".repeat(8)); // the checksum counts as blanks in its own sum
  put(156, "0"); // a plain file
  put(257, "ustar\x0000");
  octal(148, 6, block.reduce((sum, byte) => sum + byte, 0));
  block[154] = 0;
  return block;
}

function paddingOf(length: number): number {
  return (BLOCK_BYTES - length % BLOCK_BYTES) % BLOCK_BYTES;
}
