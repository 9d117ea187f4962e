import type { RegistryCommand, RegistryPeer } from "../actors/bootstrap.ts";
import { applyRegistry, hasRoom, type Registry } from "./registry.ts";

/** Those turned away that are remembered; the newest are the likeliest to be there still. */
const TURNED_AWAY_MAX = 16;

/**
 * Who wanted to be listed and found no room. A list of none but the dead would keep every newcomer out; whoever was
 * turned away gets the place of an entry that turns out to be dead.
 */
export class TurnedAway {
  readonly #byId = new Map<string, RegistryPeer>();

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  /** Takes note of a command that was not refused, and of what became of it. */
  heard(command: RegistryCommand, { peers }: Registry): void {
    switch (command.type) {
      case "join":
      case "refill":
        return this.#offered(command.peer, peers.has(command.peer.id));
      case "leave":
        return void this.#byId.delete(command.id);
      case "reset":
        return this.#byId.clear();
      case "config":
      case "list":
      case "ping":
        return;
    }
  }

  /** The registry with as many of them as there is room for, the newest first. They are forgotten here. */
  fill(registry: Registry): Registry {
    let filled = registry;
    for (const peer of [...this.#byId.values()].reverse()) {
      if (!hasRoom(filled)) break;
      this.#byId.delete(peer.id);
      const result = applyRegistry(filled, { type: "join", peer });
      if (result.ok) filled = result.registry;
    }
    return filled;
  }

  #offered(peer: RegistryPeer, isListed: boolean): void {
    this.#byId.delete(peer.id);
    if (isListed) return;
    this.#byId.set(peer.id, peer);
    const oldest = this.#byId.keys().next();
    if (this.#byId.size > TURNED_AWAY_MAX && !oldest.done) this.#byId.delete(oldest.value);
  }
}
