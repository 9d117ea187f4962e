/** What decoding a stranger's bytes gives: a value, or why not and at which byte. Decoders never throw. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: DecodeReason; readonly at: number };

/** Why bytes were refused; the name under which the refusal is counted. */
export type DecodeReason =
  | "empty"
  | "truncated"
  | "malformed"
  | "unknown_type"
  | "not_in_packets"
  | "not_in_streams"
  | "out_of_range"
  | "wrong_kind"
  | "not_utf8"
  | "bad_crc"
  | "bad_compression"
  | "too_large"
  | "too_deep"
  /** A sealed frame says that it is longer than any may be. */
  | "frame_too_large"
  /** Sealed, and there is no key at all. */
  | "encrypted"
  /** In plain, where everything has to be sealed. */
  | "unencrypted"
  | "unknown_version"
  /** No key opens it: a strange key or label, or bytes that were changed; nobody can tell which. */
  | "undecryptable"
  | "bad_padding"
  /** Sealed, and came before. */
  | "replayed"
  /** A label where there should be none. */
  | "labelled"
  /** No label where there should be one. */
  | "unlabelled"
  | "wrong_label";

/** The value, accepted. */
export function accepted<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

/** The refusal, with the offset of the byte that caused it. */
export function refused(reason: DecodeReason, at: number): Decoded<never> {
  return { ok: false, reason, at };
}
