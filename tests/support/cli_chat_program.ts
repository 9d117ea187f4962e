import { ForeignProcess } from "./foreign_process.ts";
import { goPeerProgram } from "./go_peer_program.ts";

/** The chat program cli-chat as a process of its own, see `tests/interop/go/cli_chat.go`, told what to do by lines. */
export class CliChatProgram implements AsyncDisposable {
  readonly name: string;
  readonly #process: ForeignProcess;
  #asked = 0;

  private constructor(name: string, process: ForeignProcess) {
    this.name = name;
    this.#process = process;
  }

  /** Starts it; `service` is the base URL of the bootstrap service. */
  static async start(name: string, service: string): Promise<CliChatProgram> {
    const environment = { BOOTSTRAP_DATA_SERVER: service };
    return new CliChatProgram(name, new ForeignProcess(await goPeerProgram(), ["cli-chat", name], environment));
  }

  /** What it printed so far. */
  get shown(): string {
    return this.#process.stdout;
  }

  /** The name of its node, which is longer than its own. */
  get node(): string {
    return /^.*local node name: (\S+)$/m.exec(this.shown)![1]!;
  }

  /** Where its node listens. */
  get address(): string {
    return /^.*Local member (\S+)$/m.exec(this.shown)![1]!;
  }

  async say(...lines: string[]): Promise<void> {
    for (const line of lines) await this.#process.say(line);
  }

  waitFor(wanted: string | RegExp, waitMs?: number): Promise<string> {
    const look = (): string | undefined =>
      typeof wanted === "string" ? (this.shown.includes(wanted) ? wanted : undefined) : wanted.exec(this.shown)?.[0];
    return this.#process.waitFor(look, String(wanted), waitMs);
  }

  /** Types a command, and returns what was printed until it was done, whoever had a part in that. */
  async ask(command: string): Promise<string> {
    const before = this.shown.length;
    const end = `end of ${++this.#asked}`;
    await this.say(command, `echo ${end}`);
    const answer = (): string | undefined => {
      const [text, ...rest] = this.shown.slice(before).split(end);
      return rest.length > 0 ? text : undefined;
    };
    return await this.#process.waitFor(answer, `answer to ${command}`);
  }

  /** The keys of its members of the chat, in order. */
  async chatMembers(): Promise<readonly string[]> {
    const [json = ""] = /\{(\n[\s\S]*^)?\}/m.exec(await this.ask("chatmemberlist")) ?? [];
    return Object.keys(JSON.parse(json)).toSorted();
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
