import { V8_FLAGS } from "../../commands/own_program.ts";
import { FreePort } from "./free_port.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const FOLDER = new URL("../..", import.meta.url).pathname;

/** How a program is started: as the README says, or without the task runner in between. */
export type Way = "task" | "run";

/** An executable of the program, and the folder of the only other programs that it may find. */
export type Executable = Readonly<{ path: string; tools: string }>;

/**
 * A place of its own for one test: folders for what peers keep, and a port for their registry, so that nothing running
 * beside it, nor the settings of whoever runs the tests, can be noticed.
 */
export class Place implements AsyncDisposable {
  readonly #registryPort = new FreePort();
  readonly #directory: string;
  readonly #executable: Executable | undefined;

  private constructor(directory: string, executable: Executable | undefined) {
    this.#directory = directory;
    this.#executable = executable;
  }

  /** A place for programs from the sources; or for an executable, which finds nothing there, not even a cache of Deno's. */
  static async create(executable?: Executable): Promise<Place> {
    return new Place(await Deno.makeTempDir({ prefix: "parley-" }), executable);
  }

  /** Where programs are started. */
  get cwd(): string | undefined {
    return this.#executable === undefined ? undefined : this.#directory;
  }

  /** Every variable that a program started here has. */
  get env(): Readonly<Record<string, string>> {
    if (this.#executable !== undefined) return { PATH: this.#executable.tools, HOME: this.#directory, LANG: "C.UTF-8" };
    const inherited = ["PATH", "HOME", "DENO_DIR", "TMPDIR"].flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    });
    return {
      ...Object.fromEntries(inherited),
      XDG_STATE_HOME: `${this.#directory}/state`,
      XDG_DATA_HOME: `${this.#directory}/data`,
      XDG_CONFIG_HOME: `${this.#directory}/config`,
      LANG: "C.UTF-8",
    };
  }

  /** The command line of `parley COMMAND ARGS…`, as a person would type it. */
  commandLine(
    way: Way,
    command: "peer" | "peer-with-shell" | "bootstrap",
    args: readonly string[],
  ): readonly [string, ...string[]] {
    if (this.#executable !== undefined) return [this.#executable.path, command, ...args];
    const runner = way === "task"
      ? ["task", "-q", "--cwd", FOLDER, command]
      : ["run", "-q", "--no-prompt", V8_FLAGS, `-P=${command}`, `--allow-write=${this.#directory}`, MAIN, command];
    return [Deno.execPath(), ...runner, ...args];
  }

  /** The flag by which peers of this place find each other. */
  get bootstrapFlag(): string {
    return `--bootstrap=local:${this.#registryPort.number}`;
  }

  /** What a peer keeps on disk between its runs. */
  async stateOf(name: string): Promise<
    { readonly port: number; readonly incarnation: number; readonly contacts?: readonly string[] }
  > {
    return JSON.parse(await Deno.readTextFile(`${this.#directory}/state/parley/${name}.json`));
  }

  /** Where a peer keeps what was said in a cluster without a label. */
  historyOf(name: string): string {
    return `${this.#directory}/data/parley/default/${name}/history.db`;
  }

  /** A new file in this place, and its path. */
  async file(name: string, text: string): Promise<string> {
    const path = `${this.#directory}/${name}`;
    await Deno.writeTextFile(path, text);
    return path;
  }

  /** The same, for its owner alone. */
  async secret(name: string, text: string): Promise<string> {
    const path = await this.file(name, text);
    await Deno.chmod(path, 0o600);
    return path;
  }

  /** Writes the configuration file of every program that is started here, and returns its path. */
  async config(settings: unknown): Promise<string> {
    await Deno.mkdir(`${this.#directory}/config/parley`, { recursive: true });
    return await this.file("config/parley/config.json", JSON.stringify(settings));
  }

  /** Whether there is a file or folder of that name. */
  async has(name: string): Promise<boolean> {
    for await (const entry of Deno.readDir(this.#directory)) if (entry.name === name) return true;
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#registryPort[Symbol.dispose]();
    await Deno.remove(this.#directory, { recursive: true });
  }
}
