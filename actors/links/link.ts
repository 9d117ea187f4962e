import type { Address } from "../../transport/address.ts";
import type { Envelope } from "../../transport/link/envelope.ts";
import type { Waiting } from "../runtime/reply_slot.ts";
import type { StopReason } from "../runtime/ref.ts";
import type { Connection } from "./connection.ts";

/** Messages waiting for a link to open. */
export const LINK_QUEUE_MAX = 1_024;

/** Attempts in a row before a peer counts as unreachable. */
const CONNECT_ATTEMPTS_MAX = 3;

const RECONNECT_MIN_MS = 100;

/** A message for an actor of the peer, and who waits for its reply. */
export type Parcel = Readonly<{ tell: Extract<Envelope, { type: "tell" }>; slot?: Waiting | undefined }>;

/** Everything towards one peer: its connections, what waits for one, and what must be told when there is none to be had. */
export class Link {
  readonly peer: Address;
  readonly watches = new Map<number, { readonly id: string; readonly gone: (reason: StopReason) => void }>();
  /** Who waits for a reply to something that was sent, and which actor was asked. */
  readonly slots = new Map<Waiting, string>();
  attempts = 0;
  /** Which start of the peer we last spoke to. */
  instance: string | undefined;
  usedAt: number;
  readonly #connections = new Set<Connection>();
  #current: Connection | undefined;
  #queue: Parcel[] = [];

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
    return this.#queue.length;
  }

  /** Somebody would miss this link, here or there. */
  get needed(): boolean {
    return this.#queue.length > 0 || this.watches.size > 0 || this.slots.size > 0 ||
      [...this.#connections].some(({ theirWatches }) => theirWatches.size > 0);
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

  /** Remembers who waits for a reply, until it has come or will not. */
  expect(slot: Waiting, id: string): void {
    this.slots.set(slot, id);
    slot.watch(() => this.slots.delete(slot));
  }

  /** Keeps a message until the link is open; false when too many wait. */
  enqueue(parcel: Parcel): boolean {
    if (this.#queue.length >= LINK_QUEUE_MAX) return false;
    this.#queue.push(parcel);
    return true;
  }

  takeQueue(): Parcel[] {
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
