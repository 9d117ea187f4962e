import { Channel, type ChannelFault, type ChannelTerms } from "../../transport/link/channel.ts";
import type { Envelope, EnvelopeCodec } from "../../transport/link/envelope.ts";
import type { Address } from "../../transport/address.ts";
import type { Protection } from "../../transport/wire/protection.ts";
import { LINK_PREAMBLE, type SharedFrame } from "../../transport/link/frame.ts";
import type { Stream } from "../../transport/transport.ts";

/** Bytes waiting for a slow peer before further messages to it are dropped. */
export const CONNECTION_BACKLOG_BYTES_MAX = 1024 * 1024;

/** What some bytes brought, or why the connection has to be closed. */
export type Reading =
  | Readonly<{ ok: true; envelopes: readonly Envelope[] }>
  | Readonly<{ ok: false; fault: ChannelFault }>;

/** One TCP connection of a link, from either side, and what is known of the other end. */
export class Connection {
  readonly stream: Stream;
  readonly outgoing: boolean;
  readonly openedAt: number;
  /** Whom it leads to: the dialled address, or for an incoming one what its hello said. */
  peer: Address | undefined;
  /** Both hellos were said. */
  established = false;
  /** Our half is ended: it still brings what the other side sends, and takes nothing more. */
  retired = false;
  /** Later messages of the other side came on another one: what still comes on this one would be out of order. */
  overtaken = false;
  /** When the last whole frame came: single bytes are no sign of life. */
  heardAt: number;
  /** When we said the first of what nothing was heard after. */
  saidAt = -Infinity;
  /** When we last asked for a sign of life. */
  askedAt = -Infinity;
  /** Pieces that arrived from the network, and those that reached us: a mailbox in between may have been full. */
  arrived = 0;
  taken = 0;
  /** Actors of ours that the other side watches: how to stop. */
  readonly theirWatches = new Map<number, () => void>();
  /** We have said our first words, or the other side dialled. */
  #hasBegun: boolean;
  readonly #channel: Channel;
  readonly #codec: EnvelopeCodec;

  constructor(stream: Stream, codec: EnvelopeCodec, terms: ChannelTerms, now: number, dialled?: Address) {
    this.stream = stream;
    this.#channel = dialled === undefined ? Channel.accept(terms) : Channel.dial(terms);
    this.#codec = codec;
    this.openedAt = now;
    this.heardAt = now;
    this.peer = dialled;
    this.outgoing = dialled !== undefined;
    this.#hasBegun = !this.outgoing;
  }

  /** The other side is too slow to be given more messages. */
  get isBacklogged(): boolean {
    return this.stream.bufferedBytes > CONNECTION_BACKLOG_BYTES_MAX;
  }

  /** Envelopes can be written: where proofs are due, they were given. */
  get isOpen(): boolean {
    return this.#channel.isOpen;
  }

  /** We have greeted who we dialled, in plain, and were not greeted. */
  get isUnanswered(): boolean {
    return this.outgoing && this.#hasBegun && this.isOpen && !this.established;
  }

  /** The proofs have begun and have come to no end. */
  get isProving(): boolean {
    return this.#hasBegun && this.#channel.isProving;
  }

  /** Whether nothing is missing if the other side has ended its half. */
  get isWhole(): boolean {
    return this.#channel.isWhole;
  }

  /** What came last is the beginning of a frame. */
  get isWithinFrame(): boolean {
    return this.#channel.isWithinFrame;
  }

  /** Whether it would be opened like this today as well. */
  isUpToDate(protection: Protection): boolean {
    return this.#channel.isUpToDate(protection, this.outgoing);
  }

  /** The first words of who dials. */
  begin(): void {
    this.#hasBegun = true;
    this.stream.write(LINK_PREAMBLE);
    if (this.#channel.opening.length > 0) this.stream.write(this.#channel.opening);
  }

  /**
   * Writes an envelope. Throws, having written nothing, when it is no plain data, nested too deep, too long, or holds a
   * ref that others may not have.
   */
  write(envelope: Envelope): void {
    this.stream.write(this.#channel.frame(this.#codec.encode(envelope)));
  }

  /** Writes an envelope that others are sent too. */
  writeShared(shared: SharedFrame): void {
    this.stream.write(this.#channel.frameOf(shared));
  }

  /** Ends our half, in a way that cannot be mistaken for a cut. */
  end(): void {
    const last = this.#channel.end();
    if (last.length > 0) this.stream.write(last);
    this.stream.end();
  }

  /** The envelopes completed by these bytes, having answered what of them asked for a proof. */
  read(bytes: Uint8Array, now: number): Reading {
    const step = this.#channel.receive(bytes);
    if (!step.ok) return step;
    if (step.say !== undefined && step.say.length > 0) this.stream.write(step.say);
    if (step.bodies.length > 0) this.heardAt = now;
    const envelopes: Envelope[] = [];
    for (const body of step.bodies) {
      const envelope = this.#codec.decode(body);
      if (envelope === undefined) return { ok: false, fault: "malformed" };
      envelopes.push(envelope);
    }
    return { ok: true, envelopes };
  }

  /** Stops watching for the other side. */
  forgetWatches(): void {
    for (const cancel of this.theirWatches.values()) cancel();
    this.theirWatches.clear();
  }
}
