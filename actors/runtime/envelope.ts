import type { Waiting } from "./reply_slot.ts";
import type { TimerEntry } from "./timers.ts";

/**
 * A message with what must be known when it arrives or does not. Plain messages of others, which are most of all, wait
 * in the mailbox without one.
 */
export class Envelope {
  readonly message: unknown;
  /**
   * From a timer, a watch or a promise of the actor's own. It goes before what others say, and is never dropped: there
   * is at most one for each of those. It ends with the incarnation that asked for it.
   */
  readonly own: boolean;
  /** Set when a timer sent it: dropped silently if that timer was cancelled meanwhile. */
  readonly timer: TimerEntry | undefined;
  /** Set when it was asked: told when the message cannot be handled. */
  readonly slot: Waiting | undefined;

  /** As which of the actor's messages it was handled. */
  handledAs = -1;

  private constructor(message: unknown, own: boolean, timer?: TimerEntry, slot?: Waiting) {
    this.message = message;
    this.own = own;
    this.timer = timer;
    this.slot = slot;
  }

  static asked(message: unknown, slot: Waiting): Envelope {
    return new Envelope(message, false, undefined, slot);
  }

  static own(message: unknown, timer?: TimerEntry): Envelope {
    return new Envelope(message, true, timer);
  }
}

/** The message of what waits in a mailbox. */
export function messageOf(item: unknown): unknown {
  return item instanceof Envelope ? item.message : item;
}
