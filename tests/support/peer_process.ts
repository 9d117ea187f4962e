import { Collected } from "./collected.ts";
import type { Place, Way } from "./place.ts";

/** How long a program may take to say or do what is waited for, in ms: generous, for machines that run other tests. */
const WAIT_MS = 30_000;
const POLL_MS = 20;

export interface PeerProcessOptions {
  readonly place: Place;
  readonly way?: Way;
  /** Everything after the command's name. */
  readonly args: readonly string[];
  /** Whether what comes on stdout stays in the pipe until `resumeReading`. */
  readonly paused?: boolean;
  /** The longest file that it can write, as on a full disk. */
  readonly fileKibMax?: number;
}

/** How a program ended, and all that it wrote. */
export type Ended = Readonly<{ code: number; stdout: string; stderr: string }>;

/** A peer, or a registry, without a terminal: lines go in and come out through pipes. */
export class PeerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stdout: Collected;
  readonly #stderr: Collected;
  #asked = 0;

  private constructor(child: Deno.ChildProcess, paused: boolean) {
    this.#child = child;
    this.#stdin = child.stdin.getWriter();
    this.#stdout = new Collected(child.stdout);
    if (!paused) this.#stdout.start();
    this.#stderr = new Collected(child.stderr);
    this.#stderr.start();
  }

  /** Starts a peer and waits until it is in its room. */
  static async peer(name: string, place: Place, ...flags: string[]): Promise<PeerProcess> {
    const args = [name, ...(flags.length === 0 ? [place.bootstrapFlag] : flags)];
    const peer = PeerProcess.start("peer", { place, args });
    try {
      await peer.waitFor("You are in #");
      return peer;
    } catch (error) {
      await peer[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a command of the program, and does not wait. */
  static start(
    command: "peer" | "peer-with-shell" | "bootstrap",
    { place, way = "run", args, paused = false, fileKibMax }: PeerProcessOptions,
  ): PeerProcess {
    const line = place.commandLine(way, command, args);
    // To write more is an error then, and no signal that ends the process.
    const limit = `trap '' XFSZ; ulimit -f ${fileKibMax}; exec "$@"`;
    const [program, ...rest] = fileKibMax === undefined ? line : ["bash", "-c", limit, "bash", ...line] as const;
    const child = new Deno.Command(program, {
      args: rest,
      clearEnv: true,
      env: place.env,
      ...(place.cwd !== undefined && { cwd: place.cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new PeerProcess(child, paused);
  }

  /** The first process: the task runner, if there is one. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What came on stdout so far. */
  get shown(): string {
    return this.#stdout.text;
  }

  /** What came on stderr so far. */
  get complaints(): string {
    return this.#stderr.text;
  }

  /** Types a line. */
  async say(line: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Types a command, and returns what was shown until it was done, whoever had a part in that. */
  async ask(command: string): Promise<string> {
    const before = this.shown.length;
    const end = `end of answer ${++this.#asked}`;
    await this.say(`${command}\n/echo ${end}`);
    await this.waitFor(end);
    return this.shown.slice(before).split(end)[0]!;
  }

  /** Nothing more will be typed. */
  async endInput(): Promise<void> {
    await this.#stdin.close();
  }

  /** Waits until stdout holds or matches `wanted`; throws with all output if it does not in time. */
  waitFor(wanted: string | RegExp, waitMs = WAIT_MS): Promise<RegExpExecArray | undefined> {
    return this.#waitFor(wanted, this.#stdout, waitMs);
  }

  /** The same on stderr. */
  waitForComplaint(wanted: string | RegExp, waitMs = WAIT_MS): Promise<RegExpExecArray | undefined> {
    return this.#waitFor(wanted, this.#stderr, waitMs);
  }

  async #waitFor(wanted: string | RegExp, on: Collected, waitMs: number): Promise<RegExpExecArray | undefined> {
    const deadline = performance.now() + waitMs;
    let looked = 0;
    for (;;) {
      const match = typeof wanted === "string" ? on.text.includes(wanted, looked) : wanted.exec(on.text);
      if (typeof wanted === "string") looked = Math.max(0, on.text.length - wanted.length); // there may be much
      if (match === true) return undefined;
      if (match) return match;
      if (performance.now() > deadline || on.ended) {
        throw new Error(`Not shown: ${wanted}\n${this.shown}\n${this.#stderr.text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Begins to read what waits in the pipe. */
  resumeReading(): void {
    this.#stdout.start();
  }

  /** Goes away from the output, as `| head` does; the input stays open. */
  async stopReading(): Promise<void> {
    await this.#stdout.stop();
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits until the program has ended by itself, while nobody needs to read; then reads the rest. */
  async ended(waitMs = WAIT_MS): Promise<Ended> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(late.resolve, waitMs, undefined);
    const status = await Promise.race([this.#child.status, late.promise]);
    clearTimeout(timer);
    if (status === undefined) throw new Error(`Has not ended\n${this.shown}\n${this.#stderr.text}`);
    await this.#release();
    return { code: status.code, stdout: this.shown, stderr: this.#stderr.text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#release();
  }

  async #release(): Promise<void> {
    await this.#stdin.abort().catch(() => {}); // its reader is gone, or it is closed already
    this.#stdout.start();
    await Promise.all([this.#stdout.done, this.#stderr.done]);
  }
}
