import type { BootstrapMessage, BootstrapReply } from "../actors/bootstrap.ts";
import type { Behavior } from "../actors/runtime/behavior.ts";
import { type ActorRef, AskError } from "../actors/runtime/ref.ts";
import { type Courier, RemoteRef } from "../actors/runtime/remote_ref.ts";
import type { Address } from "../transport/address.ts";
import { decodeBootstrapReply, REGISTRY_ID } from "./protocol.ts";

/** A registry that has not answered by then counts as silent. */
const REPLY_TIMEOUT_MS = 3_000;

/** The ref of the registry at `address`, behind a link. */
export function remoteRegistry(courier: Courier, address: Address): ActorRef<BootstrapMessage> {
  return new RemoteRef<BootstrapMessage>(courier, address, REGISTRY_ID, decodeBootstrapReply);
}

/** The bootstrap actor whose registry lives in another process: `--bootstrap parley://HOST:PORT`. */
export function remoteBootstrap(courier: () => Courier, address: Address): Behavior<BootstrapMessage> {
  return () => {
    const registry = remoteRegistry(courier(), address);
    return ({ command, replyTo }) => {
      forward(registry, command, `parley://${address}`).then((reply) => replyTo.tell(reply));
    };
  };
}

/** Asks a registry; a silence is an answer too. */
export async function forward(
  registry: ActorRef<BootstrapMessage>,
  command: BootstrapMessage["command"],
  where: string,
): Promise<BootstrapReply> {
  try {
    return await registry.ask<BootstrapReply>((replyTo) => ({ command, replyTo }), REPLY_TIMEOUT_MS);
  } catch (error) {
    return { ok: false, why: error instanceof AskError ? `${WHY[error.reason]} at ${where}` : String(error) };
  }
}

const WHY = {
  timed_out: "No answer from a bootstrap registry",
  gone: "No bootstrap registry can be reached",
  malformed: "Something that is no bootstrap registry answers",
  mailbox_full: "Too many ask the bootstrap registry already",
  cancelled: "Stopped before there was an answer from the bootstrap registry",
} as const;
