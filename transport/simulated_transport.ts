import type { Clock } from "../actors/runtime/clock.ts";
import { type Address, withPort } from "./address.ts";
import type { Segment, StreamId } from "./simulated_transport/segment.ts";
import { SimulatedStream } from "./simulated_transport/stream.ts";
import {
  newTransportCounters,
  type OpenTransport,
  PACKET_BYTES_MAX,
  type Stream,
  type StreamHandler,
  STREAMS_MAX,
  type Transport,
  type TransportCounters,
  type TransportHandler,
  TransportOpenError,
  type Unsent,
} from "./transport.ts";

/** What a simulated transport needs of its network, which the simulator brings. */
export interface SimulatedNetwork {
  readonly clock: Clock;
  /** Gives `host` the address `want`, or with port 0 the next free one; `undefined` if it is taken. */
  bind(want: Address, host: SimulatedHost): Address | undefined;
  /** Takes the address back. */
  release(address: Address): void;
  /** A stream id that no other stream has. */
  newStreamId(): StreamId;
  /**
   * Carries a datagram: it arrives, late, in any order or never; false if there is no way. The bytes are the network's
   * from now on.
   */
  carryPacket(from: Address, to: Address, bytes: Uint8Array): boolean;
  /**
   * Carries a piece of a stream: in any order, but it arrives, or `from` is told that it could not be delivered. At an
   * address that nobody has, it is answered by a reset.
   */
  carrySegment(from: Address, to: Address, segment: Segment): void;
}

/** What a simulated network tells those who are bound to it. */
export interface SimulatedHost {
  packet(from: Address, bytes: Uint8Array): void;
  segment(from: Address, segment: Segment): void;
  undeliverable(segment: Segment): void;
  /** The host crashed: it never calls or is called again. */
  vanish(): void;
}

/** Incoming streams come from ports of their own, as from a real host; these are the ones that Linux uses. */
const EPHEMERAL_PORT_FIRST = 32_768;
const EPHEMERAL_PORTS = 28_232;

/** Opens transports on `network`. There is no HTTP on them. */
export function openSimulatedTransportOn(network: SimulatedNetwork): OpenTransport {
  return (bind, handler) => {
    const transport = new SimulatedTransport(network, handler);
    const address = network.bind(bind, transport);
    if (address === undefined) {
      return Promise.reject(new TransportOpenError("in_use", `Another host has the address "${bind}"`));
    }
    transport.address = address;
    return Promise.resolve(transport);
  };
}

class SimulatedTransport implements Transport, SimulatedHost {
  readonly counters: TransportCounters = newTransportCounters();
  address: Address = "" as Address; // until it is bound
  readonly #network: SimulatedNetwork;
  readonly #handler: TransportHandler;
  readonly #streams = new Map<StreamId, SimulatedStream>();
  #incoming = 0;
  #down = false;

  constructor(network: SimulatedNetwork, handler: TransportHandler) {
    this.#network = network;
    this.#handler = handler;
  }

  sendPacket(to: Address, bytes: Uint8Array, unsent?: Unsent): void {
    const cause = this.#down || bytes.length > PACKET_BYTES_MAX
      ? "local"
      : this.#network.carryPacket(this.address, to, bytes.slice())
      ? undefined
      : "network";
    if (cause === undefined) {
      this.counters.packetsSent++;
      this.counters.packetBytesSent += bytes.length;
      return;
    }
    this.counters.packetsDropped++;
    unsent?.(cause);
  }

  connect(to: Address, timeoutMs: number, handler: StreamHandler): Stream {
    const id = this.#network.newStreamId();
    const stream = this.#newStream(id, to, to, () => {});
    if (this.#down) return stream.vanish();
    stream.connect(timeoutMs, handler, () => this.counters.streamsOpened++);
    this.#streams.set(id, stream);
    return stream;
  }

  close(): Promise<void> {
    if (!this.#down) {
      this.#down = true;
      // Told within this call, so that nobody has to let time pass for a transport to be closed.
      for (const stream of this.#streams.values()) stream.destroyNow();
      this.#streams.clear();
      this.#network.release(this.address);
    }
    return Promise.resolve();
  }

  packet(from: Address, bytes: Uint8Array): void {
    this.counters.packetsReceived++;
    this.counters.packetBytesReceived += bytes.length;
    this.#handler.packet?.(from, bytes);
  }

  segment(from: Address, segment: Segment): void {
    const stream = this.#streams.get(segment.stream);
    if (stream !== undefined) stream.receive(segment);
    else if (segment.type === "open") this.#accept(from, segment.stream);
    else if (segment.type !== "reset" && segment.type !== "taken") this.#reset(from, segment.stream);
  }

  undeliverable(segment: Segment): void {
    this.#streams.get(segment.stream)?.undeliverable(segment);
  }

  vanish(): void {
    this.#down = true;
    for (const stream of this.#streams.values()) stream.vanish();
    this.#streams.clear();
  }

  #accept(from: Address, id: StreamId): void {
    const remote = withPort(from, EPHEMERAL_PORT_FIRST + id % EPHEMERAL_PORTS);
    if (this.#incoming >= STREAMS_MAX) {
      this.counters.streamsRefused++;
      this.#network.carrySegment(this.address, from, { type: "accepted", stream: id, sequence: 0 });
      return this.#reset(from, id);
    }
    this.counters.streamsAccepted++;
    this.#incoming++;
    const stream = this.#newStream(id, from, remote, () => this.#incoming--);
    this.#streams.set(id, stream);
    stream.accept(() => this.#handler.accept(stream));
  }

  #newStream(id: StreamId, host: Address, remote: Address, gone: () => void): SimulatedStream {
    return new SimulatedStream({
      id,
      remote,
      clock: this.#network.clock,
      counters: this.counters,
      send: (segment) => this.#network.carrySegment(this.address, host, segment),
      gone: () => {
        this.#streams.delete(id);
        gone();
      },
    });
  }

  #reset(to: Address, stream: StreamId): void {
    this.#network.carrySegment(this.address, to, { type: "reset", stream });
  }
}
