import { assert, assertEquals, assertMatch } from "@std/assert";
import { BACKLOG_MAX, PipeWriter } from "../../commands/pipe_writer.ts";

/** Longer than any flush in these tests may take, in ms. */
const LONG_MS = 5_000;

/** A reader that takes nothing until it goes on, and at most `most` bytes at once. */
class Reader {
  text = "";
  readonly #most: number;
  #going = Promise.withResolvers<void>();

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  goOn(): void {
    this.#going.resolve();
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#going.promise;
    const part = bytes.subarray(0, this.#most);
    this.text += String.fromCharCode(...part.subarray(0, 65_536));
    return Math.min(part.length, 65_536);
  }
}

function writerTo(reader: Reader): PipeWriter {
  return new PipeWriter(reader, (error) => {
    throw error;
  });
}

Deno.test("a pipe gets every line in order, also from a reader that paused and takes little at once", async () => {
  const reader = new Reader(7);
  const writer = writerTo(reader);
  const lines = Array.from({ length: 1_000 }, (_, number) => `line ${number}\n`);
  for (const line of lines) writer.write(line);
  reader.goOn();
  await writer.flushed(LONG_MS);
  assertEquals(reader.text, lines.join(""));
  writer.write("after\n");
  await writer.flushed(LONG_MS);
  assert(reader.text.endsWith("line 999\nafter\n"));
});

Deno.test("a reader that pauses too long misses the oldest lines that wait, and is told how many", async () => {
  const reader = new Reader();
  const writer = writerTo(reader);
  const line = (number: number): string => `${String(number).padStart(7)}${"x".repeat(1_000)}\n`;
  writer.write("first\n");
  await Promise.resolve(); // the first is on its way now
  await Promise.resolve();
  const count = Math.ceil(2 * BACKLOG_MAX / line(0).length);
  for (let number = 0; number < count; number++) writer.write(line(number));
  reader.goOn();
  await writer.flushed(LONG_MS);
  const shown = reader.text.split("\n");
  assertEquals(shown[0], "first");
  const [, dropped] = assertMatched(/^… (\d+) lines dropped$/, new TextDecoder().decode(latin1(shown[1]!)));
  assertEquals(
    shown.slice(2).join("\n"),
    Array.from({ length: count - Number(dropped) }, (_, at) => line(Number(dropped) + at)).join(""),
  );
  assert(reader.text.length > BACKLOG_MAX - 2_000 && reader.text.length < BACKLOG_MAX + 2_000);
});

Deno.test("flushing waits no longer than it is told to", async () => {
  const reader = new Reader();
  const writer = writerTo(reader);
  writer.write("never read\n");
  await writer.flushed(1);
  assertEquals(reader.text, "");
  reader.goOn();
  await writer.flushed(LONG_MS);
  assertEquals(reader.text, "never read\n");
});

Deno.test("a stream that was made non-blocking is tried again", async () => {
  let refusals = 2;
  let written = "";
  const writer = new PipeWriter({
    write(bytes) {
      if (refusals-- > 0) return Promise.reject(new Deno.errors.WouldBlock());
      written += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  }, () => {});
  writer.write("at last\n");
  await writer.flushed(LONG_MS);
  assertEquals(written, "at last\n");
});

Deno.test("when the reader has gone it is said once, and nothing more is written", async () => {
  const errors: unknown[] = [];
  let writes = 0;
  const writer = new PipeWriter({
    write() {
      writes++;
      return Promise.reject(new Deno.errors.BrokenPipe());
    },
  }, (error) => errors.push(error));
  writer.write("one\n");
  await writer.flushed(LONG_MS);
  writer.write("two\n");
  await writer.flushed(LONG_MS);
  assertEquals([errors.length, writes], [1, 1]);
});

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function assertMatched(pattern: RegExp, text: string): RegExpExecArray {
  assertMatch(text, pattern);
  return pattern.exec(text)!;
}
