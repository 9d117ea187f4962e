import type { Address } from "../../transport/address.ts";
import type { StopOptions } from "../runtime/ref.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { Context } from "../runtime/behavior.ts";
import { MailboxFullError } from "../runtime/mailbox.ts";
import { JudgingSlot } from "../runtime/remote_ref.ts";

/** An actor that other peers may address. */
export type Published = Readonly<{
  ref: ActorRef<never>;
  /** Whether other peers may stop it. */
  stoppable: boolean;
  /** Delivers what the peer at `from` sent, unless it is refused: false. */
  deliver(value: unknown, from: Address): boolean;
}>;

export type PublishOptions = Readonly<{
  /** Other peers may stop it. Default: they may not. */
  stoppable?: boolean;
}>;

/** What became of something from outside. */
export type Delivery = "done" | "refused" | "full" | "unknown";

/** Asks of others under way at once; far above what a peer has, far below what hurts. Of more, the oldest fails. */
const SLOTS_MAX = 4_096;

/** Actors published at once: a peer has a handful. More are refused, with a line in the log. */
const PUBLISHED_MAX = 1_024;

/** Publishes an actor: only what `decode` accepts of whom reaches it (`undefined` refuses). */
export function published<M>(
  ref: ActorRef<M>,
  decode: (value: unknown, from: Address) => M | undefined,
  { stoppable = false }: PublishOptions = {},
): Published {
  return {
    ref: ref as ActorRef<never>,
    stoppable,
    deliver(value, from) {
      const message = decode(value, from);
      if (message === undefined) return false;
      ref.tell(message);
      return true;
    },
  };
}

/** Who can be addressed from outside: actors published by name, and reply slots by a token while they are open. */
export class Exports {
  readonly #named = new Map<string, Entry>();
  readonly #slots = new Map<string, ActorRef<unknown>>();
  readonly #ctx: Pick<Context<never>, "random" | "log">;

  constructor(ctx: Pick<Context<never>, "random" | "log">) {
    this.#ctx = ctx;
  }

  /** Reply slots that were handed out and are open. */
  get slots(): number {
    return this.#slots.size;
  }

  /** Lets an actor be addressed as `id`, and nobody else any more. */
  publish(id: string, target: Published): void {
    this.#named.get(id)?.cancel();
    if (!this.#named.has(id) && !this.#hasRoom()) return this.#ctx.log.error("too_many_published", { id });
    const entry: Entry = { target, isUp: true, cancel: () => {} };
    this.#named.set(id, entry);
    entry.cancel = target.ref.watch(() => entry.isUp = false);
  }

  /** Watches nobody any more. */
  close(): void {
    for (const { cancel } of this.#named.values()) cancel();
  }

  /** The id of a ref that is about to be sent; throws for an actor that was not published: that is our own mistake. */
  idOf(ref: ActorRef<never>): string {
    for (const [id, { target }] of this.#named) {
      if (target.ref === ref) return id;
    }
    if (!(ref instanceof JudgingSlot)) throw new TypeError(`${ref.path} is not published and cannot be sent`);
    return this.#token(ref);
  }

  /** Delivers to an id what the peer at `from` sent. */
  deliver(id: string, value: unknown, from: Address): Delivery {
    try {
      return this.#deliver(id, value, from);
    } catch (error) {
      if (error instanceof MailboxFullError) return "full";
      // A decoder of ours threw over a stranger's bytes. That is a fault, but none for which all links must suffer.
      this.#ctx.log.error("decoder_failed", { id, error: String(error) });
      return "refused";
    }
  }

  /** Stops what is behind an id. A reply slot's holder may say so that there will be no reply. */
  stop(id: string, options: StopOptions): Delivery {
    const ref = this.#open(id);
    if (ref === undefined) return "unknown";
    if (this.#named.get(id)?.target.stoppable === false) return "refused";
    ref.stop(options);
    return "done";
  }

  /** The actor or slot behind an id, to be watched: also one that is gone, which then says why. */
  find(id: string): ActorRef<never> | undefined {
    return this.#named.get(id)?.target.ref ?? this.#slots.get(id) as ActorRef<never> | undefined;
  }

  #deliver(id: string, value: unknown, from: Address): Delivery {
    const entry = this.#named.get(id);
    if (entry?.isUp) return entry.target.deliver(value, from) ? "done" : "refused";
    const slot = this.#open(id) as ActorRef<unknown> | undefined;
    if (slot === undefined) return "unknown";
    slot.tell(value);
    return "done";
  }

  /** Who is behind an id and not gone. */
  #open(id: string): ActorRef<never> | undefined {
    const entry = this.#named.get(id);
    if (entry !== undefined) return entry.isUp ? entry.target.ref : undefined;
    return this.#slots.get(id) as ActorRef<never> | undefined;
  }

  /** Those that are gone are kept to say why they are, as long as there is room. */
  #hasRoom(): boolean {
    if (this.#named.size < PUBLISHED_MAX) return true;
    for (const [id, { isUp }] of this.#named) if (!isUp) this.#named.delete(id);
    return this.#named.size < PUBLISHED_MAX;
  }

  #token(slot: ActorRef<unknown>): string {
    const [oldest] = this.#slots.values();
    if (this.#slots.size >= SLOTS_MAX) oldest?.stop(); // who asked need not wait for a reply that has no way back
    const token = `?${this.#ctx.random.bytes(8).toHex()}`;
    this.#slots.set(token, slot);
    slot.watch(() => this.#slots.delete(token));
    return token;
  }
}

type Entry = { readonly target: Published; isUp: boolean; cancel: () => void };
