const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** `text` in the pieces a person would call characters: 👍🏽, 👨‍👩‍👧‍👦, 🇩🇪, ❤️ and é are one each. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The first character of `text`, "" if it is empty. */
export function firstGrapheme(text: string): string {
  return segmenter.segment(text).containing(0)?.segment ?? "";
}

/** The last character of `text`, "" if it is empty. */
export function lastGrapheme(text: string): string {
  return segmenter.segment(text).containing(text.length - 1)?.segment ?? "";
}
