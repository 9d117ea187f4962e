import { Collected } from "./collected.ts";
import { find } from "./wait.ts";

/** How long a program that we did not write may take to say what is waited for, in ms: generous, for busy machines. */
const WAIT_MS = 30_000;

/** A running program, all that it wrote, and a line to its stdin. It ends with the block that it was made for. */
export class ForeignProcess implements AsyncDisposable {
  readonly #what: string;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stdout: Collected;
  readonly #stderr: Collected;

  /** `env` is added to the variables that it inherits. */
  constructor(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#what = [program.split("/").at(-1), ...args].join(" ");
    this.#child = new Deno.Command(program, {
      args: [...args],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#stdout = new Collected(this.#child.stdout);
    this.#stderr = new Collected(this.#child.stderr);
    this.#stdout.start();
    this.#stderr.start();
  }

  /** What came on stdout so far. */
  get stdout(): string {
    return this.#stdout.text;
  }

  /** What came on stderr so far. */
  get stderr(): string {
    return this.#stderr.text;
  }

  async say(line: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(`${line}\n`));
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Looks at the output until there is something to be seen in it; throws with all output if there is nothing. */
  waitFor<T>(look: () => T | undefined, what: string, waitMs = WAIT_MS): Promise<T> {
    return find(look, waitMs, () => `${this.#what}: no ${what}\n${this.stdout}\n${this.stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#stdin.abort().catch(() => {}); // its reader is gone
    await Promise.all([this.#stdout.done, this.#stderr.done]);
  }
}
