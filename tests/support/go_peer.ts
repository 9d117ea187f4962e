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
  join?: boolean;
  roundTripMs?: number;
}>;

/** What its application heard: the state of another's, or the answer to a ping. */
type GoState = Readonly<{ text: string; join: boolean }>;
type GoPing = Readonly<{ member: string; roundTripMs: number; text: string }>;

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
  | Readonly<{ do: "leave"; timeoutMs: number }>
  | Readonly<{ do: "update_meta"; bytes: string; timeoutMs: number }>
  | Readonly<{ do: "send_reliable" | "send_best_effort"; to: string; bytes: string }>
  | Readonly<{ do: "broadcast" | "set_state" | "set_ack_payload"; bytes: string }>
  | Readonly<{ do: "refuse"; to: string }>
  | Readonly<{ do: "install_key" | "use_key" | "remove_key"; bytes: string }>
  | Readonly<{ do: "list_keys" }>;

interface GoPeerOptions {
  readonly name: string;
  /** IP:PORT. */
  readonly bind: string;
  readonly profile: "lan" | "wan" | "local";
  readonly delegateVersions: string;
  /** In base64, the first for sending; none: nothing is sealed. */
  readonly keys: readonly string[];
  /** In front of all it says is `0xFE` and this byte, as in the package `gossip`. */
  readonly pool?: number | undefined;
}

/** Longer than it takes to gossip something of itself: it is sent a few times, a tick apart. */
const GOSSIP_MS = 10_000;

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
  static async start({ name, bind, profile, delegateVersions, keys, pool }: GoPeerOptions): Promise<GoPeer> {
    const args = ["-name", name, "-bind", bind, "-profile", profile, "-delegate-versions", delegateVersions];
    if (keys.length > 0) args.push("-keys", keys.join(","));
    if (pool !== undefined) args.push("-pool", String(pool));
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

  /** User messages that its application heard so far, as text. */
  get messages(): readonly string[] {
    return this.#told("message").map(({ bytes }) => textIn(bytes));
  }

  /** What came with others' tables so far, as text. */
  get states(): readonly GoState[] {
    return this.#told("state").map(({ bytes, join = false }) => ({ text: textIn(bytes), join }));
  }

  /** Direct answers to its probes so far. */
  get pings(): readonly GoPing[] {
    return this.#told("ping").map(({ node, bytes, roundTripMs = 0 }) => ({
      member: node!.name,
      roundTripMs,
      text: textIn(bytes),
    }));
  }

  #told(kind: GoEvent["event"]): readonly GoEvent[] {
    return this.events.filter(({ event }) => event === kind);
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
    await this.#ask({ do: "leave", timeoutMs: GOSSIP_MS });
  }

  /** Resolves when the library thinks that everybody was told. */
  async updateMeta(text: string): Promise<void> {
    await this.#ask({ do: "update_meta", bytes: btoa(text), timeoutMs: GOSSIP_MS });
  }

  /** To a member that it lists, in a packet or over a stream. */
  async send(how: "best_effort" | "reliable", to: string, text: string): Promise<void> {
    await this.#ask({ do: `send_${how}`, to, bytes: btoa(text) });
  }

  async broadcast(text: string): Promise<void> {
    await this.#ask({ do: "broadcast", bytes: btoa(text) });
  }

  /** What goes with its table from now on, or with its answers to pings. */
  async set(what: "state" | "ack_payload", text: string): Promise<void> {
    await this.#ask({ do: `set_${what}`, bytes: btoa(text) });
  }

  /** From now on it merges no table with this member in it, if somebody joins. */
  async refuse(name: string): Promise<void> {
    await this.#ask({ do: "refuse", to: name });
  }

  /** `key` is in base64. */
  async changeKeys(how: "install" | "use" | "remove", key: string): Promise<void> {
    await this.#ask({ do: `${how}_key`, bytes: key });
  }

  /** In base64, the one for sending first. */
  async keys(): Promise<readonly string[]> {
    return (await this.#ask({ do: "list_keys" })).keys ?? [];
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

function textIn(bytes = ""): string {
  return atob(bytes);
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
