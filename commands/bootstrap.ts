import type { RegistryConfig } from "../actors/bootstrap.ts";
import { realClock } from "../actors/runtime/clock.ts";
import { systemRandom } from "../actors/runtime/random.ts";
import { ActorSystem } from "../actors/runtime/system.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import type { OpenReply } from "../actors/transport.ts";
import { REGISTRY } from "../bootstrap/registry_actor.ts";
import { newServiceMemory, registryService, type ServiceMessage } from "../bootstrap/service.ts";
import { stateDirectory } from "../config/places.ts";
import { type Config } from "../config.ts";
import { splitAddress } from "../transport/address.ts";
import { openDenoTransport } from "../transport/deno_transport.ts";
import type { CommandCall } from "./command.ts";
import { configure, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { guardFor } from "./guard.ts";
import { openLog } from "./log_sink.ts";
import { failed, writeData, writeError } from "./output.ts";
import { openRegistryFile, type RegistryFile } from "./registry_file.ts";
import { onSignals } from "./signals.ts";

/** Opening a port takes a moment; more means that something is wrong. */
const OPEN_TIMEOUT_MS = 5_000;

/** `parley bootstrap`: the registry alone, until a signal ends it. */
export async function run(call: CommandCall): Promise<ExitCode> {
  const configured = await configure("bootstrap", call);
  if (!configured.ok) return configured.exitCode;
  const [surplus] = configured.positionals;
  if (surplus !== undefined) return usageError("bootstrap", `unexpected argument ${JSON.stringify(surplus)}`);
  const { config } = configured;

  const guarded = await guardFor(config.keyFile.value, config.label.value);
  if (!guarded.ok) return failed(guarded.why, EXIT.refused);

  const log = openLog(config.logFile.value, config.logLevel.value);
  if ("why" in log) return failed(log.why);
  const opening = openStore(config, stateDirectory(call.env));
  if (!opening.ok) {
    log.close();
    return failed(opening.why);
  }
  const { file } = opening;
  if (file?.note !== undefined) writeError(file.note);
  const limits = { maxPeers: config.maxPeers.value, minRefillCandidates: config.minRefillCandidates.value };
  const memory = newServiceMemory(limits, file?.store);
  memory.registry.data = { ...memory.registry.data, config: limitsOf(config, memory.registry.data.config) };

  const system = new ActorSystem({ clock: realClock, random: systemRandom(), log: log.sink });
  system.events.subscribe(REGISTRY, (event) => {
    if (event.type === "not_stored") writeError(`The list is kept in memory only: ${event.why}`);
    else writeError("The list is stored again");
  });
  const service = system.spawn<ServiceMessage>(
    "bootstrap",
    registryService({
      bind: config.listen.value,
      config: limits,
      openTransport: openDenoTransport,
      guard: guarded.guard,
      trustEntries: config.trustEntries.value,
      memory,
    }),
  );
  const ended = Promise.withResolvers<ExitCode>();
  system.onStopped(() => ended.resolve(EXIT.failed));
  const opened = await open(service);
  if (!opened.ok) {
    await system.stop();
    file?.close();
    log.close();
    writeError(opened.error.message);
    return EXIT.not_joined;
  }
  writeData(`The registry answers at parley://${opened.address} and http://${opened.address}\n`);

  const forgetSignals = onSignals((code) => ended.resolve(code), () => realClock.now());
  const code = await ended.promise;
  forgetSignals();
  await system.stop();
  file?.close();
  log.close();
  return code;
}

type OpenStore = Readonly<{ ok: true; file?: RegistryFile }> | Readonly<{ ok: false; why: string }>;

/** A registry at no address of its own, which nobody finds again, has no file unless one is asked for. */
function openStore({ store, listen }: Config<"bootstrap">, directory: string | undefined): OpenStore {
  const { port } = splitAddress(listen.value);
  const usual = directory === undefined || port === 0 ? undefined : `${directory}/registry-${port}.sqlite`;
  const path = store.value ?? usual;
  if (path === undefined || path === "none") return { ok: true };
  const file = openRegistryFile(path);
  if (file.ok || store.value !== undefined || file.reason !== "unusable") return file;
  writeError(`${file.why}; the list is kept in memory only`); // nobody asked for this file
  return { ok: true };
}

/** What was set by `/config` holds on, but for what is said anew at this start. */
function limitsOf({ maxPeers, minRefillCandidates }: Config<"bootstrap">, stored: RegistryConfig): RegistryConfig {
  const settled = (setting: Config<"bootstrap">["maxPeers"], before: number): number =>
    setting.source === "default" ? before : setting.value;
  return {
    maxPeers: settled(maxPeers, stored.maxPeers),
    minRefillCandidates: settled(minRefillCandidates, stored.minRefillCandidates),
  };
}

/** Opens the registry's port; a service that keeps silent, or is gone, has not opened it either. */
export async function open(service: Pick<ActorRef<ServiceMessage>, "ask">): Promise<OpenReply> {
  try {
    return await service.ask<OpenReply>((replyTo) => ({ type: "open", replyTo }), OPEN_TIMEOUT_MS);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, error: new Error(`The registry's port was not opened: ${why}`) };
  }
}
