import type { BootstrapMessage, BootstrapReply, RegistryCommand } from "../actors/bootstrap.ts";
import type { Behavior } from "../actors/runtime/behavior.ts";
import { parseRegistryReply, registryRequest } from "./http_format.ts";
import { toReply } from "./protocol.ts";

/** Sends one POST; rejects when there is no answer. Handed in, so that tests need no network. */
export type HttpPost = (url: string, body: string, signal: AbortSignal) => Promise<HttpAnswer>;

export type HttpAnswer = Readonly<{ status: number; body: Uint8Array }>;

/** The bootstrap actor whose registry speaks HTTP: `--bootstrap http://HOST:PORT`. */
export function httpBootstrap(url: string, post: HttpPost): Behavior<BootstrapMessage> {
  return (ctx) => ({ command, replyTo }) => {
    request(url, command, post, ctx.signal).then((reply) => replyTo.tell(reply));
  };
}

async function request(
  url: string,
  command: RegistryCommand,
  post: HttpPost,
  signal: AbortSignal,
): Promise<BootstrapReply> {
  const { path, body } = registryRequest(command);
  try {
    const answer = await post(`${url}${path}`, body, signal);
    // The answer to a ping is no more than its status; the data that every reply has comes with the list.
    if (command.type === "ping" && answer.status === 200) return await request(url, { type: "list" }, post, signal);
    const parsed = parseRegistryReply(answer.status, answer.body);
    return parsed.ok ? toReply({ ok: true, registry: parsed.data }) : { ok: false, why: `${parsed.why}, at ${url}` };
  } catch {
    return { ok: false, why: `No answer from a bootstrap registry at ${url}` };
  }
}
