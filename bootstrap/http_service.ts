import type { BootstrapMessage, BootstrapReply } from "../actors/bootstrap.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import type { HttpRequest, HttpResponse } from "../transport/transport.ts";
import { fromReply } from "./protocol.ts";
import { parseRegistryRequest, registryResponse } from "./http_format.ts";

/** The registry is in this process; this long without a reply means that it is gone. */
const REPLY_TIMEOUT_MS = 2_000;

/** Answers HTTP requests from the registry: the seed's paths, bodies and texts. */
export function registryHttp(registry: ActorRef<BootstrapMessage>): (request: HttpRequest) => Promise<HttpResponse> {
  return async (request) => {
    const parsed = parseRegistryRequest(request);
    if (!parsed.ok) return parsed.response;
    const { command } = parsed;
    const { from } = request;
    const reply = await registry.ask<BootstrapReply>((replyTo) => ({ command, replyTo, from }), REPLY_TIMEOUT_MS);
    return registryResponse(command, fromReply(reply));
  };
}
