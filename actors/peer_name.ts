import type { Brand } from "./runtime/brand.ts";

/** How a peer is called: 1 to 128 bytes of letters, digits, `.`, `-` and `_`. The case is kept and counts. */
export type PeerName = Brand<string, "PeerName">;

/** What memberlist and the registry carry without trouble, and what still fits a file name with a suffix. */
const PEER_NAME_BYTES_MAX = 128;

/** Either the name, or a clause that says what is wrong with it. */
type ParsedPeerName =
  | { readonly ok: true; readonly name: PeerName }
  | { readonly ok: false; readonly why: string };

/**
 * The only way to a {@linkcode PeerName}. Letters of every script are welcome, in their composed form (NFC), so that
 * two spellings that look the same are the same. What cannot be seen, reorders the line or separates words elsewhere
 * (in a registry's request, a path, a command) is refused.
 */
export function parsePeerName(text: string): ParsedPeerName {
  const name = text.normalize("NFC");
  const why = problemOf(name);
  return why === undefined ? { ok: true, name: name as PeerName } : { ok: false, why };
}

/** Marks belong to letters in many scripts; default-ignorable letters (the Hangul fillers) are blanks in disguise. */
const FOREIGN = /[^\p{L}\p{M}\p{Nd}._\-]|\p{Default_Ignorable_Code_Point}/u;

/** More marks on one letter than any language writes: they would cover the lines above. */
const MARKS_STACKED = /\p{M}{4}/u;

function problemOf(name: string): string | undefined {
  const bytes = new TextEncoder().encode(name).length;
  if (bytes === 0) return "a name has at least one letter";
  if (bytes > PEER_NAME_BYTES_MAX) return `a name has at most ${PEER_NAME_BYTES_MAX} bytes, this one has ${bytes}`;
  const foreign = FOREIGN.exec(name)?.[0];
  if (foreign !== undefined) return `only letters, digits, ".", "-" and "_" are allowed, not ${codePoint(foreign)}`;
  if (MARKS_STACKED.test(name)) return "too many accents on one letter";
  if (/^[.\-\p{M}]/u.test(name)) return "a name begins with a letter, a digit or an underscore";
  return undefined;
}

/** Named by number as well, because what is refused here is often invisible. */
function codePoint(character: string): string {
  const number = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return /^[\x21-\x7e]$/.test(character) ? `"${character}"` : number;
}
