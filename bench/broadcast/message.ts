/**
 * What is said: a number between two marks, filled up to the length of a long line of chat. Whoever has a message says
 * so in a line that holds its beginning, so that the same reader serves all.
 */

export const MESSAGE_BYTES = 200;

/** Nothing else that a peer says in its lines has it. */
const MARK = "~";

const MARK_BYTE = 0x7e;

/** The text of a message, in ASCII. */
export function messageText(number: number): string {
  return `${MARK}${number}${MARK}`.padEnd(MESSAGE_BYTES, "x");
}

/** The number of the message in a line that speaks of one. */
export function messageIn(line: string): number | undefined {
  const at = line.indexOf(MARK);
  if (at < 0) return undefined;
  const number = Number.parseInt(line.slice(at + 1, at + 12), 10);
  return Number.isNaN(number) ? undefined : number;
}

/** The beginning of a message, up to the second mark, in its bytes. */
export function markedPart(body: Uint8Array): Uint8Array {
  return body.subarray(0, body.indexOf(MARK_BYTE, 1) + 1);
}
