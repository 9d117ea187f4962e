import { CliChatService } from "./cli_chat_service.ts";
import { PeerProcess } from "./peer_process.ts";
import type { Place } from "./place.ts";

/** A bootstrap service that cli-chat's programs and ours can use. */
export type Service = Readonly<{ url: string }> & AsyncDisposable;

/** Both services: ours as a process of its own, and the stand-in for cli-chat's. */
export const SERVICES: readonly (readonly [name: string, start: (place: Place) => Promise<Service>])[] = [
  ["our service", startOurs],
  ["cli-chat's service", () => Promise.resolve(new CliChatService())],
];

async function startOurs(place: Place): Promise<Service> {
  const service = PeerProcess.start("bootstrap", { place, args: ["--listen", "127.0.0.1:0", "--store", "none"] });
  const [, url] = (await service.waitFor(/^The registry answers at .*(http:\/\/\S+)$/m))!;
  return { url: url!, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}
