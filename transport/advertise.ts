/** What others are told of where we are, which need not be where our sockets are (AdvertiseAddr in memberlist). */
import { type Address, ipBytes, isWildcard, joinAddress, splitAddress, withPort } from "./address.ts";
import { type OpenTransport, type Transport, TransportOpenError } from "./transport.ts";

type Advertising = Readonly<{
  /** What to tell, instead of where we are bound; with port 0, the port that we are bound to. */
  asked?: Address | undefined;
  /** The IP addresses of this machine as they are now, in text; asked for only where we are bound to all of them. */
  ofMachine(): readonly string[];
}>;

/**
 * Opens transports that name as their address what others are to be told; `bound` is where they are. Whoever is bound to
 * all addresses of a machine names a private one, as memberlist does. If there is none it rejects with a
 * {@linkcode TransportOpenError}.
 */
export function advertising(open: OpenTransport, { asked, ofMachine }: Advertising): OpenTransport {
  return async (bind, handler) => {
    const transport = await open(bind, handler);
    const bound = transport.address;
    const address = asked === undefined
      ? isWildcard(bound) ? privateAddress(bound, ofMachine()) : bound
      : splitAddress(asked).port === 0
      ? withPort(asked, splitAddress(bound).port)
      : asked;
    if (address === undefined) {
      await transport.close();
      throw new TransportOpenError("no_such_address", `This machine has no private address: name one with --advertise`);
    }
    return address === bound ? transport : new Elsewhere(transport, address);
  };
}

/**
 * Of a machine's addresses the first private one, with the port of `bound`; IPv6 only where that is what is bound to, and
 * only where there is no other.
 */
export function privateAddress(bound: Address, ofMachine: readonly string[]): Address | undefined {
  const { hostname, port } = splitAddress(bound);
  const addresses = ofMachine.flatMap((ip) => joinAddress(ip, port) ?? []).filter(isPrivate);
  const v4 = addresses.find((address) => ipBytes(address).length === 4);
  return v4 ?? (hostname.includes(":") ? addresses[0] : undefined);
}

/** The networks of RFC 1918, carriers' (RFC 6598) and unique local ones (RFC 4193): reached by routes, but not by all. */
function isPrivate(address: Address): boolean {
  const [a = 0, b = 0, ...rest] = ipBytes(address);
  if (rest.length > 2) return (a & 0xfe) === 0xfc;
  return a === 10 || (a === 172 && (b & 0xf0) === 16) || (a === 192 && b === 168) || (a === 100 && (b & 0xc0) === 64);
}

/** A transport under another address than it is bound to. */
class Elsewhere implements Transport {
  readonly address: Address;
  readonly bound: Address;
  readonly #transport: Transport;

  constructor(transport: Transport, address: Address) {
    this.#transport = transport;
    this.address = address;
    this.bound = transport.address;
  }

  get counters(): Transport["counters"] {
    return this.#transport.counters;
  }

  sendPacket(...packet: Parameters<Transport["sendPacket"]>): void {
    this.#transport.sendPacket(...packet);
  }

  connect(...connection: Parameters<Transport["connect"]>): ReturnType<Transport["connect"]> {
    return this.#transport.connect(...connection);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
