import type { RegistryPeer } from "../actors/bootstrap.ts";
import { type Address, isLoopback, joinAddress, splitAddress } from "../transport/address.ts";

/** Places that are remembered; of those beyond, nobody is knocked at. */
const PLACES_MAX = 1_024;

/**
 * Where the registry may knock. A stranger could have it knock at anybody's door, and read from its list who opened; so it
 * knocks only where the machine is that said so. Who is on this machine is no stranger, nor is who comes over a link,
 * which members do. A proxy in front of the registry makes everybody one of this machine.
 */
export class OwnPlaces {
  readonly #places = new Set<string>();

  constructor(trusted: Iterable<RegistryPeer>) {
    for (const peer of trusted) this.#places.add(placeOf(peer));
  }

  /** Somebody says that this peer is there; `from` is where that came from, if it is known. */
  claimed(peer: RegistryPeer, from: Address | undefined): void {
    if (from !== undefined && !isLoopback(from) && splitAddress(from).hostname !== hostOf(peer)) return;
    const place = placeOf(peer);
    this.#places.delete(place);
    this.#places.add(place);
    const oldest = this.#places.keys().next();
    if (this.#places.size > PLACES_MAX && !oldest.done) this.#places.delete(oldest.value);
  }

  has(peer: RegistryPeer): boolean {
    return this.#places.has(placeOf(peer));
  }
}

/** As addresses are written. */
function hostOf({ ip, port }: RegistryPeer): string | undefined {
  const address = joinAddress(ip, Number(port));
  return address === undefined ? undefined : splitAddress(address).hostname;
}

function placeOf({ id, ip, port }: RegistryPeer): string {
  return `${id} ${ip} ${port}`;
}
