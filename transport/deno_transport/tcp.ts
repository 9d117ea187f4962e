import net from "node:net";
import { realClock } from "../../actors/runtime/clock.ts";
import { type Address, ipBytes, isLoopback, isWildcard, splitAddress } from "../address.ts";
import {
  type Stream,
  STREAM_BUFFER_BYTES_MAX,
  type StreamCloseReason,
  type StreamHandler,
  type TransportCounters,
} from "../transport.ts";
import { ReadBuffer } from "./read_buffer.ts";

/** Hands a socket to the HTTP server, with the bytes that were read from it. */
type AdoptForHttp = (socket: net.Socket, alreadyRead: Uint8Array) => void;

/** A node:net socket behind the port's face: however it ends, one `closed` comes out. */
export class SocketStream implements Stream {
  readonly remote: Address;
  readonly serveHttp?: (alreadyRead: Uint8Array) => void;
  /** Resolves after `closed` was called. */
  readonly gone: Promise<void>;
  readonly #socket: net.Socket;
  readonly #counters: TransportCounters;
  #handler: StreamHandler | undefined;
  #reason: StreamCloseReason | undefined;
  #corked = false;

  constructor(socket: net.Socket, remote: Address, counters: TransportCounters, adopt?: AdoptForHttp) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.remote = remote;
    this.gone = promise;
    this.#socket = socket;
    this.#counters = counters;
    socket.on("error", (error) => this.#reason ??= closeReasonOf(error)); // without it, an RST ends the process
    socket.on("close", () => {
      this.#handler?.closed(this.#reason ?? this.#reasonWithoutError());
      resolve();
    });
    socket.setNoDelay(true);
    if (adopt !== undefined) this.serveHttp = (alreadyRead) => this.#handOver(adopt, alreadyRead);
  }

  /** Tells `handler` of this stream from now on; before that, nothing is read. */
  tell(handler: StreamHandler): void {
    this.#handler = handler;
    this.#socket.on("connect", () => {
      if (this.#reason !== undefined) return;
      this.#counters.streamsOpened++;
      handler.opened?.();
    });
    this.#socket.on("data", this.#onData);
    this.#socket.on("end", this.#onEnd);
  }

  /** Takes what arrived where the socket was told to say so without its stream of chunks. */
  take(bytes: Uint8Array): void {
    if (this.#reason !== undefined) return;
    this.#counters.streamBytesReceived += bytes.length;
    this.#handler?.data(bytes);
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    if (this.#reason !== undefined || this.#socket.writableEnded) return;
    if (this.bufferedBytes + bytes.length > STREAM_BUFFER_BYTES_MAX) {
      this.#counters.streamsOverflowed++;
      this.close("overflow");
      return;
    }
    this.#cork();
    this.#socket.write(bytes);
    this.#counters.streamBytesSent += bytes.length;
  }

  end(): void {
    if (this.#reason === undefined) this.#socket.end();
  }

  destroy(): void {
    this.close("destroyed");
  }

  /** Closes at once for a reason of ours. */
  close(reason: StreamCloseReason): void {
    if (this.#reason !== undefined || this.#socket.destroyed) return;
    this.#reason = reason;
    // A reset, not an end: the other side must not take what came so far for all there was.
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  readonly #onData = (chunk: Uint8Array): void => {
    // A plain array: a Buffer's `slice` would share memory where a Uint8Array's copies.
    this.take(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  };

  readonly #onEnd = (): void => {
    if (this.#reason === undefined) this.#handler?.ended?.();
  };

  /** Gathers the writes of one turn: many small frames then cost one system call (four times as fast). */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    realClock.soon(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }

  #handOver(adopt: AdoptForHttp, alreadyRead: Uint8Array): void {
    if (this.#reason !== undefined) return;
    if (this.#socket.readableEnded) return this.close("reset"); // nothing can be put back behind the end
    this.#socket.off("data", this.#onData);
    this.#socket.off("end", this.#onEnd);
    adopt(this.#socket, alreadyRead);
  }

  #reasonWithoutError(): StreamCloseReason {
    return this.#socket.readableEnded && this.#socket.writableFinished ? "ended" : "reset";
  }
}

/** What has just arrived, for whichever socket: it is taken out before anything else can arrive. */
const arrived = new ReadBuffer();

/**
 * Opens a stream to `to`; what becomes of it within `timeoutMs` is told to `handler`. It comes from the IP address of
 * `bound`, as our datagrams do, if there is a way from there.
 */
export function connectStream(
  bound: Address,
  to: Address,
  timeoutMs: number,
  handler: StreamHandler,
  counters: TransportCounters,
): SocketStream {
  const { hostname, port } = splitAddress(to);
  const from = sourceFor(bound, to);
  const socket = net.connect({
    host: hostname,
    port,
    allowHalfOpen: true,
    ...(from && { localAddress: from }),
    onread: {
      buffer: arrived.buffer,
      callback: (length) => {
        stream.take(arrived.taken(length));
        return true;
      },
    },
  });
  const stream = new SocketStream(socket, to, counters);
  const cancel = realClock.after(timeoutMs, () => stream.close("timed_out"));
  socket.on("connect", cancel);
  socket.on("close", cancel);
  stream.tell(handler);
  return stream;
}

/** Which of a machine's addresses a stream comes from: the system's choice, where ours cannot lead there. */
function sourceFor(bound: Address, to: Address): string | undefined {
  const isSameFamily = ipBytes(bound).length === ipBytes(to).length;
  if (isWildcard(bound) || !isSameFamily || isLoopback(bound) !== isLoopback(to)) return undefined;
  return splitAddress(bound).hostname;
}

/** What an error of the operating system means to the owner of a stream. */
function closeReasonOf(error: Error & { readonly code?: string }): StreamCloseReason {
  switch (error.code) {
    case "ECONNREFUSED":
      return "refused";
    case "ETIMEDOUT":
      return "timed_out";
    case "ECONNRESET":
    case "ECONNABORTED":
    case "EPIPE":
      return "reset";
    default: // no route, no such network, another family, no permission
      return "unreachable";
  }
}
