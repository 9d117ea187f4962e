import { ForeignProcess } from "./foreign_process.ts";
import { goPeerProgram } from "./go_peer_program.ts";

/** A member as the Go peer shows it; `state` only where it read it in another member's table. */
export type GoNode = Readonly<{ name: string; address: string; meta?: string; state?: string }>;

/** One line that the Go peer said by itself, see `tests/interop/go/delegate.go`. Bytes are base64. */
export type GoEvent = Readonly<{
  event: "ready" | "join" | "leave" | "update" | "alive" | "conflict" | "merge" | "message" | "state" | "ping";
  node?: GoNode;
  other?: GoNode;
  table?: readonly GoNode[];
  bytes?: string;
  roundTripMs?: number;
}>;

type GoAnswer = Readonly<{
  answer: number;
  ok: boolean;
  why?: string;
  reached?: number;
  members?: readonly GoNode[];
  keys?: readonly string[];
}>;

type GoCommand =
  | Readonly<{ do: "join"; addresses: readonly string[] }>
  | Readonly<{ do: "members" }>
  | Readonly<{ do: "leave"; timeoutMs: number }>;

interface GoPeerOptions {
  readonly name: string;
  /** IP:PORT. */
  readonly bind: string;
  readonly profile: "lan" | "wan" | "local";
  readonly delegateVersions: string;
  /** In base64, the first for sending; none: nothing is sealed. */
  readonly keys: readonly string[];
}

/** Longer than a farewell takes: it is sent a few times, a tick apart. */
const LEAVE_MS = 10_000;

/** A member that runs hashicorp/memberlist itself, told what to do. */
export class GoPeer implements AsyncDisposable {
  readonly name: string;
  readonly address: string;
  readonly #process: ForeignProcess;
  #commands = 0;

  private constructor(name: string, address: string, process: ForeignProcess) {
    this.name = name;
    this.address = address;
    this.#process = process;
  }

  /** Starts one, a member of a cluster of one. */
  static async start({ name, bind, profile, delegateVersions, keys }: GoPeerOptions): Promise<GoPeer> {
    const args = ["-name", name, "-bind", bind, "-profile", profile, "-delegate-versions", delegateVersions];
    if (keys.length > 0) args.push("-keys", keys.join(","));
    const process = new ForeignProcess(await goPeerProgram(), args);
    try {
      const ready = () => eventsIn(process.stdout).find(({ event }) => event === "ready")?.node;
      const { address } = await process.waitFor(ready, "ready");
      return new GoPeer(name, address, process);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What it said by itself so far. */
  get events(): readonly GoEvent[] {
    return eventsIn(this.#process.stdout);
  }

  /** What the library logged so far. */
  get log(): string {
    return this.#process.stderr;
  }

  async join(address: string): Promise<void> {
    await this.#ask({ do: "join", addresses: [address] });
  }

  /** Everybody alive or suspected, by name. */
  async listed(): Promise<ReadonlyMap<string, string>> {
    const { members = [] } = await this.#ask({ do: "members" });
    return new Map(members.map(({ name, address }) => [name, address]));
  }

  /**
   * The state of everybody in the table of the member at `address`, as it tells it in an exchange. That is a join
   * again, and the one way to see more than the library's list of those that are there.
   */
  async tableOf(address: string): Promise<ReadonlyMap<string, string>> {
    const merges = () => this.events.filter(({ event }) => event === "merge");
    const before = merges().length;
    await this.join(address);
    const { table = [] } = await this.#process.waitFor(() => merges()[before], "table");
    return new Map(table.map(({ name, state = "" }) => [name, state]));
  }

  async leave(): Promise<void> {
    await this.#ask({ do: "leave", timeoutMs: LEAVE_MS });
  }

  signal(signal: Deno.Signal): void {
    this.#process.signal(signal);
  }

  async #ask(command: GoCommand): Promise<GoAnswer> {
    const id = ++this.#commands;
    await this.#process.say(JSON.stringify({ id, ...command }));
    const find = () => answersIn(this.#process.stdout).find(({ answer }) => answer === id);
    const answer = await this.#process.waitFor(find, `answer to ${command.do}`);
    if (!answer.ok) throw new Error(`${this.name} could not ${command.do}: ${answer.why}`);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

function eventsIn(stdout: string): GoEvent[] {
  return linesIn(stdout, '{"event"').map((line): GoEvent => JSON.parse(line));
}

function answersIn(stdout: string): GoAnswer[] {
  return linesIn(stdout, '{"answer"').map((line): GoAnswer => JSON.parse(line));
}

/** The whole lines that begin so; the last may still be under way. */
function linesIn(text: string, start: string): string[] {
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line.startsWith(start));
}
