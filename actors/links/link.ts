import type { Address } from "../../transport/address.ts";
import type { StopMode } from "../../transport/link/envelope.ts";
import type { SharedFrame } from "../../transport/link/frame.ts";
import { topic } from "../runtime/events.ts";
import type { ReplySlot, Waiting } from "../runtime/reply_slot.ts";
import type { Connection } from "./connection.ts";
import { Watches } from "./watches.ts";

/** The connection to a peer broke, and there is no other. It may be dialled again, and the peer may be well. */
export const LINK_BROKEN = topic<Readonly<{ peer: Address }>>("link_broken");

/** Messages waiting for a link to open. */
export const LINK_QUEUE_MAX = 1_024;

/** Senders that wait for room on one link at most: more of them are refused at once, as by a mailbox. */
export const LINK_SENDERS_MAX = 1_000;

/** Attempts in a row before a peer counts as unreachable. */
const CONNECT_ATTEMPTS_MAX = 3;

const RECONNECT_MIN_MS = 100;

/** What an actor of the peer is to be told, or to do. */
export type Content =
  | Readonly<{ type: "tell"; id: string; message: unknown }>
  | Readonly<{ type: "stop"; id: string; mode: StopMode; deadlineMs: number | undefined }>;

/** Something for an actor of the peer. */
export type Parcel = Readonly<{
  content: Content;
  /** Who waits for the reply. */
  slot?: Waiting | undefined;
  /** Who waits until it is written: it may wait for room. */
  written?: ReplySlot<void> | undefined;
  /** It goes to others too and is encoded: dropped for who is too slow. */
  shared?: SharedFrame | undefined;
}>;

/** Everything towards one peer: its connections, what waits for one, and what must be told when there is none to be had. */
export class Link {
  readonly peer: Address;
  readonly watches = new Watches();
  /** Who waits for a reply to something that was sent, by the number under which it was. */
  readonly slots = new Map<number, Waiting>();
  attempts = 0;
  /** Which start of the peer we last spoke to. */
  instance: string | undefined;
  usedAt: number;
  readonly #connections = new Set<Connection>();
  #current: Connection | undefined;
  #heardOn: Connection | undefined;
  /** Oldest first. Of those with a sender that waits, which have a limit of their own, there are `#senders`. */
  readonly #queue = new Set<Parcel>();
  #senders = 0;

  constructor(peer: Address, now: number) {
    this.peer = peer;
    this.usedAt = now;
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /**
   * The connection to write on, if one is established. It stays until it is gone, although both sides may have connected
   * at the same time: on another one, a message could overtake those before it.
   */
  get current(): Connection | undefined {
    return this.#current;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Of those that are queued, the ones whose sender waits. */
  get senders(): number {
    return this.#senders;
  }

  /** Somebody would miss this link, here or there. */
  get needed(): boolean {
    if (this.#queue.size > 0 || this.watches.size > 0 || this.slots.size > 0) return true;
    for (const { theirWatches } of this.#connections) if (theirWatches.size > 0) return true;
    return false;
  }

  add(connection: Connection): void {
    this.#connections.add(connection);
  }

  /** Both hellos were said on this one; true when it is now the one to write on. */
  establish(connection: Connection): boolean {
    connection.established = true;
    this.#current ??= connection;
    return this.#current === connection;
  }

  /** It is no use any more; true when another one takes over as the one to write on. */
  remove(connection: Connection): boolean {
    this.#connections.delete(connection);
    if (this.#current !== connection) return false;
    this.#current = [...this.#connections].find(({ established }) => established);
    return this.#current !== undefined;
  }

  /**
   * A message came on this connection. The other side writes on one until that is gone, and never on it again; so what
   * is still under way on a former one has been overtaken.
   */
  hear(connection: Connection): void {
    if (this.#heardOn === connection) return;
    if (this.#heardOn !== undefined) this.#heardOn.overtaken = true;
    this.#heardOn = connection;
  }

  /** Remembers who waits for a reply, until it has come or will not. */
  expect(number: number, slot: Waiting): void {
    this.slots.set(number, slot);
    slot.watch(() => this.slots.delete(number));
  }

  /** Keeps something until it can be written; false when too much waits. It leaves by itself when its sender gives up. */
  enqueue(parcel: Parcel): boolean {
    const { written } = parcel;
    const [waiting, limit] = written === undefined
      ? [this.#queue.size - this.#senders, LINK_QUEUE_MAX]
      : [this.#senders, LINK_SENDERS_MAX];
    if (waiting >= limit) return false;
    this.#queue.add(parcel);
    if (written !== undefined) {
      this.#senders++;
      written.watch(() => this.dequeue(parcel));
    }
    return true;
  }

  dequeue(parcel: Parcel): void {
    if (this.#queue.delete(parcel) && parcel.written !== undefined) this.#senders--;
  }

  /** What waits, oldest first; it stays there. */
  queue(): readonly Parcel[] {
    return [...this.#queue];
  }

  /** How long to wait before the next attempt; `undefined` when there were enough. */
  nextAttemptInMs(): number | undefined {
    if (this.attempts >= CONNECT_ATTEMPTS_MAX) return undefined;
    return this.attempts === 0 ? 0 : RECONNECT_MIN_MS * 3 ** (this.attempts - 1);
  }
}
