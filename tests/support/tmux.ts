import { ignoredFor } from "./ignored.ts";

/** How long a screen may take to show what is waited for, in ms: generous, for machines that run other tests too. */
const WAIT_MS = 15_000;
const POLL_MS = 25;
const SESSION = "test";

/** What runs in the terminal, and how large that is. */
export interface TmuxOptions {
  /** Program and arguments; no shell comes between. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * A program in a real terminal, driven as a person would: tmux on a socket of its own. The screen of a program that
 * ended stays readable until `close`.
 */
export class Tmux implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Whether tmux can be run here. */
  static available(): boolean {
    try {
      return new Deno.Command("tmux", { args: ["-V"], stdout: "null", stderr: "null" }).outputSync().success;
    } catch {
      return false;
    }
  }

  /** What a test that needs tmux puts after its name: it is ignored where tmux is missing. */
  static needed(): { ignore: boolean } {
    return ignoredFor(Tmux.available() ? [] : ["for want of tmux"]);
  }

  /** Starts the program. Throws if tmux is missing or refuses. */
  static async open({ command, env = {}, columns = 80, rows = 24 }: TmuxOptions): Promise<Tmux> {
    const tmux = new Tmux(await Deno.makeTempDir({ prefix: "tmux-" }));
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const size = ["-x", String(columns), "-y", String(rows)];
    try {
      // Before the session begins, for a program that ends at once should leave its screen as well.
      const options = ["set-option", "-g", "remain-on-exit", "on", ";", "set-option", "-g", "status", "off", ";"];
      await tmux.#run(
        "start-server",
        ";",
        ...options,
        "new-session",
        "-d",
        "-s",
        SESSION,
        ...size,
        ...variables,
        ...command,
      );
    } catch (error) {
      await tmux.close();
      throw error;
    }
    return tmux;
  }

  /** Types `text` as it is. */
  async sendText(text: string): Promise<void> {
    await this.#run("send-keys", "-t", SESSION, "-l", "--", text);
  }

  /** Presses keys by tmux's names: `Enter`, `C-c`, `M-b`, `Up`, `BSpace`. */
  async sendKey(...names: string[]): Promise<void> {
    await this.#run("send-keys", "-t", SESSION, ...names);
  }

  /** Pastes `text` as a terminal does, bracketed if the program asked for that. */
  async paste(text: string): Promise<void> {
    await this.#run("set-buffer", "--", text);
    await this.#run("paste-buffer", "-p", "-t", SESSION);
  }

  /** Gives the terminal another size. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#run("resize-window", "-t", SESSION, "-x", String(columns), "-y", String(rows));
  }

  /** What is to be seen now, without blank ends of rows. With `scrolled`, what left at the top comes first. */
  async screen(scrolled = false): Promise<string> {
    return (await this.#run("capture-pane", "-p", "-t", SESSION, ...(scrolled ? ["-S", "-"] : []))).trimEnd();
  }

  /** The cursor's column and row, both from 0. */
  async cursor(): Promise<{ column: number; row: number }> {
    const [column, row] = (await this.#show("#{cursor_x} #{cursor_y}")).split(" ");
    return { column: Number(column), row: Number(row) };
  }

  /** Waits until the screen holds or matches `wanted` and returns it; throws with the screen if it does not in time. */
  async waitFor(wanted: string | RegExp | ((screen: string) => boolean), waitMs = WAIT_MS): Promise<string> {
    const shows = typeof wanted === "function"
      ? wanted
      : (screen: string) => typeof wanted === "string" ? screen.includes(wanted) : wanted.test(screen);
    const deadline = performance.now() + waitMs;
    for (;;) {
      const screen = await this.screen();
      if (shows(screen)) return screen;
      if (performance.now() > deadline) throw new Error(`Not on the screen: ${wanted}\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** The process that was started in the terminal. */
  async pid(): Promise<number> {
    return Number(await this.#show("#{pane_pid}"));
  }

  async hasEnded(): Promise<boolean> {
    return await this.#show("#{pane_dead}") === "1";
  }

  /** Waits until the program has ended and returns its exit code; throws with the screen if it does not in time. */
  async ended(waitMs = WAIT_MS): Promise<number> {
    const deadline = performance.now() + waitMs;
    while (!await this.hasEnded()) {
      if (performance.now() > deadline) throw new Error(`Has not ended\n${await this.screen()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return Number(await this.#show("#{pane_dead_status}"));
  }

  /** Ends the program and tmux. */
  async close(): Promise<void> {
    await this.#run("kill-server").catch(() => {}); // it may never have started
    await Deno.remove(this.#directory, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #show(format: string): Promise<string> {
    return (await this.#run("display-message", "-p", "-t", SESSION, format)).trim();
  }

  async #run(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-u", "-S", `${this.#directory}/socket`, "-f", "/dev/null", ...args],
    }).output();
    if (!success) throw new Error(`tmux ${args[0]} failed: ${new TextDecoder().decode(stderr).trim()}`);
    return new TextDecoder().decode(stdout);
  }
}
