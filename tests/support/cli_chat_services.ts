import { CliChatService } from "./cli_chat_service.ts";
import type { Place } from "./place.ts";
import { RegistryProcess } from "./registry_process.ts";

/** A bootstrap service that cli-chat's programs and ours can use. */
export type Service = Readonly<{ url: string }> & AsyncDisposable;

/** Both services: ours as a process of its own, and the stand-in for cli-chat's. */
export const SERVICES: readonly (readonly [name: string, start: (place: Place) => Promise<Service>])[] = [
  ["our service", (place) => RegistryProcess.start(place, "--store", "none")],
  ["cli-chat's service", () => Promise.resolve(new CliChatService())],
];
