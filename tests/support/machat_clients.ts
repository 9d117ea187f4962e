/** Clients of MaChat on a simulated network, written from the description of its protocol. */
import type { Network } from "../../sim/network.ts";
import type { Address } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { Stream, StreamCloseReason, Transport } from "../../transport/transport.ts";

/** A machine with any number of clients on it. */
export class MachatClients {
  readonly #transport: Transport;

  private constructor(transport: Transport) {
    this.#transport = transport;
  }

  static async on(network: Network): Promise<MachatClients> {
    const handler = { accept: () => ({ data: () => {}, closed: () => {} }) };
    return new MachatClients(await openSimulatedTransportOn(network)("127.0.0.1:0" as Address, handler));
  }

  /** Connects, and sends this at once. */
  connect(to: Address, first = ""): MachatClient {
    return new MachatClient(this.#transport, to, first);
  }

  /** Connects and asks for a room. */
  enter(to: Address, name: string, room = "dev"): MachatClient {
    return this.connect(to, JSON.stringify({ name, room }));
  }
}

export class MachatClient {
  readonly stream: Stream;
  heard = "";
  closed: StreamCloseReason | undefined;
  /** The other side will say nothing more. */
  ended = false;

  constructor(transport: Transport, to: Address, first: string) {
    const decoder = new TextDecoder();
    this.stream = transport.connect(to, 1_000, {
      data: (bytes) => this.heard += decoder.decode(bytes, { stream: true }),
      ended: () => {
        this.ended = true;
        this.stream.end();
      },
      closed: (reason) => this.closed = reason,
    });
    if (first !== "") this.send(first);
  }

  get lines(): string[] {
    return this.heard.split("\n").slice(0, -1);
  }

  send(text: string): void {
    this.stream.write(new TextEncoder().encode(text));
  }
}
