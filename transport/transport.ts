import type { Address } from "./address.ts";

/**
 * The port between actors and sockets: packets (best effort) and streams (reliable) on one address. It has two bodies,
 * `deno_transport.ts` and `simulated_transport.ts`; both pass `tests/transport/contract.ts`. Everything is a callback,
 * so that the simulated one needs no promises; nothing here throws over what the network does.
 */
export interface Transport {
  /** Where others reach us, with the real port: where we are bound, unless that is said apart. */
  readonly address: Address;
  /** Where we are bound, if others are told something else. */
  readonly bound?: Address;
  readonly counters: Readonly<TransportCounters>;
  /**
   * Sends one datagram; if the network or a full queue says that it is lost, it is counted, and `unsent` is called, at
   * once or later. The bytes must not change afterwards.
   */
  sendPacket(to: Address, bytes: Uint8Array, unsent?: Unsent): void;
  /** Opens a stream; `handler.opened` or `handler.closed` follows within `timeoutMs`. Writes before that are queued. */
  connect(to: Address, timeoutMs: number, handler: StreamHandler): Stream;
  /**
   * Stops listening and destroys all streams; no callback comes after it resolved. Idempotent. Afterwards packets are
   * dropped, and `connect` gives a stream that is gone and never calls back.
   */
  close(): Promise<void>;
}

/**
 * Why a datagram was not sent: for a reason of ours (too large, the queue full, the transport closed), which says nothing
 * of the receiver, or because the network has no way there.
 */
export type UnsentCause = "local" | "network";
export type Unsent = (cause: UnsentCause) => void;

/** What the owner of a transport is told. */
export interface TransportHandler {
  /** A datagram came; the bytes are the receiver's to keep. Without it, the port is for streams only. */
  packet?(from: Address, bytes: Uint8Array): void;
  /** Somebody connected; what is returned hears of that stream from now on. */
  accept(stream: Stream): StreamHandler;
  /** Answers requests on streams given to {@linkcode Stream.serveHttp}; without it, there is no HTTP on this port. */
  http?(request: HttpRequest): Promise<HttpResponse>;
  /** Says who takes a WebSocket that somebody asks for over HTTP; without it, there are none on this port. */
  webSocket?(request: WebSocketRequest): WebSocketAnswer;
}

/** One reliable, ordered stream of bytes. */
export interface Stream {
  /** The other side's address: of its socket, which for an incoming stream is not the one that it listens on. */
  readonly remote: Address;
  /** Bytes accepted by `write` that the network has not taken yet. */
  readonly bufferedBytes: number;
  /**
   * Queues bytes, which must not change afterwards. Beyond {@linkcode STREAM_BUFFER_BYTES_MAX} the stream is destroyed
   * with `overflow`. Does nothing once the stream is ended or gone.
   */
  write(bytes: Uint8Array): void;
  /** Sends what is queued, then closes our half. */
  end(): void;
  /**
   * Closes at once and throws away what is queued; the other side sees `reset`. `handler.closed("destroyed")` follows,
   * not within this call, unless it was closed before.
   */
  destroy(): void;
  /** Stops or resumes `data` callbacks, so that a slow receiver slows the sender. */
  pause(): void;
  resume(): void;
  /**
   * Gives the stream, with the bytes already read from it, to the HTTP server of this transport, if it has one. From
   * then on only `handler.closed` is called.
   */
  readonly serveHttp?: (alreadyRead: Uint8Array) => void;
}

/** What the owner of a stream is told. */
export interface StreamHandler {
  opened?(): void;
  /** Bytes came; they are the receiver's to keep. */
  data(bytes: Uint8Array): void;
  /** The other side sent all it had; ours may still write. */
  ended?(): void;
  /** The last call: the stream is gone. */
  closed(reason: StreamCloseReason): void;
}

/** Why a stream is gone. Only `ended` is what both sides wanted. */
export type StreamCloseReason = "ended" | "destroyed" | "refused" | "timed_out" | "reset" | "overflow" | "unreachable";

/** The largest datagram that IPv4 carries; longer ones are dropped and counted. */
export const PACKET_BYTES_MAX = 65_507;

/** Beyond this a stream that its reader does not empty is destroyed: 4 MiB holds a push/pull of some 40,000 nodes. */
export const STREAM_BUFFER_BYTES_MAX = 4 * 1024 * 1024;

/** Incoming streams open at once; further ones are closed at once and counted. */
export const STREAMS_MAX = 1024;

export type HttpRequest = Readonly<{
  method: string;
  path: string;
  body: Uint8Array;
  from: Address;
  /** By what name and port the client believes to reach us: its `Host`. */
  host?: string;
}>;
export type HttpResponse = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: string }>;

/** Longer messages of a WebSocket are refused with its code 1009, before they are kept. */
export const WEB_SOCKET_MESSAGE_BYTES_MAX = 64 * 1024;

/** Somebody asks for a WebSocket: where, by which of our names, and whose page it is that asks, if it is one. */
export type WebSocketRequest = Readonly<{ path: string; from: Address; host?: string; origin?: string }>;

/** Whether he gets it; what `opened` returns hears of it from then on. */
export type WebSocketAnswer =
  | Readonly<{ ok: true; opened: (connection: WebSocketConnection) => WebSocketHandler }>
  | Readonly<{ ok: false; status: 403 | 404; why: string }>;

/** A WebSocket that was opened to us. Whoever does not answer its pings is hung up on. */
export interface WebSocketConnection {
  readonly remote: Address;
  /** Bytes accepted by `send` that the network has not taken yet. Nothing but its owner bounds them. */
  readonly bufferedBytes: number;
  /** Sends one message, as text unless it says otherwise. Does nothing once the connection is closing or gone. */
  send(bytes: Uint8Array, isBinary?: boolean): void;
  /** Sends what is queued, then says goodbye with a code of RFC 6455 and a reason, which is cut to what fits. */
  close(code: number, why: string): void;
  /** Closes at once. */
  destroy(): void;
  /** Stops or resumes `message` callbacks, so that a slow receiver slows the sender. */
  pause(): void;
  resume(): void;
}

/** What the owner of a WebSocket is told. */
export interface WebSocketHandler {
  /** A whole message came; text is valid UTF-8. */
  message(bytes: Uint8Array, isBinary: boolean): void;
  /** The last call: it is gone. */
  closed(): void;
}

/** Counted since the start. */
export type TransportCounters = {
  packetsSent: number;
  packetsReceived: number;
  /** Payload of packets, without the headers of UDP and IP. */
  packetBytesSent: number;
  packetBytesReceived: number;
  packetsDropped: number;
  receiveErrors: number;
  streamsOpened: number;
  streamsAccepted: number;
  /** Payload of streams: what was given to be sent, and what was handed on. */
  streamBytesSent: number;
  streamBytesReceived: number;
  /** Beyond {@linkcode STREAMS_MAX}. */
  streamsRefused: number;
  /** Beyond {@linkcode STREAM_BUFFER_BYTES_MAX}. */
  streamsOverflowed: number;
  /** HTTP requests, or connections, that were malformed, too large, too slow or too many. */
  httpRefused: number;
  webSocketsOpened: number;
  /** Of their senders: frames that RFC 6455 forbids, messages too long; and connections that broke. */
  webSocketErrors: number;
};

/** Counters at the start. */
export function newTransportCounters(): TransportCounters {
  return {
    packetsSent: 0,
    packetsReceived: 0,
    packetBytesSent: 0,
    packetBytesReceived: 0,
    packetsDropped: 0,
    receiveErrors: 0,
    streamsOpened: 0,
    streamsAccepted: 0,
    streamBytesSent: 0,
    streamBytesReceived: 0,
    streamsRefused: 0,
    streamsOverflowed: 0,
    httpRefused: 0,
    webSocketsOpened: 0,
    webSocketErrors: 0,
  };
}

/** Why a transport could not be opened. */
export class TransportOpenError extends Error {
  override readonly name = "TransportOpenError";
  readonly reason: "in_use" | "not_permitted" | "no_such_address" | "failed";

  constructor(reason: TransportOpenError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Opens a transport bound to `bind` (port 0: any); rejects with a {@linkcode TransportOpenError}. */
export type OpenTransport = (bind: Address, handler: TransportHandler) => Promise<Transport>;
