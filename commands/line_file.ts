/** Files of lines that are too long to be held in memory. */
import { LINE_MAX } from "../actors/history/ndjson.ts";

/** Lines that are read at once: to check their signatures takes a few milliseconds. */
const LINES_AT_ONCE = 64;

/** Bytes that are read at once. */
const CHUNK_BYTES = 64 * 1024;

/** Writes lines into a new file, which takes the place of `path` when `lines` has come to its end, and else never was. */
export async function writeLines(
  path: string,
  lines: (write: (lines: readonly string[]) => Promise<void>) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  const file = await Deno.open(part, { write: true, create: true, truncate: true, mode: 0o600 });
  const encoder = new TextEncoder();
  try {
    try {
      await lines(async (some) => {
        let bytes = encoder.encode(some.map((line) => `${line}\n`).join(""));
        while (bytes.length > 0) bytes = bytes.subarray(await file.write(bytes));
      });
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}

/** The lines of a file, without their ends; of one that is longer than {@linkcode LINE_MAX} only so much that it shows. */
export async function* readLines(path: string): AsyncGenerator<readonly string[]> {
  if (!(await Deno.stat(path)).isFile) throw new Error("it is not a file"); // a pipe would never end
  using file = await Deno.open(path);
  const chunk = new Uint8Array(CHUNK_BYTES);
  const decoder = new TextDecoder();
  let rest = "";
  let lines: string[] = [];
  for (;;) {
    const count = await file.read(chunk);
    rest += count === null ? decoder.decode() : decoder.decode(chunk.subarray(0, count), { stream: true });
    const parts = rest.split("\n");
    rest = (parts.pop() ?? "").slice(0, LINE_MAX + 1);
    if (count === null && rest !== "") parts.push(rest);
    for (const part of parts) {
      lines.push(part);
      if (lines.length < LINES_AT_ONCE) continue;
      yield lines;
      lines = [];
    }
    if (count === null) break;
  }
  if (lines.length > 0) yield lines;
}
