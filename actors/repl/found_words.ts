import { folded } from "../history/search_text.ts";

/** A part of a text, and whether it is one of the words that were looked for. */
export type Part = Readonly<{ text: string; isFound: boolean }>;

/** The parts of a text, in order, by what of it a search found: whatever its case and accents. */
export function partsByFound(text: string, words: readonly string[]): readonly Part[] {
  const letters = text.match(/\P{M}?\p{M}*/gu)?.filter((letter) => letter !== "") ?? [];
  const looks = letters.map(folded);
  const all = looks.join("");
  const isFound = new Array<boolean>(all.length).fill(false);
  for (const word of words.map(folded).filter((word) => word !== "")) {
    for (let at = all.indexOf(word); at >= 0; at = all.indexOf(word, at + 1)) isFound.fill(true, at, at + word.length);
  }
  const parts: { text: string; isFound: boolean }[] = [];
  let at = 0;
  for (const [index, letter] of letters.entries()) {
    const found = isFound.slice(at, at += looks[index]!.length).includes(true);
    const last = parts.at(-1);
    if (last?.isFound === found) last.text += letter;
    else parts.push({ text: letter, isFound: found });
  }
  return parts;
}
