/**
 * The name of a cluster in front of every packet and request, so that two clusters that reach each other do not become
 * one: type 244, length, UTF-8 (`label.go` of memberlist 0.3.0 and later). It is no secret and, without encryption, no
 * proof; older nodes do not understand it.
 */
import { accepted, type Decoded, type DecodeReason, refused } from "./decoded.ts";
import { MESSAGE_TYPE } from "./message_type.ts";
import { NO_BYTES } from "./msgpack.ts";

/** The longest label: its length is one byte (`LabelMaxSize`). */
export const LABEL_BYTES_MAX = 255;

/** What a label costs beside its own bytes. */
export const LABEL_HEADER_BYTES = 2;

/** A label that fits. Without any bytes it is no label, and no header is written for it. */
export type Label = Readonly<{ text: string; bytes: Uint8Array }>;

export const NO_LABEL: Label = { text: "", bytes: NO_BYTES };

/** The label of this text; `undefined` when it is longer than 255 bytes of UTF-8 or has half a character in it. */
export function parseLabel(text: string): Label | undefined {
  const bytes = new TextEncoder().encode(text);
  return text.isWellFormed() && bytes.length <= LABEL_BYTES_MAX ? { text, bytes } : undefined;
}

/** Puts the label in front of a packet, or of the first bytes of a connection. */
export function prependLabel({ bytes: label }: Label, content: Uint8Array): Uint8Array {
  if (label.length === 0) return content;
  const bytes = new Uint8Array(LABEL_HEADER_BYTES + label.length + content.length);
  bytes[0] = MESSAGE_TYPE.label;
  bytes[1] = label.length;
  bytes.set(label, LABEL_HEADER_BYTES);
  bytes.set(content, LABEL_HEADER_BYTES + label.length);
  return bytes;
}

/** What stood in front, no bytes if nothing did, and what is behind it; both are windows on the packet. */
type Labelled = Readonly<{ label: Uint8Array; rest: Uint8Array }>;

/** Takes the label off a packet, if there is one. A header that says "no label" is malformed, as in Go. */
export function splitLabel(bytes: Uint8Array): Decoded<Labelled> {
  if (bytes[0] !== MESSAGE_TYPE.label) return accepted({ label: NO_BYTES, rest: bytes });
  const length = bytes[1];
  if (length === 0) return refused("malformed", 1);
  const end = LABEL_HEADER_BYTES + (length ?? 0);
  if (length === undefined || bytes.length < end) return refused("truncated", bytes.length);
  return accepted({ label: bytes.subarray(LABEL_HEADER_BYTES, end), rest: bytes.subarray(end) });
}

/** Why a label is not the one to be expected, or `undefined` if it is. */
export function labelFault(found: Uint8Array, expected: Label): DecodeReason | undefined {
  if (found.length === 0) return expected.bytes.length === 0 ? undefined : "unlabelled";
  if (expected.bytes.length === 0) return "labelled";
  return sameBytes(found, expected.bytes) ? undefined : "wrong_label";
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
