import type { BootstrapMessage, RegistryCommand, RegistryConfig, RegistryPeer } from "../actors/bootstrap.ts";
import type { OpenReply } from "../actors/transport.ts";
import type { Behavior, Context } from "../actors/runtime/behavior.ts";
import type { ActorRef, StopReason } from "../actors/runtime/ref.ts";
import type { Courier } from "../actors/runtime/remote_ref.ts";
import type { Address } from "../transport/address.ts";
import type { Guard } from "../transport/guard.ts";
import { type OpenTransport, TransportOpenError } from "../transport/transport.ts";
import { forward, remoteRegistry } from "./remote.ts";
import { emptyRegistry } from "./registry.ts";
import { newServiceMemory, registryService, type ServiceMemory, type ServiceMessage } from "./service.ts";

export type LocalOptions = Readonly<{
  /** Where this machine's registry is, whoever hosts it. */
  address: Address;
  config: RegistryConfig;
  openTransport: OpenTransport;
  /** Our cluster's keys, for the registry that we come to host. */
  guard?: Guard | undefined;
  courier: () => Courier;
}>;

type LocalMessage =
  | BootstrapMessage & { readonly type?: never }
  | Readonly<{ type: "settled"; role: Role }>
  | Readonly<{ type: "failed"; why: string }>
  | Readonly<{ type: "host_gone"; reason: StopReason }>
  | Readonly<{ type: "take_over" }>;

type Role =
  | Readonly<{ type: "hosting"; registry: ActorRef<BootstrapMessage>; service: ActorRef<ServiceMessage> }>
  | Readonly<{ type: "following"; registry: ActorRef<BootstrapMessage> }>;

/** What outlives a crash of this actor: nobody would tell it again, and others would not find us any more. */
type LocalMemory = {
  /** Ourselves, as last registered: said again to whoever hosts next. */
  candidate: RegistryPeer | undefined;
  /** What we host, while we do. */
  readonly hosted: ServiceMemory;
};

/** After its host died, peers wait up to this long, each another while, so that they do not all try at once. */
const TAKE_OVER_WITHIN_MS = 300;

/** Opening a port takes a moment; more means that something is wrong. */
const OPEN_TIMEOUT_MS = 5_000;

/** When nobody can host, or who has the port keeps no registry, it is tried again after this time. */
const RETRY_MS = 3_000;

/** Commands kept while it is not settled who hosts. */
const WAITING_MAX = 64;

/**
 * The default bootstrap: the first peer on this machine hosts the registry on a well-known port, the next ones find it
 * there, and when its host dies another takes over and everybody registers anew.
 */
export function localBootstrap(options: LocalOptions): Behavior<BootstrapMessage> {
  const memory: LocalMemory = { candidate: undefined, hosted: newServiceMemory(options.config) };
  const behavior: Behavior<LocalMessage> = (ctx) => {
    const bootstrap = new LocalBootstrap(ctx, options, memory);
    if (memory.candidate !== undefined) bootstrap.settle();
    return (message) => {
      switch (message.type) {
        case undefined:
          return bootstrap.command(message);
        case "settled":
          return bootstrap.settled(message.role);
        case "failed":
          return bootstrap.failed(message.why);
        case "host_gone":
          return bootstrap.hostGone(message.reason);
        case "take_over":
          return bootstrap.settle();
      }
    };
  };
  return behavior as Behavior<BootstrapMessage>;
}

class LocalBootstrap {
  readonly #ctx: Context<LocalMessage>;
  readonly #options: LocalOptions;
  readonly #memory: LocalMemory;
  #role: Role | undefined;
  #settling = false;
  #waiting: BootstrapMessage[] = [];
  #services = 0;

  constructor(ctx: Context<LocalMessage>, options: LocalOptions, memory: LocalMemory) {
    this.#ctx = ctx;
    this.#options = options;
    this.#memory = memory;
  }

  command(message: BootstrapMessage): void {
    this.#remember(message.command);
    if (this.#role !== undefined) return this.#forward(this.#role, message);
    if (this.#waiting.length >= WAITING_MAX) {
      return message.replyTo.tell({ ok: false, why: "Too many wait for the registry" });
    }
    this.#waiting.push(message);
    this.settle();
  }

  /** Finds out who hosts: we, if the port is free. */
  settle(): void {
    if (this.#settling || this.#role !== undefined) return;
    this.#settling = true;
    this.#ctx.pipeToSelf(
      this.#openOrFollow(),
      (role): LocalMessage => ({ type: "settled", role }),
      (error): LocalMessage => ({ type: "failed", why: error instanceof Error ? error.message : String(error) }),
    );
  }

  settled(role: Role): void {
    this.#settling = false;
    this.#role = role;
    this.#ctx.log.info("bootstrap_settled", { role: role.type, address: this.#options.address });
    this.#ctx.watch(role.registry, (reason) => ({ type: "host_gone", reason }));
    const waiting = this.#waiting;
    this.#waiting = [];
    const registersItself = waiting.some(({ command }) => command.type === "join");
    if (this.#memory.candidate !== undefined && !registersItself) this.#register(role, this.#memory.candidate);
    for (const message of waiting) this.#forward(role, message);
  }

  failed(why: string): void {
    this.#settling = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { replyTo } of waiting) replyTo.tell({ ok: false, why });
    // Who was registered wants to be again, although no command asks for it.
    if (this.#memory.candidate !== undefined) this.#settleAfter(RETRY_MS);
  }

  hostGone(reason: StopReason): void {
    this.#role = undefined;
    // `unknown`: a peer has the port that has no registry, and it will not get one by being asked again and again.
    this.#settleAfter(reason === "unknown" ? RETRY_MS : this.#ctx.random.below(TAKE_OVER_WITHIN_MS));
  }

  #settleAfter(delayMs: number): void {
    this.#ctx.timers.after("take over", delayMs, { type: "take_over" });
  }

  async #openOrFollow(): Promise<Role> {
    const { address, config, openTransport, guard, courier } = this.#options;
    const name = `service-${++this.#services}`;
    const { hosted: memory } = this.#memory;
    // Those listed here are members of one cluster, who find out better than a knock who of them is dead.
    const options = { bind: address, config, openTransport, guard, memory, trustEntries: true };
    const service = this.#ctx.spawn(name, registryService(options));
    const open = this.#ctx.ask<ServiceMessage, OpenReply>(
      service,
      (replyTo) => ({ type: "open", replyTo }),
      OPEN_TIMEOUT_MS,
    );
    const opened = await open.catch((error: Error): OpenReply => ({ ok: false, error }));
    if (opened.ok) return { type: "hosting", service, registry: service as ActorRef<BootstrapMessage> };
    this.#ctx.stop(service); // also when it did not answer in time: it may still take the port
    const { error } = opened;
    if (!(error instanceof TransportOpenError && error.reason === "in_use")) throw error;
    memory.registry.data = emptyRegistry(config); // somebody else's is the true one now
    return { type: "following", registry: remoteRegistry(courier(), address) };
  }

  #forward(role: Role, { command, replyTo }: BootstrapMessage): void {
    if (role.type === "hosting") return role.registry.tell({ command, replyTo });
    const { address } = this.#options;
    void forward(role.registry, command, `${address}, which is taken, perhaps by a cluster with other keys`).then((
      reply,
    ) => replyTo.tell(reply));
  }

  #remember(command: RegistryCommand): void {
    if (command.type === "join" || command.type === "refill") this.#memory.candidate = command.peer;
    if (command.type === "leave" && command.id === this.#memory.candidate?.id) this.#memory.candidate = undefined;
  }

  #register(role: Role, peer: RegistryPeer): void {
    void forward(role.registry, { type: "join", peer }, this.#options.address);
  }
}
