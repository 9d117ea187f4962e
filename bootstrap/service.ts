import { published } from "../actors/links/exports.ts";
import { links } from "../actors/links.ts";
import { type OpenReply, transport, type TransportMemory, type TransportMessage } from "../actors/transport.ts";
import type { BootstrapMessage, RegistryConfig } from "../actors/bootstrap.ts";
import type { Behavior } from "../actors/runtime/behavior.ts";
import type { Clock } from "../actors/runtime/clock.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import type { Address } from "../transport/address.ts";
import type { OpenTransport } from "../transport/transport.ts";
import { registryHttp } from "./http_service.ts";
import { decodeBootstrapMessage, REGISTRY_ID } from "./protocol.ts";
import { emptyRegistry } from "./registry.ts";
import { registry, type RegistryMemory } from "./registry_actor.ts";

export type ServiceMessage =
  | BootstrapMessage & { readonly type?: never }
  | Readonly<{ type: "open"; replyTo: ActorRef<OpenReply> }>;

export type ServiceOptions = Readonly<{
  bind: Address;
  config: RegistryConfig;
  openTransport: OpenTransport;
  clock: Clock;
}>;

/** A registry with a port of its own, on which it answers to remote actor messages and to HTTP alike. */
export function registryService({ bind, config, openTransport, clock }: ServiceOptions): Behavior<ServiceMessage> {
  const memory: TransportMemory = { closing: Promise.resolve() };
  const registryMemory: RegistryMemory = { data: emptyRegistry(config) };
  return (ctx) => {
    ctx.supervise({ strategy: "rest_for_one" });
    const data = ctx.spawn("registry", registry(config, registryMemory), { restart: "permanent" });
    const keeper = ctx.spawn("links", publishing(data, clock), { restart: "permanent" });
    const door: ActorRef<TransportMessage> = ctx.spawn(
      "transport",
      transport({ openTransport, memory, links: () => keeper, http: registryHttp(data) }),
      { restart: "permanent" },
    );
    return (message) => {
      if (message.type === "open") door.tell({ type: "open", bind, name: REGISTRY_ID, replyTo: message.replyTo });
      else data.tell(message);
    };
  };
}

/** Links on which the registry is published from the first moment, also after a restart. */
function publishing(data: ActorRef<BootstrapMessage>, clock: Clock): ReturnType<typeof links> {
  return (ctx) => {
    ctx.self.tell({ type: "publish", id: REGISTRY_ID, actor: published(data, decodeBootstrapMessage) });
    return links(clock)(ctx);
  };
}
