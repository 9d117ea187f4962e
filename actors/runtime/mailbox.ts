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
export const MAILBOX_DEFAULTS: MailboxOptions = { limit: 10_000, whenFull: "drop_newest", stashLimit: 1_000 };

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
  /** What most mailboxes never need. */
  #lanes: Lanes | undefined;

  constructor(options: Partial<MailboxOptions> | undefined) {
    this.options = options === undefined ? MAILBOX_DEFAULTS : { ...MAILBOX_DEFAULTS, ...options };
  }

  /** Messages that wait, without those of senders that wait for room. */
  get depth(): number {
    const lanes = this.#lanes;
    return lanes === undefined ? this.#others.size : this.#others.size + lanes.own.size + lanes.returned.size;
  }

  /** Takes in what others send; false when it is full. */
  push(item: unknown): boolean {
    if (this.#others.size >= this.options.limit) return false;
    this.#others.push(item);
    return true;
  }

  /** Full: takes the item in, or not, as the policy says, and returns the one that had to give way. */
  displace(item: unknown): unknown {
    if (this.options.whenFull !== "drop_oldest" || this.#isAwaited()) return item;
    const oldest = this.#others.shift();
    if (oldest === NOTHING) return item; // the limit is 0
    this.#others.push(item);
    return oldest;
  }

  /** Whether somebody waits for room, whom nobody overtakes. */
  #isAwaited(): boolean {
    const senders = this.#lanes?.senders;
    for (let next = senders?.peek() ?? NOTHING; next !== NOTHING; next = senders!.peek()) {
      if (next.taken.isOpen) return true;
      senders!.shift(); // it waited too long, or is gone
    }
    return false;
  }

  pushOwn(envelope: Envelope): void {
    this.#moreLanes.own.push(envelope);
  }

  /** Takes back what was put aside, before what others say. */
  pushReturned(items: readonly unknown[]): void {
    const { returned } = this.#moreLanes;
    const later = returned.drain();
    for (const item of items) returned.push(item);
    for (const item of later) returned.push(item);
  }

  /** Drops the last one equal to `item` of those that were taken back. */
  forgetReturned(item: unknown): void {
    const all = this.#lanes?.returned.drain() ?? [];
    const at = all.lastIndexOf(item);
    this.pushReturned(all.filter((_, index) => index !== at));
  }

  /** Takes the message in when there is room, which is when `taken` hears of it. */
  pushWhenRoom(message: unknown, taken: ReplySlot<void>): "taken" | "waiting" | "refused" {
    if (this.push(message)) return "taken";
    const { senders } = this.#moreLanes;
    if (senders.size >= WAITING_SENDERS_MAX) forgetGivenUp(senders);
    if (senders.size >= WAITING_SENDERS_MAX) return "refused";
    senders.push({ message, taken });
    return "waiting";
  }

  /** The next to handle, or {@linkcode NOTHING}. */
  shift(): unknown {
    return this.#lanes === undefined ? this.#others.shift() : this.#shiftLanes(this.#lanes);
  }

  /** Empties the actor's own lane, oldest first: its incarnation is over. */
  drainOwn(): readonly Envelope[] {
    const lanes = this.#lanes;
    if (lanes === undefined) return NONE;
    const own = lanes.own.drain();
    for (const item of lanes.returned.drain()) {
      if (item instanceof Envelope && item.own) own.push(item);
      else lanes.returned.push(item);
    }
    return own;
  }

  /** Those that wait for room, who will get none. */
  drainSenders(): readonly WaitingSender[] {
    return this.#lanes?.senders.drain() ?? NO_SENDERS;
  }

  get #moreLanes(): Lanes {
    return this.#lanes ??= { own: new Fifo(), returned: new Fifo(), senders: new Fifo() };
  }

  #shiftLanes({ own, returned, senders }: Lanes): unknown {
    if (own.size > 0) return own.shift();
    if (returned.size > 0) return returned.shift();
    const item = this.#others.shift();
    if (senders.size > 0) this.#admit(senders);
    return item;
  }

  #admit(senders: Fifo<WaitingSender>): void {
    while (this.#others.size < this.options.limit) {
      const sender = senders.shift();
      if (sender === NOTHING) return;
      if (!sender.taken.isOpen) continue; // it waited too long, or is gone
      this.#others.push(sender.message);
      sender.taken.tell();
    }
  }
}

type Lanes = Readonly<{
  own: Fifo<Envelope>;
  /** What was put aside and is wanted back. */
  returned: Fifo<unknown>;
  senders: Fifo<WaitingSender>;
}>;

type WaitingSender = Readonly<{ message: unknown; taken: ReplySlot<void> }>;

const NONE: readonly Envelope[] = [];
const NO_SENDERS: readonly WaitingSender[] = [];

function forgetGivenUp(senders: Fifo<WaitingSender>): void {
  for (const sender of senders.drain()) if (sender.taken.isOpen) senders.push(sender);
}
