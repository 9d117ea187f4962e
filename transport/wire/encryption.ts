/**
 * Sealed bytes: version, nonce, ciphertext and tag of AES-GCM, in packets as they are and on streams in a frame of type 10
 * (`security.go` of memberlist, and `encryptLocalState` of its `net.go`).
 *
 * The version is not part of what the tag proves. Whoever changes 0 to 1 under way leaves the padding on the message, and
 * whoever changes 1 to 0 makes the end of a message be taken for padding, which ours rarely is. A cluster without nodes
 * of protocol 1 can refuse version 0 and so both; memberlist itself never does.
 */
import { accepted, type Decoded, refused } from "./decoded.ts";
import { type Key, NONCE_BYTES, TAG_BYTES } from "./key.ts";
import type { Keyring } from "./keyring.ts";
import type { Label } from "./label.ts";
import { MESSAGE_TYPE } from "./message_type.ts";

/** 1 everywhere today; 0, which pads, is sent by nodes that speak protocol 1. Both are read. */
export type EncryptionVersion = 0 | 1;

const VERSION_BYTES = 1;
const BLOCK_BYTES = 16;

/** What sealing adds without any padding. */
const OVERHEAD_BYTES = VERSION_BYTES + NONCE_BYTES + TAG_BYTES;

/** What sealing adds at most (`encryptOverhead`): what packets are budgeted with. */
export const SEAL_BYTES_MAX: Readonly<Record<EncryptionVersion, number>> = {
  0: OVERHEAD_BYTES + BLOCK_BYTES,
  1: OVERHEAD_BYTES,
};

/** Type and length in front of the sealed bytes on a stream. */
export const FRAME_HEADER_BYTES = 5;

/** Sealed bytes in one frame (`maxPushStateBytes`); a receiver refuses more. */
export const FRAME_BYTES_MAX = 20 * 1024 * 1024;

/** With what to seal. Of the nonce, 12 random bytes, each is used once. */
export type Sealing = Readonly<{ key: Key; version: EncryptionVersion; nonce: Uint8Array; label: Label }>;

/** With what to open: any of the keys, and versions from the least on. */
export type Opening = Readonly<{ keyring: Keyring; versionMin: EncryptionVersion; label: Label }>;

/** How long so many bytes become by sealing (`encryptedLength`). */
export function sealedLength(version: EncryptionVersion, plainBytes: number): number {
  return OVERHEAD_BYTES + plainBytes + (version === 0 ? BLOCK_BYTES - plainBytes % BLOCK_BYTES : 0);
}

/**
 * Seals a packet, all but its label, which is authenticated. Throws a `RangeError` if it is empty, which would crash Go
 * nodes, or if the nonce has not 12 bytes.
 */
export function sealPacket(plain: Uint8Array, sealing: Sealing): Uint8Array {
  const sealed = new Uint8Array(sealedLength(sealing.version, plain.length));
  sealInto(sealed, plain, sealing, sealing.label.bytes);
  return sealed;
}

/** Opens a packet whose label has been taken off. Never throws. */
export function openPacket(sealed: Uint8Array, opening: Opening): Decoded<Uint8Array> {
  return open(sealed, opening, opening.label.bytes);
}

/**
 * Seals one direction of a stream into a frame. Throws a `RangeError` as {@linkcode sealPacket} does, and for more than a
 * receiver takes.
 */
export function sealFrame(plain: Uint8Array, sealing: Sealing): Uint8Array {
  const length = sealedLength(sealing.version, plain.length);
  if (length > FRAME_BYTES_MAX) throw new RangeError(`Cannot seal ${plain.length} bytes: more than a frame holds`);
  const frame = new Uint8Array(FRAME_HEADER_BYTES + length);
  const header = frameHeader(length);
  frame.set(header);
  sealInto(frame.subarray(FRAME_HEADER_BYTES), plain, sealing, concat(header, sealing.label.bytes));
  return frame;
}

/** Opens what was in a frame; its header is authenticated with the label behind it. Never throws. */
export function openFrame(sealed: Uint8Array, opening: Opening): Decoded<Uint8Array> {
  return open(sealed, opening, concat(frameHeader(sealed.length), opening.label.bytes));
}

/** Why a frame that says it holds so many bytes cannot be one, or `undefined`. */
export function frameFault(length: number): "frame_too_large" | "truncated" | undefined {
  return length > FRAME_BYTES_MAX ? "frame_too_large" : length < OVERHEAD_BYTES ? "truncated" : undefined;
}

function frameHeader(length: number): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  header[0] = MESSAGE_TYPE.encrypt;
  new DataView(header.buffer).setUint32(1, length);
  return header;
}

function sealInto(out: Uint8Array, plain: Uint8Array, { key, version, nonce }: Sealing, additional: Uint8Array): void {
  if (plain.length === 0) throw new RangeError("Cannot seal nothing");
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`A nonce has ${NONCE_BYTES} bytes, not ${nonce.length}`);
  out[0] = version;
  out.set(nonce, VERSION_BYTES);
  key.encrypt(version === 0 ? pad(plain) : plain, nonce, additional, out.subarray(VERSION_BYTES + NONCE_BYTES));
}

function open(sealed: Uint8Array, { keyring, versionMin }: Opening, additional: Uint8Array): Decoded<Uint8Array> {
  const version = sealed[0];
  if (version === undefined) return refused("empty", 0);
  if (version > 1 || version < versionMin) return refused("unknown_version", 0);
  if (sealed.length < sealedLength(version as EncryptionVersion, 0)) return refused("truncated", sealed.length);
  const nonce = sealed.subarray(VERSION_BYTES, VERSION_BYTES + NONCE_BYTES);
  const content = sealed.subarray(VERSION_BYTES + NONCE_BYTES);
  for (const key of keyring.keys) {
    const plain = key.decrypt(content, nonce, additional);
    if (plain === undefined) continue;
    const message = version === 0 ? unpad(plain) : plain;
    if (message === undefined) return refused("bad_padding", sealed.length - TAG_BYTES - 1);
    return message.length === 0 ? refused("empty", VERSION_BYTES + NONCE_BYTES) : accepted(message);
  }
  return refused("undecryptable", 0);
}

/** PKCS#7: one to sixteen bytes, each of which is their number. */
function pad(plain: Uint8Array): Uint8Array {
  const padding = BLOCK_BYTES - plain.length % BLOCK_BYTES;
  const padded = new Uint8Array(plain.length + padding).fill(padding, plain.length);
  padded.set(plain);
  return padded;
}

/** Go believes the last byte whatever it is; its senders always pad like this, so we can ask for it. */
function unpad(padded: Uint8Array): Uint8Array | undefined {
  const padding = padded.at(-1);
  if (padding === undefined || padding === 0 || padding > BLOCK_BYTES) return undefined;
  const end = padded.length - padding;
  if (padded.length % BLOCK_BYTES !== 0 || padded.subarray(end).some((byte) => byte !== padding)) return undefined;
  return padded.subarray(0, end);
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}
