/** What a name may touch and still be a word of its own. */
const LETTER = /[\p{L}\p{M}\p{N}_]/u;

/** Whether one of these names stands in a text as a word, whatever its case. */
export function mentions(text: string, names: readonly string[]): boolean {
  const folded = fold(text);
  return names.some((name) => name !== "" && hasWord(folded, fold(name)));
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, after] = [lastOf(text.slice(Math.max(0, at - 2), at)), text.slice(at + word.length)];
    if (!isLetter(before) && !isLetter([...after.slice(0, 2)][0])) return true;
  }
  return false;
}

function lastOf(text: string): string | undefined {
  return [...text].at(-1);
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && LETTER.test(character);
}

function fold(text: string): string {
  const isAscii = Buffer.byteLength(text) === text.length; // which is composed already, and that is dear to find out
  return (isAscii ? text : text.normalize("NFC")).toLowerCase();
}
