import { realClock } from "../../actors/runtime/clock.ts";
import { type Address, joinAddress, splitAddress } from "../address.ts";
import { PACKET_BYTES_MAX, type TransportCounters, type Unsent } from "../transport.ts";

/** Packets that wait for the socket; the newest beyond it is dropped. At 1,400 bytes each, a megabyte and a half. */
export const PACKETS_QUEUED_MAX = 1024;

/** Sends in a row before others get their turn: a loop of sends would starve the receiver in the same process. */
const SENDS_PER_TURN = 64;

/** A buffer that is too small cuts a datagram without a word; none is larger than this. */
const RECEIVE_BUFFER_BYTES = 65_535;

/** How long a socket that fails to receive is left alone, so that a lasting failure does not spin. */
const RECEIVE_BACK_OFF_MS = 20;

/** What a datagram is given to. */
type Receive = (from: Address, bytes: Uint8Array) => void;

/** A datagram that waits for the socket. */
type Waiting = { readonly to: Address; readonly bytes: Uint8Array; readonly unsent: Unsent | undefined };

/** The datagrams of one address, over a socket of Deno. */
export class PacketSocket {
  readonly #socket: Deno.DatagramConn;
  readonly #counters: TransportCounters;
  readonly #receive: Receive;
  readonly #queue: Waiting[] = [];
  readonly #pauses = new Set<() => void>();
  readonly #receiving: Promise<void>;
  #sending: Promise<void> | undefined;
  #closed = false;

  /** Binds; throws what `Deno.listenDatagram` throws. */
  constructor(address: Address, counters: TransportCounters, receive: Receive) {
    this.#socket = Deno.listenDatagram({ transport: "udp", ...splitAddress(address) });
    this.#counters = counters;
    this.#receive = receive;
    this.#receiving = this.#receiveAll();
  }

  /** Queues one datagram, or drops and counts it. */
  send(to: Address, bytes: Uint8Array, unsent?: Unsent): void {
    if (this.#closed || bytes.length > PACKET_BYTES_MAX || this.#queue.length >= PACKETS_QUEUED_MAX) {
      this.#counters.packetsDropped++;
      unsent?.("local");
      return;
    }
    this.#queue.push({ to, bytes, unsent });
    this.#sending ??= this.#sendAll();
  }

  /** Drops what is queued; resolves when nothing is received or sent any more. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#socket.close();
      for (const wake of this.#pauses) wake();
    }
    await Promise.all([this.#receiving, this.#sending]);
  }

  async #receiveAll(): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_BUFFER_BYTES);
    while (!this.#closed) {
      const received = await this.#receiveOne(buffer);
      if (this.#closed) return;
      if (received !== undefined) {
        this.#deliver(...received);
      } else {
        this.#counters.receiveErrors++;
        await this.#pause(RECEIVE_BACK_OFF_MS);
      }
    }
  }

  async #receiveOne(buffer: Uint8Array): Promise<[Uint8Array, Deno.Addr] | undefined> {
    try {
      return await this.#socket.receive(buffer);
    } catch {
      return undefined; // also when closed meanwhile
    }
  }

  #deliver(view: Uint8Array, from: Deno.Addr): void {
    const address = from.transport === "udp" ? joinAddress(from.hostname, from.port) : undefined;
    if (address === undefined) { // a sender that could not be answered, as a link-local address with its zone
      this.#counters.receiveErrors++;
      return;
    }
    this.#counters.packetsReceived++;
    this.#counters.packetBytesReceived += view.length;
    this.#receive(address, view.slice()); // the buffer is used again for the next one
  }

  async #sendAll(): Promise<void> {
    for (let sent = 1; !this.#closed; sent++) {
      const packet = this.#queue.shift();
      if (packet === undefined) break;
      await this.#sendOne(packet);
      if (sent % SENDS_PER_TURN === 0) await this.#pause(0);
    }
    this.#counters.packetsDropped += this.#queue.splice(0).length;
    this.#sending = undefined;
  }

  async #sendOne({ to, bytes, unsent }: Waiting): Promise<void> {
    try {
      await this.#socket.send(bytes, { transport: "udp", ...splitAddress(to) });
      this.#counters.packetsSent++;
      this.#counters.packetBytesSent += bytes.length;
    } catch { // no route, port 0, the other family, or closed meanwhile
      this.#counters.packetsDropped++;
      if (!this.#closed) unsent?.("network");
    }
  }

  /** Waits, but not beyond close(). */
  async #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = realClock.after(delayMs, resolve);
    this.#pauses.add(resolve);
    await promise;
    this.#pauses.delete(resolve);
    cancel();
  }
}
