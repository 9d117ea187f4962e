import { LINK_PREAMBLE } from "./link/frame.ts";

/** Whom an incoming stream is for, by its first bytes. */
export type StreamKind =
  | { readonly type: "memberlist" }
  | { readonly type: "link" }
  | { readonly type: "http" }
  | { readonly type: "need_more" }
  | { readonly type: "unknown" };

/**
 * What memberlist starts a stream with (`net.go`, handleConn): ping, push/pull, user message, or these compressed,
 * encrypted or behind a label.
 */
const MEMBERLIST_STREAM_TYPES: ReadonlySet<number> = new Set([0, 6, 8, 9, 10, 244]);

const HTTP_METHODS: readonly Uint8Array[] = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"]
  .map((method) => new TextEncoder().encode(`${method} `));

/**
 * Tells from all bytes that an incoming stream has brought so far whom it is for; on `need_more` ask again with more. Eight bytes
 * always decide.
 */
export function sniffStream(bytes: Uint8Array): StreamKind {
  const [first] = bytes;
  if (first === undefined) return { type: "need_more" };
  if (MEMBERLIST_STREAM_TYPES.has(first)) return { type: "memberlist" };
  if (startsWith(bytes, LINK_PREAMBLE)) return { type: "link" };
  if (HTTP_METHODS.some((method) => startsWith(bytes, method))) return { type: "http" };
  return mayBecomeKnown(bytes) ? { type: "need_more" } : { type: "unknown" };
}

function mayBecomeKnown(bytes: Uint8Array): boolean {
  return [LINK_PREAMBLE, ...HTTP_METHODS].some((prefix) => startsWith(prefix, bytes));
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, at) => bytes[at] === byte);
}
