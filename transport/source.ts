import { type Address, ipBytes, isLoopback, splitAddress } from "./address.ts";

/**
 * Whom a limit counts as one. To have many ports costs nothing, so that it is the IP address; of IPv6 the first half of
 * it, because who has one address there has a whole such network.
 *
 * The loopback network is another matter: a whole cluster may run on one machine, all of it at 127.0.0.1 or, as members
 * written in Go like it, at neighbours of that. Whoever sends from there may also end our process, and does not need to
 * flood it. Therefore its packets are counted by address and port, which is one peer, and its streams, whose ports tell
 * nothing, are bounded only together with those of all others.
 */
export function packetSource(from: Address): string {
  return isLoopback(from) ? from : network(from);
}

/** As {@linkcode packetSource} for a stream; `undefined` if there is no limit for its source alone. */
export function streamSource(from: Address): string | undefined {
  return isLoopback(from) ? undefined : network(from);
}

function network(address: Address): string {
  const ip = ipBytes(address);
  return ip.length === 4 ? splitAddress(address).hostname : `${ip.subarray(0, IPV6_NETWORK_BYTES).toHex()}::`;
}

const IPV6_NETWORK_BYTES = 8;
