/** As much of the RPC of a Serf agent as user events take: maps in msgpack, a header and often a body, on a connection. */
import { decodeMultiStream, encode } from "@msgpack/msgpack";

const RPC_VERSION = 1;

/** The name of the events that are sent and listened to. */
const EVENT = "room";

type Header = Readonly<{ Seq: number; Error: string }>;
type UserEvent = Readonly<{ Event: string; Name: string; Payload: string | Uint8Array }>;

export class SerfRpc {
  readonly #connection: Deno.TcpConn;
  readonly #heard: (payload: string) => void;
  readonly #answers = new Map<number, (error: string) => void>();
  #lastSeq = 0;

  private constructor(connection: Deno.TcpConn, heard: (payload: string) => void) {
    this.#connection = connection;
    this.#heard = heard;
    void this.#read();
  }

  /** Resolves when the agent tells us of all user events, also of those that were sent through it. */
  static async connect(hostname: string, port: number, heard: (payload: string) => void): Promise<SerfRpc> {
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay(true);
    const rpc = new SerfRpc(connection, heard);
    await rpc.#ask("handshake", { Version: RPC_VERSION });
    await rpc.#ask("stream", { Type: "user" });
    return rpc;
  }

  /** Resolves when the agent has queued it; throws if it does not. */
  async event(payload: string): Promise<void> {
    await this.#ask("event", { Name: EVENT, Payload: new TextEncoder().encode(payload), Coalesce: false });
  }

  async #ask(command: string, body: unknown): Promise<void> {
    const seq = ++this.#lastSeq;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#answers.set(seq, resolve);
    const [header, rest] = [encode({ Command: command, Seq: seq }), encode(body)];
    const bytes = new Uint8Array(header.length + rest.length);
    bytes.set(header);
    bytes.set(rest, header.length);
    for (let left = bytes; left.length > 0;) left = left.subarray(await this.#connection.write(left));
    const error = await promise;
    if (error !== "") throw new Error(`serf ${command}: ${error}`);
  }

  /** Until the connection ends; what is asked then gets an error. */
  async #read(): Promise<void> {
    try {
      for await (const said of decodeMultiStream(this.#connection.readable)) {
        const { Seq, Error: error, Event, Name, Payload } = said as Partial<Header & UserEvent>;
        if (Event === "user" && Name === EVENT && Payload !== undefined) {
          this.#heard(typeof Payload === "string" ? Payload : new TextDecoder().decode(Payload));
        }
        if (Seq === undefined) continue;
        this.#answers.get(Seq)?.(error ?? "");
        this.#answers.delete(Seq);
      }
    } catch {
      // The agent was killed.
    }
    for (const answer of this.#answers.values()) answer("the connection ended");
    this.#answers.clear();
  }
}
