/** How many lines are remembered; a person searches rather than scrolls long before that. */
export const HISTORY_ENTRIES_MAX = 1000;

/** Lines typed before, the newest last. */
export type History = readonly string[];

/** Where somebody stands who walks through the history, and the line they left to do so. */
export interface Browsing {
  /** Index of the entry shown; the history's length means the draft. */
  readonly at: number;
  readonly draft: string;
}

/** The history with `text` in it, unless it should not be kept or is what came just before. */
export function remember(history: History, text: string): History {
  if (!worthKeeping(text) || history.at(-1) === text) return history;
  return [...history, text].slice(-HISTORY_ENTRIES_MAX);
}

/** A space in front keeps a line private, as in shells; what speaks of a key may hold one. */
function worthKeeping(text: string): boolean {
  return text.trim() !== "" && !text.startsWith(" ") && !/key/i.test(text);
}

/** One step towards the past from `browsing`, or from the line `draft` if nobody browses yet. */
export function older(history: History, browsing: Browsing | undefined, draft: string): Browsing | undefined {
  const from = browsing ?? { at: history.length, draft };
  return from.at > 0 ? { ...from, at: from.at - 1 } : undefined;
}

/** One step back towards the draft. */
export function newer(history: History, browsing: Browsing | undefined): Browsing | undefined {
  if (!browsing || browsing.at >= history.length) return undefined;
  return { ...browsing, at: browsing.at + 1 };
}

/** The text to show at this step. */
export function shownAt(history: History, browsing: Browsing): string {
  return history[browsing.at] ?? browsing.draft;
}

/** The index of the newest entry older than `before` that contains `query`. */
export function findOlder(history: History, query: string, before: number): number | undefined {
  for (let at = Math.min(before, history.length) - 1; at >= 0; at--) {
    if (history[at]!.includes(query)) return at;
  }
  return undefined;
}
