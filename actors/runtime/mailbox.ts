import { Envelope } from "./envelope.ts";
import { Fifo, NOTHING } from "./fifo.ts";
import type { ReplySlot } from "./reply_slot.ts";

export type MailboxOptions = Readonly<{
  /** Messages of others waiting at most. */
  limit: number;
  /**
   * What happens when one more comes: the newest or the oldest becomes a dead letter, or (`fail`) the sender's `tell`
   * throws a {@linkcode MailboxFullError} and its `ask` rejects.
   */
  whenFull: "drop_newest" | "drop_oldest" | "fail";
  /** Messages that the actor may put aside at most. */
  stashLimit: number;
}>;

/** Enough for the longest burst seen in simulations; a slow actor is noticed by its depth long before. */
const MAILBOX_DEFAULTS: MailboxOptions = { limit: 10_000, whenFull: "drop_newest", stashLimit: 1_000 };

/** Senders that wait for room in one mailbox at most: more of them are refused at once. */
const WAITING_SENDERS_MAX = 1_000;

/** Thrown to who sends to a full mailbox whose policy is `fail`. */
export class MailboxFullError extends Error {
  override readonly name = "MailboxFullError";
  readonly path: string;

  constructor(path: string) {
    super(`The mailbox of ${path} is full`);
    this.path = path;
  }
}

/**
 * The messages of an actor in lanes, each first in, first out: its own, then those it had put aside and wants back,
 * then those of others. What concerns its life (start, stop, crash) never waits here; the cell sees to that.
 *
 * An item is a plain message, or an {@linkcode Envelope} where more must be known.
 */
export class Mailbox {
  readonly options: MailboxOptions;
  readonly #others = new Fifo<unknown>();
  #own: Fifo<Envelope> | undefined;
  #returned: Fifo<unknown> | undefined;
  #senders: Fifo<WaitingSender> | undefined;

  constructor(options: Partial<MailboxOptions> | undefined) {
    this.options = options === undefined ? MAILBOX_DEFAULTS : { ...MAILBOX_DEFAULTS, ...options };
  }

  /** Messages that wait, without those of senders that wait for room. */
  get depth(): number {
    return this.#others.size + (this.#own?.size ?? 0) + (this.#returned?.size ?? 0);
  }

  /** Takes in what others send; returns the item that had to give way, else {@linkcode NOTHING}. */
  push(item: unknown): unknown {
    if (this.#others.size < this.options.limit) {
      this.#others.push(item);
      return NOTHING;
    }
    if (this.options.whenFull !== "drop_oldest") return item;
    const oldest = this.#others.shift();
    if (oldest === NOTHING) return item; // there is no room at all
    this.#others.push(item);
    return oldest;
  }

  pushOwn(envelope: Envelope): void {
    (this.#own ??= new Fifo()).push(envelope);
  }

  /** Takes back what was put aside, before what others say. */
  pushReturned(items: readonly unknown[]): void {
    const returned = this.#returned ??= new Fifo();
    const later = returned.drain();
    for (const item of items) returned.push(item);
    for (const item of later) returned.push(item);
  }

  /** Takes the message in when there is room, which is when `taken` hears of it. */
  pushWhenRoom(message: unknown, taken: ReplySlot<void>): "taken" | "waiting" | "refused" {
    if (this.#others.size < this.options.limit) {
      this.#others.push(message);
      return "taken";
    }
    const senders = this.#senders ??= new Fifo();
    if (senders.size >= WAITING_SENDERS_MAX) this.#forgetGivenUp(senders);
    if (senders.size >= WAITING_SENDERS_MAX) return "refused";
    senders.push({ message, taken });
    return "waiting";
  }

  /** The next to handle, or {@linkcode NOTHING}. */
  shift(): unknown {
    if (this.#own !== undefined && this.#own.size > 0) return this.#own.shift();
    if (this.#returned !== undefined && this.#returned.size > 0) return this.#returned.shift();
    const item = this.#others.shift();
    if (this.#senders !== undefined) this.#admit(this.#senders);
    return item;
  }

  /** Empties the actor's own lane, oldest first: its incarnation is over. */
  drainOwn(): readonly Envelope[] {
    const own = this.#own?.drain() ?? NONE;
    if (this.#returned === undefined) return own as readonly Envelope[];
    const returned = this.#returned.drain();
    this.#returned = undefined;
    const isOwn = (item: unknown): item is Envelope => item instanceof Envelope && item.own;
    this.pushReturned(returned.filter((item) => !isOwn(item)));
    return [...own as readonly Envelope[], ...returned.filter(isOwn)];
  }

  /** Empties all lanes. */
  drain(): readonly unknown[] {
    const first = [...this.#own?.drain() ?? NONE, ...this.#returned?.drain() ?? NONE];
    return first.length === 0 ? this.#others.drain() : [...first, ...this.#others.drain()];
  }

  /** Those that wait for room, who will get none. */
  drainSenders(): readonly WaitingSender[] {
    return this.#senders?.drain() ?? NO_SENDERS;
  }

  #admit(senders: Fifo<WaitingSender>): void {
    while (this.#others.size < this.options.limit) {
      const sender = senders.shift();
      if (sender === NOTHING) return void (this.#senders = undefined);
      if (!sender.taken.isOpen) continue; // it waited too long, or is gone
      this.#others.push(sender.message);
      sender.taken.tell();
    }
  }

  #forgetGivenUp(senders: Fifo<WaitingSender>): void {
    for (const sender of senders.drain()) if (sender.taken.isOpen) senders.push(sender);
  }
}

type WaitingSender = Readonly<{ message: unknown; taken: ReplySlot<void> }>;

const NONE: readonly unknown[] = [];
const NO_SENDERS: readonly WaitingSender[] = [];
