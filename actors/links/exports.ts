import type { Random } from "../runtime/random.ts";
import type { ActorRef } from "../runtime/ref.ts";
import { JudgingSlot } from "../runtime/remote_ref.ts";

/** An actor that other peers may address; `decode` turns what they send into its message, or refuses (`undefined`). */
export type Published = Readonly<{ deliver(value: unknown): boolean; ref: ActorRef<never> }>;

/** Asks of others under way at once; far above what a peer has, far below what hurts. */
const SLOTS_MAX = 4_096;

/** Publishes an actor: only what `decode` accepts reaches it. */
export function published<M>(ref: ActorRef<M>, decode: (value: unknown) => M | undefined): Published {
  return {
    ref: ref as ActorRef<never>,
    deliver(value) {
      const message = decode(value);
      if (message === undefined) return false;
      ref.tell(message);
      return true;
    },
  };
}

/** Who can be addressed from outside: actors published by name, and reply slots by a token while they are open. */
export class Exports {
  readonly #named = new Map<string, Published>();
  readonly #slots = new Map<string, ActorRef<unknown>>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  publish(id: string, target: Published): void {
    this.#named.set(id, target);
  }

  /** The id of a ref that is about to be sent; throws for an actor that was not published: that is our own mistake. */
  idOf(ref: ActorRef<never>): string {
    for (const [id, target] of this.#named) {
      if (target.ref === ref) return id;
    }
    if (!(ref instanceof JudgingSlot)) throw new TypeError(`${ref.path} is not published and cannot be sent`);
    return this.#token(ref);
  }

  /** Delivers to an id: whether somebody is there, and took it. */
  deliver(id: string, value: unknown): "delivered" | "refused" | "unknown" {
    const target = this.#named.get(id);
    if (target !== undefined) return target.deliver(value) ? "delivered" : "refused";
    const slot = this.#slots.get(id);
    if (slot === undefined) return "unknown";
    slot.tell(value);
    return "delivered";
  }

  /** The actor or slot behind an id, to be watched. */
  find(id: string): ActorRef<never> | undefined {
    return this.#named.get(id)?.ref ?? this.#slots.get(id) as ActorRef<never> | undefined;
  }

  #token(slot: ActorRef<unknown>): string {
    const oldest = this.#slots.keys().next();
    if (this.#slots.size >= SLOTS_MAX && !oldest.done) this.#slots.delete(oldest.value);
    const token = `?${this.#random.bytes(8).toHex()}`;
    this.#slots.set(token, slot);
    slot.watch(() => this.#slots.delete(token));
    return token;
  }
}
