/** Clients of MaChat and Talks on real sockets, written from the descriptions of their protocols. */
import { WebSocket } from "../../transport/deno_transport/ws.ts";
import type { PeerProcess } from "./peer_process.ts";
import { waitUntil } from "./wait.ts";

/** How long a client may wait for what it is to hear, in ms: generous, for machines that run other tests. */
const WAIT_MS = 30_000;

/** What a client of MaChat says first. */
export function machatHello(name: string, room = "lobby"): string {
  return JSON.stringify({ name, room });
}

/** The address that a peer has told its person in this line. */
export async function addressIn(peer: PeerProcess, line: RegExp): Promise<string> {
  return (await peer.waitFor(line))![1]!;
}

/** The peer's own address, of clients over TCP, and of those over WebSocket. */
export const OWN_ADDRESS = /^You are \w+, at (127\.0\.0\.1:\d+)$/m;
export const TCP_ADDRESS = /^Clients over TCP are let in at (127\.0\.0\.1:\d+)$/m;
export const WS_ADDRESS = /^Clients over WebSocket are let in at (127\.0\.0\.1:\d+)$/m;

/** Waits until a client has heard this. It may have heard much: what was looked at is not looked at again. */
async function untilHeard(client: Readonly<{ heard: string }>, text: string, waitMs: number): Promise<void> {
  let looked = 0;
  const isHeard = (): boolean => {
    const found = client.heard.includes(text, looked);
    looked = Math.max(0, client.heard.length - text.length);
    return found;
  };
  await waitUntil(isHeard, waitMs, `${text.slice(-80)} in what ends with ${client.heard.slice(-200)}`);
}

/** How a client over TCP reads: all that comes, a few bytes a moment, or nothing. */
export type Reading = "all" | "slowly" | "nothing";

/** What who reads slowly takes at once, and how often. */
const SIP_BYTES = 16;
const SIP_EVERY_MS = 100;

/** A client over TCP. */
export class TcpClient implements AsyncDisposable {
  heard = "";
  ended = false;
  readonly #connection: Deno.TcpConn;
  #reading: Promise<void>;
  #isHurried = false;
  #isOver = false;

  private constructor(connection: Deno.TcpConn, reading: Reading) {
    this.#connection = connection;
    this.#isHurried = reading === "all";
    this.#reading = reading === "nothing" ? Promise.resolve() : this.#read();
  }

  static async connect(address: string, first: string, reading: Reading = "all"): Promise<TcpClient> {
    const { hostname, port } = new URL(`http://${address}`);
    const client = new TcpClient(await Deno.connect({ hostname, port: Number(port) }), reading);
    if (first !== "") await client.send(first);
    return client;
  }

  async send(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** Nothing more will be sent; what comes is still read. */
  async endSending(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /** From now on it reads all that comes. */
  hurry(): void {
    if (this.#isHurried) return;
    this.#isHurried = true;
    this.#reading = this.#reading.then(() => this.#read());
  }

  until(text: string, waitMs = WAIT_MS): Promise<void> {
    return untilHeard(this, text, waitMs);
  }

  untilEnded(): Promise<void> {
    return waitUntil(() => this.ended, WAIT_MS, `hung up on, after ${this.heard}`);
  }

  /** Until the other side hangs up, it is hurried, or it is over. */
  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const wasHurried = this.#isHurried;
    const buffer = new Uint8Array(wasHurried ? 65_536 : SIP_BYTES);
    try {
      while (!this.#isOver && wasHurried === this.#isHurried) {
        const read = await this.#connection.read(buffer);
        if (read === null) break;
        this.heard += decoder.decode(buffer.subarray(0, read), { stream: true });
        if (!wasHurried) await new Promise((resolve) => setTimeout(resolve, SIP_EVERY_MS));
      }
      if (wasHurried !== this.#isHurried) return;
    } catch {
      // reset, or closed by us
    }
    this.ended = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) this.#connection.close();
    this.#isOver = true;
    await this.#reading;
  }
}

/** A client over WebSocket, by the library `ws`. */
export class WsClient implements AsyncDisposable {
  heard = "";
  frames = 0;
  /** Those of them that were binary. */
  binaryFrames = 0;
  pong: string | undefined;
  closed: string | undefined;
  error: string | undefined;
  readonly socket: WebSocket;

  constructor(url: string, first: string | readonly string[], origin?: string) {
    this.socket = new WebSocket(url, origin === undefined ? {} : { origin });
    this.socket.on("open", () => [first].flat().forEach((text) => this.socket.send(text)));
    this.socket.on("error", (error) => this.error = error.message);
    this.socket.on("message", (data, isBinary) => {
      this.frames++;
      if (isBinary) this.binaryFrames++;
      this.heard += new TextDecoder().decode(data as ArrayBuffer);
    });
    this.socket.on("pong", (data) => this.pong = String(data));
    this.socket.on("close", (code, reason) => this.closed = `${code} ${reason}`);
  }

  get isOpen(): boolean {
    return this.socket.readyState === 1;
  }

  send(text: string, fin = true): void {
    this.socket.send(text, { fin });
  }

  until(text: string, waitMs = WAIT_MS): Promise<void> {
    return untilHeard(this, text, waitMs);
  }

  untilClosed(): Promise<void> {
    return waitUntil(() => this.closed !== undefined, WAIT_MS, "closed");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.untilClosed();
  }
}
