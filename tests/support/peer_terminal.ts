import type { Place } from "./place.ts";
import { killIfThere, programBelow } from "./processes.ts";
import { Tmux } from "./tmux.ts";

/** How long a start may take on a machine that is busy with other tests, in ms. It takes about half a second. */
const START_MS = 30_000;

/** What a peer is started with, besides its name. */
export interface PeerTerminalOptions {
  readonly place: Place;
  /** Flags; without any, the one by which the peers of the place find each other. */
  readonly args?: readonly string[];
  /** What the screen shows when the peer has started. */
  readonly until?: string | RegExp;
  readonly columns?: number;
  readonly rows?: number;
}

/** A peer in a terminal of its own, started with `deno task peer NAME`, and the person in front of it. */
export class PeerTerminal implements AsyncDisposable {
  readonly name: string;
  readonly #tmux: Tmux;
  readonly #taskPid: number;
  readonly #programPid: number;

  private constructor(name: string, tmux: Tmux, taskPid: number, programPid: number) {
    this.name = name;
    this.#tmux = tmux;
    this.#taskPid = taskPid;
    this.#programPid = programPid;
  }

  /** Starts the peer and waits until it is in its room. */
  static async start(name: string, options: PeerTerminalOptions): Promise<PeerTerminal> {
    const { place, args = [place.bootstrapFlag], until = "You are in #", columns = 100, rows = 60 } = options;
    const variables = Object.entries({ ...place.env, TERM: "screen-256color" }).map(([key, value]) =>
      `${key}=${value}`
    );
    const command = ["env", "-i", ...variables, ...place.commandLine("task", "peer", [name, ...args])];
    const tmux = await Tmux.open({ command, columns, rows });
    const taskPid = await tmux.pid();
    try {
      await tmux.waitFor(until, START_MS);
      return new PeerTerminal(name, tmux, taskPid, await programBelow(taskPid));
    } catch (error) {
      killIfThere(await programBelow(taskPid), "SIGKILL");
      await tmux.close();
      throw error;
    }
  }

  /** Types a line and presses Enter. */
  async say(line: string): Promise<void> {
    await this.#tmux.sendText(line);
    await this.#tmux.sendKey("Enter");
  }

  /** Types, and leaves it at that. */
  async type(text: string): Promise<void> {
    await this.#tmux.sendText(text);
  }

  async press(...keys: string[]): Promise<void> {
    await this.#tmux.sendKey(...keys);
  }

  /** Everything that was shown, from the first row on. */
  async screen(): Promise<string> {
    return await this.#tmux.screen(true);
  }

  /** Waits until what the screen shows now holds or matches `wanted`. */
  async waitFor(wanted: string | RegExp | ((screen: string) => boolean), waitMs?: number): Promise<string> {
    return await this.#tmux.waitFor(wanted, waitMs);
  }

  /** Kills the peer itself, as a crash would: it gets no chance to say anything. */
  kill9(): void {
    Deno.kill(this.#programPid, "SIGKILL");
  }

  /** Says goodbye with `/quit`; the exit code. */
  async quit(): Promise<number> {
    await this.say("/quit");
    return await this.ended();
  }

  /** Waits until the program in the terminal has ended; its exit code. */
  async ended(waitMs?: number): Promise<number> {
    return await this.#tmux.ended(waitMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Only while its task runner lives is the number surely still the peer's.
    if (!await this.#tmux.hasEnded()) killIfThere(await programBelow(this.#taskPid), "SIGKILL");
    await this.#tmux.close();
  }
}
