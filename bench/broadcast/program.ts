/**
 * What the peers that we measure ours against do besides their protocol, all alike. Where it listens stands in the first
 * line of stdout; the first line of stdin says whom to meet, and "ready" answers it; each further line is a message to
 * say. For each message that it hears it says the number in a line of its own. It ends with its stdin.
 */
import { markedPart } from "./message.ts";

/** What a contender's program has to do. */
export interface Contender {
  /** What others need to meet it. */
  readonly address: string;
  /** Resolves when it is in a group of `size`; the addresses are of those who came before it. */
  meet(size: number, addresses: readonly string[]): Promise<void>;
  /** Says these to everybody. The bytes are its own to keep. */
  say(bodies: readonly Uint8Array<ArrayBuffer>[]): Promise<void>;
}

const READ_BYTES = 65_536;
const NEWLINE = 10;

/** Runs until stdin ends. `open` is given what to call with each message that comes. */
export async function runProgram(open: (heard: (body: Uint8Array) => void) => Promise<Contender>): Promise<never> {
  const said = new Lines();
  const contender = await open((body) => said.add(markedPart(body)));
  writeLine(`at ${contender.address}`);
  let hasMet = false;
  for await (const lines of linesOf(Deno.stdin)) {
    const messages = hasMet ? lines : lines.slice(1);
    if (!hasMet) {
      const [size = "", ...addresses] = new TextDecoder().decode(lines[0]).split(" ");
      await contender.meet(Number(size), addresses);
      writeLine("ready");
      hasMet = true;
    }
    if (messages.length > 0) await contender.say(messages);
  }
  Deno.exit(0);
}

/** Lines to stdout; those of one turn go out together. */
class Lines {
  readonly #buffer = new Uint8Array(READ_BYTES);
  #length = 0;
  readonly #flush = (): void => {
    writeAll(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  };

  add(line: Uint8Array): void {
    if (this.#length + line.length >= this.#buffer.length) this.#flush();
    if (this.#length === 0) queueMicrotask(this.#flush);
    this.#buffer.set(line, this.#length);
    this.#length += line.length;
    this.#buffer[this.#length++] = NEWLINE;
  }
}

function writeLine(line: string): void {
  writeAll(new TextEncoder().encode(`${line}\n`));
}

function writeAll(bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(Deno.stdout.writeSync(rest));
}

/** The whole lines of each read, without their ends. */
async function* linesOf(input: { read(buffer: Uint8Array): Promise<number | null> }) {
  let held = new Uint8Array(0);
  for (;;) {
    const chunk = new Uint8Array(READ_BYTES);
    const length = await input.read(chunk);
    if (length === null) return;
    const bytes = new Uint8Array(held.length + length);
    bytes.set(held);
    bytes.set(chunk.subarray(0, length), held.length);
    const lines: Uint8Array<ArrayBuffer>[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      lines.push(bytes.subarray(from, end));
      from = end + 1;
    }
    held = bytes.slice(from);
    if (lines.length > 0) yield lines;
  }
}
