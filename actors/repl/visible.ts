/**
 * Text from others, made safe to show. Stripping is not enough: what a stripper does not recognise it leaves in place,
 * so everything that a terminal would obey and a person would not see is written out instead, as `<U+001B>`.
 */

const PLAIN = /^[\x20-\x7e]*$/;
/** Controls, lone surrogates, private use, line separators, default ignorables, direction marks; not emoji's own. */
const HIDDEN =
  /[[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_C}\uFFF9-\uFFFB]--[\u200C\u200D\uFE0E\uFE0F]]/gv;
/** A joiner joins emoji; anywhere else it makes two names that look the same differ. */
const LOOSE_JOINER =
  /(?<!\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)\u200D|\u200D(?!\p{Extended_Pictographic})/gv;
/** Four accents on one letter exist in real languages; more only climb over the lines above. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gv;
const NON_JOINER = /\u200C/g;
const CONTROL_OR_COLOUR = /\p{Cc}(?:\[[\d;]*m)?/gu;

const ESCAPE = "\x1b";
const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";

/** `text` with everything hidden written out. Newlines and tabs too: split into lines before. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(HIDDEN, codePointName).replace(LOOSE_JOINER, codePointName).replace(STACKED_MARKS, "$1");
}

/** As {@linkcode visible}, for names: there the non-joiner, which Persian text needs, is written out as well. */
export function visibleName(name: string): string {
  return visible(name).replace(NON_JOINER, codePointName);
}

/** `text`, kept from reordering what stands around it when it is written right to left. Apply after `visible`. */
export function isolated(text: string): string {
  return PLAIN.test(text) ? text : FIRST_STRONG_ISOLATE + text + POP_ISOLATE;
}

/** The last guard before the terminal: of all control characters only our own colours pass. */
export function onlyColours(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(CONTROL_OR_COLOUR, (found) => {
    if (found.length > 1 && found.startsWith(ESCAPE)) return found;
    return codePointName(found.charAt(0)) + found.slice(1);
  });
}

function codePointName(character: string): string {
  return `<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`;
}
