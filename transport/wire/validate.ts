/** What the codec lets through, because Go's does, and a member table must not take. */
import type { DecodeReason } from "./decoded.ts";
import type { Alive } from "./message.ts";

/** The longest name, in bytes of UTF-8: our choice, Go has no limit. It fits a DNS name's label twice. */
export const NAME_BYTES_MAX = 128;

/** The longest meta (`MetaMaxSize` of memberlist's `net.go`); Go's senders panic above it, its receivers do not check. */
export const META_BYTES_MAX = 512;

/** Exactly so many: 1 to 5 bytes crash Go up to memberlist 0.6.0, and without any every later push/pull fails. */
const VSN_BYTES = 6;

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;

/**
 * What must not be in a name: control characters, which a terminal would obey; line and paragraph separators; what turns
 * the direction of text around; and slashes, because names become parts of paths.
 */
const FORBIDDEN_IN_NAMES = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}/\\]/u;

/** One unit of a string is at most so long; what has two units is four bytes. */
const UTF8_BYTES_PER_UNIT_MAX = 3;

const textEncoder = new TextEncoder();

/** Whether this may be the name of a node: 1 to 128 bytes of well-formed text without anything to deceive a terminal. */
export function validName(name: string): boolean {
  if (name.length === 0 || name.length > NAME_BYTES_MAX) return false;
  return isPlain(name) || name.isWellFormed() && !FORBIDDEN_IN_NAMES.test(name) && isWithinBytes(name, NAME_BYTES_MAX);
}

/** What nearly all names are, and asked for each row of a table: ASCII, and none of it forbidden. */
function isPlain(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    if (unit < SPACE || unit > TILDE || unit === SLASH || unit === BACKSLASH) return false;
  }
  return true;
}

const [SPACE, TILDE, SLASH, BACKSLASH] = [0x20, 0x7e, 0x2f, 0x5c];

/** Whether a text has at most so many bytes of UTF-8. Asked for each alive: most are short enough in any case. */
function isWithinBytes(text: string, bytesMax: number): boolean {
  return text.length * UTF8_BYTES_PER_UNIT_MAX <= bytesMax || textEncoder.encode(text).length <= bytesMax;
}

/** What an `alive` and a row of a push/pull both claim. */
export type AliveClaim = Pick<Alive, "node" | "addr" | "port" | "meta" | "vsn">;

/**
 * Why a claim that a node is alive cannot be true, or `undefined` if it can. Of port 0, Go would make its own port; no
 * node says so of itself.
 */
export function validateAlive({ node, addr, port, meta, vsn }: AliveClaim): DecodeReason | undefined {
  if (!validName(node)) return "out_of_range";
  if (addr.length !== IPV4_BYTES && addr.length !== IPV6_BYTES) return "out_of_range";
  if (port === 0) return "out_of_range";
  if (meta !== null && meta.length > META_BYTES_MAX) return "too_large";
  if (vsn.length !== VSN_BYTES) return "out_of_range";
  return undefined;
}
