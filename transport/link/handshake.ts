/**
 * How a sealed link begins: both sides prove to each other that they have a key of the ring, and agree on two keys that
 * only they know and that nobody can compute later, not even with the ring. It is an exchange like Noise's `NNpsk0`:
 *
 * ```
 * 1. →  version(1)  ephemeral_i(32)  HMAC(ring, "parley link opening" context ephemeral_i)(32)
 * 2. ←              ephemeral_r(32)  HMAC(proof_r, transcript)(32)
 * 3. →                               HMAC(proof_i, transcript)(32)
 *
 * context    = SHA-256("parley link" version LINK_VERSION label place)
 * transcript = SHA-256(context, message 1, ephemeral_r)
 * HKDF-SHA-256(X25519(ephemeral_i, ephemeral_r), salt: ring, info: "parley link keys" transcript)
 *            = sending_i, sending_r, proof_r, proof_i: 32 bytes each
 * ```
 *
 * - **The ring** comes in as a secret derived from one of its keys. Who dials takes the primary one. Which one that was
 *   is not said: the other side tries its keys on the first proof, eight at most, and so nobody can tell from two links
 *   whether the same key guards them, as he could from a name of the key.
 * - **The first proof** makes a stranger cost us a few HMACs, and no curve. It can be sent again by whoever recorded it,
 *   and then proves nothing: that the other side is there now is proven by what it makes of our ephemeral key.
 * - **The place** is the address that was dialled, and for who answers the one that it says of itself. Without it,
 *   somebody on the way could lead a connection to another peer of the ring, which would answer for the one that was
 *   meant. So a peer must say of itself what others dial: one that says `0.0.0.0` is found by nobody. Names and instances
 *   are said in the hellos, under the keys that come out of here; nothing of them can be read or put into another link.
 * - **Messages 2 and 3** have keys of their own, so what one side said, sent back to it, proves nothing.
 * - **Versions and label** are in the context: a peer that understands another version does not agree to less, it fails.
 *
 * Who has a key of the ring is trusted: he can pose as another member. Who gets one later reads nothing of what was
 * said before. A password for a key can be guessed at from the first message, as from any packet.
 */
import { concat } from "../concat.ts";
import { createHmac, hash, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Address } from "../address.ts";
import { type Key, NONCE_BYTES, TAG_BYTES } from "../wire/key.ts";
import type { Label } from "../wire/label.ts";
import { LINK_VERSION } from "./envelope.ts";
import { KeyPair, X25519_BYTES } from "./x25519.ts";

/** The first byte of a sealed link. A plain one begins with a frame, whose length is so short that it begins with 0. */
export const SEALED_VERSION = 1;

/** Bytes of a proof, a digest and a key. */
const PROOF_BYTES = 32;
const KEY_BYTES = 32;

/** How long each message is: what is taken from a stranger, and not one byte more. */
export const OPENING_BYTES: number = 1 + X25519_BYTES + PROOF_BYTES;
export const ANSWER_BYTES: number = X25519_BYTES + PROOF_BYTES;
export const CONFIRMATION_BYTES: number = PROOF_BYTES;

/** What both sides have to agree on without saying it. */
export type Terms = Readonly<{
  label: Label;
  /** The address that was dialled: the one of the side that answers. */
  place: Address;
}>;

/** The keys of the two directions. */
export type SessionKeys = Readonly<{ sending: Uint8Array; receiving: Uint8Array }>;

/** What is to be done after something was received. */
export type HandshakeStep =
  /** Nothing: the message is not there yet. */
  | Readonly<{ type: "incomplete" }>
  /** Say this, and go on listening. */
  | Readonly<{ type: "answer"; say: Uint8Array }>
  /** The other side has the key: say this if there is anything, and go on with the rest of what came. */
  | Readonly<{ type: "proven"; say: Uint8Array; by: Key; keys: SessionKeys; rest: Uint8Array }>
  /** It has not, or is not who we think it is, or is none of ours: say nothing. */
  | Readonly<{ type: "refused" }>;

/** One side's machine: what came goes in, what to do comes out. After `proven` or `refused` it is of no use. */
export interface Handshake {
  receive(bytes: Uint8Array): HandshakeStep;
}

/** The side that dials. */
export class Initiator implements Handshake {
  /** What to say first. */
  readonly opening: Uint8Array;
  readonly #terms: Terms;
  readonly #key: Key;
  readonly #pair: KeyPair;
  readonly #answer = new Gathering(ANSWER_BYTES);

  /** `secret` makes the ephemeral key: 32 bytes, for this one alone. */
  constructor(terms: Terms, key: Key, secret: Uint8Array) {
    this.#terms = terms;
    this.#key = key;
    this.#pair = new KeyPair(secret);
    const { publicKey } = this.#pair;
    this.opening = concat([Uint8Array.of(SEALED_VERSION), publicKey, openingProof(terms, key, publicKey)]);
  }

  receive(bytes: Uint8Array): HandshakeStep {
    const rest = this.#answer.add(bytes);
    if (rest === undefined) return INCOMPLETE;
    const theirs = this.#answer.bytes.subarray(0, X25519_BYTES);
    const agreed = agree(this.#terms, this.#key, this.#pair, theirs, this.opening, theirs);
    if (agreed === undefined) return REFUSED;
    const { transcript, toInitiator, toResponder, proofOfInitiator, proofOfResponder } = agreed;
    const proof = this.#answer.bytes.subarray(X25519_BYTES);
    if (!timingSafeEqual(proof, hmac(proofOfResponder, transcript))) return REFUSED;
    const keys = { sending: toResponder, receiving: toInitiator };
    return { type: "proven", say: hmac(proofOfInitiator, transcript), by: this.#key, keys, rest };
  }
}

/** The side that answers. */
export class Responder implements Handshake {
  readonly #terms: Terms;
  readonly #ring: readonly Key[];
  readonly #secret: Uint8Array;
  readonly #opening = new Gathering(OPENING_BYTES);
  readonly #confirmation = new Gathering(CONFIRMATION_BYTES);
  /** What we have agreed on with somebody who is yet to confirm it. */
  #agreed: (Agreed & { readonly by: Key }) | undefined;

  /** Any key of `ring` will do. `secret` makes the ephemeral key: 32 bytes, for this one alone. */
  constructor(terms: Terms, ring: readonly Key[], secret: Uint8Array) {
    this.#terms = terms;
    this.#ring = ring;
    this.#secret = secret;
  }

  receive(bytes: Uint8Array): HandshakeStep {
    return this.#agreed === undefined ? this.#opened(bytes) : this.#confirmed(bytes, this.#agreed);
  }

  #opened(bytes: Uint8Array): HandshakeStep {
    const rest = this.#opening.add(bytes);
    const opening = this.#opening.bytes;
    if (this.#opening.length > 0 && opening[0] !== SEALED_VERSION) return REFUSED;
    if (rest === undefined) return INCOMPLETE;
    // Who dials waits for our answer. What comes before it was made by somebody who does not know what it is.
    if (rest.length > 0) return REFUSED;
    const theirs = opening.subarray(1, 1 + X25519_BYTES);
    const proof = opening.subarray(1 + X25519_BYTES);
    const by = this.#ring.find((key) => timingSafeEqual(proof, openingProof(this.#terms, key, theirs)));
    if (by === undefined) return REFUSED;
    const pair = new KeyPair(this.#secret);
    const agreed = agree(this.#terms, by, pair, theirs, opening, pair.publicKey);
    if (agreed === undefined) return REFUSED;
    this.#agreed = { ...agreed, by };
    return { type: "answer", say: concat([pair.publicKey, hmac(agreed.proofOfResponder, agreed.transcript)]) };
  }

  #confirmed(bytes: Uint8Array, agreed: Agreed & { readonly by: Key }): HandshakeStep {
    const rest = this.#confirmation.add(bytes);
    if (rest === undefined) return INCOMPLETE;
    const { by, transcript, toInitiator, toResponder, proofOfInitiator } = agreed;
    if (!timingSafeEqual(this.#confirmation.bytes, hmac(proofOfInitiator, transcript))) return REFUSED;
    return { type: "proven", say: NOTHING, by, keys: { sending: toInitiator, receiving: toResponder }, rest };
  }
}

/** A message of known length, in whatever pieces it comes. */
class Gathering {
  readonly bytes: Uint8Array;
  length = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  /** What is behind the message, once it is there. */
  add(chunk: Uint8Array): Uint8Array | undefined {
    const taken = chunk.subarray(0, this.bytes.length - this.length);
    this.bytes.set(taken, this.length);
    this.length += taken.length;
    return this.length === this.bytes.length ? chunk.subarray(taken.length) : undefined;
  }
}

type Agreed = Readonly<{
  transcript: Uint8Array;
  toResponder: Uint8Array;
  toInitiator: Uint8Array;
  proofOfResponder: Uint8Array;
  proofOfInitiator: Uint8Array;
}>;

/** All that follows from both ephemeral keys, alike on both sides; `undefined` if theirs is none to agree with. */
function agree(
  terms: Terms,
  key: Key,
  ours: KeyPair,
  theirs: Uint8Array,
  opening: Uint8Array,
  ofResponder: Uint8Array,
): Agreed | undefined {
  const shared = ours.agree(theirs);
  if (shared === undefined) return undefined;
  const transcript = sha256(concat([contextOf(terms), opening, ofResponder]));
  const info = concat([utf8("parley link keys"), transcript]);
  const okm = new Uint8Array(hkdfSync("sha256", shared, secretOf(key), info, 4 * KEY_BYTES));
  const part = (index: number): Uint8Array => okm.slice(index * KEY_BYTES, (index + 1) * KEY_BYTES);
  return {
    transcript,
    toResponder: part(0),
    toInitiator: part(1),
    proofOfResponder: part(2),
    proofOfInitiator: part(3),
  };
}

function openingProof(terms: Terms, key: Key, ephemeral: Uint8Array): Uint8Array {
  return hmac(secretOf(key), concat([utf8("parley link opening"), contextOf(terms), ephemeral]));
}

/** Label and place are of any length, so each says how long it is: no two contexts are written alike. */
function contextOf({ label, place }: Terms): Uint8Array {
  const where = utf8(place);
  return sha256(
    concat([
      utf8("parley link"),
      Uint8Array.of(SEALED_VERSION, LINK_VERSION, label.bytes.length),
      label.bytes,
      Uint8Array.of(where.length),
      where,
    ]),
  );
}

/** No other message is encrypted with it: packets draw theirs from 2^96. */
const SECRET_NONCE = utf8("parley links").subarray(0, NONCE_BYTES);

/**
 * What a key of the ring is worth on links: two blocks of the key stream that AES makes of one nonce, and a tag. Who
 * learns it is no nearer to the key, whose bytes stay where they are; and what is done with one on links is never mixed
 * up with what is done with the other on packets.
 */
function secretOf(key: Key): Uint8Array {
  const secret = new Uint8Array(KEY_BYTES + TAG_BYTES);
  key.encrypt(new Uint8Array(KEY_BYTES), SECRET_NONCE, NOTHING, secret);
  return secret;
}

function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(message).digest());
}

function sha256(message: Uint8Array): Uint8Array {
  return new Uint8Array(hash("sha256", message, "buffer"));
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const NOTHING = new Uint8Array(0);
const INCOMPLETE: HandshakeStep = { type: "incomplete" };
const REFUSED: HandshakeStep = { type: "refused" };
