import type { Cell } from "./cell.ts";
import type { Cancel } from "./clock.ts";
import type { Falls } from "./falls.ts";
import { LocalRef } from "./local_ref.ts";
import { type ActorRef, LinkError, type StopReason } from "./ref.ts";
import { keyOf, type RefKey } from "./remote_ref.ts";

/** The links of one life of an actor: with whom it falls, and who falls with it. */
export class Bonds {
  readonly #owner: Cell;
  /** How to undo each; nothing to do for local actors, which have the same on their side. */
  readonly #links = new Map<RefKey, Cancel>();

  readonly #falls: Falls;

  constructor(owner: Cell, falls: Falls) {
    this.#owner = owner;
    this.#falls = falls;
  }

  /** From now on, when one of the two fails, the other one fails too; at once if it is down already. */
  link(ref: ActorRef<never>): void {
    const self = this.#owner.ref as ActorRef<never>;
    if (ref === self || this.#links.has(keyOf(ref))) return;
    const partner = LocalRef.cellOf(ref);
    if (partner === undefined) return this.#linkRemote(ref);
    if (!partner.isUp) return this.#fall(ref.path, partner.downBecause);
    this.#links.set(ref, () => {});
    partner.bonds.#links.set(self, () => {});
  }

  unlink(ref: ActorRef<never>): void {
    const key = keyOf(ref);
    this.#links.get(key)?.();
    this.#links.delete(key);
    const partner = LocalRef.cellOf(ref)?.bonds;
    if (partner !== undefined) partner.#links.delete(this.#owner.ref as ActorRef<never>);
  }

  /** This life is over; with `fallen`, those that it was linked to fall too. */
  dissolve(fallen: "failed" | "killed" | undefined): void {
    const self = this.#owner.ref as ActorRef<never>;
    const links = [...this.#links];
    this.#links.clear();
    for (const [key, cancel] of links) {
      cancel();
      const partner = typeof key === "string" ? undefined : LocalRef.cellOf(key)?.bonds;
      if (partner === undefined) continue;
      if (fallen === undefined) partner.#links.delete(self);
      else this.#falls.add(() => partner.#links.delete(self) && partner.#fall(self.path, fallen));
    }
  }

  /** A remote actor's links are its own affair: else a stranger could make ours fail. */
  #linkRemote(ref: ActorRef<never>): void {
    const key = keyOf(ref);
    this.#links.set(key, () => {}); // before the call: it may answer at once
    const cancel = ref.watch((reason) => {
      if (this.#links.delete(key) && reason !== "finished" && reason !== "stopped") this.#fall(ref.path, reason);
    });
    if (this.#links.has(key)) this.#links.set(key, cancel);
  }

  #fall(partner: string, reason: StopReason): void {
    this.#owner.fail(new LinkError(partner, reason));
  }
}
