/** A text in parts of at most so many bytes of UTF-8, cut between characters. */
export function cutText(text: string, bytesMax: number): string[] {
  if (3 * text.length <= bytesMax) return [text];
  const parts: string[] = [];
  const buffer = new Uint8Array(bytesMax);
  for (let rest = text; rest !== "";) {
    const { read } = new TextEncoder().encodeInto(rest, buffer);
    parts.push(rest.slice(0, read));
    rest = rest.slice(read);
  }
  return parts;
}
