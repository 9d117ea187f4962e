import { concat } from "../concat.ts";
import type { Buffer } from "node:buffer";
import http from "node:http";
import type net from "node:net";
import { realClock } from "../../actors/runtime/clock.ts";
import { joinAddress } from "../address.ts";
import { Shares } from "./shares.ts";
import type { HttpRequest, HttpResponse, TransportCounters } from "../transport.ts";

/** Requests with a longer body are answered 413. */
export const HTTP_BODY_BYTES_MAX = 64 * 1024;

/** Requests that wait for their answer at once; further ones are answered 503. Pipelining could pile up any number. */
export const HTTP_REQUESTS_MAX = 256;

/**
 * Connections at once from one source that have not become WebSockets; further ones are answered 429. A browser has six,
 * and behind one address there may be an office of them.
 */
export const HTTP_CONNECTIONS_PER_SOURCE_MAX = 64;

/** An answer that takes longer becomes 504, so that a handler that hangs does not hold its place for ever. */
const HTTP_ANSWER_TIMEOUT_MS = 30_000;

/** A connection on which nothing moves for so long is closed, as by a client that does not read its answer. */
const HTTP_STALL_TIMEOUT_MS = 2 * HTTP_ANSWER_TIMEOUT_MS;

/** How long a client may take over its headers and its request, and how often that is looked at: 10 s at most in all. */
export const HTTP_LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 8_000,
  connectionsCheckingInterval: 1_000,
} as const;

type Limits = Readonly<Record<keyof typeof HTTP_LIMITS, number>>;

/** How often while nobody speaks HTTP: never, or 24 days, which is the longest there is. */
const CHECK_IDLE_MS = 2 ** 31 - 1;

/** Answers one request. */
export type AnswerHttp = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * The HTTP server of a transport. It must be the server that listens, because its time-outs only run then; but its
 * `connection` listener is taken out, and a socket becomes HTTP only by `adopt`.
 */
export class HttpDoor {
  readonly server: http.Server & { connectionsCheckingInterval?: number };
  readonly #checkBusyMs: number;
  readonly #startChecks: () => void;
  readonly #serve: (this: http.Server, socket: net.Socket) => void;
  readonly #counters: TransportCounters;
  readonly #answer: AnswerHttp;
  /** Connections, until they are closed or become WebSockets. */
  readonly #shares: Shares;
  /** One for each request that waits for its answer; calling it gives up. */
  readonly #waiting = new Set<() => void>();
  #connections = 0;

  constructor(
    counters: TransportCounters,
    answer: AnswerHttp,
    limits: Limits = HTTP_LIMITS,
    shares = new Shares(HTTP_CONNECTIONS_PER_SOURCE_MAX),
  ) {
    this.#counters = counters;
    this.#answer = answer;
    this.#shares = shares;
    this.#checkBusyMs = limits.connectionsCheckingInterval;
    const options = { ...limits, connectionsCheckingInterval: CHECK_IDLE_MS };
    this.server = http.createServer(options, (request, response) => void this.#respond(request, response));
    const startChecks = this.server.listeners("listening")[0] as (this: http.Server) => void;
    this.#startChecks = () => startChecks.call(this.server);
    this.server.timeout = HTTP_STALL_TIMEOUT_MS;
    this.#serve = this.server.listeners("connection")[0] as (this: http.Server, socket: net.Socket) => void;
    this.server.removeAllListeners("connection");
    this.server.on("clientError", (error, socket) => this.#refuseClient(error, socket as net.Socket));
  }

  /** Serves HTTP on a socket from which `alreadyRead` was read and on which nobody listens for data any more. */
  adopt(socket: net.Socket, alreadyRead: Uint8Array): void {
    if (!this.#enter(socket)) return this.#refuseSocket(socket, 429);
    this.#count(socket);
    socket.pause();
    if (alreadyRead.length > 0) socket.unshift(alreadyRead);
    this.#serve.call(this.server, socket);
    socket.resume();
  }

  /** Has `upgrade` take the connections that are to be something else than HTTP, which they are from then on. */
  passUpgradesTo(upgrade: (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => void): void {
    this.server.on("upgrade", (request, socket, head) => {
      this.#shares.release(socket);
      upgrade(request, socket as net.Socket, head);
    });
  }

  /** Gives up on all answers, so that nothing of ours is left to fire. */
  close(): void {
    for (const giveUp of this.#waiting) giveUp();
  }

  /** Counts a connection with those of its source; false if that has its share. */
  #enter(socket: net.Socket): boolean {
    const from = joinAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    if (from !== undefined && !this.#shares.take(socket, from)) return false;
    socket.once("close", () => this.#shares.release(socket));
    return true;
  }

  /** The server's own timer would wake a peer once a second that nobody asks anything. */
  #count(socket: net.Socket): void {
    if (this.#connections++ === 0) this.#checkEvery(this.#checkBusyMs);
    socket.once("close", () => {
      if (--this.#connections === 0) this.#checkEvery(CHECK_IDLE_MS);
    });
  }

  #checkEvery(intervalMs: number): void {
    if (!this.server.listening) return; // it is being closed, and started again the timer would stay
    this.server.connectionsCheckingInterval = intervalMs;
    this.#startChecks();
  }

  async #respond(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const from = joinAddress(request.socket.remoteAddress ?? "", request.socket.remotePort ?? 0);
    const body = await readBody(request);
    if (body === "gone" || from === undefined) return void request.socket.destroy();
    if (body === "too_large") return this.#refuse(response, 413);
    if (hasTwoHosts(request)) return this.#refuse(response, 400);
    if (this.#waiting.size >= HTTP_REQUESTS_MAX) return this.#refuse(response, 503);
    try {
      const { method = "", url: path = "", headers: { host } } = request;
      const asked = { method, path, body, from, ...(host !== undefined && { host }) };
      const answer = await this.#answerInTime(asked);
      if (answer === "timed_out") return this.#refuse(response, 504);
      response.writeHead(answer.status, { ...answer.headers, "Content-Length": new Blob([answer.body]).size });
      response.end(answer.body);
    } catch { // the handler failed, or its headers cannot be sent
      this.#refuse(response, 500);
    }
  }

  async #answerInTime(request: HttpRequest): Promise<HttpResponse | "timed_out"> {
    const { promise: late, resolve } = Promise.withResolvers<"timed_out">();
    const giveUp = (): void => resolve("timed_out");
    const cancel = realClock.after(HTTP_ANSWER_TIMEOUT_MS, giveUp);
    this.#waiting.add(giveUp);
    try {
      return await Promise.race([this.#answer(request), late]);
    } finally {
      this.#waiting.delete(giveUp);
      cancel();
    }
  }

  /** Answers with one line and hangs up. */
  #refuse(response: http.ServerResponse, status: number): void {
    this.#counters.httpRefused++;
    if (response.headersSent) return void response.destroy();
    response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Connection": "close" });
    response.end(`${status} ${http.STATUS_CODES[status]}\n`, () => response.socket?.destroySoon());
  }

  /** What came is not HTTP, or came too slowly. */
  #refuseClient(error: Error & { readonly code?: string }, socket: net.Socket): void {
    this.#refuseSocket(socket, clientErrorStatus(error.code));
  }

  /** Answers somebody whose request is none, or is not even read. */
  #refuseSocket(socket: net.Socket, status: number): void {
    this.#counters.httpRefused++;
    if (!socket.writable) return void socket.destroy();
    socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
  }
}

/** Whether a request names two hosts: what stands between us and its sender may have looked at the other one (RFC 9112). */
export function hasTwoHosts({ rawHeaders }: http.IncomingMessage): boolean {
  return rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length > 1;
}

function clientErrorStatus(code: string | undefined): number {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return 431;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408;
    default:
      return 400;
  }
}

/** The body, unless it is too large or its sender goes away before its end. */
function readBody(request: http.IncomingMessage): Promise<Uint8Array | "too_large" | "gone"> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | "too_large" | "gone">();
  const chunks: Uint8Array[] = [];
  let length = 0;
  request.on("data", (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > HTTP_BODY_BYTES_MAX) return resolve("too_large");
    chunks.push(chunk);
  });
  request.on("end", () => resolve(concat(chunks)));
  request.on("close", () => resolve("gone"));
  request.on("error", () => resolve("gone"));
  if (Number(request.headers["content-length"]) > HTTP_BODY_BYTES_MAX) resolve("too_large");
  return promise;
}
