/** Longest name of a guest, in UTF-8 bytes. */
const GUEST_NAME_BYTES_MAX = 64;

/** Letters, digits and signs of every script, and blanks between them; it begins with a letter or a digit. */
const GUEST_NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}\p{P}\p{S}\u0020]*$/u;

/** What stands behind a name where people read it, what cannot be seen, and what covers the lines above. */
const REFUSED = /[:@]|\u0020{2}|\p{M}{4}|\p{Default_Ignorable_Code_Point}/u;

/**
 * The name of a guest: composed (NFC), without the blanks and line ends around it that consoles leave there; `undefined`
 * when nobody can be called so.
 */
export function parseGuestName(text: string): string | undefined {
  if (text.length > 4 * GUEST_NAME_BYTES_MAX) return undefined;
  const name = text.trim().normalize("NFC");
  if (new TextEncoder().encode(name).length > GUEST_NAME_BYTES_MAX) return undefined;
  return GUEST_NAME.test(name) && !REFUSED.test(name) ? name : undefined;
}
