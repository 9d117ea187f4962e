import type { Address } from "../../transport/address.ts";
import type { EnvelopeCodec } from "../../transport/link/envelope.ts";
import { SharedFrame } from "../../transport/link/frame.ts";
import type { LinksMessage } from "../links.ts";
import type { Context } from "../runtime/behavior.ts";
import type { AskError } from "../runtime/ref.ts";
import type { Connection } from "./connection.ts";
import type { LinksCounters } from "./counters.ts";
import type { Content, Link, Parcel } from "./link.ts";
import type { Vigil } from "./vigil.ts";

/**
 * How often a slow connection is looked at while somebody waits for room on it: a sender waits that much longer than it
 * has to, and a link that is waited for carries at most a backlog in that time (40 MB/s).
 */
const ROOM_POLL_MS = 25;

/** Of what is encoded already, the number is in it. */
const NO_NUMBER = 0;

type CarrierDeps = Readonly<{
  ctx: Context<LinksMessage>;
  codec: EnvelopeCodec;
  counters: LinksCounters;
  vigil: Vigil;
  /** There is something to carry on a link that has no connection. */
  ensureConnected(link: Link): void;
}>;

/** Carries what actors here tell those of peers: in order, where there is room for it, or back to who sent it. */
export class Carrier {
  readonly #deps: CarrierDeps;
  readonly #ctx: Context<LinksMessage>;
  readonly #counters: LinksCounters;
  #number = 0;

  constructor(deps: CarrierDeps) {
    this.#deps = deps;
    this.#ctx = deps.ctx;
    this.#counters = deps.counters;
  }

  /** The next number for a watch, a tell or a stop: of all links, so that none means two things ever. */
  nextNumber(): number {
    return ++this.#number;
  }

  /** Sends something, or keeps it until it can be sent. */
  carry(link: Link, parcel: Parcel): void {
    link.usedAt = this.#ctx.clock.now();
    const connection = link.current;
    if (connection !== undefined) return this.#postInTurn(link, connection, parcel);
    if (!link.enqueue(parcel)) return this.#tooMuchWaits(link.peer, parcel);
    this.#deps.ensureConnected(link);
  }

  /** Writes what waits, oldest first, as long as there is room. */
  drain(link: Link, connection: Connection): void {
    if (link.queued === 0) return;
    for (const parcel of link.queue()) {
      const isBacklogged = connection.isBacklogged;
      if (isBacklogged && parcel.written !== undefined) continue;
      link.dequeue(parcel);
      if (isBacklogged) this.#tooMuchWaits(link.peer, parcel);
      else this.#post(link, connection, parcel);
    }
    if (link.queued > 0) this.#drainLater(link);
  }

  /** Encodes what is for many; `undefined` if it cannot be sent. */
  share(content: Content): SharedFrame | undefined {
    try {
      return new SharedFrame(this.#deps.codec.encode({ ...content, number: this.nextNumber() }));
    } catch (error) {
      this.#unsendable("many", { content }, error);
      return undefined;
    }
  }

  /** A sender that waits hears of it; what nobody waits for is a dead letter. */
  undelivered(peer: Address, { content, slot, written }: Parcel, why: AskError["reason"] = "gone"): void {
    this.#counters.undelivered++;
    slot?.fail("gone");
    if (written !== undefined) return written.fail(why);
    this.#ctx.deadLetter({ to: `${peer}/${content.id}`, message: messageOf(content), reason: "unreachable" });
  }

  /** The link is no more; what it still kept is for who ends it. */
  forget(link: Link): void {
    this.#ctx.timers.cancel(roomKey(link));
  }

  /** Who waits for room goes first, and without room only who waits for it stays. */
  #postInTurn(link: Link, connection: Connection, parcel: Parcel): void {
    this.drain(link, connection);
    if (!connection.isBacklogged) return this.#post(link, connection, parcel);
    if (parcel.written === undefined || !link.enqueue(parcel)) return this.#tooMuchWaits(link.peer, parcel);
    this.#deps.vigil.stir(link);
    this.#drainLater(link);
  }

  #drainLater(link: Link): void {
    const key = roomKey(link);
    if (this.#ctx.timers.has(key)) return;
    this.#ctx.timers.after(key, ROOM_POLL_MS, { type: "look_for_room", peer: link.peer });
  }

  #post(link: Link, connection: Connection, parcel: Parcel): void {
    const { content, slot, written, shared } = parcel;
    const number = shared === undefined ? this.nextNumber() : NO_NUMBER;
    try {
      if (shared === undefined) connection.write({ ...content, number });
      else connection.writeShared(shared);
    } catch (error) { // the sender's mistake, for which the links of everybody else must not suffer
      return this.#unsendable(link.peer, parcel, error);
    }
    this.#counters.sent++;
    this.#deps.vigil.said(connection);
    if (slot !== undefined) {
      link.expect(number, slot);
      this.#deps.vigil.stir(link);
    }
    written?.tell();
  }

  #tooMuchWaits(peer: Address, parcel: Parcel): void {
    if (parcel.shared === undefined) this.undelivered(peer, parcel, "mailbox_full");
    else this.#counters.shed++;
  }

  #unsendable(peer: string, { content, slot, written }: Parcel, cause: unknown): void {
    const to = `${peer}/${content.id}`;
    this.#counters.unsendable++;
    slot?.fail("gone");
    written?.fail("gone");
    this.#ctx.log.error("message_unsendable", { to, error: String(cause) });
    this.#ctx.deadLetter({ to, message: messageOf(content), reason: "unsendable", cause });
  }
}

function roomKey({ peer }: Link): string {
  return `room ${peer}`;
}

function messageOf(content: Content): unknown {
  return content.type === "tell" ? content.message : content;
}
