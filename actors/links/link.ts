import type { Address } from "../../transport/address.ts";
import type { Envelope } from "../../transport/link/envelope.ts";
import type { ReplySlot } from "../runtime/reply_slot.ts";
import type { StopReason } from "../runtime/ref.ts";
import type { Connection } from "./connection.ts";

/** Messages waiting for a link to open. */
export const LINK_QUEUE_MAX = 1_024;

/** Attempts in a row before a peer counts as unreachable. */
export const CONNECT_ATTEMPTS_MAX = 3;

const RECONNECT_MIN_MS = 100;

/** Everything towards one peer: its connections, what waits for one, and what must be told when there is none to be had. */
export class Link {
  readonly peer: Address;
  readonly connections = new Set<Connection>();
  readonly watches = new Map<number, { readonly id: string; readonly gone: (reason: StopReason) => void }>();
  readonly slots = new Set<ReplySlot<never>>();
  attempts = 0;
  /** Which start of the peer we last spoke to. */
  instance: string | undefined;
  usedAt: number;
  #queue: Envelope[] = [];

  constructor(peer: Address, now: number) {
    this.peer = peer;
    this.usedAt = now;
  }

  /** The connection to write on: the oldest established one, so that the order of messages is kept. */
  get current(): Connection | undefined {
    for (const connection of this.connections) {
      if (connection.established) return connection;
    }
    return undefined;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Somebody would miss this link. */
  get needed(): boolean {
    return this.#queue.length > 0 || this.watches.size > 0 || this.slots.size > 0;
  }

  /** Keeps an envelope until the link is open; false when too many wait. */
  enqueue(envelope: Envelope): boolean {
    if (this.#queue.length >= LINK_QUEUE_MAX) return false;
    this.#queue.push(envelope);
    return true;
  }

  takeQueue(): Envelope[] {
    const queue = this.#queue;
    this.#queue = [];
    return queue;
  }

  /** How long to wait before the next attempt; `undefined` when there were enough. */
  nextAttemptInMs(): number | undefined {
    if (this.attempts >= CONNECT_ATTEMPTS_MAX) return undefined;
    return this.attempts === 0 ? 0 : RECONNECT_MIN_MS * 3 ** (this.attempts - 1);
  }
}
