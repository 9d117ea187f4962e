import type { Secrets } from "../secrets.ts";
import type { Key } from "../wire/key.ts";
import { isSealing, type Protection } from "../wire/protection.ts";
import { encodeFrame, FrameReader, type SharedFrame } from "./frame.ts";
import { type Handshake, Initiator, Responder, SEALED_VERSION, type Terms } from "./handshake.ts";
import { FrameOpener, FrameSealer } from "./sealed_frames.ts";
import { X25519_BYTES } from "./x25519.ts";

/** On what terms a connection is opened: how it is protected, and the address that was dialled. */
export type ChannelTerms = Readonly<{ protection: Protection; place: Terms["place"]; secrets: Secrets }>;

/**
 * Why a connection is closed. `malformed`: what came is no link. `unproven`: the other side did not prove a key of the
 * ring, or did not ask for a proof where one is due, or the other way round. `forged`: a frame does not open.
 */
export type ChannelFault = "malformed" | "unproven" | "forged";

/** What comes of some bytes. */
export type ChannelStep =
  | Readonly<{ ok: true; bodies: readonly Uint8Array[]; /** To be written at once. */ say?: Uint8Array }>
  | Readonly<{ ok: false; fault: ChannelFault }>;

/** What the connection is at: who has been accepted is undecided until its first byte. */
type State =
  | Readonly<{ type: "undecided"; terms: ChannelTerms }>
  | Readonly<{ type: "proving"; handshake: Handshake }>
  | Readonly<{ type: "plain"; reader: FrameReader }>
  | Readonly<{ type: "sealed"; by: Key; sealer: FrameSealer; opener: FrameOpener }>;

/**
 * The bytes of one connection of a link, from either side, behind its preamble: in plain or sealed, and how that is
 * settled. Nothing is negotiated. Who has a ring seals what it dials and takes nothing else; who has none does not know
 * how to answer. Only the switches of a cluster that is about to turn encryption on ({@linkcode Protection}) let a peer
 * with a ring dial in plain, or take both.
 */
export class Channel {
  /** What to write first. */
  readonly opening: Uint8Array;
  #state: State;

  private constructor(state: State, opening: Uint8Array) {
    this.#state = state;
    this.opening = opening;
  }

  static dial({ protection, place, secrets }: ChannelTerms): Channel {
    const { primary } = protection.keyring;
    if (primary === undefined || !isSealing(protection)) {
      return new Channel({ type: "plain", reader: new FrameReader() }, NOTHING);
    }
    const handshake = new Initiator({ label: protection.label, place }, primary, secrets(X25519_BYTES));
    return new Channel({ type: "proving", handshake }, handshake.opening);
  }

  static accept(terms: ChannelTerms): Channel {
    return new Channel({ type: "undecided", terms }, NOTHING);
  }

  /** Something can be said. */
  get isOpen(): boolean {
    return this.#state.type === "plain" || this.#state.type === "sealed";
  }

  /** The proofs have begun and have come to no end. */
  get isProving(): boolean {
    return this.#state.type === "proving";
  }

  /** Whether an end of the stream now would come as announced: in plain, nobody can tell. */
  get isWhole(): boolean {
    return this.#state.type !== "sealed" || this.#state.opener.isEnded;
  }

  /** What came last is the beginning of a frame. */
  get isWithinFrame(): boolean {
    switch (this.#state.type) {
      case "plain":
        return this.#state.reader.isWithinFrame;
      case "sealed":
        return this.#state.opener.isWithinFrame;
      default:
        return false;
    }
  }

  /** Whether it would be opened like this today as well. */
  isUpToDate(protection: Protection, outgoing: boolean): boolean {
    const { keyring, verifyIncoming } = protection;
    if (this.#state.type === "sealed") return keyring.has(this.#state.by);
    if (this.#state.type !== "plain" || keyring.isEmpty) return true;
    return outgoing ? !isSealing(protection) : !verifyIncoming;
  }

  /** The frame around `body`; throws a `RangeError` for one that is too long. */
  frame(body: Uint8Array): Uint8Array {
    if (this.#state.type === "plain") return encodeFrame(body);
    if (this.#state.type === "sealed") return this.#state.sealer.seal(body);
    throw new Error("Nothing can be said before the proofs");
  }

  /** The frame around a body that others are sent too. */
  frameOf(shared: SharedFrame): Uint8Array {
    return this.#state.type === "plain" ? shared.frame : this.frame(shared.body);
  }

  /** What to write before our half of the stream is ended, after which nothing is. */
  end(): Uint8Array {
    return this.#state.type === "sealed" ? this.#state.sealer.end() : NOTHING;
  }

  /** Takes what came. After a fault it is of no use. */
  receive(bytes: Uint8Array): ChannelStep {
    const state = this.#state;
    switch (state.type) {
      case "undecided":
        return this.#decide(state.terms, bytes);
      case "proving":
        return this.#prove(state.handshake, bytes);
      case "plain":
        return stepOf(state.reader.push(bytes), "malformed");
      case "sealed":
        return stepOf(state.opener.push(bytes), "forged");
    }
  }

  #decide({ protection, place, secrets }: ChannelTerms, bytes: Uint8Array): ChannelStep {
    const [first] = bytes;
    if (first === undefined) return { ok: true, bodies: [] };
    const { keyring, label, verifyIncoming } = protection;
    if (keyring.isEmpty && first === SEALED_VERSION) return UNPROVEN;
    if (keyring.isEmpty || (!verifyIncoming && first !== SEALED_VERSION)) {
      this.#state = { type: "plain", reader: new FrameReader() };
    } else if (first === SEALED_VERSION) {
      const handshake = new Responder({ label, place }, keyring.keys, secrets(X25519_BYTES));
      this.#state = { type: "proving", handshake };
    } else return UNPROVEN;
    return this.receive(bytes);
  }

  #prove(handshake: Handshake, bytes: Uint8Array): ChannelStep {
    const step = handshake.receive(bytes);
    switch (step.type) {
      case "incomplete":
        return { ok: true, bodies: [] };
      case "answer":
        return { ok: true, bodies: [], say: step.say };
      case "refused":
        return UNPROVEN;
      case "proven": {
        const { by, keys, say, rest } = step;
        const opener = new FrameOpener(keys.receiving);
        this.#state = { type: "sealed", by, sealer: new FrameSealer(keys.sending), opener };
        const next = stepOf(opener.push(rest), "forged");
        return next.ok ? { ...next, say } : next;
      }
    }
  }
}

function stepOf(bodies: readonly Uint8Array[] | undefined, fault: ChannelFault): ChannelStep {
  return bodies === undefined ? { ok: false, fault } : { ok: true, bodies };
}

const NOTHING = new Uint8Array(0);
const UNPROVEN: ChannelStep = { ok: false, fault: "unproven" };
