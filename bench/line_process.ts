/** What came, and when: monotonic, in ms. */
export type HeardLine = (line: string, atMs: number) => void;

/** Longest wait for something that a program says by itself or when asked, in ms: generous, for loaded machines. */
const ANSWER_TIMEOUT_MS = 60_000;

/** A program that speaks in lines. What it says is handed on at once and not kept. */
export class LineProcess {
  static readonly #running = new Set<LineProcess>();

  /** Ends all there are; resolves when they are gone. */
  static async killAll(): Promise<void> {
    await Promise.all([...LineProcess.#running].map((process) => process.kill()));
  }

  readonly pid: number;
  readonly #what: string;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<unknown>;
  readonly #listeners = new Set<HeardLine>();

  /** `heard` is told every line of stdout and stderr. */
  constructor(commandLine: readonly string[], env: Readonly<Record<string, string>>, heard: HeardLine) {
    const [program = "", ...args] = commandLine;
    this.#what = args.join(" ");
    const options = { clearEnv: true, stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(program, { args, env, ...options }).spawn();
    this.pid = this.#child.pid;
    this.#stdin = this.#child.stdin.getWriter();
    this.#listeners.add(heard);
    LineProcess.#running.add(this);
    this.#reading = Promise.all([this.#read(this.#child.stdout), this.#read(this.#child.stderr)]);
  }

  async say(lines: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(`${lines}\n`));
  }

  /** Says `lines` and waits for the line in which `find` finds something. */
  async ask<T>(lines: string, find: (line: string) => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const listener = (line: string): void => {
      const found = find(line);
      if (found !== undefined) resolve(found);
    };
    const timer = setTimeout(() => reject(new Error(`No answer from ${this.#what} to ${lines}`)), ANSWER_TIMEOUT_MS);
    this.#listeners.add(listener);
    try {
      await this.say(lines);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(listener);
    }
  }

  /** Ends it without a word; resolves when it is gone. Calling it again does nothing. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    LineProcess.#running.delete(this);
    await this.#stdin.abort().catch(() => {}); // its reader is gone
    await this.#reading;
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const part of stream) {
      const atMs = performance.now();
      const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) for (const listener of this.#listeners) listener(line, atMs);
    }
  }
}
