import type net from "node:net";
import { type Address, joinAddress, splitAddress, withPort } from "./address.ts";
import { type AnswerHttp, HttpDoor } from "./deno_transport/http.ts";
import { connectStream, SocketStream } from "./deno_transport/tcp.ts";
import { WebSocketDoor } from "./deno_transport/web_sockets.ts";
import { PacketSocket } from "./deno_transport/udp.ts";
import {
  newTransportCounters,
  type OpenTransport,
  type Stream,
  type StreamHandler,
  STREAMS_MAX,
  type Transport,
  type TransportCounters,
  type TransportHandler,
  TransportOpenError,
  type Unsent,
} from "./transport.ts";

/** With port 0, TCP picks a port and UDP must get the same; so often another pick is tried when it is taken. */
const BIND_ATTEMPTS_MAX = 8;

/**
 * Whoever connected and has been silent for so long is asked by the operating system whether it is there: a machine that
 * lost its power says no goodbye, and protocols of others have no pings. Linux then gives up after 11 minutes.
 */
const KEEP_ALIVE_AFTER_MS = 60_000;

/** Opens the transport over this machine's sockets: UDP and TCP, with HTTP on request, on one port. */
export const openDenoTransport: OpenTransport = async (bind, handler) => {
  for (let attempt = 1;; attempt++) {
    try {
      return await DenoTransport.open(bind, handler);
    } catch (cause) {
      const error = toOpenError(bind, cause);
      const another = splitAddress(bind).port === 0 && error.reason === "in_use" && attempt < BIND_ATTEMPTS_MAX;
      if (!another) throw error;
    }
  }
};

class DenoTransport implements Transport {
  readonly counters: TransportCounters = newTransportCounters();
  readonly #handler: TransportHandler;
  readonly #http: HttpDoor;
  readonly #streams = new Set<SocketStream>();
  #incoming = 0;
  #address: Address;
  #packets: PacketSocket | undefined;
  #closing: Promise<void> | undefined;

  static async open(bind: Address, handler: TransportHandler): Promise<DenoTransport> {
    const transport = new DenoTransport(bind, handler);
    try {
      await transport.#listen();
    } catch (error) {
      await transport.close();
      throw error;
    }
    return transport;
  }

  private constructor(bind: Address, handler: TransportHandler) {
    this.#address = bind;
    this.#handler = handler;
    this.#http = new HttpDoor(this.counters, handler.http?.bind(handler) ?? noHttp);
    const { webSocket } = handler;
    if (webSocket !== undefined) {
      const door = new WebSocketDoor(this.counters, webSocket.bind(handler));
      this.#http.passUpgradesTo((request, socket, head) => door.upgrade(request, socket, head));
    }
    this.#http.server.on("connection", (socket: net.Socket) => this.#accept(socket));
  }

  get address(): Address {
    return this.#address;
  }

  sendPacket(to: Address, bytes: Uint8Array, unsent?: Unsent): void {
    if (this.#closing === undefined) return this.#packets?.send(to, bytes, unsent);
    this.counters.packetsDropped++;
    unsent?.("local");
  }

  connect(to: Address, timeoutMs: number, handler: StreamHandler): Stream {
    if (this.#closing !== undefined) return goneStream(to);
    return this.#track(connectStream(this.#address, to, timeoutMs, handler, this.counters));
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const server = this.#http.server;
    const stopped = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : undefined;
    for (const stream of this.#streams) stream.destroy();
    this.#http.close();
    await Promise.all([stopped, this.#packets?.close(), ...[...this.#streams].map((stream) => stream.gone)]);
  }

  async #listen(): Promise<void> {
    if (!mayListen(this.#address)) throw new Deno.errors.NotCapable();
    this.#address = withPort(this.#address, await listen(this.#http.server, this.#address));
    this.#http.server.on("error", () => this.counters.receiveErrors++); // as out of file descriptors
    const { packet } = this.#handler;
    if (packet === undefined) return;
    this.#packets = new PacketSocket(this.#address, this.counters, packet.bind(this.#handler));
  }

  #accept(socket: net.Socket): void {
    const remote = joinAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    const full = this.#incoming >= STREAMS_MAX;
    if (full) this.counters.streamsRefused++;
    if (full || remote === undefined || this.#closing !== undefined) return refuse(socket);
    this.counters.streamsAccepted++;
    this.#incoming++;
    socket.on("close", () => this.#incoming--);
    socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
    const adopt = (socket: net.Socket, alreadyRead: Uint8Array): void => this.#http.adopt(socket, alreadyRead);
    const stream = new SocketStream(socket, remote, this.counters, this.#handler.http && adopt);
    this.#track(stream).tell(this.#handler.accept(stream));
  }

  #track(stream: SocketStream): SocketStream {
    this.#streams.add(stream);
    stream.gone.then(() => this.#streams.delete(stream));
    return stream;
  }
}

/** Listens and tells the port; rejects with what keeps it from that. */
function listen(server: net.Server, address: Address): Promise<number> {
  const { hostname, port } = splitAddress(address);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen(port, hostname, () => {
    server.off("error", reject);
    resolve((server.address() as net.AddressInfo).port);
  });
  return promise;
}

/** Asked before, because node:net throws a refusal where nobody can catch it. */
function mayListen(address: Address): boolean {
  return Deno.permissions.requestSync({ name: "net", host: address }).state === "granted";
}

/** Hangs up on a socket that nobody is told of. */
function refuse(socket: net.Socket): void {
  socket.on("error", () => {}); // it may be gone already, which is what we want
  socket.resetAndDestroy();
}

const noHttp: AnswerHttp = () => Promise.resolve({ status: 404, headers: {}, body: "" });

/** What `connect` gives once the transport is closed. */
function goneStream(remote: Address): Stream {
  const nothing = (): void => {};
  return { remote, bufferedBytes: 0, write: nothing, end: nothing, destroy: nothing, pause: nothing, resume: nothing };
}

function toOpenError(bind: Address, cause: unknown): TransportOpenError {
  if (cause instanceof Deno.errors.NotCapable) {
    return new TransportOpenError("not_permitted", `Not allowed to listen on "${bind}": run with --allow-net`);
  }
  switch (errorCode(cause)) {
    case "EADDRINUSE":
      return new TransportOpenError("in_use", `Another program listens on "${bind}"`);
    case "EACCES":
    case "EPERM":
      return new TransportOpenError("not_permitted", `The system does not allow us to listen on "${bind}"`);
    case "EADDRNOTAVAIL":
    case "EINVAL": // what node:net makes of it under Deno
      return new TransportOpenError("no_such_address", `No network interface here has the address of "${bind}"`);
    default:
      return new TransportOpenError("failed", `Cannot listen on "${bind}": ${cause}`);
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
