import { realClock } from "../actors/runtime/clock.ts";
import { systemRandom } from "../actors/runtime/random.ts";
import { ActorSystem } from "../actors/runtime/system.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import type { OpenReply } from "../actors/transport.ts";
import { registryService, type ServiceMessage } from "../bootstrap/service.ts";
import { openDenoTransport } from "../transport/deno_transport.ts";
import type { CommandCall } from "./command.ts";
import { configure, usageError } from "./configuration.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { guardFor } from "./guard.ts";
import { openLog } from "./log_sink.ts";
import { failed, writeData, writeError } from "./output.ts";
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
  const system = new ActorSystem({ clock: realClock, random: systemRandom(), log: log.sink });
  const service = system.spawn<ServiceMessage>(
    "bootstrap",
    registryService({
      bind: config.listen.value,
      config: { maxPeers: config.maxPeers.value, minRefillCandidates: config.minRefillCandidates.value },
      openTransport: openDenoTransport,
      guard: guarded.guard,
    }),
  );
  const ended = Promise.withResolvers<ExitCode>();
  system.onStopped(() => ended.resolve(EXIT.failed));
  const opened = await open(service);
  if (!opened.ok) {
    await system.stop();
    log.close();
    writeError(opened.error.message);
    return EXIT.not_joined;
  }
  writeData(`The registry answers at parley://${opened.address} and http://${opened.address}\n`);

  const forgetSignals = onSignals((code) => ended.resolve(code), () => realClock.now());
  const code = await ended.promise;
  forgetSignals();
  await system.stop();
  log.close();
  return code;
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
