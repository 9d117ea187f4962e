import type { BootstrapMessage, RegistryConfig } from "../actors/bootstrap.ts";
import type { Behavior } from "../actors/runtime/behavior.ts";
import type { Courier } from "../actors/runtime/remote_ref.ts";
import type { Address } from "../transport/address.ts";
import type { Guard } from "../transport/guard.ts";
import type { OpenTransport } from "../transport/transport.ts";
import { httpBootstrap, type HttpPost } from "./http.ts";
import { localBootstrap } from "./local.ts";
import { remoteBootstrap } from "./remote.ts";

/** Where a peer finds its first contacts. */
export type BootstrapPlace =
  /** On this machine: the first peer to come serves the registry on 127.0.0.1 at `port`, the others ask it. */
  | Readonly<{ type: "local"; port: number }>
  /** A registry that speaks our own protocol. */
  | Readonly<{ type: "parley"; address: Address }>
  /** A registry over HTTP, ours or another. `url` has no trailing slash, so that `/join` can follow. */
  | Readonly<{ type: "http"; url: string }>;

type PlaceOptions = Readonly<{
  openTransport: OpenTransport;
  guard: Guard;
  httpPost: HttpPost;
  /** Limits of a registry that this peer comes to host. */
  config: RegistryConfig;
}>;

/** The bootstrap actor for a place: the one switch between local and remote. Everybody else sees one protocol. */
export function bootstrapAt(
  place: BootstrapPlace,
  options: PlaceOptions,
): (courier: () => Courier) => Behavior<BootstrapMessage> {
  switch (place.type) {
    case "local": {
      const address = `127.0.0.1:${place.port}` as Address;
      return (courier) => localBootstrap({ ...options, address, courier });
    }
    case "parley":
      return (courier) => remoteBootstrap(courier, place.address);
    case "http":
      return () => httpBootstrap(place.url, options.httpPost);
  }
}
