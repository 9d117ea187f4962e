/** Two typing mistakes: with three, short commands begin to look like each other. */
const TYPOS_MAX = 2;

/**
 * What somebody who typed `word` may have meant, best first, at most `most`: candidates that begin with it, and those
 * within two typing mistakes (a letter missing, added, wrong, or two swapped). Case does not count.
 */
export function nearest(word: string, candidates: Iterable<string>, most = 3): string[] {
  const typed = word.toLowerCase();
  const allowed = Math.min(TYPOS_MAX, Math.floor(typed.length / 2));
  const ranked: { candidate: string; rank: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const rank = rankOf(typed, candidate.toLowerCase(), allowed);
    if (rank !== undefined) ranked.push({ candidate, rank });
  }
  return ranked.sort((a, b) => a.rank - b.rank).slice(0, most).map(({ candidate }) => candidate);
}

/** A beginning counts like one mistake: somebody stopped typing. Beyond `allowed` mistakes there is no rank. */
function rankOf(typed: string, candidate: string, allowed: number): number | undefined {
  if (typed === candidate) return 0;
  if (typed !== "" && candidate.startsWith(typed)) return 1;
  if (Math.abs(typed.length - candidate.length) > allowed) return undefined;
  const distance = typingDistance(typed, candidate);
  return distance <= allowed ? distance : undefined;
}

/** Optimal string alignment: Levenshtein's distance in which swapping two neighbours is one mistake. */
export function typingDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1),
        swapped ? beforeLast[column - 2]! + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
