import { encodeFrame, FrameReader } from "../../transport/link/frame.ts";
import type { Envelope, EnvelopeCodec } from "../../transport/link/envelope.ts";
import type { Address } from "../../transport/address.ts";
import type { Stream } from "../../transport/transport.ts";

/** Bytes waiting for a slow peer before further messages to it are dropped. */
export const CONNECTION_BACKLOG_BYTES_MAX = 1024 * 1024;

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
  /** Pieces that arrived from the network, and those that reached us: a mailbox in between may have been full. */
  arrived = 0;
  taken = 0;
  /** Actors of ours that the other side watches: how to stop. */
  readonly theirWatches = new Map<number, () => void>();
  readonly #reader = new FrameReader();
  readonly #codec: EnvelopeCodec;

  constructor(stream: Stream, codec: EnvelopeCodec, now: number, dialled?: Address) {
    this.stream = stream;
    this.#codec = codec;
    this.openedAt = now;
    this.heardAt = now;
    this.peer = dialled;
    this.outgoing = dialled !== undefined;
  }

  /** The other side is too slow to be given more messages. */
  get isBacklogged(): boolean {
    return this.stream.bufferedBytes > CONNECTION_BACKLOG_BYTES_MAX;
  }

  /**
   * Writes an envelope. Throws, having written nothing, when it is no plain data, nested too deep, too long, or holds a
   * ref that others may not have.
   */
  write(envelope: Envelope): void {
    this.stream.write(encodeFrame(this.#codec.encode(envelope)));
  }

  /** The envelopes completed by these bytes; `undefined` when they are none of ours. */
  read(bytes: Uint8Array, now: number): Envelope[] | undefined {
    const bodies = this.#reader.push(bytes);
    if (bodies === undefined) return undefined;
    if (bodies.length > 0) this.heardAt = now;
    const envelopes: Envelope[] = [];
    for (const body of bodies) {
      const envelope = this.#codec.decode(body);
      if (envelope === undefined) return undefined;
      envelopes.push(envelope);
    }
    return envelopes;
  }

  /** Stops watching for the other side. */
  forgetWatches(): void {
    for (const cancel of this.theirWatches.values()) cancel();
    this.theirWatches.clear();
  }
}
