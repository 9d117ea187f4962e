import { Buffer } from "node:buffer";
import http from "node:http";
import type net from "node:net";
import { realClock } from "../../actors/runtime/clock.ts";
import { joinAddress } from "../address.ts";
import {
  type TransportCounters,
  WEB_SOCKET_MESSAGE_BYTES_MAX,
  type WebSocketAnswer,
  type WebSocketConnection,
  type WebSocketHandler,
  type WebSocketRequest,
} from "../transport.ts";
import { hasTwoHosts } from "./http.ts";
import { type RawData, type WebSocket, WebSocketServer } from "./ws.ts";

/** How often a connection is pinged; who has not answered until the next time is gone. */
const PING_EVERY_MS = 20_000;

/** How long the other side may take to close, once it was told to. */
const CLOSE_TIMEOUT_MS = 2_000;

/** What a close frame has room for, in UTF-8 bytes. */
const CLOSE_REASON_BYTES_MAX = 123;

/** Decides what becomes of a request. */
type Decide = (request: WebSocketRequest) => WebSocketAnswer;

/** Makes WebSockets of requests that ask for one. What RFC 6455 forbids is answered with the code that it names. */
export class WebSocketDoor {
  readonly #counters: TransportCounters;
  readonly #decide: Decide;
  readonly #pingEveryMs: number;
  readonly #server = new WebSocketServer(
    {
      noServer: true,
      maxPayload: WEB_SOCKET_MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
      closeTimeout: CLOSE_TIMEOUT_MS,
    } as ConstructorParameters<typeof WebSocketServer>[0],
  );
  readonly #open = new Map<WebSocket, { isAlive: boolean }>();
  #cancelPings: (() => void) | undefined;

  constructor(counters: TransportCounters, decide: Decide, pingEveryMs = PING_EVERY_MS) {
    this.#counters = counters;
    this.#decide = decide;
    this.#pingEveryMs = pingEveryMs;
  }

  /** Opens a WebSocket on the socket of a request, or refuses it. */
  upgrade(request: http.IncomingMessage, socket: net.Socket, head: Buffer): void {
    const from = joinAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    if (from === undefined) return void socket.destroy();
    const { url: path = "", headers: { host, origin } } = request;
    if (hasTwoHosts(request)) return this.#refuse(socket, { status: 400, why: "There is one Host in a request" });
    const answer = this.#decide({
      path,
      from,
      ...(host !== undefined && { host }),
      ...(origin !== undefined && { origin }),
    });
    if (!answer.ok) return this.#refuse(socket, answer);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#begin(webSocket, from, answer.opened);
    });
  }

  #begin(
    webSocket: WebSocket,
    remote: WebSocketConnection["remote"],
    opened: (c: WebSocketConnection) => WebSocketHandler,
  ): void {
    const life = { isAlive: true };
    this.#open.set(webSocket, life);
    this.#counters.webSocketsOpened++;
    webSocket.on("error", () => this.#counters.webSocketErrors++); // it closes afterwards
    webSocket.on("pong", () => life.isAlive = true);
    const handler = opened(connectionOf(webSocket, remote));
    webSocket.on("message", (data: RawData, isBinary: boolean) => {
      life.isAlive = true;
      handler.message(bytesOf(data), isBinary);
    });
    webSocket.on("close", () => {
      this.#open.delete(webSocket);
      if (this.#open.size === 0) this.#stopPings();
      handler.closed();
    });
    this.#cancelPings ??= realClock.after(this.#pingEveryMs, () => this.#ping());
  }

  #ping(): void {
    for (const [webSocket, life] of this.#open) {
      if (!life.isAlive) {
        webSocket.terminate();
        continue;
      }
      life.isAlive = false;
      webSocket.ping();
    }
    this.#cancelPings = realClock.after(this.#pingEveryMs, () => this.#ping());
  }

  #stopPings(): void {
    this.#cancelPings?.();
    this.#cancelPings = undefined;
  }

  #refuse(socket: net.Socket, { status, why }: Readonly<{ status: number; why: string }>): void {
    this.#counters.httpRefused++;
    const body = `${why}\n`;
    const head = [
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${new TextEncoder().encode(body).length}`,
    ];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
  }
}

function connectionOf(webSocket: WebSocket, remote: WebSocketConnection["remote"]): WebSocketConnection {
  return {
    remote,
    get bufferedBytes() {
      return webSocket.bufferedAmount;
    },
    send: (bytes, isBinary = false) => {
      if (webSocket.readyState === webSocket.OPEN) webSocket.send(bytes, { binary: isBinary }, () => {});
    },
    close: (code, why) => webSocket.close(code, cut(why)),
    destroy: () => webSocket.terminate(),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

/** As much of a reason as a close frame has room for, in whole characters. */
function cut(why: string): string {
  const { read } = new TextEncoder().encodeInto(why, new Uint8Array(CLOSE_REASON_BYTES_MAX));
  return why.slice(0, read);
}

/** A copy: what `ws` hands out may share its memory with what comes next. */
function bytesOf(data: RawData): Uint8Array {
  return Array.isArray(data) ? new Uint8Array(Buffer.concat(data)) : new Uint8Array(data);
}
