import type { ScreenLine } from "./stage.ts";

/** How a screen shows what somebody said. */
const SPEECH = /^\d\d:\d\d:\d\d (?=\S+: )/;

/** Behind what is shown later than something that belongs after it. */
const LATE = / \(late\)$/;

/** What was said, as it was shown: author and text, in order. */
export function historyOf(lines: readonly ScreenLine[]): readonly string[] {
  return lines.filter(({ text }) => SPEECH.test(text)).map(({ text }) => text.replace(SPEECH, ""));
}

type PeersHistory = readonly [peer: string, history: readonly string[]];

/**
 * The first thing that is in one history and not in all, or that an author said in another order. What says that it is late
 * is the same without saying so; its place is no matter.
 */
export function differenceOf(
  histories: readonly PeersHistory[],
): string | undefined {
  const late = new Set(histories.flatMap(([, lines]) => lines.filter((line) => LATE.test(line)).map(plain)));
  const inTurn = (author: string, lines: readonly string[]): string =>
    lines.filter((line) => authorOf(line) === author && !late.has(line)).join("\n");
  const [[first, model], ...others] = histories.map(([peer, lines]): PeersHistory => [peer, lines.map(plain)]) as [
    PeersHistory,
    ...PeersHistory[],
  ];
  for (const [peer, history] of others) {
    const missing = firstMissing(model, history);
    if (missing !== undefined) return `${first} was shown "${missing}", and ${peer} was not`;
    const surplus = firstMissing(history, model);
    if (surplus !== undefined) return `${peer} was shown "${surplus}", and ${first} was not`;
    const disordered = authorsOf(model).find((author) => inTurn(author, model) !== inTurn(author, history));
    if (disordered !== undefined) return `${first} and ${peer} were shown what ${disordered} said in different orders`;
  }
  return undefined;
}

/** Something that one has more often than the other. */
function firstMissing(from: readonly string[], of: readonly string[]): string | undefined {
  const left = new Map<string, number>();
  for (const line of of) left.set(line, (left.get(line) ?? 0) + 1);
  return from.find((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function authorsOf(history: readonly string[]): readonly string[] {
  return [...new Set(history.map(authorOf))];
}

function plain(line: string): string {
  return line.replace(LATE, "");
}

function authorOf(line: string): string {
  return line.slice(0, line.indexOf(": "));
}
