import type { BootstrapMessage, RegistryConfig } from "../actors/bootstrap.ts";
import type { Behavior } from "../actors/runtime/behavior.ts";
import { toReply } from "./protocol.ts";
import { applyRegistry, emptyRegistry, type Registry } from "./registry.ts";

/** What outlives a crash of the registry: nobody who is listed would know that it has to join again. */
export type RegistryMemory = { data: Registry };

/** The registry itself: one owner of the data, so that joins at the same time cannot spoil it. */
export function registry(
  config: RegistryConfig,
  memory: RegistryMemory = { data: emptyRegistry(config) },
): Behavior<BootstrapMessage> {
  return (ctx) => {
    return ({ command, replyTo }) => {
      const result = applyRegistry(memory.data, command);
      if (result.ok) memory.data = result.registry;
      ctx.log.debug("registry_command", { command: command.type, ok: result.ok, peers: memory.data.peers.size });
      replyTo.tell(toReply(result));
    };
  };
}
