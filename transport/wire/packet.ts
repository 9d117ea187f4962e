/** A whole datagram: messages, what is wrapped around them, and around all of it encryption and the cluster's label. */
import { COMPOUND_PARTS_MAX, decodeCompound, encodeCompounds } from "./compound.ts";
import { decodeCompress, encodeCompress } from "./compress.ts";
import { CRC_HEADER_BYTES, decodeCrc, encodeCrc } from "./crc.ts";
import type { DecodeReason } from "./decoded.ts";
import { openPacket, sealPacket } from "./encryption.ts";
import { NONCE_BYTES, TAG_BYTES } from "./key.ts";
import { labelFault, prependLabel, splitLabel } from "./label.ts";
import type { WireMessage } from "./message.ts";
import { MESSAGE_TYPE } from "./message_type.ts";
import { decodeMessage } from "./messages.ts";
import { expectedLabel, openingOf, type Protection, sealingOf, UNPROTECTED } from "./protection.ts";

/**
 * How many compounds and compress messages may be around a message. Go has no limit and itself sends two, a compound in a
 * compress; more only makes room for stranger senders than we know of.
 */
export const PACKET_NESTING_MAX = 4;

/**
 * What all compress messages of one packet may become together. memberlist bounds only streams, at 40 MiB; a datagram
 * holds at most 65,507 bytes, so whoever sends more than 64 KiB in one means harm: LZW packs a thousandfold and more.
 */
export const PACKET_PLAIN_BYTES_MAX = 64 * 1024;

/** The least that encryption adds to a packet: version, nonce and tag. */
const SEALED_BYTES_MIN = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Shorter packets are not worth the attempt, which memberlist makes of all: a ping or an ack never gains, since a literal
 * takes 9 bits and the wrapping up to 15 bytes, and a few repeated bytes are less than what the attempt costs an idle peer.
 */
const COMPRESSED_BYTES_MIN = 128;

/** Whether to compress (only if that makes it shorter) and whether to put a checksum around it. */
type PacketOptions = Readonly<{ compress: boolean; crc: boolean }>;

/** What to protect a packet with. Of the nonce, 12 random bytes, each is used once; `isSealing` tells if it is needed. */
type PacketProtection = Readonly<{ protection: Protection; nonce?: Uint8Array | undefined }>;

/** What a packet delivers, in order, and what in it was refused. */
type DecodedPacket = Readonly<{ messages: readonly WireMessage[]; drops: readonly PacketDrop[] }>;

/** Something refused, and the offset of the byte that caused it; inside compression, the offset in what was unpacked. */
type PacketDrop = Readonly<{ reason: DecodeReason; at: number }>;

/**
 * Makes one datagram of encoded messages, as memberlist's `rawSendMsgPacket` does: a compound if there are several, then
 * compression, the checksum, encryption and the label. Throws a `RangeError` unless there are 1 to 127 messages, none of
 * them empty, and a `TypeError` without a nonce where one is needed.
 */
export function encodePacket(
  parts: readonly Uint8Array[],
  { compress, crc }: PacketOptions,
  { protection, nonce }: PacketProtection = { protection: UNPROTECTED },
): Uint8Array {
  const [plain, ...others] = encodeCompounds(parts);
  if (plain === undefined || others.length > 0) {
    throw new RangeError(`Cannot send ${parts.length} messages in a packet: not from 1 to ${COMPOUND_PARTS_MAX}`);
  }
  const body = compress && plain.length >= COMPRESSED_BYTES_MIN ? shorterOf(plain, encodeCompress(plain)) : plain;
  const summed = crc ? encodeCrc(body) : body;
  const sealing = sealingOf(protection, nonce);
  return prependLabel(protection.label, sealing === undefined ? summed : sealPacket(summed, sealing));
}

function shorterOf(plain: Uint8Array, compressed: Uint8Array): Uint8Array {
  return compressed.length < plain.length ? compressed : plain;
}

/**
 * Takes a datagram apart, as memberlist's `ingestPacket` does. Never throws; whatever is well-formed in it is delivered,
 * whatever is not is a drop. Nothing returned shares memory with `bytes`. Decryption is tried first whatever the packet
 * looks like, because a ping begins like a sealed packet. Without keys, a packet that can only be sealed is dropped as
 * `"encrypted"`. Offsets inside encryption are those in what was opened.
 */
export function decodePacket(bytes: Uint8Array, protection: Protection = UNPROTECTED): DecodedPacket {
  if (bytes.length === 0) return dropped("empty", 0);
  const labelled = splitLabel(bytes);
  if (!labelled.ok) return dropped(labelled.reason, labelled.at);
  const { label, rest } = labelled.value;
  const fault = labelFault(label, expectedLabel(protection));
  if (fault !== undefined) return dropped(fault, 0);
  const offset = bytes.length - rest.length;
  if (protection.keyring.isEmpty) return looksSealed(rest) ? dropped("encrypted", offset) : unwrapPacket(rest, offset);

  const opened = openPacket(rest, openingOf(protection));
  if (opened.ok) return unwrapPacket(opened.value, 0);
  if (protection.verifyIncoming) {
    return isPlain(rest) ? dropped("unencrypted", offset) : dropped(opened.reason, offset + opened.at);
  }
  return looksSealed(rest) ? dropped(opened.reason, offset + opened.at) : unwrapPacket(rest, offset);
}

function dropped(reason: DecodeReason, at: number): DecodedPacket {
  return { messages: [], drops: [{ reason, at }] };
}

function unwrapPacket(bytes: Uint8Array, offset: number): DecodedPacket {
  const unwrapping = new Unwrapping();
  if (bytes[0] === MESSAGE_TYPE.crc) {
    const content = decodeCrc(bytes);
    if (content.ok) unwrapping.unwrap(content.value, offset + CRC_HEADER_BYTES, 0);
    else unwrapping.drops.push({ reason: content.reason, at: offset + content.at });
  } else {
    unwrapping.unwrap(bytes, offset, 0);
  }
  return { messages: unwrapping.messages, drops: unwrapping.drops };
}

/** Whether a packet that does not open is one that was never sealed, so that the count of drops names the cause. */
function isPlain(bytes: Uint8Array): boolean {
  const type = bytes[0];
  return type === MESSAGE_TYPE.compound || type === MESSAGE_TYPE.compress || type === MESSAGE_TYPE.crc ||
    decodeMessage(bytes).ok;
}

/**
 * Encrypted packets begin with a version, 0 or 1, where plain ones have the types ping and indirect ping. After those
 * comes a map, which the nonce is taken for in one case of sixteen; then the packet is merely malformed.
 */
function looksSealed(bytes: Uint8Array): boolean {
  if (bytes.length <= SEALED_BYTES_MIN || bytes[0]! > MESSAGE_TYPE.indirectPing) return false;
  const head = bytes[1]!;
  const isMap = (head >= 0x80 && head <= 0x8f) || head === 0xc0 || head === 0xde || head === 0xdf;
  return !isMap;
}

class Unwrapping {
  readonly messages: WireMessage[] = [];
  readonly drops: PacketDrop[] = [];
  #plainBytesLeft = PACKET_PLAIN_BYTES_MAX;

  /** Delivers what is in `bytes`, which begin at `offset` and have `depth` wrappers around them. */
  unwrap(bytes: Uint8Array, offset: number, depth: number): void {
    const type = bytes[0];
    if (type === MESSAGE_TYPE.compound || type === MESSAGE_TYPE.compress) {
      if (depth === PACKET_NESTING_MAX) this.#drop("too_deep", offset);
      else if (type === MESSAGE_TYPE.compound) this.#unwrapCompound(bytes, offset, depth + 1);
      else this.#unwrapCompress(bytes, offset, depth + 1);
      return;
    }
    const message = decodeMessage(bytes);
    if (message.ok) this.messages.push(message.value);
    else this.#drop(message.reason, offset + message.at);
  }

  #unwrapCompound(bytes: Uint8Array, offset: number, depth: number): void {
    const compound = decodeCompound(bytes);
    if (!compound.ok) return this.#drop(compound.reason, offset + compound.at);
    const { parts, truncated } = compound.value;
    for (const part of parts) this.unwrap(part, offset + part.byteOffset - bytes.byteOffset, depth);
    // One drop however many parts are said to be missing, since only the claim knows them.
    if (truncated > 0) this.#drop("truncated", offset + bytes.length);
  }

  #unwrapCompress(bytes: Uint8Array, offset: number, depth: number): void {
    const plain = decodeCompress(bytes, this.#plainBytesLeft);
    if (!plain.ok) return this.#drop(plain.reason, offset);
    this.#plainBytesLeft -= plain.value.length;
    this.unwrap(plain.value, 0, depth);
  }

  #drop(reason: DecodeReason, at: number): void {
    this.drops.push({ reason, at });
  }
}
