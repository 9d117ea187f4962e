/** A program at pipes: lines go in, and what it says on stdout and stderr comes out as lines. */
export class ChildProcess {
  /** Resolves once it has ended and all that it said was read. */
  readonly ended: Promise<void>;
  /** Once it has ended: its exit code. */
  exitCode: number | undefined;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>, onLine: (line: string) => void) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      clearEnv: true,
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.ended = this.#end([eachLine(this.#child.stdout, onLine), eachLine(this.#child.stderr, onLine)]);
  }

  /** Types a line and Enter. */
  type(line: string): void {
    this.#input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {}); // it may have ended, which is seen otherwise
  }

  /** Sends a signal, to whom may have ended. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #end(reading: readonly Promise<void>[]): Promise<void> {
    const { code } = await this.#child.status;
    await Promise.all(reading);
    await this.#input.abort().catch(() => {}); // nobody reads it any more
    this.exitCode = code;
  }
}

/** Longer lines are cut here: no program of ours has any. */
const LINE_CHARACTERS_MAX = 64 * 1024;

async function eachLine(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!.slice(0, LINE_CHARACTERS_MAX);
    for (const line of lines) onLine(line);
  }
  if (rest !== "") onLine(rest);
}
