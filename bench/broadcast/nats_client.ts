/** As much of a client of NATS as publishing and subscribing takes: its protocol is lines of text, payloads are bytes. */
import { concat } from "../../transport/concat.ts";

/** What a server says that matters here. */
export type NatsEvent =
  | Readonly<{ type: "message"; payload: Uint8Array }>
  | Readonly<{ type: "ping" | "pong" }>
  | Readonly<{ type: "error"; why: string }>;

const CR = 13;

/** After a line, and after a payload. */
const END_BYTES = 2;

/** Cuts what a server says into events, however it is chunked. */
export class NatsReader {
  #held: Uint8Array = new Uint8Array(0);

  push(chunk: Uint8Array): NatsEvent[] {
    const bytes = this.#held.length === 0 ? chunk : concat([this.#held, chunk]);
    const events: NatsEvent[] = [];
    let at = 0;
    for (let end = bytes.indexOf(CR, at); end >= 0; end = bytes.indexOf(CR, at)) {
      const line = new TextDecoder().decode(bytes.subarray(at, end));
      const from = end + END_BYTES;
      if (from > bytes.length) break;
      if (line.startsWith("MSG ")) {
        const to = from + Number(line.slice(line.lastIndexOf(" ") + 1));
        if (to + END_BYTES > bytes.length) break;
        events.push({ type: "message", payload: bytes.subarray(from, to) });
        at = to + END_BYTES;
        continue;
      }
      if (line === "PING") events.push({ type: "ping" });
      else if (line === "PONG") events.push({ type: "pong" });
      else if (line.startsWith("-ERR")) events.push({ type: "error", why: line });
      at = from;
    }
    this.#held = bytes.slice(at);
    return events;
  }
}

const READ_BYTES = 65_536;

/** One connection, with one subscription. */
export class NatsClient {
  readonly #connection: Deno.TcpConn;
  readonly #subject: string;
  readonly #heard: (payload: Uint8Array) => void;
  readonly #pongs: (() => void)[] = [];
  /** Ends when the connection does, and fails if the server complained. */
  readonly ended: Promise<void>;

  private constructor(connection: Deno.TcpConn, subject: string, heard: (payload: Uint8Array) => void) {
    this.#connection = connection;
    this.#subject = subject;
    this.#heard = heard;
    this.ended = this.#read();
  }

  /** Resolves when the server knows that we want to hear of `subject`; we do not hear ourselves. */
  static async connect(address: string, subject: string, heard: (payload: Uint8Array) => void): Promise<NatsClient> {
    const [hostname = "", port = ""] = address.split(":");
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    const client = new NatsClient(connection, subject, heard);
    const { promise, resolve } = Promise.withResolvers<void>();
    client.#pongs.push(resolve);
    const options = JSON.stringify({ verbose: false, pedantic: false, echo: false });
    try {
      await client.#write(encode(`CONNECT ${options}\r\nSUB ${subject} 1\r\nPING\r\n`));
      await Promise.race([promise, client.ended.then(() => Promise.reject(new Error(`${address} hung up`)))]);
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /** Resolves when all of these are written. */
  async publish(payloads: readonly Uint8Array[]): Promise<void> {
    await this.#write(concat(payloads.flatMap((payload) => [
      encode(`PUB ${this.#subject} ${payload.length}\r\n`),
      payload,
      encode("\r\n"),
    ])));
  }

  close(): void {
    this.#connection.close();
  }

  async #read(): Promise<void> {
    const reader = new NatsReader();
    const buffer = new Uint8Array(READ_BYTES);
    for (;;) {
      const length = await this.#connection.read(buffer).catch(() => null); // closed, by us or by the server
      if (length === null) return;
      for (const event of reader.push(buffer.subarray(0, length))) {
        if (event.type === "error") throw new Error(event.why);
        if (event.type === "message") this.#heard(event.payload);
        else if (event.type === "ping") await this.#write(encode("PONG\r\n"));
        else this.#pongs.shift()?.();
      }
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#connection.write(rest));
  }
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
