import type { BootstrapMessage, RegistryConfig } from "../actors/bootstrap.ts";
import type { Behavior } from "../actors/runtime/behavior.ts";
import { toReply } from "./protocol.ts";
import { applyRegistry, emptyRegistry } from "./registry.ts";

/** The registry itself: one owner of the data, so that joins at the same time cannot spoil it. */
export function registry(config: RegistryConfig): Behavior<BootstrapMessage> {
  return (ctx) => {
    let data = emptyRegistry(config);
    return ({ command, replyTo }) => {
      const result = applyRegistry(data, command);
      if (result.ok) data = result.registry;
      ctx.log.debug("registry_command", { command: command.type, ok: result.ok, peers: data.peers.size });
      replyTo.tell(toReply(result));
    };
  };
}
