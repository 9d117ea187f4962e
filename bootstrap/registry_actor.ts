import type { BootstrapMessage, RegistryConfig, RegistryPeer } from "../actors/bootstrap.ts";
import type { Behavior, Context } from "../actors/runtime/behavior.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import { topic } from "../actors/runtime/events.ts";
import { OwnPlaces } from "./own_places.ts";
import { TurnedAway } from "./turned_away.ts";
import { toReply } from "./protocol.ts";
import { applyRegistry, emptyRegistry, type Registry } from "./registry.ts";
import type { RegistryStore } from "./registry_store.ts";

/** What the registry understands: what others may ask of it, and what its own service tells it. */
export type RegistryMessage =
  | BootstrapMessage & { readonly type?: never }
  /** Nobody answers where this peer is said to be. If it still says so, it gives its place to who was turned away. */
  | Readonly<{ type: "evict"; peer: RegistryPeer }>
  /** At whose doors may be knocked? Where that may not be, peers make room for those who were turned away. */
  | Readonly<{ type: "places"; replyTo: ActorRef<readonly RegistryPeer[]> }>;

/** What outlives a crash of the registry: nobody who is listed would know that it has to join again. */
export type RegistryMemory = {
  data: Registry;
  turnedAway?: TurnedAway;
  ownPlaces?: OwnPlaces;
  readonly store?: RegistryStore | undefined;
};

/** That the data could not be stored, once each time that this begins, and that it is stored again. */
export type RegistryEvent = Readonly<{ type: "not_stored"; why: string }> | Readonly<{ type: "stored_again" }>;
export const REGISTRY = topic<RegistryEvent>("registry");

/** The registry itself: one owner of the data, so that joins at the same time cannot spoil it. */
export function registry(
  config: RegistryConfig,
  memory: RegistryMemory = { data: emptyRegistry(config) },
): Behavior<RegistryMessage> {
  return (ctx) => {
    const owner = new Owner(ctx, memory);
    return (message) => {
      switch (message.type) {
        case "evict":
          return owner.evict(message.peer);
        case "places":
          return message.replyTo.tell(owner.places());
        case undefined:
          return owner.command(message);
      }
    };
  };
}

class Owner {
  readonly #ctx: Context<RegistryMessage>;
  readonly #memory: RegistryMemory;
  readonly #turnedAway: TurnedAway;
  readonly #ownPlaces: OwnPlaces;
  #isStored = true;

  constructor(ctx: Context<RegistryMessage>, memory: RegistryMemory) {
    this.#ctx = ctx;
    this.#memory = memory;
    this.#turnedAway = memory.turnedAway ??= new TurnedAway();
    this.#ownPlaces = memory.ownPlaces ??= new OwnPlaces(memory.data.peers.values());
  }

  command({ command, replyTo, from }: BootstrapMessage): void {
    const result = applyRegistry(this.#memory.data, command);
    if (result.ok) {
      if (command.type === "join" || command.type === "refill") this.#ownPlaces.claimed(command.peer, from);
      this.#turnedAway.heard(command, result.registry);
      this.#keep(result.registry); // before the answer: what was promised is not forgotten
    }
    const { size } = this.#memory.data.peers;
    this.#ctx.log.debug("registry_command", { command: command.type, ok: result.ok, peers: size });
    replyTo.tell(toReply(result));
  }

  evict(peer: RegistryPeer): void {
    const { data } = this.#memory;
    const listed = data.peers.get(peer.id);
    if (listed === undefined || listed.ip !== peer.ip || listed.port !== peer.port) return; // it is elsewhere by now
    const result = applyRegistry(data, { type: "leave", id: peer.id });
    if (!result.ok) return;
    this.#keep(this.#turnedAway.fill(result.registry));
    this.#ctx.log.info("registry_evicted", { peer: peer.name, peers: this.#memory.data.peers.size });
  }

  places(): readonly RegistryPeer[] {
    const listed = [...this.#memory.data.peers.values()];
    for (const peer of listed) {
      if (this.#turnedAway.isEmpty) break;
      if (!this.#ownPlaces.has(peer)) this.evict(peer);
    }
    return listed.filter((peer) => this.#ownPlaces.has(peer));
  }

  #keep(next: Registry): void {
    const { data, store } = this.#memory;
    this.#memory.data = next;
    if (store === undefined || next === data && this.#isStored) return;
    const why = store.save(next);
    if (why !== undefined) this.#ctx.log.warn("registry_not_stored", { why });
    if (why !== undefined && this.#isStored) this.#ctx.events.publish(REGISTRY, { type: "not_stored", why });
    if (why === undefined && !this.#isStored) this.#ctx.events.publish(REGISTRY, { type: "stored_again" });
    this.#isStored = why === undefined;
  }
}
