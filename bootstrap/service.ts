import { published } from "../actors/links/exports.ts";
import { links } from "../actors/links.ts";
import { type OpenReply, transport, type TransportMemory, type TransportMessage } from "../actors/transport.ts";
import type { BootstrapMessage, RegistryConfig } from "../actors/bootstrap.ts";
import type { Behavior } from "../actors/runtime/behavior.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import type { Address } from "../transport/address.ts";
import { Guard } from "../transport/guard.ts";
import type { OpenTransport } from "../transport/transport.ts";
import { registryHttp } from "./http_service.ts";
import { decodeBootstrapMessage, REGISTRY_ID } from "./protocol.ts";
import { emptyRegistry } from "./registry.ts";
import { prober } from "./prober.ts";
import { registry, type RegistryMemory, type RegistryMessage } from "./registry_actor.ts";
import type { RegistryStore } from "./registry_store.ts";

export type ServiceMessage =
  | BootstrapMessage & { readonly type?: never }
  | Readonly<{ type: "open"; replyTo: ActorRef<OpenReply> }>;

export type ServiceOptions = Readonly<{
  bind: Address;
  config: RegistryConfig;
  openTransport: OpenTransport;
  /** Our cluster's keys, for the links; HTTP has none. */
  guard?: Guard | undefined;
  /** Keeps entries also where nobody answers: of peers that this machine cannot reach, while others can. */
  trustEntries?: boolean;
  /** Handed in by who may crash and start the service anew. */
  memory?: ServiceMemory;
}>;

/** What outlives a crash: who is listed, and that the old sockets have to go first. */
export type ServiceMemory = Readonly<{ registry: RegistryMemory; transport: TransportMemory }>;

/** What is stored is taken over, limits included. */
export function newServiceMemory(config: RegistryConfig, store?: RegistryStore): ServiceMemory {
  const data = store?.load() ?? emptyRegistry(config);
  return { registry: { data, store }, transport: { closing: Promise.resolve() } };
}

/** A registry with a port of its own, on which it answers to remote actor messages and to HTTP alike. */
export function registryService(
  { bind, config, openTransport, guard = Guard.unguarded(), memory = newServiceMemory(config), trustEntries = false }:
    ServiceOptions,
): Behavior<ServiceMessage> {
  return (ctx) => {
    ctx.supervise({ strategy: "rest_for_one" });
    const data: ActorRef<RegistryMessage> = ctx.spawn("registry", registry(config, memory.registry), {
      restart: "permanent",
    });
    const keeper = ctx.spawn("links", publishing(data), { restart: "permanent" });
    const door: ActorRef<TransportMessage> = ctx.spawn(
      "transport",
      transport({ openTransport, memory: memory.transport, links: () => keeper, guard, http: registryHttp(data) }),
      { restart: "permanent" },
    );
    if (!trustEntries) ctx.spawn("prober", prober({ registry: data, transport: () => door }), { restart: "permanent" });
    return (message) => {
      if (message.type === "open") door.tell({ type: "open", bind, name: REGISTRY_ID, replyTo: message.replyTo });
      else data.tell(message);
    };
  };
}

/** Links on which the registry is published from the first moment, also after a restart. */
function publishing(data: ActorRef<BootstrapMessage>): typeof links {
  return (ctx) => {
    ctx.self.tell({ type: "publish", id: REGISTRY_ID, actor: published(data, decodeBootstrapMessage) });
    return links(ctx);
  };
}
