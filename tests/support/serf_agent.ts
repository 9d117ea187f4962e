import { ForeignProcess } from "./foreign_process.ts";

/** A member as `serf members -format=json` shows it. */
type SerfMember = Readonly<{
  name: string;
  addr: string;
  status: string;
  tags: Readonly<Record<string, string>>;
  protocol: Readonly<{ version: number }>;
}>;

interface SerfAgentOptions {
  readonly name: string;
  /** IP:PORT, and an IP that nobody else has: the port for commands is always the same one. */
  readonly bind: string;
  readonly profile: "lan" | "wan" | "local";
  /** In base64; none: nothing is sealed. */
  readonly key: string | undefined;
  /** Each as NAME=VALUE. */
  readonly tags: readonly string[];
}

const RPC_PORT = 7373;

/** Whether `serf` is here. */
export function hasSerf(): boolean {
  try {
    return new Deno.Command("serf", { args: ["version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** A Serf agent, and the command by which one talks to it. */
export class SerfAgent implements AsyncDisposable {
  readonly name: string;
  readonly address: string;
  readonly #rpc: string;
  readonly #process: ForeignProcess;

  private constructor(name: string, address: string, rpc: string, process: ForeignProcess) {
    this.name = name;
    this.address = address;
    this.#rpc = rpc;
    this.#process = process;
  }

  /** Starts one, a member of a cluster of one. */
  static async start({ name, bind, profile, key, tags }: SerfAgentOptions): Promise<SerfAgent> {
    const rpc = bind.replace(/:\d+$/, `:${RPC_PORT}`);
    const flags = [`-node=${name}`, `-bind=${bind}`, `-rpc-addr=${rpc}`, `-profile=${profile}`, "-log-level=debug"];
    if (key !== undefined) flags.push(`-encrypt=${key}`);
    for (const tag of tags) flags.push("-tag", tag);
    const process = new ForeignProcess("serf", ["agent", ...flags]);
    try {
      await process.waitFor(() => process.stdout.includes("Serf agent running!") || undefined, "start");
      return new SerfAgent(name, bind, rpc, process);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What it logged so far. */
  get log(): string {
    return this.#process.stdout + this.#process.stderr;
  }

  async join(address: string): Promise<void> {
    await this.#serf("join", address);
  }

  /** Everybody whom it knows, with its status: alive, leaving, left or failed. */
  async members(): Promise<readonly SerfMember[]> {
    const { members }: { members: readonly SerfMember[] } = JSON.parse(await this.#serf("members", "-format=json"));
    return members;
  }

  /** Everybody alive or suspected, by name. */
  async listed(): Promise<ReadonlyMap<string, string>> {
    const alive = (await this.members()).filter(({ status }) => status === "alive");
    return new Map(alive.map(({ name, addr }) => [name, addr]));
  }

  /** What it says of one member, if it knows it. */
  async member(name: string): Promise<SerfMember | undefined> {
    return (await this.members()).find((member) => member.name === name);
  }

  async leave(): Promise<void> {
    await this.#serf("leave");
  }

  /** Any command of Serf's, such as `event`, and what it says. */
  async command(command: string, ...args: readonly string[]): Promise<string> {
    return await this.#serf(command, ...args);
  }

  signal(signal: Deno.Signal): void {
    this.#process.signal(signal);
  }

  async #serf(command: string, ...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("serf", {
      args: [command, `-rpc-addr=${this.#rpc}`, ...args],
    }).output();
    const [output, trouble] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (!success) throw new Error(`serf ${command} failed at ${this.name}: ${output}${trouble}\n${this.log}`);
    return output!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
